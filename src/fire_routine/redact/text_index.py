"""A text with what lets detectors find their few places in it fast."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache, cached_property

_GRAM = 4  # bytes of a literal that are looked up before the text is searched


class TextIndex:
    """A text, its lower-case form of the same length, and its distinct words.

    Logs repeat themselves: their distinct words are a tenth of them or less. Whether one of the detectors'
    several hundred literals occurs at all is decided by the words, first by their substrings of four bytes.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.lowered = text.lower() if text.isascii() else text.encode().lower().decode()  # ASCII alone
        self.words = "\n".join(set(text.split()))

    @cached_property
    def _lowered_words(self) -> str:
        return self.words.lower()

    @cached_property
    def _grams(self) -> frozenset[int]:
        """All substrings of four bytes of the lower-case words, as numbers."""
        data = self._lowered_words.encode()
        ends = (start + (len(data) - start) // _GRAM * _GRAM for start in range(_GRAM))
        return frozenset().union(
            *(memoryview(data[start:end]).cast("I") for start, end in enumerate(ends) if end > start)
        )

    def contains(self, literal: str) -> bool:
        """Whether the literal, which is ASCII and has no white space, occurs."""
        return self._may_contain(literal) and literal in self.words

    def contains_lowered(self, literal: str) -> bool:
        """Whether the literal, which is ASCII and has no white space, occurs in the lower-case text."""
        return self._may_contain(literal) and literal in self._lowered_words

    def _may_contain(self, literal: str) -> bool:
        return len(literal) < _GRAM or _gram(literal) in self._grams

    def find(self, literal: str) -> Iterator[int]:
        """Where the literal, which has no white space, occurs."""
        return occurrences(self.text, literal) if self.contains(literal) else iter(())

    def find_lowered(self, literal: str) -> Iterator[int]:
        """Where the literal occurs in the lower-case text."""
        return occurrences(self.lowered, literal) if self.contains_lowered(literal) else iter(())


@cache
def _gram(literal: str) -> int:
    """The first four bytes of the literal as a number."""
    return int.from_bytes(literal[:_GRAM].lower().encode(), sys.byteorder)


def occurrences(text: str, literal: str) -> Iterator[int]:
    """Where the literal occurs in a text."""
    position = text.find(literal)
    while position >= 0:
        yield position
        position = text.find(literal, position + len(literal))
