"""The action's own tokens, which need no known format, in any writing.

A text is searched for their letters and digits alone, regardless of case. So blanks, line breaks and symbols
between them change nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import lru_cache

from .spans import Span
from .text_index import occurrences

KIND = "own-token"

_SHORTEST = 8  # letters and digits that are told from other text
_OTHERS = bytes(code for code in range(128) if not chr(code).isalnum())


def find(text: str, token: str) -> Iterator[Span]:
    """Where the token is, as it is or in another writing."""
    for start in occurrences(text, token):
        yield Span(start, start + len(token), KIND)
    read = _letters_and_digits(text)
    written = [one for one in _writings(token) if one in read]
    if written:
        places = [place for place, one in enumerate(text) if one.isascii() and one.isalnum()]
        for one in written:
            for start in occurrences(read, one):
                yield Span(places[start], places[start + len(one) - 1] + 1, KIND)


def _letters_and_digits(text: str) -> str:
    """Those of ASCII, in lower case."""
    return text.encode("ascii", "replace").lower().translate(None, _OTHERS).decode()


@lru_cache(16)
def _writings(token: str) -> frozenset[str]:
    """The letters and digits of the token: plain, backwards, escaped, in hexadecimal, and in base64."""
    data = token.encode()
    escaped = (
        "".join(one if one.isalnum() else form.format(ord(one)) for one in token)
        for form in ("&#{};", "&#x{:x};", "%{:02x}", "\\u{:04x}")
    )
    encoded = (_base64(data, before) for before in range(3))
    written = map(_letters_and_digits, (token, token[::-1], data.hex(), *escaped, *encoded))
    return frozenset(one for one in written if len(one) >= _SHORTEST)


def _base64(data: bytes, before: int) -> str:
    """The base64 of the token with `before` bytes in front of it, as far as their values change nothing."""
    encoded = base64.b64encode(bytes(before) + data).decode()
    return encoded[(0, 2, 3)[before] : (before + len(data)) * 8 // 6]
