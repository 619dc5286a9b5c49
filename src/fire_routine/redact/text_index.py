"""A text with what lets detectors find their few places in it fast."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import cached_property

_LONG = 26  # characters; the shortest token and encoded key that are looked for here
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
    def long_words(self) -> str:
        """The distinct words of 26 characters or more, which few are."""
        return "\n".join(word for word in self.words.split("\n") if len(word) >= _LONG)

    @cached_property
    def _grams(self) -> frozenset[int]:
        """All substrings of four bytes of the lower-case words, as numbers."""
        data = self._lowered_words.encode()
        ends = (start + (len(data) - start) // _GRAM * _GRAM for start in range(_GRAM))
        return frozenset().union(
            *(memoryview(data[start:end]).cast("I") for start, end in enumerate(ends) if end > start)
        )

    def contains(self, literal: str) -> bool:
        """Whether the literal, which has no white space, occurs."""
        return literal in self.words

    def contains_lowered(self, literal: str) -> bool:
        """Whether the literal, which has no white space, occurs in the lower-case text."""
        return literal in self._lowered_words

    def present(self, literals: Literals) -> list[str]:
        """Those of the literals that occur, in their order."""
        return literals.among(self._grams, self.words)

    def present_lowered(self, literals: Literals) -> list[str]:
        """Those of the literals that occur in the lower-case text, in their order."""
        return literals.among(self._grams, self._lowered_words)

    def find(self, literal: str) -> Iterator[int]:
        """Where the literal, which has no white space, occurs."""
        return occurrences(self.text, literal) if self.contains(literal) else iter(())

    def find_lowered(self, literal: str) -> Iterator[int]:
        """Where the literal occurs in the lower-case text."""
        return occurrences(self.lowered, literal) if self.contains_lowered(literal) else iter(())


class Literals:
    """ASCII literals without white space, of which a text contains few. They are searched for together."""

    def __init__(self, literals: Iterable[str]) -> None:
        self._order = {literal: number for number, literal in enumerate(dict.fromkeys(literals))}
        self._short = [literal for literal in self._order if len(literal) < _GRAM]
        self._by_gram: dict[int, list[tuple[int, str]]] = {}  # by their first bytes, with the last ones
        for literal in self._order:
            if len(literal) >= _GRAM:
                ends = _number(literal[-_GRAM:]), literal
                self._by_gram.setdefault(_number(literal[:_GRAM]), []).append(ends)
        self._grams = frozenset(self._by_gram)

    def among(self, grams: frozenset[int], words: str) -> list[str]:
        """Those of the literals that occur in words with these substrings of four bytes."""
        shared = (ends for gram in self._grams & grams for ends in self._by_gram[gram])
        possible = (literal for last, literal in shared if last in grams)
        found = [literal for literal in (*self._short, *possible) if literal in words]
        return sorted(found, key=self._order.__getitem__)


def _number(part: str) -> int:
    """Four characters, in lower case, as a number."""
    return int.from_bytes(part.lower().encode(), sys.byteorder)


def occurrences(text: str, literal: str) -> Iterator[int]:
    """Where the literal occurs in a text."""
    position = text.find(literal)
    while position >= 0:
        yield position
        position = text.find(literal, position + len(literal))
