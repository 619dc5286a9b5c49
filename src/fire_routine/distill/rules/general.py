"""Errors by their looks, of no known tool: tried last."""

# ruff: noqa: E501 - a rule a line
from __future__ import annotations

from .rule import HINT, NOISE, REPORT, TRACE, WARNING, rule

RULES = (
    rule("nothing-failed", "0 error(s)|0 errors|no errors|0 failures|no failures|0 failed|0 failing|no error", r"^(?!.*\b[1-9]\d* (?:errors?|failures?|failed)).*\b(?:0|[Nn]o) (?:errors?|failures?|failed|failing)\b|^\s*0 Error\(s\)", NOISE * 4, ahead=0),
    rule("none-failed", "errors: 0|failures: 0|failed: 0|errors=0|failed=0|failures=0|errors:  0|error: 0|errors in |failures in |failed tests|fail: 0|fail:  0|fail 0", r"(?i)(?:errors?|fail(?:ures?|ed|s)?)(?: (?:in|tests|found)[\w ]{0,20})?(?:[:=] *|(?<=fail) +)0\b(?!.*(?:errors?|failures?|failed)[:=] *[1-9])", NOISE * 4, ahead=0),
    rule("option", "-error|-werror|--fail|fail-fast|fail_fast|failover|if-no-files-found|continue-on-error|errorprone|error-prone|libgpg-error|-fail|fail-on-|fail_on_|failon|failfast|onfailure|pipefail", r"-W(?:no-)?error|(?<![\w-])--?[\w-]{0,40}(?:fail|error)|fail[-_]fast|[Ff]ailover|if-no-files-found|continue-on-error|error-?prone|libgpg-error|^\W*(?:set|SHELL|shell)\b.*\bpipefail\b|^\s*(?:fail[-_]on[-_][\w-]+|failFast|failOn\w+|\w*[Oo]nFailure)[:=] ?\S+$", NOISE * 4, ahead=0),
    rule("tolerated", " true|error::|allowed to fail|ignored", r"\|\| true|Error::\w|allowed to fail|error.*\(ignored\)", NOISE * 4, ahead=0),
    # One word alone, such as a Go package's name, unless it is a verdict or an exception's class.
    rule("bare-word", "error|fail|exception|panic|fatal|abort|invalid|missing|conflict|problem|mismatch|expected", r"^\s*(?!(?i:fail(?:ed|ure)?)\s*$)(?:[A-Z]?[a-z\d]+|[A-Z\d]+)\s*$", NOISE * 4, ahead=0),
    rule("named-path", "error|panic|exception", r"^(?=[^/]*/)[\w./-]*(?:errors?|panic|exceptions?)[\w./-]*$", NOISE * 4, ahead=0),
    rule("named-file", "error|fail|exception|warn|panic|abort|fatal", r"^(?!.*\b(?i:errors?|fail(?:ed|ures?)|cannot|can't|could not|unable to|invalid|mismatch)(?:[:!]? |$)).*(?:error|Error|fail|Fail|exception|Exception|warn|Warn|panic|abort|fatal)[\w-]*(?:\.[\w-]{6,20})?\.(?:svg|png|jpg|gif|map|mjs|cjs|css|scss|less|jar|jsx|tsx|vue|svelte|mdx|yml|yaml|toml|xml|pyc|pyi|whl|mdf|wasm|h|m|pm|js|ts|py|go|rs|java|rb|c|o|cc|cpp|cs|hpp|html|class|rst|md|so|lo|scala|kt|php|ex|swift|beam|hi|log|txt|snap|json)\b(?!:\d)", NOISE * 4, ahead=0),
    rule("named-word", "error_|error-|errorcode|errorhandler|error_h|errorpage", r"\berror[_-]?(?:handler|page|code|log|msg|message|type)s?\b", NOISE * 5, ahead=0),
    rule("warning", "warn|^w~w: ", r"^(?:\[?(?:WARNING|WARN|warning|warn|Warning)\]?[: ]|W: )", WARNING, ahead=0),
    rule("jvm-logged", "exception|founderror|memoryerror|overflowerror|assertionerror|linkageerror|initializererror|versionerror|methoderror", r"[\s:(](?:[a-z_$][\w$]*\.)+[A-Z][\w$]*(?:Exception|Error)(?:: .*)?$", REPORT + 1, ahead=TRACE, logged=True),
    rule("error-label", "error|fatal|critical|severe", r"^\s*(?:\S+ )?(?:\[[\w .:/-]+\] ?){0,3}(?:\[?(?:ERROR|FATAL|CRITICAL|SEVERE|Error|Fatal|fatal|error)\]?)(?:\s*[:\]!|]|\s+-) *\S", REPORT + 1, ahead=10, back=1, leads=r"^\$|^\+ "),
    rule("error-heading", "error:", r"^\s*(?:Error|ERROR|error):\s*$", REPORT, ahead=10, paragraph=5),
    rule("error-after-place", "error", r"^(?:[A-Za-z]:)?(?=[^\s:(]*[A-Za-z])[^\s:({]+[:(]\d+.*\b[Ee]rror\b", REPORT + 2, ahead=6),
    rule("failed-label", "fail", r"^\s*(?:\[[\w .:/-]+\] ?){0,3}(?:[*#=!>-]{1,8} ?|\S+:\d+:? ?|T(?:EST|est) )?\[? ?(?:FAIL|FAILED|FAILURE|Failed|Failure) ?\]?(?:[:!\s]|$)", REPORT + 1, ahead=8),
    rule("failed-end", "fail", r"^(?!(?:.*[,;:] ?)?0 (?:[a-z]\w*(?:\(\w+\))? ){1,3}failed\s*$)(?:.*\b)?(?:FAILED|FAIL|failed[.!:]?|Failed)\s*$", REPORT, ahead=4),
    rule("error-announced", "error", r"^\S.*\b(?:[Ee]rrors?|ERRORS?) (?:occurred|happened|found|was|were|has|have|while|during)\b.*:\s*$", REPORT, ahead=10),
    rule("exception-word", "exception|error", r"E(?:xception|(?<=[a-z]E)rror)\b[:(! ]", REPORT - 1.5, ahead=12),
    rule("failed-word", "fail", r"\b(?:[Ff]ailed|FAILED|[Ff]ailures?|FAILURES?) (?:to|with|in|at|on|due|because|for|while|during|test|by|build|status|when|command|:)", REPORT - 1, ahead=4),
    rule("error-word", "error", r"\b(?:[Ee]rrors?|ERRORS?)\b", REPORT - 1.5, ahead=4),
    rule("fail-word", "fail", r"\b(?:[Ff]ail(?:s|ed|ure|ures|ing)?|FAIL\w*)\b", HINT + 0.5, ahead=3),
    rule("red", "", r"^$", HINT + 1, ahead=3),
    rule("expected", "expected|unexpected|mismatch|mismatched|actual", r"\b(?:[Ee]xpected|[Uu]nexpected|EXPECTED|[Mm]ismatch(?:ed)?|[Aa]ctual:)\b", HINT + 0.5, ahead=4),
    rule("inability", "cannot|can't|could not|couldn't|unable|did not|does not|doesn't|must |should |not found|not exist|is not ", r"(?:[Cc]annot|[Cc]an't|[Cc]ould(?: not|n't)|[Uu]nable to|(?:did|does|do)(?: not|n't) |\b[Mm]ust (?:be|not|have)|[Ss]hould (?:be|not|have)|[Nn]ot [Ff]ound|is not (?:a|an|the|allowed|defined|valid|supported|available|installed|used|in))", HINT, ahead=3),
    rule("complaint", "invalid|missing|undefined|illegal|denied|refused|refusing|aborted|abort|aborting|unsupported|unrecognized|unresolved|conflict|conflicts|violation|violations|violates|broken|corrupt|corrupted|incompatible|no such|rejected|unused|problem|problems", r"\b(?:[Ii]nvalid|[Mm]issing|MISSING|[Uu]ndefined|[Ii]llegal|[Dd]enied|[Rr]efus(?:ed|ing)|[Aa]bort(?:ed|ing)?|[Uu]nsupported|[Uu]nrecognized|[Uu]nresolved|[Cc]onflicts?|[Vv]iolat\w+|[Bb]roken|[Cc]orrupt\w*|[Ii]ncompatible|[Nn]o such|[Rr]ejected|is unused|[Pp]roblems?)\b", HINT - 0.5, ahead=2),
    rule("quoted-source", "", r"^$", NOISE, ahead=0),  # an error word in a source that a tool quotes
    rule("information", "", r"^$", 1.3, ahead=0),  # an error word in a line of that level
    rule("any", "error|fail|exception|panic|traceback|fatal|abort", r"", 1.0, ahead=2),
)  # fmt: skip
