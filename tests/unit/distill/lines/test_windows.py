"""A log's windows: each line is new in one of them, and `new` is these lines."""

from __future__ import annotations

import pytest

from fire_routine import distill
from fire_routine.distill.windows import AHEAD, OVERLAP, SIZE, windows

SHORT = b"".join(b"line %d of many\n" % n for n in range(30_000))
LONG = b"".join(b"%d " % n + b"x" * (n % 5 * AHEAD // 2) + b"\n" for n in range(40))
STATES = b"begin\n" + b"".join(b"%d %%\r" % n for n in range(SIZE)) + b"\nend"


@pytest.mark.parametrize("chunk", [1_000, 60_000, SIZE + 1])
@pytest.mark.parametrize(
    "log",
    [SHORT, SHORT[:-1], LONG, LONG + SHORT, SHORT + LONG, STATES, b"", b"\n", b"one\n", b"\n\none"],
    ids=["short", "unended", "long", "long first", "long last", "states", "empty", "blank", "one", "blanks"],
)
def test_each_line_is_new_in_one_window(log: bytes, chunk: int) -> None:
    lines: list[bytes] = []
    for window in windows(log[at : at + chunk] for at in range(0, len(log), chunk)):
        new = window.lines[window.start : window.stop]
        assert window.new in (b"\n".join((b"", *new)), b"\n".join((b"", *new, b"")))
        assert window.first + window.start == len(lines)
        lines += new
    if log is not STATES:  # of which each state becomes a line
        assert lines == log.removesuffix(b"\n").split(b"\n")[: None if log else 0]


@pytest.mark.parametrize("chunk", [1_000, 60_000, SIZE + 1, 10 * SIZE])
@pytest.mark.parametrize("log", [SHORT, LONG, STATES], ids=["short", "long", "states"])
def test_the_windows_are_the_same_however_the_log_comes(log: bytes, chunk: int) -> None:
    cut = windows(log[at : at + chunk] for at in range(0, len(log), chunk))
    assert list(cut) == list(windows([log[:7], b"", log[7:]]))


@pytest.mark.parametrize("chunk", [1_000, 60_000, SIZE + 1, 10 * SIZE])
def test_a_progress_bar_without_end_is_one_line_of_the_log(chunk: int) -> None:
    bar = b"".join(b"%d %% of it all\r" % n for n in range(SIZE // 4))
    log = b"\n".join([b"begin", bar, b"middle", b"one", b"1 %\r" + bar, b"error: no link", b"5 failed", bar])
    digest = distill.read(log[at : at + chunk] for at in range(0, len(log), chunk))
    assert digest.total_lines == 8
    result = {text: block.first + at for block in digest.blocks for at, text in enumerate(block.lines)}
    assert (result["error: no link"], result["5 failed"]) == (6, 7)
    assert {block.first for block in digest.blocks if block.lines[-1].endswith("of it all")} <= {2, 5, 8}
    shown = distill.excerpt(digest, 100_000)
    assert shown.lines <= shown.total_lines == 8


@pytest.mark.parametrize("chunk", [1_000, 60_000, SIZE + 1])
def test_window_repeats_the_lines_before_its_new_ones(chunk: int) -> None:
    lines = SHORT.split(b"\n")
    for window in windows(SHORT[at : at + chunk] for at in range(0, len(SHORT), chunk)):
        again = window.lines[: window.start]
        assert again == lines[window.first : window.first + window.start]
        assert window.first == window.start == 0 or len(b"\n".join(again)) > OVERLAP - 100
