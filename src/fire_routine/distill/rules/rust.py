"""cargo build, test, clippy, fmt and nextest."""

# ruff: noqa: E501 - a rule a line
from __future__ import annotations

from .rule import CAUSE, CONSEQUENCE, RESULT, TRACE, WARNING, rule

RULES = (
    rule("rustc-types", "^e~error[e0000]: mismatched", r"^\s*error\[E0308\]: mismatched types$", CAUSE, ahead=24, paragraph=12, apart=r"\s*\|[ |]*[\^-]+ (?!help: )\S"),
    rule("rustc", "^e~error[", r"^\s*error\[E\d{4}\]: ", CAUSE, ahead=24, paragraph=12),
    rule("rustc-end", "error: ", r"^\s*error: (?:aborting due to|could not compile|build failed)", CONSEQUENCE + 1, ahead=2, total=True),
    rule("cargo-test", " failed", r"^test \S.* \.\.\. FAILED", RESULT + 1, ahead=0, listed=True),
    rule("cargo-output", " stdout ----| stderr ----", r"^---- \S.* std(?:out|err) ----$", CAUSE, ahead=2, paragraph=24),
    rule("rust-panic", "panicked at", r"^\s*thread '.*'(?: \(\d+\))? panicked at ", CAUSE, ahead=TRACE, paragraph=8, logged=True),
    rule("rust-property", "minimal failing input|[quickcheck] test failed", r"^minimal failing input: |\[quickcheck\] TEST FAILED", CAUSE, ahead=6, paragraph=4),
    rule("insta", "snapshot summary|snapshot differences", r"^━+ Snapshot (?:Summary|Differences) ━+$", CAUSE, ahead=24, paragraph=24),
    rule("semver-checks", "--- failure ", r"^--- failure \w+: ", CAUSE, ahead=10, paragraph=10),
    rule("cargo-mutants", "^m~missed  |^t~timeout  ", r"^(?:MISSED|TIMEOUT) +\S+\.rs:\d+:\d+: ", RESULT + 1, ahead=0, listed=True),
    rule("rust-stack", "overflowed its stack", r"has overflowed its stack$", CAUSE - 1, ahead=2),
    rule("cargo-failures", "failures:", r"^failures:$", RESULT, ahead=30, section=r"^test result: ", limit=800),
    rule("cargo-result", "test result: failed", r"^test result: FAILED\.", RESULT - 2, ahead=0, total=True),
    rule("cargo-consequence", "error: ", r"^error: (?:test failed, to rerun|process didn't exit|\d+ targets? failed)", CONSEQUENCE + 1, ahead=3),
    # https://docs.rs/system-deps, https://docs.rs/pkg-config
    rule("system-library", "the system library", r"^\s*The system library `.+` required by crate `.+` was not found", CAUSE, ahead=6),
    rule("cargo-cause", "caused by", r"^\s*Caused by:$", RESULT + 0.5, ahead=6, paragraph=4, back=4, leads=r"^\s*error|^\s+\S", unless=r"\s+process didn't exit successfully: .*\(exit (?:status|code): \d+\)$"),
    rule("cargo-build-script", "custom build command", r"failed to run custom build command", CAUSE - 2, ahead=4, paragraph=20),
    rule("rust-warning", "warning: |warning[", r"^\s{0,3}warning(?:\[\w+\])?: ", WARNING, ahead=0),
    rule("rustfmt", "diff in", r"^Diff in \S+(?: at line |:)\d+", CAUSE, ahead=30, paragraph=20, listed=True),
    # https://embarkstudios.github.io/cargo-deny/cli/check.html
    rule("cargo-deny", "advisories failed|bans failed|licenses failed|sources failed", r"^(?:(?:advisories|bans|licenses|sources) (?:ok|FAILED)(?:, |$))+$", RESULT - 1, ahead=0, total=True),
    rule("nextest", "^f~fail [|^t~try |sigabrt [|sigsegv [|timeout [|tmt [|abort [|^f~fl+", r"^\s*(?:TRY \d+ )?(?:FAIL|SIGABRT|SIGSEGV|TIMEOUT|TMT|ABORT|FL\+\w+) \[ *[\d.]+s\]", CAUSE - 1, ahead=1, listed=True),
    rule("nextest-total", " passed, ", r"^\s*Summary \[ *[\d.]+s\] .*, [1-9]\d* (?:failed|timed out)", RESULT - 1, ahead=0, total=True),
    rule("nextest-end", "error: test run failed", r"^error: test run failed$", RESULT, ahead=2, paragraph=2),
    rule("nextest-output", "--- stdout|--- stderr|--- try|stdout ───|stderr ───", r"^-{3} (?:STDOUT|STDERR|TRY \d+ STD\w+): |^ {2}std(?:out|err) ───", RESULT, ahead=30, paragraph=20),
    rule("rust-backtrace", "stack backtrace", r"^stack backtrace:$", RESULT - 2, ahead=30),
    rule("compiletest", "^e~expected:|actual output:|^e~expected test case|^e~ui test|^a~actual output|^t~... mismatch|^t~... error|^┈", r"^(?:EXPECTED:$|ACTUAL OUTPUT:$|Expected test case to fail|error: ui test|actual output differed|test .* \.\.\. (?:mismatch|error))|^┈┈", CAUSE - 2, ahead=24),
)  # fmt: skip

# What other tools' lines look like, too: tried when none of theirs takes the line.
SHARED = (
    rule("rustc-plain", "^e~error: |^e~error[", r"^\s*error(?:\[[\w:-]+\])?: (?!['\"{].*[,{+]$)\S", CAUSE - 1.5, ahead=24, paragraph=12, apart=r"\s*(?:┌─ \S+ \d+\.\d+\.|\d+ +│)|\s*(?:\||│)(?:[ |]|│)*[\^-]+ (?!help: )\S"),
)  # fmt: skip
