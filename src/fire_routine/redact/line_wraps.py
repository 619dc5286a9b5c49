"""Joins lines that a tool wrapped at a column."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..patterns import pattern
from .heuristics import continues_secret
from .spans import View
from .text_index import in_time

# Between two halves: a box's edge or a continuation mark, the break, and what begins each line
_BREAK = pattern(r"[ \t]{0,64}[│┃║|\\]?[ \t]{0,8}\n[ \t]{0,64}[│┃║|>]?[ \t]{0,8}(?=\S)")
_EDGES = " \t│┃║|\\"  # of boxes, and of lines that go on
_COLUMNS = frozenset((60, 64, 70, 72, 76, 78, 79, 80, 99, 100, 119, 120, 130, 132, 150, 160, 180, 200))
_SHORTEST = 40  # characters of a line that was cut by its width
_MARGIN = 79  # columns of blanks and edges before a break, at most
_INDENT = 16  # of the lines after a cut, at most
_INDENTATION = pattern(r"[ \t]{0,64}")
_FRESH = pattern(  # what a line begins with that goes on with nothing: a mark, a date, a bracket
    r"#|::|\d{4}-\d\d-\d\d|\d\d:\d\d|[\[({<$*>]|[+-][+\s-]|[A-Z][a-z]{2,16}[ ,]"
)
_WITH_DIGIT = pattern(r"(?=[^\s\d\"'`,]{0,64}\d)[^\s\"'`,]{6,1024}")
_CLOSING = ";)]}>│┃║|\\"  # what closes a value


class Join(NamedTuple):
    """A place in the view where a line break was removed."""

    position: int
    certain: bool  # the line before it has a width that is usual for terminals and encoders


def join_by_width(text: str) -> tuple[View, list[Join]]:
    """The lines of `text` that may have been cut at a column, joined; the others are left out."""
    view = View()
    joins: list[Join] = []
    lengths = [0, *map(len, text.split("\n")), 0]
    start = first = 0
    joined = False
    for above, length, below in in_time(zip(lengths, lengths[1:], lengths[2:], strict=False)):
        end = start + length
        long = length >= _SHORTEST and 0 < below <= length + _INDENT  # else the next would be cut, too
        gap = _gap(text, start, end) if long else None
        usual = gap is not None and _is_usual(text, start, gap.start(), length)
        cut = gap is not None and (usual or length in (above, below) or _goes_on(text, gap.end()))
        if joined or cut:
            view.add(text, first if joined else start, gap.start() if gap and cut else end)
            if gap and cut:
                joins.append(Join(view.length, usual))
                first = gap.end()
            else:
                view.add(text, end, end + 1, "\n")
        joined = cut
        start = end + 1
    return view, joins


def _gap(text: str, start: int, end: int) -> re.Match[str] | None:
    """The break at `end` with the edges and indentation around it, if the next line may go on."""
    edge = end
    while edge > max(start, end - _MARGIN) and text[edge - 1] in _EDGES:
        edge -= 1
    gap = _BREAK.match(text, edge) or _BREAK.match(text, end)
    return gap if gap and not _FRESH.match(text, gap.end()) else None


def _is_usual(text: str, start: int, end: int, length: int) -> bool:
    """Whether a line's width is usual: with its edges, without, or from the first that is no blank."""
    indented = _INDENTATION.match(text, start, end)
    inner = end - (indented.end() if indented else start)
    return not _COLUMNS.isdisjoint((length, end - start, inner))


def _goes_on(text: str, start: int) -> bool:
    """Whether what begins a line is only random characters, as the rest of a token."""
    run = _WITH_DIGIT.match(text, start)
    return run is not None and continues_secret(run.group().rstrip(_CLOSING), cut=False)
