"""Tokens that a vendor's format identifies: a fixed prefix, an alphabet, a length.

The formats are data: `token_data/vendors.toml`, compiled into a file that is read when the first text is
searched. A format's pattern runs only where its keyword occurs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ..line_wraps import EDGES, goes_on, looks_cut
from ..spans import Span
from ..text_index import TextIndex, occurrences
from ..token_formats import TokenFormat, token_formats
from .value_location import end_of_line

_LINES = (3, 64)  # lines that one token may span; the first limit is tried first, as most tokens span few
_CLOSED = 8  # line ends at which a token may end that nothing may follow
_TRIES = 4  # tokens that are looked for over line breaks in vain from one line on
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
    for keyword in filter(index.keywords.__contains__, _by_keyword()):
        for one in _by_keyword()[keyword]:
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
    done = tries = line_end = 0
    for position in occurrences(index.text, keyword):
        if position < done or (one.alone and _is_letter_or_digit(index.text[position - 1 : position])):
            continue
        match = one.pattern.match(index.text, max(0, position - one.before))
        if match:
            yield Span(*match.span(match.lastindex or 0), one.kind)
        if position >= line_end:
            tries, line_end = 0, end_of_line(index.text, position)
        if tries < _TRIES and _may_be_cut(index.text, position, match, one):
            pieces = [*_over_lines(index, position, one)]
            yield from pieces
            tries += not pieces
            done = max([done, *(piece.end for piece in pieces)])
        done = max(done, match.end() if match else 0)


def _is_letter_or_digit(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _may_be_cut(text: str, position: int, match: re.Match[str] | None, one: TokenFormat) -> bool:
    """Whether the token whose keyword is at `position` may go on over a break, after it or in front of it."""
    if goes_on(text, match.end() if match else position):
        return True
    before = text[max(0, position - one.before) : position].split("\n")[-1].lstrip(EDGES)
    start = position - len(before)
    above = text[max(0, start - _MARGIN) : start].rstrip(EDGES)
    return len(before) < one.before and above.endswith("\n")


def _over_lines(index: TextIndex, position: int, one: TokenFormat) -> Iterator[Span]:
    """The token whose keyword is at `position` and that continues over line breaks."""
    joined = index.joined
    start = max(0, joined.at(position) - one.before)
    for lines in _LINES:
        gaps, edge = joined.gaps(start, lines)
        if not gaps:
            return
        ends = [edge, *(gap.position for gap in gaps[1:_CLOSED] if one.closed)]
        match = next(filter(None, (one.pattern.match(joined.text, start, end) for end in ends)), None)
        # No token begins here if too little was joined.
        none = not match and edge - start < lines * _SHORT
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
        whole = place - first >= one.whole and one.pattern.fullmatch(joined.text, start, place)
        if first < place and whole and not looks_cut(index.text, gap):
            end = place
    yield from joined.original(Span(first, end, one.kind))
