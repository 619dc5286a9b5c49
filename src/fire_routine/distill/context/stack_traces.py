"""Scores frames of stacks and quoted sources: the project's own code above the libraries that ran it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from ..lines.clean import announces
from ..rules import expression, table
from ..weights import WEIGHTS

_FRAME = re.compile(rb"\s+at ")
_LIBRARY, _PYTHON_LIBRARY, _OTHER_LIBRARY = map(
    expression, ("library_frame", "python_library_frame", "other_library_frame")
)
_PYTEST_LIBRARY, _SOURCE_ENDS = expression("pytest_library_place"), expression("pytest_source_end")
_SIGNS = [text.encode() for text in table("texts")["library_frame"]]
# BuildKit's prefix of a step's output; where it repeats the output, the seconds alone.
_BUILDKITS = re.compile(rb"(?:(?:#\d{1,5} )?\d{1,6}\.\d{1,3} )?")
# A test's class as JUnit's runners name it in lines above the frames, how many, and how its package begins.
_TEST = re.compile(rb"(?<![\w.])((?:[a-z]\w*\.){2})(?:\w+\.)*[A-Z]\w*(?:Tests?|IT|Spec|Case)(?!\w)")
# With most-recent-call-first, top frames matter, library or not, except in CMake.
_LATEST_FIRST, _CMAKES = b"(most recent call first):", b"Call Stack (most recent"
_RUNNER = expression("python_runner_frame")  # of the test, at the other end
# The line that a code frame points at, as Babel and Collision (on a Windows console, too) print it; the lines
# around it.
_POINTERS = (">", "➜", "Ô×£", "Γ₧£")
_EDGE = r"(?: +\|| ?(?:▕|Ôûò|Γûò))"
_POINTED_AT = re.compile(rf"\s*(?:{'|'.join(_POINTERS)}) *\d+{_EDGE}".encode())
_AROUND = re.compile(rf"\s+\d+{_EDGE}".encode())
# A line, except the first, of a text that PHPUnit quotes.
_QUOTED_END, _QUOTE = b"\\n", b"Failed asserting that "
# How a docstring begins and ends in a source that pytest shows (PEP 257).
_QUOTES = (b'"""', b"'''")
# How a compiler came to a file.
_INCLUDED = re.compile(rb"In file included from | +from (?:[A-Za-z]:)?[^\s:]+:\d")
# A text without any of these has none of the above.
_CONTEXT_SIGNS = (*map(str.encode, _POINTERS), b"from ", _QUOTED_END, *_QUOTES)


def indent(line: bytes) -> int:
    """How many blanks a line begins with."""
    return len(line) - len(line.lstrip())


def dimmed(texts: Sequence[bytes], index: int, begin: int, end: int) -> Iterator[tuple[int, float]]:
    """The places of frames in the block around the line at `index` that score less, and their factors."""
    joined = b"\n".join(texts[begin:end])
    if any(joined.find(sign) >= 0 for sign in _CONTEXT_SIGNS):
        yield from _quoted_context(texts, begin, end)
        yield from _docstrings(texts, begin, index)
    if end - begin > 2:
        yield from _of_stacks(texts, index, begin, end)


def _quoted_context(texts: Sequence[bytes], begin: int, end: int) -> Iterator[tuple[int, float]]:
    """Lines around the one that a code frame points at, of a quoted text, and of a compiler's includes."""
    framed = any(_POINTED_AT.match(text) for text in texts[begin:end])
    for at in range(begin, end):
        if _INCLUDED.match(texts[at]):
            yield at, WEIGHTS.aside
        elif framed and _AROUND.match(texts[at]):
            yield at, WEIGHTS.around_pointed
        elif texts[at].endswith(_QUOTED_END) and not texts[at].startswith(_QUOTE):
            yield at, WEIGHTS.aside


def _docstrings(texts: Sequence[bytes], begin: int, index: int) -> Iterator[tuple[int, float]]:
    """Docstrings of sources above the line at `index`, except the first line, which sums it up.

    A docstring begins below a colon: elsewhere such quotes end one, or are a value's.
    """
    opened = b""
    for at in range(begin + 1, index):
        text = texts[at].strip()
        if opened:
            yield at, WEIGHTS.aside
            opened = b"" if text.endswith(opened) else opened
        elif announces(texts[at - 1]):
            quotes = next((quotes for quotes in _QUOTES if text.lstrip(b"rRuU").startswith(quotes)), b"")
            opened = quotes if text.count(quotes) == 1 else b""


def _of_stacks(texts: Sequence[bytes], index: int, begin: int, end: int) -> Iterator[tuple[int, float]]:
    """The frames and sources of libraries, and what ran one's own code."""
    joined = b"\n".join(texts[begin : end + WEIGHTS.next_to])
    if joined.find(_LATEST_FIRST) >= 0 and joined.find(_CMAKES) < 0:
        yield from ((at, WEIGHTS.library_frames) for at in range(begin, end) if _RUNNER.match(texts[at]))
        return
    if joined.find(b" at ") >= 0 or joined.find(b"\tat ") >= 0:
        for framed, places in groupby(range(begin, end), lambda at: _FRAME.match(texts[at]) is not None):
            if framed:
                yield from _less(texts, list(places), index)
    if any(joined.find(sign) >= 0 for sign in _SIGNS):
        for at in _foreign(texts, index, begin, end):
            yield at, WEIGHTS.library_frames
        for at in _foreign_sources(texts, begin, end):
            yield at, WEIGHTS.library_sources


def _own(texts: Sequence[bytes], frames: Sequence[int]) -> list[int]:
    """Which of a stack's frames are one's own: of a failed test's, those of its package, if there are any."""
    own = [nth for nth, at in enumerate(frames) if not _LIBRARY.match(texts[at])]
    test = _TEST.search(b"\n".join(texts[max(frames[0] - WEIGHTS.next_to, 0) : frames[0]]))
    package = test[1] if test else b""
    return [nth for nth in own if texts[frames[nth]].lstrip()[len(b"at ") :].startswith(package)] or own


def _less(texts: Sequence[bytes], frames: Sequence[int], index: int) -> Iterator[tuple[int, float]]:
    """Of a stack's frames, those of libraries, those far down and those that ran the last of one's own.

    Libraries that the project's code called score most at the failing frame, and little in between.
    """
    own = _own(texts, frames)
    libraries = set(range(len(frames))).difference(own)
    above = sum(at < index for at in frames)  # above the line that a rule took
    running = own[-1] + 1 if own else WEIGHTS.unknown_frames
    for nth, at in enumerate(frames):
        if nth in libraries or nth - above >= WEIGHTS.top_frames:
            yield at, WEIGHTS.deeper_frames
        if nth in libraries and nth - above >= WEIGHTS.called_frames and nth < running:
            yield at, WEIGHTS.further_called
        if nth >= running:
            yield at, WEIGHTS.calling_frames if own else WEIGHTS.library_frames


def _foreign(texts: Sequence[bytes], index: int, begin: int, end: int) -> Iterator[int]:
    """The places of other libraries' frames, with their sources and the marks that point at them.

    As in Ruby, the line at `index` names what was wrong there.
    """
    for at in range(begin, end):
        if at == index:
            continue
        prefix = _BUILDKITS.match(texts[at])
        start = prefix.end() if prefix else 0
        if _OTHER_LIBRARY.match(texts[at], start) or _PYTHON_LIBRARY.match(texts[at], start):
            yield at
            yield from _deeper_indented(texts, at, index, end)


def _foreign_sources(texts: Sequence[bytes], begin: int, end: int) -> Iterator[int]:
    """The places of other libraries' sources, as pytest shows them, except what was raised there."""
    foreign = False
    for at in range(min(end + WEIGHTS.next_to, len(texts)) - 1, begin - 1, -1):
        if _SOURCE_ENDS.match(texts[at]):
            foreign = _PYTEST_LIBRARY.match(texts[at]) is not None
        elif foreign and at < end and not texts[at].startswith(b"E "):
            yield at


def _deeper_indented(texts: Sequence[bytes], at: int, index: int, end: int) -> Iterator[int]:
    """The places of the lines after the one at `at`, up to the one at `index`, that are indented deeper."""
    depth = indent(texts[at])
    for below in range(at + 1, end):
        if below == index or indent(texts[below]) <= depth:
            return
        yield below
