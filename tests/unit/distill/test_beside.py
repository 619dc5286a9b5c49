"""What is beside a cause but no part of it is not shown with it."""

from __future__ import annotations

from fire_routine import distill
from fire_routine.model.evidence import ERROR_WEIGHT

BEGIN = ["##[group]Run make test", "\x1b[36;1mmake test\x1b[0m", "shell: bash", "##[endgroup]"]
END = ["##[error]Process completed with exit code 1."]


def strong(*lines: str) -> list[str]:
    """The lines of a failed step that are as strong as an error, or near one."""
    log = [f"2026-01-02T03:04:05.0000000Z {line}" for line in (*BEGIN, *lines, *END)]
    digest = distill.read(["\n".join(log).encode()])
    return [line.text for line in digest.lines if line.weight >= ERROR_WEIGHT / 2]


def test_the_next_tests_difference_is_none_of_a_failures() -> None:
    begin, end = "========DIFF========", "========DONE========"
    failed = [
        begin,
        '008- string(9) "nine euro"',
        '008+ string(8) "nine eur"',
        end,
        "FAIL Round [tests/round.phpt]",
    ]
    expected = [
        begin,
        *(f"     line {number} of a lost connection" for number in range(9)),
        end,
        "XFAIL Fork",
    ]
    quiet = [f"PASS Order [tests/order/{number}.phpt]" for number in range(100)]
    found = strong(*failed, *expected, *quiet)
    assert [line for line in failed if line in found] == failed
    assert not any(line in found for line in expected[1:-2])


def test_a_loggers_own_time_is_not_shown_again_but_another_time_is() -> None:
    found = strong(
        "2026-01-02 05:04:05,123 ERROR till: no coins left",
        "2026-01-02T05:04:04+02:00   ValueError: no coins",
        "2031-01-01 00:00:00 is not 2031-01-01 00:00:01, failed",
    )
    assert {"ERROR till: no coins left", "  ValueError: no coins"} <= set(found)
    assert "2031-01-01 00:00:00 is not 2031-01-01 00:00:01, failed" in found


def test_a_padded_counter_is_no_other_format() -> None:
    failed = "    ( 3/12) [ EXECUTE] (X) Vim(echo):E121: Undefined variable: nope"
    assert failed in strong(failed, *["    ( 4/12) [ EXECUTE] adds up"] * 50)


def test_of_a_crash_the_thread_that_crashed_is_shown() -> None:
    frames = [f'  File "/w/pool.py", line {number} in wait' for number in range(8)]
    before, after = (
        ["Thread 0x00007f11 (most recent call first):", *frames[at : at + 4], ""] for at in (0, 4)
    )
    crashed = [
        "Current thread 0x00007f12 (most recent call first):",
        '  File "/w/till.py", line 4 in close',
        "",
    ]
    found = strong("Fatal Python error: Segmentation fault", "", *before, *crashed, *after, *["quiet"] * 50)
    assert [line for line in crashed[:2] if line in found] == crashed[:2]
    assert not any(line in found for line in (*before[:3], *after[:5]))


def test_rows_of_coverage_are_no_part_of_a_failure() -> None:
    rows = [f" file{number}.js |    88.1 |       75 |     100 |    88.1 | 12,40" for number in range(9)]
    found = strong("  ● adds up", "", "    TypeError: total is not a function", *rows)
    assert not any(row in found for row in rows)
