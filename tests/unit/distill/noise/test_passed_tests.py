"""Output of passed tests is no finding, as far as it can be distinguished from that of others."""

from __future__ import annotations

import pytest

from fire_routine import distill
from fire_routine.distill import collector as collected
from fire_routine.distill.match import MatchCache
from fire_routine.distill.noise import began
from fire_routine.distill.scanner import scan

PRINTED = "ERROR: connection refused (os error 111)"
GO = ("=== RUN   TestA", "--- PASS: TestA (0.00s)", "=== RUN   TestB", "--- FAIL: TestB (0.00s)")
RUNNERS = {
    "go": GO,
    "go behind a timestamp": tuple(f"2026-01-02T03:04:05.1234567Z {line}" for line in GO),
    "gtest": ("[ RUN      ] S.A", "[       OK ] S.A (0 ms)", "[ RUN      ] S.B", "[  FAILED  ] S.B (0 ms)"),
    "surefire 3": (
        "[INFO] Running a.ATest",
        "[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.1 s -- in a.ATest",
        "[INFO] Running a.BTest",
        "[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 1 s <<< FAILURE! -- in a.B",
    ),
    "surefire 2": (
        "Running a.ATest",
        "Tests run: 3, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.1 sec",
        "Running a.BTest",
        "Tests run: 3, Failures: 0, Errors: 1, Skipped: 0, Time elapsed: 0.1 sec <<< FAILURE!",
    ),
    "ant": (
        "    [junit] Running a.ATest",
        "    [junit] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.1 sec",
        "    [junit] Running a.BTest",
        "    [junit] Tests run: 3, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 0.1 sec",
    ),
    "xctest": (
        "Test Case '-[M.C a]' started.",
        "Test Case '-[M.C a]' passed (0.001 seconds).",
        "Test Case '-[M.C b]' started.",
        "Test Case '-[M.C b]' failed (0.001 seconds).",
    ),
    "ctest": (
        "      Start  1: a",
        " 1/2 Test  #1: a ................................   Passed    0.01 sec",
        "      Start  2: b",
        " 2/2 Test  #2: b ................................***Failed    0.01 sec",
    ),
}


def found(*lines: str) -> list[int]:
    """The places of the findings among lines."""
    return [finding.number for finding in scan(["\n".join(lines).encode()], MatchCache()).findings]


@pytest.fixture(params=RUNNERS)
def runner(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The lines that say that a test begins and that it passed, and the same of one that fails."""
    return RUNNERS[request.param]


def test_what_a_test_printed_that_passed_is_no_finding_and_what_another_did_is(
    runner: tuple[str, ...],
) -> None:
    begins, passed, begins_too, failed = runner
    lines = (begins, PRINTED, passed, begins_too, PRINTED, failed, PRINTED)
    assert {1, 4, 6} & set(found(*lines)) == {4, 6}


def test_where_no_test_is_known_to_have_printed_it_it_is_a_finding(runner: tuple[str, ...]) -> None:
    begins, passed, begins_too, failed = runner
    assert 0 in found(PRINTED, passed, failed)
    assert 1 in found(begins, PRINTED, failed, passed)
    assert 1 in found(begins_too, PRINTED, begins, passed)


def test_output_of_a_test_that_runs_with_a_passed_one_is_a_finding(runner: tuple[str, ...]) -> None:
    begins, passed, begins_too, _ = runner
    assert 2 in found(begins, begins_too, PRINTED, passed)


@pytest.mark.parametrize("runner", [RUNNERS["surefire 2"], RUNNERS["surefire 3"], RUNNERS["ctest"]])
def test_which_of_two_that_run_at_once_printed_it_is_not_guessed(runner: tuple[str, ...]) -> None:
    begins, passed, begins_too, _ = runner
    assert 2 in found(begins_too, begins, PRINTED, passed)


def test_the_parts_of_a_go_test_belong_to_it() -> None:
    parts = ("=== RUN   TestA/one", PRINTED, "=== RUN   TestA/two", PRINTED)
    assert not found("=== RUN   TestA", *parts, "--- PASS: TestA (0.00s)", "    --- PASS: TestA/one (0.00s)")
    assert 2 in found("=== RUN   TestA", *parts, "--- FAIL: TestA (0.00s)", "    --- PASS: TestA/one (0.00s)")


def test_what_its_process_fails_of_in_the_end_is_a_finding_though_the_test_passed() -> None:
    race = "WARNING: ThreadSanitizer: data race (pid=71)"
    begins, passed, *_ = RUNNERS["gtest"]
    assert found(begins, PRINTED, race, passed, *[begins, race, passed] * 9)[0] == 2
    assert len(found(*[begins, race, passed] * 9)) == 6  # examples


def test_a_step_that_begins_in_between_ends_what_a_test_printed() -> None:
    begins, passed, *_ = GO
    assert 1 in found(begins, PRINTED, "##[group]Run go test", passed)


def test_what_is_like_it_is_as_new_when_a_test_fails() -> None:
    begins, passed, begins_too, failed = GO
    printed = (begins, *[PRINTED] * 40, passed, begins_too, PRINTED, "FAIL: the one reason", failed)
    excerpt = distill.excerpt(distill.read(["\n".join([*printed, *["x" * 80] * 300]).encode()]), 600)
    assert PRINTED in excerpt.text
    assert 44 in {number for block in excerpt.blocks for number in range(block.first, block.last + 1)}


def test_what_passed_tests_printed_takes_no_room_from_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collected, "HELD", 64 * 1024)
    causes = [f"FAILED tests/test_cart.py::test_{name} - assert 3 == 4" for name in "abcdefghijklmnopqrst"]
    printed = [
        line
        for number in range(400)
        for line in (
            f"=== RUN   Test{number}",
            f"ERROR: {'x' * number} {'y' * 900}",
            f"--- PASS: Test{number} (0.00s)",
        )
    ]
    assert found(*causes, *printed) == list(range(20))


@pytest.mark.parametrize("before", range(0, 1_200, 40))
def test_what_a_test_printed_is_none_where_another_window_shows_how_it_ended(before: int) -> None:
    begins, passed, *_ = GO
    filler = ["x" * 127] * 1_200
    assert not found(*filler[:before], begins, *[PRINTED] * 40, *filler[:300], passed, *filler)


def test_no_line_is_looked_at_for_two_tests_that_passed() -> None:
    begins, passed, *_ = (line.encode() for line in GO)
    lines = [begins, b"x", passed, b"y", passed]
    assert began(lines, 2, 0) == 0
    assert began(lines, 4, 3) is None
    assert 3 in found(*(line.decode() for line in (begins, b"x", passed, PRINTED.encode(), passed)))
