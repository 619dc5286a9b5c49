"""pytest, unittest, tracebacks, tox and nox, mypy, ruff, flake8, black, pip, Sphinx."""

# ruff: noqa: E501 - a rule a line
from __future__ import annotations

from .rule import CAUSE, CONSEQUENCE, HINT, NOISE, REPORT, RESULT, TRACE, WARNING, rule

# What stands between "Traceback (most recent call last):" and the exception's own line.
_FRAMES = (
    r'^(?:\S+ ?[|:] ?)?(?:\s*File "|\s{2,}(?!\d+ ?\||at |❯)\S|\s*Traceback \(most|\s*\[Previous line|\s*$)'
)

RULES = (
    # https://docs.pytest.org/en/stable/how-to/output.html
    rule("pytest-failures", "^=~fail|^=~error", r"^=+ (?:FAILURES|ERRORS) =+$", HINT, ahead=0,
         section=r"^=+ (?!FAILURES|ERRORS)\S.* =+$", limit=4000, quoted=r"^(?:>| {4}|\w+ += )"),
    rule("pytest-summary", "short test summary", r"^=+ short test summary info =+$", HINT + 1, ahead=0,
         section=r"^=+ .*\d+ (?:failed|error|passed).* =+$", limit=1000),
    # Of what differs, however long a message of one's own stands above it
    rule("pytest-compared", "^e~e  ", r"^(?:\S+ \| )?E    +(?:(?:Differing items|Extra items in the (?:left|right) set):$|At index \d+ diff: |(?:Left|Right) contains )", RESULT, ahead=2, back=3, leads=r"^(?:\S+ \| )?E    +(?:(?:assert|Omitting) |$)"),
    rule("pytest-assertion", "^e~e   ", r"^(?:\S+ \| )?E   +\S", CAUSE, ahead=4, back=60, leads=r"^(?:>|E  |\s*$| {4,}\S|\S+:\d+: |\w+ += |(?:_ ){9})"),
    rule("pytest-location", ".py:0|.pyx:0", r"^\S+\.pyx?:\d+: \w*(?:Error|Exception|Failed|Failure|Warning|Exit|Interrupt)\w*$", CAUSE - 2, ahead=0, listed=True),
    rule("pytest-collecting", "^_~ error collecting ", r"^_+ ERROR collecting \S.* _+$", CAUSE - 1, ahead=80, paragraph=3, listed=True),
    # The summary lists them, where there is one: pytest prints it since its version 5.4
    rule("pytest-test", "^_~__|^_~_ ", r"^_+ (?!_ |coverage: |summary _)(?:ERROR at (?:setup|teardown) of )?\S.* _+$", CAUSE - 1, ahead=80, paragraph=3, instead="pytest-failed"),
    rule("pytest-failed", "^f~failed|^e~error |^[~failed|^[~error", r"^(?:\[ *\d+%\] )?(?:FAILED|ERROR) (?:\[[\d.]+s\] )?\S+\.(?:py|rst|md|txt|ipynb|yml|yaml)\b", CAUSE, ahead=2, listed=True),
    # with the worker that ran it: https://pytest-xdist.readthedocs.io/en/stable/
    rule("pytest-progress", "failed|error", r"^\S+\.py::\S.* (?:FAILED|ERROR)\b|^\[gw\d+\] +(?:\[ *\d+%\] )?(?:FAILED|ERROR) \S+\.py\b", REPORT, ahead=0, listed=True),
    # What a program logged while its test ran: it names no failure, so it is less than what does
    # (https://docs.pytest.org/en/stable/how-to/logging.html)
    rule("pytest-logged", "^e~error |^c~critical ", r"^(?:ERROR   |CRITICAL) [\w.-]+:[\w.-]+\.py:\d+ \S", RESULT - 0.2, ahead=2, logged=True),
    rule("pytest-total", "^=~failed|^=~error|^0~ failed|^0~ error", r"^=+ (?:\S.*, )?\d+ (?:failed|errors?)\b.* =*$|^(?:\d+ \w+, )*[1-9]\d* (?:failed|errors?)(?:, \d+ \w+)* in \d+\.\d+s\b", HINT + 0.5, ahead=0, total=True),
    # It fails where it found no test: https://docs.pytest.org/en/stable/reference/exit-codes.html
    rule("pytest-none", "no tests ran|no tests collected| deselected in ", r"^(?:=+ )?(?:no tests (?:ran|collected)(?: \(.*\))?|\d+ deselected) in \d", CAUSE - 2, ahead=0, back=4, leads=r"^collected \d+ items?|^\s*$", total=True),
    rule("pytest-interrupted", "^!~!!!", r"^!{3,} .+ !{3,}$", REPORT - 1, ahead=3),
    rule("pytest-internal-error", "internalerror", r"^INTERNALERROR> (?:[a-z_][\w.]*\.)?[A-Z]\w*(?:: .*)?$", CAUSE, ahead=2, back=60, leads=_FRAMES),
    rule("pytest-internal", "internalerror", r"^INTERNALERROR> ", HINT, ahead=0),
    # https://docs.djangoproject.com/en/stable/ref/django-admin/#cmdoption-makemigrations-check
    rule("django-migrations", "migrations for '", r"^Migrations for '\w+':$", REPORT, ahead=16),
    # unittest, nose, trial, Django's runner
    rule("unittest-test", "fail: |error: ", r"^(?:FAIL|ERROR): (?!\S+\.(?:sh|exe|py|pl|tcl|lua|test|js|rb|scm|x|t)$)(?:\w+ \([\w.<>]+\)|[\w.]+\.\w+|\w+ \(\w.*\))(?: [\[(].*[\])])?$", CAUSE, ahead=0, paragraph=40, back=1, leads=r"^=+$", listed=True, reason=r"(?!Traceback|During handling|The above)[A-Za-z_][\w.]*(?::|$)"),
    rule("unittest-progress", " ... fail| ... error", r"^(?![*❯])\S.* \.\.\. (?:FAIL|ERROR)$", REPORT - 1, ahead=0, listed=True),
    rule("unittest-total", "^f~failed (", r"^FAILED \((?:failures|errors|skipped|expected|unexpected)", RESULT - 1, ahead=0, back=2, leads=r"^(?:Ran |\s*$)", total=True),
    rule("doctest", "failed example|***test failed", r"^(?:Failed example:|\*{3}Test Failed\*{3})", CAUSE - 1, ahead=20, paragraph=12, back=1, leads=r"^File \"", apart=r"File .*, in "),
    rule("python-fatal", "fatal python error|most recent call first", r"^Fatal Python error: |^(?:Current t|T)hread 0x[0-9a-f]+.* \(most recent call first\):", CAUSE, ahead=TRACE, paragraph=30),
    # An exception's last line, with the frames before it.
    rule("mamba", "libmamba ", r"^(?:error|critical) +libmamba \S", CAUSE, ahead=20, paragraph=6),
    rule("pdm", "^[~[resolutionimpossible]", r"^\[ResolutionImpossible\]: ", CAUSE, ahead=10, paragraph=6),
    rule("conda", "packagesnotfounderror|unsatisfiableerror|resolvepackagenotfound|condahttperror|condaerror|condaverificationerror|invalidarchiveerror", r"^(?:PackagesNotFoundError|UnsatisfiableError|ResolvePackageNotFound|CondaHTTPError|CondaError|InvalidArchiveError|CondaVerificationError|LibMambaUnsatisfiableError)\b", CAUSE, ahead=20, paragraph=6),
    # https://docs.pydantic.dev/latest/errors/errors/
    rule("pydantic", "validation error", r"^(?:[\w.]+: )?\d+ validation errors? for \w+", CAUSE - 1, ahead=0, paragraph=24, back=40, leads=_FRAMES),
    # https://docs.python.org/3/library/subprocess.html: what it ran has said why
    rule("python-subprocess", "calledprocesserror: ", r"^(?:E +)?(?:subprocess\.)?CalledProcessError: Command ", CONSEQUENCE + 1, ahead=0, back=40, leads=_FRAMES),
    # https://github.com/pytest-dev/pytest-timeout: each thread's stack, and as many marks below as above
    rule("pytest-timed-out", "+ timeout +", r"[^+]\+{3,} Timeout \+{3,}$", CAUSE, ahead=TRACE),
    rule("pytest-timeout", "+ timeout +", r"^\+{3,} Timeout \+{3,}$", CAUSE, ahead=TRACE, back=TRACE, leads=r"^\s|^~{3,} (?:Stack of|Captured) .* ~{3,}$"),
    rule("python-exception", "error|exception|systemexit|keyboardinterrupt|timeout:|failure|notfound|doesnotexist",
         r"^(?:E +)?(?!(?:java|javax|jakarta|org|com|io|net|scala|kotlinx?|android|sun|jdk|de|fr|groovy|clojure)\.)(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Failure|Timeout|NotFound|DoesNotExist)(?:: .*|:)?$",
         CAUSE - 1, ahead=6, back=40, leads=_FRAMES, logged=True),
    rule("python-traceback", "traceback", r"^(?:\S+ ?[|:] ?)?\s*Traceback \(most recent call last\):", REPORT, ahead=40),
    rule("python-syntax", "syntaxerror: |indentationerror: |taberror: ", r"^\s*(?:SyntaxError|IndentationError|TabError): ", CAUSE, back=5, leads=r'^\s*File "|^ {2,}'),
    # tox, nox, pre-commit
    rule("tox-command", "invocationerror|: exit |invocation failed", r"^ERROR: (?:InvocationError|invocation failed)|^\S+: exit \d+ \(", CONSEQUENCE + 1, ahead=2),
    rule("tox-environment", "commands failed|invocationerror|: fail", r"^(?:ERROR: +)?\s*[\w.,-]+: (?:commands failed|FAIL(?: |$)|InvocationError)", CONSEQUENCE + 2, ahead=0),
    rule("nox-session", "nox >", r"^nox > (?:Session \S+ failed|\* \S+: failed|Command .* failed with exit code)", RESULT - 2, ahead=0),
    rule("nox-sessions", "nox >", r"^nox > (?:Sessions not found: |Error while collecting sessions)", CAUSE - 1, ahead=0),
    rule("pre-commit-missing", "executable `", r"^Executable `.+` not found$", CAUSE - 1, ahead=0),
    rule("pre-commit-parse", "failed to json|failed to xml", r"^\S+: Failed to (?:json decode|xml parse) \(", CAUSE - 1, ahead=0, listed=True),
    rule("pre-commit", "...failed|)failed", r"^.{3,80}\.{3,}(?:\([^)]*\))?Failed$", RESULT, ahead=0, paragraph=25),
    # type checkers and linters: path:line:column: code message
    rule("mypy", "error: ", r"^\s*\S+\.pyi?:\d+(?::\d+)?: error: ", CAUSE, ahead=3, listed=True),
    rule("mypy-total", " error in | errors in ", r"^\s*Found \d+ errors? in \d+ files?", RESULT, ahead=0, total=True),
    rule("pyright", "- error: ", r"^\s*\S+\.pyi?:\d+:\d+ - error: ", CAUSE, ahead=2),
    rule("pyre", ".py:0|.pyi:0", r"^\s*\S+\.pyi?:\d+:\d+ [A-Z][a-z]+(?: [a-z-]+)+ \[\d+\]: \S", CAUSE, ahead=0, listed=True),
    rule("pylint", ": e0000: |: f0000: ", r"^\s*\S+\.py:\d+:\d+: [EF]\d{4}: ", CAUSE, ahead=0),
    rule("python-lint", ".py:0|.pyi:0", r"^(?:\./)?[\w./\\@ -]+\.pyi?:\d+:(?:\d+:)? ?\[?[A-Z]{1,4}\d{2,4}\b", CAUSE - 1, ahead=0, paragraph=0, listed=True),
    rule("pyflakes", ".py:0", r"^\s*\S+\.py:\d+:(?:\d+:?|) (?:'\S+' (?:imported|may|is)|import|undefined|local variable|redefinition|unused|dictionary key|name '|assertion is|f-string|string formatting|unable to|from \S+ import).*[^:]$|^\s*\S+\.py:\d+: unused \w+ '", CAUSE - 1, ahead=0, listed=True),
    rule("ruff", ".py:0|.pyi:0|.ipynb", r"^\s*-+> \S+\.(?:pyi?|ipynb)\b.*:\d+:\d+$", CAUSE - 1, ahead=10, back=1, leads=r"^\S", listed=True, reason=r"[A-Z]+\d+ (?:\[\*\] )?\S|invalid-syntax: "),
    rule("bandit", ">> issue: [", r"^>> Issue: \[\w+:\w+\]", CAUSE, ahead=6, paragraph=9),
    rule("behave", "assert failed: |assertion failed: ", r"^ {6}(?:ASSERT FAILED|Assertion Failed): ", CAUSE, ahead=12, back=12, leads=r"^ +(?:Scenario|Given|When|Then|And|But)\b", listed=True, apart=r" +Scenario(?: Outline)?: "),
    rule("robot", "| fail |", r"\| FAIL \|$", CAUSE - 1, ahead=4, paragraph=6),
    rule("ruff-total", "^f~found 0", r"^Found [1-9]\d* (?:errors?|diagnostics?)\b", RESULT - 1, ahead=1, total=True),
    rule("black", "would reformat|cannot format|reformatted|reformat", r"^\s*(?:error: cannot format |would reformat |Would reformat: |reformatted )", CAUSE - 1, ahead=0),
    rule("black-total", "would be reformatted", r"^\d+ files? would be reformatted", RESULT - 2, ahead=0),
    rule("isort", "imports are incorrectly", r"Imports are incorrectly sorted", CAUSE - 1, ahead=0),
    # pip, conda
    rule("pip", "^e~error: ", r"^\s*ERROR: (?:Could not |No matching|Cannot install|Failed building|Package (?!'\S+' not resolved)|Command errored|ResolutionImpossible|THESE PACKAGES|In --require)", CAUSE - 1, ahead=12),
    rule("twine", "error    ", r"(?:^|: )ERROR {4}[A-Z]\w+: ", CAUSE, ahead=3, paragraph=3),
    rule("pip-subprocess", "error: subprocess", r"^\s*error: subprocess-exited-with-error", REPORT, ahead=30),
    rule("pip-conflict", "conflict is caused", r"^The conflict is caused by:$", CAUSE - 1, ahead=12),
    rule("pip-check", ", which is not installed.|, but you have ", r"^\S+ \d\S* (?:requires \S.*, which is not installed|has requirement \S.*, but you have \S+ \S+)\.$", REPORT, ahead=0, listed=True, logged=True),
    rule("pubgrub", "^b~because |, because |and because |version solving failed|▶ because ", r"^\s*(?:╰─▶ )?(?:So, |And )?[Bb]ecause \S.* (?:depends on|requires|match(?:es)?|we can conclude|is forbidden|incompatible|is no)\b|version solving failed\.$", CAUSE - 1, ahead=8, paragraph=6, back=1, leads=r"^\s+×"),
    rule("poetry-lock", "poetry.lock", r"poetry\.lock (?:was last generated|is not up to date)", CAUSE - 1, ahead=1),
    rule("poetry", "poetry configuration is invalid|^c~command not found: ", r"^(?:The Poetry configuration is invalid:|Command not found: \S+)$", CAUSE - 1, ahead=6, paragraph=6),
    # What the tools themselves say of their configuration, options, versions and accounts
    rule("python-own", "find a pyproject.toml file|^u~unknown environment: |'locustfile.py'", r"^Poetry could not find a pyproject\.toml|^Unknown environment: \S+$|^Could not find 'locustfile\.py'", CAUSE - 1, ahead=0),
    rule("cython", ".pyx:0|.pxd:0|.pxi:0", r"^\S+\.px[di]:\d+:\d+: (?!warning)\S|^\S+\.pyx:\d+:\d+: (?!warning)\S", CAUSE, ahead=0, back=9, leads=r"^-{20,}$|^\.\.\.$|^\s*$|^\s+\S|^(?:c?p?def|class|import|for|if|with|Error compiling) ?"),
    rule("check-manifest", "missing from sdist|missing from vcs|lists of files in version", r"^(?:missing from (?:sdist|VCS)|lists of files in version control and sdist do not)", CAUSE - 1, ahead=12),
    rule("towncrier", "newsfragments found", r"^No new newsfragments found", CAUSE, ahead=1),
    rule("python-warning", "warning: ", r"^\S+\.py:\d+: \w*Warning: |^\s*(?:Deprecation|Future|User|PendingDeprecation)Warning: ", WARNING, ahead=0),
    rule("sphinx", ".rst:0|.rst: |.md:0|.txt:0|.ipynb:0|docstring of ", r"^(?!\S*meson\.build)\S+:(?:\d+|docstring of \S+): (?:WARNING|ERROR|SEVERE|CRITICAL): ", REPORT, ahead=1),
    rule("pytest-xfail", "xfail|xpass", r"^(?:XFAIL|XPASS) (?!\S+ \(exit status: )", NOISE, ahead=0),
)  # fmt: skip
