"""How much the frames of a stack tell: those of one's own code more than those that ran it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

_FRAME = re.compile(rb"\s+at ")
# Frames of the JDK, .NET and Node.js, of frameworks and of what is installed beside one's own code.
_LIBRARY = re.compile(
    rb"\s+at (?:java\.|javax\.|jdk\.|(?:com\.)?sun\.|junit\.|kotlinx?\.|scala\.|node:|\S+ \(node:"
    rb"|.{0,200}/node_modules/"
    rb"|org\.(?:apache\.maven|eclipse|gradle|hibernate|junit|mockito|scalatest|springframework|testng)\."
    rb"|(?:Microsoft\.VisualStudio|NUnit|System|Xunit)\.)"
)
_PYTHON_LIBRARY = re.compile(rb"\s+File \"[^\"]*(?:(?:site|dist)-packages|[/\\]lib/python[\d.]+|\\Lib)[/\\]")
_LATEST_FIRST = b"(most recent call first):"
_FRAMES, _DEEPER = 12, 0.9  # of a stack that tell all of it, and what of it a deeper one and a library's do
_STRANGERS, _RUNNING = 3, 0.7  # frames of a stack without one's own that tell, and what those that ran it do


def indent(line: bytes) -> int:
    """How many blanks a line begins with."""
    return len(line) - len(line.lstrip())


def dimmed(texts: Sequence[bytes], index: int, begin: int, end: int) -> Iterator[tuple[int, float]]:
    """The places of frames in the block around the line at `index` that tell less; what of their share."""
    for at in _deeper(texts, index, begin, end):
        yield at, _DEEPER
    for at in _running(texts, begin, end):
        yield at, _RUNNING


def _deeper_indented(texts: Sequence[bytes], at: int, index: int, end: int) -> Iterator[int]:
    """The places of the lines behind the one at `at`, up to the one at `index`, that are indented deeper."""
    depth = indent(texts[at])
    for below in range(at + 1, end):
        if below == index or indent(texts[below]) <= depth:
            return
        yield below


def _deeper(texts: Sequence[bytes], index: int, begin: int, end: int) -> Iterator[int]:
    """The places of frames that tell less than their trace: those far down, and libraries'."""
    frames = 0
    for at in range(begin, end):
        text = texts[at]
        if text[:1] not in (b" ", b"\t"):
            if _LATEST_FIRST in text:  # the frames that count stand at its top, whosever they are
                return
            frames = 0
            continue
        frames = frames + 1 if at > index and _FRAME.match(text) else 0
        if frames > _FRAMES or _LIBRARY.match(text):
            yield at
        elif _PYTHON_LIBRARY.match(text):
            yield at
            yield from _deeper_indented(texts, at, index, end)  # its source, and what points at it


def _running(texts: Sequence[bytes], begin: int, end: int) -> Iterator[int]:
    """The places of a stack's frames of libraries below the last of one's own: what ran the test, say."""
    for framed, places in groupby(range(begin, end), lambda at: _FRAME.match(texts[at]) is not None):
        if framed:
            frames = list(places)
            own = [at for at in frames if not _LIBRARY.match(texts[at])]
            yield from frames[own[-1] + 1 - frames[0] if own else _STRANGERS :]
