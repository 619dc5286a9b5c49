"""Long lines that quote others: another command's output, as Ansible's results and logs in JSON hold it."""

from __future__ import annotations

import re
from functools import lru_cache

from ..lines.cuts import MARK, abbreviated, clear_of_marks, cut_mark
from ..match import classify
from ..rules import ERROR_LIKE

MOST = 500  # of the lines in it that are looked at
LEAST = 400  # characters of a cut line that leave room for a quoted one
BEGINNING = 4  # the part of the room for how the line itself begins
_ENDS = re.compile(r'\\{1,8}n|", ?\\{0,8}"')  # of a line in a JSON string, and of an item in a list of lines
_QUOTES = '\\"'


@lru_cache(maxsize=64)
def _strongest(line: str) -> int:
    """Where the strongest of the lines begins that a long line quotes.

    The first of several; 0: no rule takes one as an error.
    """
    begins = [end.end() for end in _ENDS.finditer(line)][:MOST]
    pieces = [piece.strip(_QUOTES) for piece in _ENDS.split(line, MOST)[1 : len(begins) + 1]]
    rules = classify([piece.encode("utf-8", "replace") for piece in pieces], every=True)
    weights = [rule.weight if rule is not None else 0.0 for rule in rules]
    strongest = max(weights, default=0.0)
    return begins[weights.index(strongest)] if strongest >= ERROR_LIKE else 0


def cut(line: str, limit: int) -> str:
    """A line that has been cleaned, cut to `limit` for want of room: to how it begins, and to what it quotes
    from the strongest place on, if that would not be visible otherwise."""
    if len(line) <= limit:
        return line
    begin = limit // BEGINNING
    place = _strongest(line) if limit >= LEAST else 0
    if place < limit // 2 or len(line) - place < limit // 4:
        return abbreviated(line, limit)
    begin, _ = clear_of_marks(line, begin, place)
    head, quoted = line[:begin].rstrip(), line[place:].lstrip(_QUOTES)
    mark = cut_mark(line[len(head) : len(line) - len(quoted)])
    return f"{head}{mark}{abbreviated(quoted, limit - begin - MARK)}"
