"""Joins lines that a tool wrapped at a column."""

from __future__ import annotations

import re
from bisect import bisect_left
from enum import Enum
from typing import NamedTuple

from ..patterns import pattern
from .heuristics import continues_secret
from .spans import View

# Between two halves: a box's edge or a continuation mark, the break, and what begins each line
_BREAK = pattern(r"[ \t]{0,64}[│┃║|\\]?[ \t]{0,8}\n[ \t]{0,64}[│┃║|>]?[ \t]{0,8}(?=\S)")
_WHOLE_RUN = pattern(r"\S{0,8192}+")  # of a token over all its lines
_RUN = pattern(r"\S{0,512}+")  # of a token, as far as the widest line goes
_COLUMNS = frozenset((60, 64, 70, 72, 76, 78, 79, 80, 99, 100, 119, 120, 130, 132, 150, 160, 180, 200))
EDGES = " \t│┃║|\\"  # of boxes, and of lines that go on
_SHORTEST = 40  # characters of a line that was cut by its width
_MARGIN = 79  # columns of blanks and edges before a break, at most
_INDENT = 16  # of the lines after a cut, at most
_INDENTATION = pattern(r"[ \t]{0,64}")
_FRESH = pattern(  # what a line begins with that goes on with nothing: a mark, a date, a bracket
    r"#|::|\d{4}-\d\d-\d\d|\d\d:\d\d|[\[({<$*>]|[+-][+\s-]|[A-Z][a-z]{2,16}[ ,]"
)
_FIRST_RUN = pattern(r"\S{1,1024}")
_CLOSING = "\"'`,;)]}>│┃║|\\"  # what closes a value


class Join(NamedTuple):
    """A place in the view where a line break was removed."""

    position: int
    certain: bool  # the line before it looks cut


class Gap(NamedTuple):
    """The same, before it is known whether the line before it looks cut."""

    position: int
    found: re.Match[str]  # in the text


class Joined:
    """A text without the breaks over which a token may go on. It is made once for all tokens in it."""

    def __init__(self, text: str) -> None:
        view = View()
        done = 0
        self._gaps: list[Gap] = []
        end = text.find("\n")
        while end >= 0:
            found = _break_at(text, end, done)
            if found and found.start() > done:
                view.add(text, done, found.start())
                self._gaps.append(Gap(view.length, found))
                done = found.end()
            end = text.find("\n", max(end + 1, done))
        view.add(text, done, len(text))
        self._view = view
        self.original = view.original
        self.text = view.text

    def at(self, position: int) -> int:
        """Where a position of the original is in this text."""
        return self._view.position(position)

    def gaps(self, start: int, lines: int) -> tuple[list[Gap], int]:
        """The breaks in the run without white space from `start`, at most `lines`, and where they end."""
        run = _WHOLE_RUN.match(self.text, start)
        end = run.end() if run else start
        first = bisect_left(self._gaps, start, key=lambda gap: gap.position)
        found = [gap for gap in self._gaps[first : first + lines + 1] if gap.position < end]
        return found[:lines], found[lines].position if len(found) > lines else end


def goes_on(text: str, position: int) -> bool:
    """Whether only a run without white space and the edge of a line are between here and a break."""
    run = _RUN.match(text, position)
    end = run.end() if run else position
    while end > position and text[end - 1] in EDGES:
        end -= 1
    return _gap(text, end) is not None


def looks_cut(text: str, gap: Gap) -> bool:
    """Whether the line before the gap looks cut, and the line after it continues."""
    width = _width(text, gap.found)
    run = _FIRST_RUN.match(text, gap.found.end())
    if not run or width is _Width.NEVER:
        return False
    return continues_secret(run.group().rstrip(_CLOSING), width is _Width.USUAL)


def join_by_width(text: str) -> tuple[View, list[Join]]:
    """The lines of `text` that may have been cut at a column, joined; the others are left out."""
    view = View()
    joins: list[Join] = []
    lengths = list(map(len, text.split("\n")))
    start = first = 0
    joined = False
    for number, length in enumerate(lengths):
        end = start + length
        following = lengths[number + 1] if number + 1 < len(lengths) else 0
        cut = length >= _SHORTEST and following
        cut = cut and (
            length in _COLUMNS or length == following or joined or _inner(text, start, end) in _COLUMNS
        )
        gap = _gap(text, max(start, end - _MARGIN)) if cut else None
        width = _width(text, gap) if gap and not _FRESH.match(text, gap.end()) else _Width.NEVER
        gap = gap if width in (_Width.SHARED, _Width.USUAL) else None
        if joined or gap:
            view.add(text, first if joined else start, gap.start() if gap else end)
            if gap:
                joins.append(Join(view.length, width is _Width.USUAL))
                first = gap.end()
            else:
                view.add(text, end, end + 1, "\n")
        joined = gap is not None
        start = end + 1
    return view, joins


def _gap(text: str, end: int) -> re.Match[str] | None:
    """The break at or shortly after `end`, with the edges and indentation around it."""
    line_end = text.find("\n", end, end + _MARGIN + 1)
    return _break_at(text, line_end, end) if line_end >= 0 else None


def _break_at(text: str, line_end: int, end: int) -> re.Match[str] | None:
    """The same for the break at `line_end`, if nothing but edges is between it and `end`."""
    start = line_end
    while start > end and text[start - 1] in EDGES:
        start -= 1
    return _BREAK.match(text, start) or _BREAK.match(text, line_end)


def _inner(text: str, start: int, end: int) -> int:
    """Columns from the first that is no blank: a text may be indented after it was wrapped."""
    indented = _INDENTATION.match(text, start, end)
    return end - (indented.end() if indented else start)


class _Width(Enum):
    """How usual the width of a line is, which shows whether it was wrapped."""

    NEVER = -1  # the line is short, or the one after it would have been cut, too
    OTHER = 0
    SHARED = 1  # by the line before or after it
    USUAL = 2  # for terminals and encoders


def _width(text: str, gap: re.Match[str]) -> _Width:
    """The width of the line before the gap."""
    line_end = text.index("\n", gap.start())
    line_start = text.rfind("\n", 0, line_end) + 1
    end = text.find("\n", line_end + 1)
    width, following = line_end - line_start, (len(text) if end < 0 else end) - line_end - 1
    if width < _SHORTEST or following > width + _INDENT:
        return _Width.NEVER
    if {width, gap.start() - line_start, _inner(text, line_start, gap.start())} & _COLUMNS:
        return _Width.USUAL
    before = line_start - 1 - (text.rfind("\n", 0, max(0, line_start - 1)) + 1)
    return _Width.SHARED if width in (before, following) else _Width.OTHER
