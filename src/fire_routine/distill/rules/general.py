"""Errors by their looks, of no known tool: tried last."""

# ruff: noqa: E501 - a rule a line
from __future__ import annotations

from .rule import HINT, NOISE, REPORT, rule

RULES = (
    rule("benign", "error|fail|warn", r"(?:\b(?:0|no) (?:errors?|failures?|failed|failing)\b|(?:errors?|failures?|failed)[:=] *0\b|--?(?:fail|error)[\w-]*\b|fail-fast|fail_fast|[Ff]ailover|error[_-]?(?:handler|page|code|log|msg|message|type)s?\b|\berrors?\.(?:js|ts|py|go|rs|java|rb|c|h|o|cpp|hpp|html|log|txt)\b|-W(?:no-)?error|continue-on-error|errorprone|if-no-files-found|\|\| (?:true|echo)|libgpg-error|perl-Error|Error::)", NOISE * 4, ahead=0),
    rule("passed-test", "✓|... ok| pass", r"^\s*(?:✓|√|✔) |\.\.\. (?:ok|OK)$|^\s*(?:ok|PASS|PASSED)\b", NOISE, ahead=0),
    rule("warning", "warning|warn", r"^(?:\[?(?:WARNING|WARN|warning|warn|Warning)\]?[: ]|W: )", NOISE * 4, ahead=0),
    rule("error-label", "error|fatal|critical|severe", r"^\s*(?:\S+ )?(?:\[[\w .:/-]+\] ?){0,3}(?:\[?(?:ERROR|FATAL|CRITICAL|SEVERE|Error|Fatal|fatal|error)\]?)(?:\s*[:\]!|-]|\s+-) *\S", REPORT + 1, ahead=10, back=1, leads=r"^\$|^\+ "),
    rule("error-after-place", "error", r"^(?:[A-Za-z]:)?[^\s:(]+[:(]\d+.*\b[Ee]rror\b", REPORT + 2, ahead=6),
    rule("failed-label", "fail", r"^\s*(?:\[[\w .:/-]+\] ?){0,3}\[?(?:FAIL|FAILED|FAILURE|Failed|Failure)\]?(?:[:!\s]|$)", REPORT + 1, ahead=8),
    rule("failed-end", "fail", r"(?:\bFAILED|\bFAIL|\bfailed[.!:]?|\bFailed)\s*$", REPORT, ahead=4),
    rule("exception-word", "exception|error", r"\b\w*(?:Exception|[a-z]Error)\b", REPORT - 0.5, ahead=12),
    rule("failed-word", "fail", r"\b(?:[Ff]ailed|FAILED|[Ff]ailures?|FAILURES?) (?:to|with|in|at|on|due|because|for|while|during|test|by|build|status|when|command|:)", REPORT - 1, ahead=4),
    rule("error-word", "error", r"\b(?:[Ee]rrors?|ERRORS?)\b", REPORT - 1.5, ahead=4),
    rule("fail-word", "fail", r"\b(?:[Ff]ail(?:s|ed|ure|ures|ing)?|FAIL\w*)\b", HINT + 0.5, ahead=3),
    rule("red", "31m", r"\x1b\[(?:[0-9;]*;)?31(?:;[0-9;]*)?m|\x1b\[(?:[0-9;]*;)?91m", HINT + 1, ahead=3),
    rule("expected", "expected|unexpected|mismatch|actual", r"\b(?:[Ee]xpected|[Uu]nexpected|EXPECTED|[Mm]ismatch(?:ed)?|[Aa]ctual:)\b", HINT + 0.5, ahead=4),
    rule("inability", "cannot|can't|could not|couldn't|unable|did not|does not|doesn't|must |should |not found|not exist|is not ", r"(?:[Cc]annot|[Cc]an't|[Cc]ould(?: not|n't)|[Uu]nable to|(?:did|does|do)(?: not|n't) |\b[Mm]ust (?:be|not|have)|[Ss]hould (?:be|not|have)|[Nn]ot [Ff]ound|is not (?:a|an|the|allowed|defined|valid|supported|available|installed|used|in))", HINT, ahead=3),
    rule("complaint", "invalid|missing|undefined|illegal|denied|refused|abort|unsupported|unrecognized|unresolved|conflict|violat|broken|corrupt|incompatible|deprecated|no such|refusing|rejected|unused|problem|bad ", r"\b(?:[Ii]nvalid|[Mm]issing|MISSING|[Uu]ndefined|[Ii]llegal|[Dd]enied|[Rr]efus(?:ed|ing)|[Aa]bort(?:ed|ing)?|[Uu]nsupported|[Uu]nrecognized|[Uu]nresolved|[Cc]onflicts?|[Vv]iolat\w+|[Bb]roken|[Cc]orrupt\w*|[Ii]ncompatible|[Nn]o such|[Rr]ejected|is unused|[Pp]roblems?)\b", HINT - 0.5, ahead=2),
    rule("any", "error|fail|exception|panic|traceback|fatal|abort", r"", 1.0, ahead=2),
)  # fmt: skip
