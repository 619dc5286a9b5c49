"""How much the frames of a stack tell: those of one's own code more than those that ran it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, groupby

_FRAME = re.compile(rb"\s+at ")
# Frames of the JDK, .NET and Node.js, of frameworks and of what is installed beside one's own code.
_LIBRARY = re.compile(
    rb"\s+at (?:java\.|javax\.|jdk\.|(?:com\.)?sun\.|junit\.|kotlinx?\.|scala\.|node:|\S+ \(node:"
    rb"|.{0,200}/node_modules/"
    rb"|org\.(?:apache\.maven|eclipse|gradle|hibernate|junit|mockito|scalatest|springframework|testng)\."
    rb"|(?:Microsoft\.VisualStudio|NUnit|System|Xunit)\.)"
)
# The same of Python, as it shows frames and as pytest does in short, and of Rust, Go, PHP and Elixir. Their
# sources or places stand below, indented.
_PYTHON_LIBRARY = re.compile(
    rb"(?:\s+File \"[^\"]{0,300}|\S{0,300})(?:(?:site|dist)-packages|[/\\]lib/python[\d.]+|\\Lib)[/\\]"
    rb"(?:[^\"]{0,300}\"|\S{0,300}\.py:\d+: in )"
)
_OTHER_LIBRARY = re.compile(
    rb"\s+\d+: (?:<?(?:core|std|alloc|test)::|__rustc|rust_begin_unwind)"
    rb"|(?:created by )?(?:reflect|runtime|testing)\.[\w.(*)]{1,80}\("
    rb"|\s*#\d+ \S{0,300}/vendor/"
    rb"|\s+\((?:elixir|ex_unit|stdlib) [\d.]+\) "
)
_LATEST_FIRST = b"(most recent call first):"  # the frames that count stand at its top, whosever they are
_FRAMES, _DEEPER = 12, 0.9  # of a stack that tell all of it, and what of it a deeper one and a library's do
_STRANGERS, _OTHERS = 3, 0.7  # frames of a stack without one's own that tell; others', what of their share


def indent(line: bytes) -> int:
    """How many blanks a line begins with."""
    return len(line) - len(line.lstrip())


def dimmed(texts: Sequence[bytes], index: int, begin: int, end: int) -> Iterator[tuple[int, float]]:
    """The places of frames in the block around the line at `index` that tell less; what of their share."""
    if any(_LATEST_FIRST in text for text in texts[begin:end]):
        return
    for at in _deeper(texts, index, begin, end):
        yield at, _DEEPER
    for at in chain(_running(texts, begin, end), _foreign(texts, index, begin, end)):
        yield at, _OTHERS


def _deeper_indented(texts: Sequence[bytes], at: int, index: int, end: int) -> Iterator[int]:
    """The places of the lines behind the one at `at`, up to the one at `index`, that are indented deeper."""
    depth = indent(texts[at])
    for below in range(at + 1, end):
        if below == index or indent(texts[below]) <= depth:
            return
        yield below


def _foreign(texts: Sequence[bytes], index: int, begin: int, end: int) -> Iterator[int]:
    """The places of libraries' frames, with their sources and what points at them."""
    for at in range(begin, end):
        text = texts[at]
        if _OTHER_LIBRARY.match(text) or (b"ib" in text and _PYTHON_LIBRARY.match(text)):
            yield at
            yield from _deeper_indented(texts, at, index, end)


def _deeper(texts: Sequence[bytes], index: int, begin: int, end: int) -> Iterator[int]:
    """The places of frames that tell less than their trace: those far down, and libraries'."""
    frames = 0
    for at in range(begin, end):
        framed = _FRAME.match(texts[at]) is not None
        frames = frames + 1 if framed and at > index else 0
        if frames > _FRAMES or (framed and _LIBRARY.match(texts[at])):
            yield at


def _running(texts: Sequence[bytes], begin: int, end: int) -> Iterator[int]:
    """The places of a stack's frames of libraries below the last of one's own: what ran the test, say."""
    for framed, places in groupby(range(begin, end), lambda at: _FRAME.match(texts[at]) is not None):
        if framed:
            frames = list(places)
            own = [at for at in frames if not _LIBRARY.match(texts[at])]
            yield from frames[own[-1] + 1 - frames[0] if own else _STRANGERS :]
