"""Tokens that a vendor's format identifies: a fixed prefix, an alphabet, a length.

The formats are data: `token_data/vendors.toml`, compiled into a file that is read when the first text is
searched. A format's pattern runs only where its keyword occurs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TypeVar

from ..line_wraps import EDGES, join_from, looks_cut
from ..spans import Span
from ..text_index import TextIndex, occurrences
from ..token_formats import TokenFormat, token_formats

_LINES = (3, 64)  # lines that one token may span; the first limit is tried first, as most tokens span few
_SHORT = 12  # characters per line on average; no token is wrapped into narrower lines
_MARGIN = 120  # columns of indentation and edges at most

T = TypeVar("T")


class Formats:
    """All formats, by keyword."""

    def __init__(self, formats: Iterable[TokenFormat]) -> None:
        self.by_keyword = _grouped((keyword, one) for one in formats for keyword in one.keywords)
        wrapped = [key for key, ones in self.by_keyword.items() if not all(one.one_line for one in ones)]
        # Each proper beginning of a keyword and what it continues with; the beginnings by last character.
        self.rests = _grouped(
            (keyword[:length], keyword[length:]) for keyword in wrapped for length in range(1, len(keyword))
        )
        self.beginnings = _grouped((beginning[-1], beginning) for beginning in self.rests)
        # The last character of a beginning with the next two, or the last two (if any) with the next one.
        cuts = [(beginning, rest) for beginning, rests in self.rests.items() for rest in rests]
        self.cuts = frozenset(beginning[-1] + rest[:2] for beginning, rest in cuts if len(rest) > 1)
        self.late_cuts = frozenset(beginning[-2:] + rest for beginning, rest in cuts if len(rest) == 1)


@cache
def _formats() -> Formats:
    return Formats(token_formats())


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    """The second items by the first."""
    found: dict[str, list[T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def find(index: TextIndex) -> Iterator[Span]:
    """The tokens in the text, also where they continue over line breaks."""
    formats = _formats()
    for keyword, of_keyword in formats.by_keyword.items():
        for one in of_keyword if index.contains(keyword) else ():
            yield from (_on_one_line if one.one_line else _tokens)(index, keyword, one)
    yield from _split_keywords(index.text, formats)


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
    for position in index.find(keyword):
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


def _split_keywords(text: str, formats: Formats) -> Iterator[Span]:
    """Tokens whose keyword is cut by a line break."""
    lines = text.split("\n")
    ends = [line[-_MARGIN:].rstrip(EDGES)[-2:] for line in lines]
    starts = [line[:_MARGIN].lstrip(EDGES)[:2] for line in lines]
    cuts, late_cuts = formats.cuts, formats.late_cuts
    line_end = -1
    for number, (end, start) in enumerate(zip(ends, starts[1:], strict=False)):
        line_end += len(lines[number]) + 1
        late = end + start[:1]
        if end[-1:] + start in cuts or late in late_cuts or late[1:] in late_cuts:
            following = line_end + 1 + lines[number + 1].index(start)
            yield from _cut_at(text, _rstripped(text, line_end), following, formats)


def _cut_at(text: str, end: int, start: int, formats: Formats) -> Iterator[Span]:
    """Tokens whose keyword begins before `end` and continues at `start`."""
    for beginning in formats.beginnings[text[end - 1]]:
        if text.endswith(beginning, 0, end):
            for rest in formats.rests[beginning]:
                for one in formats.by_keyword[beginning + rest] if text.startswith(rest, start) else ():
                    yield from _over_lines(text, max(0, end - len(beginning) - one.before), one)
