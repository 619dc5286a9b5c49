"""Tokens that a vendor's format identifies: a fixed prefix, an alphabet, a length.

The formats are data: `token_data/vendors.toml`, compiled into a file that is read when the first text is
searched. A format's pattern runs only where its keyword occurs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ..line_wraps import EDGES, join_from, looks_cut
from ..spans import Span
from ..text_index import TextIndex, occurrences
from ..token_formats import TokenFormat, token_formats

_LINES = (3, 64)  # lines that one token may span; the first limit is tried first, as most tokens span few
_SHORT = 12  # characters per line on average; no token is wrapped into narrower lines
_MARGIN = 120  # columns of indentation and edges at most


@cache
def _by_keyword() -> dict[str, list[TokenFormat]]:
    found: dict[str, list[TokenFormat]] = {}
    for one in token_formats():
        for keyword in one.keywords:
            found.setdefault(keyword, []).append(one)
    return found


def find(index: TextIndex) -> Iterator[Span]:
    """The tokens in the text, also where they continue over line breaks."""
    for keyword, of_keyword in _by_keyword().items():
        for one in of_keyword if keyword in index.keywords else ():
            yield from (_on_one_line if one.one_line else _tokens)(index, keyword, one)


def _on_one_line(index: TextIndex, keyword: str, one: TokenFormat) -> Iterator[Span]:
    """The tokens without line breaks. Most texts have the keyword often, but no such word."""
    if any(_matches(index.long_words, keyword, one)):
        for match in _matches(index.text, keyword, one):
            yield Span(*match.span(match.lastindex or 0), one.kind)


def _matches(text: str, keyword: str, one: TokenFormat) -> Iterator[re.Match[str]]:
    for position in occurrences(text, keyword):
        match = one.pattern.match(text, position - one.before) if position >= one.before else None
        if match:
            yield match


def _tokens(index: TextIndex, keyword: str, one: TokenFormat) -> Iterator[Span]:
    done = 0
    for position in occurrences(index.text, keyword):
        if position >= done:
            for span in _token(index.text, position, one):
                done = max(done, span.end)
                yield span


def _token(text: str, position: int, one: TokenFormat) -> Iterator[Span]:
    """The token whose keyword is at `position`, if there is one."""
    start = max(0, position - one.before)
    match = one.pattern.match(text, start)
    if match:
        yield Span(*match.span(match.lastindex or 0), one.kind)
    if join_from(text, match.end() if match else position, 1):
        yield from _over_lines(text, start, one)
    before = text[start:position].split("\n")[-1].lstrip(EDGES)
    line_start = _rstripped(text, position - len(before))
    if len(before) < one.before and text[line_start - 1 : line_start] == "\n":
        # The line break is in front of the keyword, within the token.
        above = _rstripped(text, line_start - 1)
        yield from _over_lines(text, max(0, above - one.before + len(before)), one)


def _rstripped(text: str, end: int) -> int:
    """Where the text up to `end` ends without indentation or a box's edges."""
    start = max(0, end - _MARGIN)
    return start + len(text[start:end].rstrip(EDGES))


def _over_lines(text: str, start: int, one: TokenFormat) -> Iterator[Span]:
    """The token that begins at `start` and continues on the next lines."""
    match = None
    for lines in _LINES:
        joined = join_from(text, start, lines)
        if not joined:
            return
        view, gaps = joined
        read = view.text
        ends = [view.length, *(gap.position for gap in gaps[1:] if one.closed)]
        match = next(filter(None, (one.pattern.match(read, view.lead, end) for end in ends)), None)
        # No token begins here if too little was joined, or if a blank is in it.
        none = not match and (view.length < lines * _SHORT or " " in read[view.lead : gaps[-1].position])
        if len(gaps) < lines or none or (match and match.end() <= gaps[-1].position):
            break
    if not match:
        return
    first, end = match.span(match.lastindex or 0)
    for gap in gaps:
        place = gap.position
        if place >= end:
            break
        # The token ends here if it is whole already and the line does not look cut.
        whole = place - first >= one.whole and one.pattern.fullmatch(read, view.lead, place)
        if first < place and whole and not looks_cut(text, gap):
            end = place
    yield from view.original(Span(first, end, one.kind))
