"""Output of a tool that reports success in the end scores less than other output."""

from __future__ import annotations

import pytest

from fire_routine import distill
from fire_routine.distill import noise as succeeded
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
    "maven in colours": (
        "[\x1b[1;34mINFO\x1b[m] Scanning for projects...",
        "[\x1b[1;34mINFO\x1b[m] \x1b[1;32mBUILD SUCCESS\x1b[m",
        "[\x1b[1;34mINFO\x1b[m] \x1b[1;31mBUILD FAILURE\x1b[m",
    ),
    "pytest": (
        "============================= test session starts ==============================",
        "================== 12 passed, 1 skipped, 3 warnings in 0.12s ===================",
        "=================== 1 failed, 12 passed in 61.30s (0:01:01) ====================",
    ),
    "pytest in short": (
        "============================= test session starts ==============================",
        "============================== 1 passed in 0.01s ===============================",
        "=============================== 1 error in 0.08s ===============================",
    ),
    "cargo": (
        "     Running unittests src/lib.rs (target/debug/deps/demo-6bd2a5f7e1c0b1a9)",
        "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
    ),
    "cargo's doc-tests": (
        "   Doc-tests demo",
        "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.31s",
        "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.31s",
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
}
# Lines between others, so that none belongs to the one above or below it.
APART = [f"unit {number} of 40 is done" for number in range(40)]


def log(*lines: str) -> bytes:
    return "\n".join(part for line in lines for part in (line, *APART)).encode()


def runs(*lines: str) -> list[tuple[int, int]]:
    """The runs that succeeded, by the places of lines."""
    found = scan([log(*lines)], MatchCache()).succeeded
    return [(begin // (len(APART) + 1), end // (len(APART) + 1)) for begin, end in found]


def first(*lines: str) -> str:
    """The error that is shown if there is room for one."""
    text = distill.excerpt(distill.read([log(*lines)]), 200).text
    return next(error for error in (PRINTED, CAUSE) if error in text)


@pytest.fixture(params=TOOLS)
def tool(request: pytest.FixtureRequest) -> tuple[str, str, str]:
    return TOOLS[request.param]


def test_output_of_a_successful_run_scores_less(tool: tuple[str, str, str]) -> None:
    begins, succeeds, _ = tool
    assert runs(begins, PRINTED, succeeds, CAUSE) == [(0, 2)]
    assert first(begins, PRINTED, succeeds, CAUSE) == CAUSE
    assert first(PRINTED, CAUSE) == PRINTED


def test_output_of_a_failed_run_scores_fully(tool: tuple[str, str, str]) -> None:
    begins, succeeds, fails = tool
    assert not runs(begins, PRINTED, fails, CAUSE)
    assert runs(begins, PRINTED, fails, begins, succeeds) == [(3, 4)]


def test_where_it_began_is_not_guessed(tool: tuple[str, str, str]) -> None:
    begins, succeeds, _ = tool
    assert not runs(PRINTED, succeeds, CAUSE)
    assert not runs(begins, PRINTED, "##[group]Run make", succeeds)


def test_it_is_recognised_after_other_tools_prefixes(tool: tuple[str, str, str]) -> None:
    begins, succeeds, _ = tool
    assert runs(f"#12 3.456 {begins}", PRINTED, f"#12 4.567 {succeeds}") == [(0, 2)]
    stamped = [f"2026-01-02T03:04:05.1234567Z {line}" for line in (begins, PRINTED, succeeds)]
    assert runs(*stamped) == [(0, 2)]


@pytest.mark.parametrize("name", ["maven", "cargo", "cargo in colours", "xcodebuild", "dotnet"])
def test_what_failed_does_not_end_with_the_success_of_one_that_begins_in_silence(name: str) -> None:
    begins, succeeds, fails = TOOLS[name]
    assert not runs(begins, PRINTED, fails, CAUSE, succeeds)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("maven", "[ERROR] There are test failures."),
        ("vitest", "⎯⎯⎯⎯⎯⎯ Unhandled Errors ⎯⎯⎯⎯⎯⎯"),
    ],
)
def test_a_failure_that_a_run_ignores_may_be_the_cause(name: str, line: str) -> None:
    begins, succeeds, _ = TOOLS[name]
    assert not runs(begins, line, succeeds)


@pytest.mark.parametrize(
    "line",
    [
        "E   Failed: nomatch: '*= 1 passed in *'",
        "E       assert '= 3 passed in 0.01s =' == '= 4 passed in 0.01s ='",
        "expected: BUILD SUCCESS",
        "echo 'OK (12 tests, 1 assertion)'",
        "100% tests passed, 0 tests failed out of 0",
    ],
)
def test_a_line_that_speaks_of_success_is_none(line: str) -> None:
    begins = [tool[0] for tool in TOOLS.values()]
    assert not runs(*begins, line)


def test_a_run_within_another_is_a_part_of_it() -> None:
    maven, pytest_ = TOOLS["maven"], TOOLS["pytest"]
    lines = (maven[0], pytest_[0], PRINTED, pytest_[1], maven[1], pytest_[0], pytest_[1])
    assert runs(*lines) == [(0, 4), (5, 6)]


def test_only_error_is_shown_though_the_run_succeeded(tool: tuple[str, str, str]) -> None:
    begins, succeeds, _ = tool
    assert first(begins, PRINTED, succeeds) == PRINTED


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("ctest", "WARNING: ThreadSanitizer: data race (pid=71)"),
        ("pytest", "FAIL Required test coverage of 76% not reached. Total coverage: 61.22%"),
    ],
)
def test_error_that_ends_a_process_scores_fully(name: str, line: str) -> None:
    begins, succeeds, _ = TOOLS[name]
    text = distill.excerpt(distill.read([log(begins, line, succeeds, PRINTED)]), 200).text
    assert line in text


def test_failure_has_the_same_fingerprint_after_any_successful_run(tool: tuple[str, str, str]) -> None:
    begins, succeeds, _ = tool
    alone = distill.read([log(CAUSE)]).fingerprint
    assert distill.read([log(begins, PRINTED, succeeds, CAUSE)]).fingerprint == alone
    assert distill.read([log(PRINTED, CAUSE)]).fingerprint != alone


def test_the_first_runs_and_the_last_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(succeeded, "MOST_RUNS", 4)
    begins, succeeds, _ = TOOLS["minitest"]
    assert runs(*[begins, succeeds] * 9) == [(0, 1), (2, 3), (14, 15), (16, 17)]
