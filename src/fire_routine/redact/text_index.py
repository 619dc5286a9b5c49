"""A text with what lets rules find their few places in it fast."""

from __future__ import annotations

from collections.abc import Iterator


class TextIndex:
    """A text, its lower-case form of the same length, and its distinct words.

    Logs repeat themselves: their distinct words are a tenth of them or less, so whether a literal
    occurs at all is asked of the words first.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.lowered = text.lower() if text.isascii() else text.encode().lower().decode()  # ASCII alone
        self.words = "\n".join(set(text.split()))
        self._lowered_words = self.words.lower()

    def find(self, literal: str) -> Iterator[int]:
        """Where the literal, which has no white space, occurs."""
        return occurrences(self.text, literal) if literal in self.words else iter(())

    def find_lowered(self, literal: str) -> Iterator[int]:
        """Where it occurs in the lower-case text."""
        return occurrences(self.lowered, literal) if literal in self._lowered_words else iter(())


def occurrences(text: str, literal: str) -> Iterator[int]:
    """Where the literal occurs in a text."""
    position = text.find(literal)
    while position >= 0:
        yield position
        position = text.find(literal, position + len(literal))
