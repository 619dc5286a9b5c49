"""Lines that something cut at a column, joined again."""

from __future__ import annotations

import re
from typing import NamedTuple

from ...patterns import pattern
from .spans import View
from .values import mixed, restless

# Between two halves: a box's edge or a continuation mark, the break, and what begins each line
_BREAK = pattern(
    r"[ \t]{0,64}[│┃║|\\]?[ \t]{0,8}\n(?:\d{4}-\d\d-\d\dT[\d:.]{8,20}Z )?(?:[\w.-]{1,40} {1,20}\| )?"
    r"[ \t]{0,64}[│┃║|>]?[ \t]{0,8}(?=\S)"
)
_RUN = pattern(r"\S{0,512}+")  # of a token, as far as the widest line goes
_COLUMNS = frozenset((60, 64, 70, 72, 76, 78, 79, 80, 99, 100, 119, 120, 130, 132, 150, 160, 180, 200))
EDGES = " \t│┃║|\\"  # of boxes, and of lines that go on
_SHORTEST = 40  # characters of a line that was cut by its width
_LINES = 64  # that one secret may go over
_FRESH = pattern(  # what a line begins with that goes on with nothing: a mark, a date, a bracket
    r"#|::|\d{4}-\d\d-\d\d|\d\d:\d\d|[\[({<$+*>-]"
)
_FIRST_RUN = pattern(r"[A-Za-z0-9+/=_.~%-]{4,1024}")


class Join(NamedTuple):
    """A place in the view where a line break was taken out."""

    position: int
    certain: bool  # the lines look cut there


def joined_from(text: str, position: int) -> tuple[View, list[Join]] | None:
    """The text from `position` over line breaks, if it goes up to the first of them without white space."""
    view = View()
    joins: list[Join] = []
    while len(joins) < _LINES:
        gap = _gap_behind_run(text, position)
        if not gap:
            break
        view.add(text, position, gap.start())
        joins.append(Join(view.length, _looks_cut(text, gap)))
        position = gap.end()
    end = text.find("\n", position)
    view.add(text, position, len(text) if end < 0 else end)
    return (view, joins) if joins else None


def joined_by_width(text: str) -> tuple[View, list[int]]:
    """The lines of `text` that were cut at a column, joined, and where; the others are left out."""
    view = View()
    joins: list[int] = []
    lengths = list(map(len, text.split("\n")))
    start = first = 0
    joined = False
    for number, length in enumerate(lengths):
        end = start + length
        following = lengths[number + 1] if number + 1 < len(lengths) else 0
        cut = length >= _SHORTEST and following and (length in _COLUMNS or length == following or joined)
        gap = _gap(text, end) if cut else None
        gap = gap if gap and _by_width(text, gap) and not _FRESH.match(text, gap.end()) else None
        if joined or gap:
            view.add(text, first if joined else start, gap.start() if gap else end)
            if gap:
                joins.append(view.length)
                first = gap.end()
            else:
                view.add(text, end, end + 1, "\n")
        joined = gap is not None
        start = end + 1
    return view, joins


def continuation(text: str, position: int) -> tuple[int, int] | None:
    """Where a value that ends at `position`, before a line break, seems to go on: random characters."""
    gap = _gap(text, position)
    if not gap or not _goes_on(text, gap.end()):
        return None
    run = _FIRST_RUN.match(text, gap.end())
    return run.span() if run else None


def _gap_behind_run(text: str, position: int) -> re.Match[str] | None:
    """The first break, if nothing but a run without white space and a line's edge stands before it."""
    run = _RUN.match(text, position)
    if not run:
        return None
    end = run.end()
    while end > position and text[end - 1] in EDGES:
        end -= 1
    return _gap(text, end)


def _gap(text: str, end: int) -> re.Match[str] | None:
    """The break at or shortly behind `end`, with the edges and indentation around it."""
    line_end = text.find("\n", end, end + 80)
    if line_end < 0:
        return None
    start = line_end
    while start > end and text[start - 1] in EDGES:
        start -= 1
    return _BREAK.match(text, start) or _BREAK.match(text, line_end)


def _by_width(text: str, gap: re.Match[str]) -> bool:
    """Whether the line before the gap has a usual width, or the width of a line next to it."""
    line_end = text.index("\n", gap.start())
    line_start = text.rfind("\n", 0, line_end) + 1
    width = line_end - line_start
    if width < _SHORTEST:
        return False
    if width in _COLUMNS or gap.start() - line_start in _COLUMNS:
        return True
    before = line_start - 1 - (text.rfind("\n", 0, max(0, line_start - 1)) + 1)
    end = text.find("\n", line_end + 1)
    return width in (before, (len(text) if end < 0 else end) - line_end - 1)


def _looks_cut(text: str, gap: re.Match[str]) -> bool:
    run = _FIRST_RUN.match(text, gap.end())
    word = run is None or (run[0].isalpha() and (run[0].islower() or run[0].istitle() or run[0].isupper()))
    return _goes_on(text, gap.end()) or (not word and _by_width(text, gap))


def _goes_on(text: str, position: int) -> bool:
    run = _FIRST_RUN.match(text, position)
    return run is not None and len(run[0]) >= 6 and (mixed(run[0]) or restless(run[0]))
