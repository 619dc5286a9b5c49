"""Output of passed tests is no finding, as far as it can be distinguished from that of others."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fire_routine import distill
from fire_routine.distill.match import MatchCache
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
    "xctest": (
        "Test Case '-[M.C a]' started.",
        "Test Case '-[M.C a]' passed (0.001 seconds).",
        "Test Case '-[M.C b]' started.",
        "Test Case '-[M.C b]' failed (0.001 seconds).",
    ),
    "one that no entry describes": (
        "RUNNING cart/sums_prices",
        "cart/sums_prices ........ PASSED",
        "RUNNING cart/finds_coupons",
        "cart/finds_coupons ...... FAILED",
    ),
    "another": ("test: shop.cart", "successful: shop.cart", "test: shop.till", "failure: shop.till"),
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


def failing(expected: Callable[..., bool], runners: Iterable[str] = RUNNERS) -> list[str]:
    """The runners for whose lines it does not hold: that a test begins, that it passed, and those of another
    that fails."""
    return [name for name in runners if not expected(*RUNNERS[name])]


def test_what_a_test_printed_that_passed_is_no_finding_and_what_another_did_is() -> None:
    def holds(begins: str, passed: str, begins_too: str, failed: str) -> bool:
        lines = (begins, PRINTED, passed, begins_too, PRINTED, failed, PRINTED)
        return {1, 4, 6} & set(found(*lines)) == {4, 6}

    assert failing(holds) == []


def test_where_no_test_is_known_to_have_printed_it_it_is_a_finding() -> None:
    assert failing(lambda _, passed, __, failed: 0 in found(PRINTED, passed, failed)) == []
    assert failing(lambda begins, passed, _, failed: 1 in found(begins, PRINTED, failed, passed)) == []
    assert failing(lambda begins, passed, other, _: 1 in found(other, PRINTED, begins, passed)) == []


def test_what_one_of_two_that_run_at_once_printed_is_a_finding() -> None:
    assert failing(lambda begins, passed, other, _: 2 in found(begins, other, PRINTED, passed)) == []
    parallel = ("surefire 2", "surefire 3", "ctest")
    assert (
        failing(lambda begins, passed, other, _: 2 in found(other, begins, PRINTED, passed), parallel) == []
    )


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
    digest = distill.read(["\n".join([*printed, *["x" * 80] * 300]).encode()])
    assert PRINTED in distill.excerpt(digest, 600).text
    assert [line.number for line in digest.lines if line.text == PRINTED and line.block == 0] == [44]


def test_what_a_test_printed_is_none_where_another_window_shows_how_it_ended() -> None:
    begins, passed, *_ = GO
    filler = ["x" * 127] * 1_200
    for before in range(0, 1_200, 40):
        assert not found(*filler[:before], begins, *[PRINTED] * 40, *filler[:300], passed, *filler)
