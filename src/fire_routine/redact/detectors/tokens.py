"""Tokens that a vendor's format identifies: a fixed prefix, an alphabet, a length.

The formats are data: `token_data/vendors.toml`, compiled into a file that is read when the first text is
searched. A format's pattern runs only where its keyword occurs.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from ..spans import Span
from ..text_index import TextIndex, occurrences
from ..token_formats import TokenFormat, token_formats


@cache
def _by_keyword() -> dict[str, list[TokenFormat]]:
    found: dict[str, list[TokenFormat]] = {}
    for one in token_formats():
        for keyword in one.keywords:
            found.setdefault(keyword, []).append(one)
    return found


def find(index: TextIndex) -> Iterator[Span]:
    """The tokens in the text."""
    for keyword in filter(index.keywords.__contains__, _by_keyword()):
        for one in _by_keyword()[keyword]:
            yield from _tokens(index.text, keyword, one)


def _tokens(text: str, keyword: str, one: TokenFormat) -> Iterator[Span]:
    done = 0
    for position in occurrences(text, keyword):
        if position < max(done, one.before):
            continue
        match = one.pattern.match(text, position - one.before)
        if match:
            done = match.end()
            yield Span(*match.span(match.lastindex or 0), one.kind)
