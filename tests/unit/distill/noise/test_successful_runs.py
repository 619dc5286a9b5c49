"""Output of a tool that reports success in the end scores less than other output."""

from __future__ import annotations

from collections.abc import Callable

from fire_routine import distill
from fire_routine.distill.match import MatchCache
from fire_routine.distill.scanner import scan

PRINTED = "ERROR: cannot read the first table"
CAUSE = "ERROR: cannot read the second table"
# How a run begins, how it ends well, how it does not.
TOOLS = {
    "maven": (
        "[INFO] Scanning for projects...",
        "[INFO] BUILD SUCCESS",
        "[INFO] BUILD FAILURE",
    ),
    "pytest": (
        "============================= test session starts ==============================",
        "================== 12 passed, 1 skipped, 3 warnings in 0.12s ===================",
        "=================== 1 failed, 12 passed in 61.30s (0:01:01) ====================",
    ),
    "cargo": (
        "     Running unittests src/lib.rs (target/debug/deps/demo-6bd2a5f7e1c0b1a9)",
        "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
    ),
    "vitest": (
        " RUN  v3.2.4 /srv/demo",
        " Test Files  12 passed | 1 skipped (13)",
        " Test Files  1 failed | 12 passed (13)",
    ),
    "ctest": (
        "Test project /srv/demo/build",
        "100% tests passed, 0 tests failed out of 7",
        "86% tests passed, 1 tests failed out of 7",
    ),
    "phpunit": (
        "PHPUnit 11.5.3 by Sebastian Bergmann and contributors.",
        "OK (12 tests, 1 assertion)",
        "Tests: 12, Assertions: 30, Failures: 1.",
    ),
    "minitest": (
        "# Running:",
        "12 runs, 30 assertions, 0 failures, 0 errors, 1 skips",
        "12 runs, 30 assertions, 1 failures, 0 errors, 1 skips",
    ),
    "xcodebuild": ("Command line invocation:", "** TEST SUCCEEDED ** [12.3 sec]", "** TEST FAILED **"),
    "pytest in colours": (
        "\x1b[1m============================= test session starts ==============================\x1b[0m",
        "\x1b[32m======================== \x1b[32m\x1b[1m12 passed\x1b[0m\x1b[32m in 0.12s\x1b[0m\x1b[32m"
        " =========================\x1b[0m",
        "\x1b[31m================== \x1b[31m\x1b[1m1 failed\x1b[0m, \x1b[32m12 passed\x1b[0m\x1b[31m in 0.30s"
        "\x1b[0m\x1b[31m ====================\x1b[0m",
    ),
    "cargo in colours": (
        "\x1b[0m\x1b[0m\x1b[1m\x1b[32m     Running\x1b[0m target/debug/deps/demo-6bd2a5f7e1c0b1a9",
        "test result: \x1b[32mok\x1b(B\x1b[m. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
        "test result: \x1b[31mFAILED\x1b(B\x1b[m. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out",
    ),
    "vitest in colours": (
        "\x1b[1m\x1b[46m RUN \x1b[49m\x1b[22m \x1b[36mv3.2.4 \x1b[39m\x1b[90m/srv/demo\x1b[39m",
        "\x1b[2m Test Files \x1b[22m \x1b[1m\x1b[32m12 passed\x1b[39m\x1b[22m\x1b[90m (12)\x1b[39m",
        "\x1b[2m Test Files \x1b[22m \x1b[1m\x1b[31m1 failed\x1b[39m\x1b[22m\x1b[2m | \x1b[22m\x1b[1m\x1b[32m"
        "11 passed\x1b[39m\x1b[22m\x1b[90m (12)\x1b[39m",
    ),
    "tkg": ("Running test Tills_0 ...", "Tills_0_PASSED", "Tills_0_FAILED"),
    "openj9": ("Testing: Unload many tills", "Test result: PASSED", "Test result: FAILED"),
    "dotnet": ("  Determining projects to restore...", "Build succeeded.", "Build FAILED."),
    "dotnet's terminal logger": (
        "Restore complete (0.6s)",
        "Build succeeded with 2 warning(s) in 3.4s",
        "Build failed with 1 error(s) in 3.4s",
    ),
    "surefire": (
        "[INFO] Running a.ATest",
        "[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.1 s -- in a.ATest",
        "[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 1 s <<< FAILURE! -- in a.B",
    ),
    "ansible": ("TASK [probe : ask] ****", "...ignoring", "fatal: [web1]: UNREACHABLE!"),
}
# Lines between others, so that none belongs to the one above or below it.
APART = [f"unit {number} of 40 is done" for number in range(40)]


def log(*lines: str) -> bytes:
    return "\n".join(part for line in lines for part in (line, *APART)).encode()


def is_left_out(*lines: str) -> bool:
    """Whether what was printed among the lines is no finding, though another failure follows them."""
    found = scan([log(*lines, CAUSE)], MatchCache()).findings
    return PRINTED.encode() not in [finding.raw for finding in found]


def first(*lines: str) -> str:
    """The error that weighs more."""
    digest = distill.read([log(*lines)])
    return max((line.weight, line.text) for line in digest.lines if line.text in (PRINTED, CAUSE))[1]


def failing(check: Callable[[str, str, str], object]) -> list[str]:
    """The tools for whose lines the check does not hold."""
    return [name for name, lines in TOOLS.items() if not check(*lines)]


def test_output_of_a_successful_run_is_no_finding_beside_others() -> None:
    assert first(PRINTED, CAUSE) == PRINTED
    assert failing(lambda begins, ends, _: is_left_out(begins, PRINTED, ends)) == []
    assert failing(lambda begins, ends, _: first(begins, PRINTED, ends, CAUSE) == CAUSE) == []
    assert failing(lambda begins, ends, _: first(begins, PRINTED, ends) == PRINTED) == []  # there is no other


def test_output_of_a_failed_run_is_a_finding() -> None:
    assert failing(lambda begins, _, fails: not is_left_out(begins, PRINTED, fails)) == []
    assert failing(lambda begins, ends, fails: is_left_out(begins, fails, begins, PRINTED, ends)) == []


def test_where_it_began_is_not_guessed() -> None:
    assert failing(lambda _, ends, __: not is_left_out(PRINTED, ends)) == []
    assert failing(lambda begins, ends, _: not is_left_out(begins, PRINTED, "##[group]Run make", ends)) == []


def test_it_is_recognised_after_other_tools_prefixes() -> None:
    for before in ("#12 3.456 ", "2026-01-02T03:04:05.1234567Z "):
        assert failing(lambda begins, ends, _: is_left_out(before + begins, PRINTED, before + ends)) == []  # noqa: B023


def test_what_failed_does_not_end_with_the_success_of_one_that_begins_in_silence() -> None:
    for name in ("maven", "cargo", "cargo in colours", "xcodebuild", "dotnet"):
        begins, succeeds, fails = TOOLS[name]
        assert not is_left_out(begins, PRINTED, fails, succeeds), name


def test_a_failure_that_a_run_ignores_may_be_the_cause() -> None:
    ignored = {"maven": "[ERROR] There are test failures.", "vitest": "⎯⎯⎯⎯⎯⎯ Unhandled Errors ⎯⎯⎯⎯⎯⎯"}
    for name, line in ignored.items():
        assert not is_left_out(TOOLS[name][0], PRINTED, line, TOOLS[name][1]), name


def test_a_line_that_speaks_of_success_is_none() -> None:
    lines = (
        "E   Failed: nomatch: '*= 1 passed in *'",
        "E       assert '= 3 passed in 0.01s =' == '= 4 passed in 0.01s ='",
        "expected: BUILD SUCCESS",
        "echo 'OK (12 tests, 1 assertion)'",
        "100% tests passed, 0 tests failed out of 0",
    )
    begins = [tool[0] for tool in TOOLS.values()]
    assert [line for line in lines if is_left_out(*begins, PRINTED, line)] == []


def test_a_run_within_another_is_a_part_of_it() -> None:
    maven, pytest_ = TOOLS["maven"], TOOLS["pytest"]
    assert is_left_out(maven[0], PRINTED, pytest_[0], pytest_[1], maven[1], pytest_[0], pytest_[1])


def test_error_that_ends_a_process_scores_fully() -> None:
    ended = {
        "ctest": "WARNING: ThreadSanitizer: data race (pid=71)",
        "pytest": "FAIL Required test coverage of 76% not reached. Total coverage: 61.22%",
    }
    for name, line in ended.items():
        begins, succeeds, _ = TOOLS[name]
        text = distill.excerpt(distill.read([log(begins, line, succeeds, PRINTED)]), 200).text
        assert line in text


def test_failure_has_the_same_fingerprint_after_any_successful_run() -> None:
    alone = distill.read([log(CAUSE)]).fingerprint
    assert distill.read([log(PRINTED, CAUSE)]).fingerprint != alone
    logs = {name: log(begins, PRINTED, succeeds, CAUSE) for name, (begins, succeeds, _) in TOOLS.items()}
    assert [name for name, each in logs.items() if distill.read([each]).fingerprint != alone] == []
