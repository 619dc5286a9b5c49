"""Values of a vendor's format next to the vendor's name: `ADAFRUIT_IO = "…"`, `lob: live_…`.

The form of such a value would fit other things as well. The vendor's name and the exact length decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ...patterns import pattern
from ..heuristics import is_placeholder, mixes_digits
from ..spans import Span
from ..text_index import Literals, TextIndex
from ..token_formats import named_formats

# What may be between the vendor's name and the value: the rest of the name, an operator, quotes
_BETWEEN = r"[ \t\w.-]{0,20}[ \t'\"\]]{0,3}(?:=>|[:?+.]{0,3}=|:|>|\|\||,)[ \t`'\"=]{0,5}"
_END = r"(?=[\s`'\";,)\]}&<|\\]|\Z)"
_DIGITS = 15  # digits that make an account's number rather than a count or a time
_DISTINCT = 6  # different characters of a value that was drawn by lot


@cache
def _patterns() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """Kinds and patterns by name."""
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for one in named_formats():
        expression = pattern(f"{_BETWEEN}({one.value}){_END}", re.ASCII)
        for name in one.names:
            found.setdefault(name, []).append((one.kind, expression))
    return found


@cache
def _names() -> Literals:
    return Literals(_patterns())


def find(index: TextIndex) -> Iterator[Span]:
    """The values of vendors' formats that are assigned to a name with the vendor's in it."""
    for name in index.present_lowered(_names()):
        for position in index.find_lowered(name):
            if _begins_word(index.text, position):
                yield from _values(index.text, position + len(name), _patterns()[name])


def _values(text: str, start: int, formats: list[tuple[str, re.Pattern[str]]]) -> Iterator[Span]:
    for kind, expression in formats:
        match = expression.match(text, start)
        if match and _is_random(match[1]):
            yield Span(*match.span(1), kind)


def _begins_word(text: str, position: int) -> bool:
    """Whether a name begins there: `okta`, `my_okta`, `myOkta`, but not in `global` (lob)."""
    before = text[position - 1 : position]
    return not before.isalpha() or (before.islower() and text[position].isupper())


def _is_random(value: str) -> bool:
    number = value.isdigit() and len(value) >= _DIGITS
    return (number or mixes_digits(value)) and len(set(value)) >= _DISTINCT and not is_placeholder(value)
