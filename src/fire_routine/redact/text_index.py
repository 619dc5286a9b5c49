"""A text with what lets detectors find their few places in it fast."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

_LONG = 26  # characters; the shortest token and encoded key that are looked for here


class TextIndex:
    """A text, its lower-case form of the same length, and its distinct words.

    Logs repeat themselves: their distinct words are a tenth of them or less. They decide whether one of the
    detectors' several hundred literals occurs at all.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.lowered = text.lower() if text.isascii() else text.encode().lower().decode()  # ASCII alone
        self.words = "\n".join(set(text.split()))

    @cached_property
    def _lowered_words(self) -> str:
        return self.words.lower()

    @cached_property
    def long_words(self) -> str:
        """The distinct words of 26 characters or more, which few are."""
        return "\n".join(word for word in self.words.split("\n") if len(word) >= _LONG)

    def contains(self, literal: str) -> bool:
        """Whether the literal, which has no white space, occurs."""
        return literal in self.words

    def contains_lowered(self, literal: str) -> bool:
        """Whether the literal, which has no white space, occurs in the lower-case text."""
        return literal in self._lowered_words

    def find(self, literal: str) -> Iterator[int]:
        """Where the literal, which has no white space, occurs."""
        return occurrences(self.text, literal) if self.contains(literal) else iter(())

    def find_lowered(self, literal: str) -> Iterator[int]:
        """Where the literal occurs in the lower-case text."""
        return occurrences(self.lowered, literal) if self.contains_lowered(literal) else iter(())


def occurrences(text: str, literal: str) -> Iterator[int]:
    """Where the literal occurs in a text."""
    position = text.find(literal)
    while position >= 0:
        yield position
        position = text.find(literal, position + len(literal))
