"""Secrets that a format identifies: a vendor's token, or a place in a tool's syntax, as `docker login -p …`.

The formats are data: `token_data/vendors.toml` and `token_data/syntaxes.toml`, compiled into a file that is
read when the first text is searched. A format's pattern runs only where one of its literals occurs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...patterns import pattern
from ..heuristics import is_mixed, is_placeholder, is_sentence, is_strong_password, looks_generated
from ..public import is_public
from ..spans import Span
from ..text_index import TextIndex, occurrences
from ..token_formats import Format, formats

_BLANK = pattern(r"\s|\Z")
_DEMAND = pattern(r"must|should|requir|expect|allow|at least|field", re.IGNORECASE)


def find(index: TextIndex) -> Iterator[Span]:
    """The tokens, and the secrets in the places where a tool reads or prints one."""
    for literal, listed in formats().items():
        if literal.lower() in index.literals:
            for one in listed:
                if not one.needs or one.needs in index.literals:
                    yield from _found(index, one, literal)


def _found(index: TextIndex, one: Format, literal: str) -> Iterator[Span]:
    text = index.lowered if one.lowered else index.text
    edge = one.before
    for position in occurrences(text, literal):
        if position < edge:
            continue
        match = one.pattern.match(text, position - one.before)
        if one.reaches and (blank := _BLANK.search(text, position)):
            edge = blank.start()
        elif match and not one.lowered:
            edge = match.end()
        span = match.span(match.lastindex or 0) if match else (0, 0)
        if match and _is_secret(index.text, *span, one.look):
            yield Span(*span, one.kind)


def _is_secret(text: str, start: int, end: int, look: str) -> bool:
    value = text[start:end]
    if not look:
        return True
    if is_placeholder(value) or _complains(value) or value.isdigit() or value.startswith("-"):
        return False
    generated = looks_generated(value) or is_strong_password(value) or (look == "mixed" and is_mixed(value))
    return look == "any" or (generated and not is_public(text, start, end))


def _complains(value: str) -> bool:
    """Whether it is a validator's message about a value; a password may consist of words, too."""
    return is_sentence(value) and _DEMAND.search(value) is not None
