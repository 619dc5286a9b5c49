"""Secrets in the syntax of one tool or format: `docker login -p …`, `IDENTIFIED BY …`, `<password>…`.

The syntaxes are data: `token_data/syntaxes.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ...patterns import pattern
from ..heuristics import is_mixed, is_placeholder, is_sentence, is_strong_password, looks_generated
from ..public import is_public
from ..spans import Span
from ..text_index import TextIndex, occurrences
from ..token_formats import Syntax, syntaxes

_BLANK = pattern(r"\s|\Z")
_DEMAND = pattern(r"must|should|requir|expect|allow|at least|field", re.IGNORECASE)


@cache
def _by_literal() -> dict[str, list[Syntax]]:
    found: dict[str, list[Syntax]] = {}
    for one in syntaxes():
        for literal in one.literals:
            found.setdefault(literal, []).append(one)
    return found


def find(index: TextIndex) -> Iterator[Span]:
    """The secrets in the places where a tool reads or prints one."""
    for literal in filter(index.syntaxes.__contains__, _by_literal()):
        for syntax in _by_literal()[literal]:
            if not syntax.needs or syntax.needs in index.syntaxes:
                yield from _found(index, syntax, literal)


def _found(index: TextIndex, syntax: Syntax, literal: str) -> Iterator[Span]:
    edge = 0
    for position in occurrences(index.lowered, literal):
        if position < edge:
            continue
        if syntax.reaches and (blank := _BLANK.search(index.lowered, position)):
            edge = blank.start()
        match = syntax.pattern.match(index.lowered, position)
        if match and _is_secret(index.text, *match.span(1), syntax.look):
            yield Span(*match.span(1), "password")


def _is_secret(text: str, start: int, end: int, look: str) -> bool:
    value = text[start:end]
    if is_placeholder(value) or _complains(value) or value.isdigit() or value.startswith("-"):
        return False
    generated = looks_generated(value) or is_strong_password(value) or (look == "mixed" and is_mixed(value))
    return look == "any" or (generated and not is_public(text, start, end))


def _complains(value: str) -> bool:
    """Whether it is a validator's message about a value; a password may consist of words, too."""
    return is_sentence(value) and _DEMAND.search(value) is not None
