"""Debug logging, which a re-run can be asked for, changes nothing that is read of a log."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from fire_routine import distill
from fire_routine.distill.windows import SIZE, windows

END = b"##[error]Process completed with exit code 2.\n"
LOGS = sorted(Path(__file__).parents[1].glob("failures/*/same-1.log"))
PRINTED = (
    "##[debug]Evaluating condition for step: 'Run tests'",
    "##[debug]=> error: true, failed: 3",
    "##[debug]/usr/bin/bash -e /home/runner/work/_temp/0f0e4a5c.sh",
    "##[debug]",
    "##[debug]Error: Process completed with exit code 1.",
)


def with_debug_lines(log: bytes, seed: int, before: str = "") -> bytes:
    """The log with debug lines at random places, each stamped as the line above it."""
    choice = random.Random(seed)
    lines = log.split(b"\n")
    out: list[bytes] = []
    for line in lines:
        for _ in range(choice.choice((0, 0, 1, 5))):
            out.append(f"{before}2026-01-02T03:04:05.1234567Z {choice.choice(PRINTED)}".encode())
        out.append(line)
    return b"\n".join(out)


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.parent.name)
def test_a_log_with_debug_lines_has_the_same_digest(path: Path) -> None:
    log = path.read_bytes()
    expected = distill.read([log])
    for seed in range(3):
        assert distill.read([with_debug_lines(log, seed)]) == expected


def test_a_quiet_failure_has_the_same_fingerprint_with_debug_lines() -> None:
    log = b"##[group]Run make\nmake\nshell: bash\n##[endgroup]\nthe moon is full\n" + END
    expected = distill.read([log])
    assert expected.fingerprint
    assert distill.read([with_debug_lines(log, 7)]) == expected


def test_debug_lines_take_no_room_from_the_cause() -> None:
    debug = "".join(f"##[debug]Expanded step input {n}, an error string\n" for n in range(300))
    log = f"{debug}##[group]Run make\n##[endgroup]\npagegen 3 needs Lua 5.4\n{debug}".encode() + END
    text = distill.excerpt(distill.read([log]), 4_096).text
    assert "pagegen 3 needs Lua 5.4" in text
    assert "##[debug]" not in text
    assert len(text) < 200


def test_debug_lines_are_recognised_after_gh_s_prefix() -> None:
    log = b"".join(b"test\tRun make\t2026-01-02T03:04:05.1234567Z line %d\n" % n for n in range(9))
    assert distill.read([with_debug_lines(log, 3, "test\tRun make\t")]) == distill.read([log])


def test_a_line_that_only_mentions_the_mark_is_read() -> None:
    log = b"error: the log has a line that begins with ##[debug]\n"
    assert distill.read([log]).total_lines == 1


@pytest.mark.parametrize("chunk", [1, 7, 1_000, SIZE + 1])
def test_debug_lines_are_left_out_however_the_log_comes(chunk: int) -> None:
    log = with_debug_lines(b"".join(b"line %d of many\n" % n for n in range(400)), 1)
    seen = [
        line
        for window in windows(log[at : at + chunk] for at in range(0, len(log), chunk))
        for line in window.lines[window.start : window.stop]
    ]
    assert seen == [b"line %d of many" % n for n in range(400)]


@pytest.mark.parametrize("end", [b"\nlast", b""])
def test_a_debug_line_of_any_length_is_left_out(end: bytes) -> None:
    log = b"first\n##[debug]" + b"error " * SIZE + end
    lines = [line for window in windows([log]) for line in window.lines[window.start : window.stop]]
    assert lines == [b"first", *([b"last"] if end else [])]


def test_a_long_line_that_is_no_debug_line_is_read_to_its_end() -> None:
    log = b"first\n" + b"x" * (3 * SIZE) + b" ##[debug] error: the end\nlast"
    lines = [line for window in windows([log]) for line in window.lines[window.start : window.stop]]
    assert (lines[0], lines[2]) == (b"first", b"last")
    assert lines[1].endswith(b" ##[debug] error: the end")
