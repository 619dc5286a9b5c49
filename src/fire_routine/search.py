"""Multi-pattern search: where any of many literals occurs in a text, all looked for at once. A leaf."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

try:
    from ahocorasick import STORE_INTS, Automaton  # type: ignore[import-not-found]
except ImportError:  # no wheel for this platform: the same search, slower
    AUTOMATON = False
else:
    AUTOMATON = True
# Bytes, the most frequent in logs first: the automaton tries a state's next ones in the literals' order.
_FREQUENT = b"0 etsmoianr.[c-\nl\x1b:/p_du=bgfhvky"
_RANKS = bytes(_FREQUENT.find(byte) & 255 for byte in range(256))  # of others 255
_GRAM = 4  # bytes of a literal that are looked up before the text is searched


class Literals:
    """A search for literals, none of them empty.

    `automaton`: search with an Aho-Corasick automaton; otherwise one by one, which finds the same.
    """

    def __init__(self, literals: Iterable[bytes], *, automaton: bool = AUTOMATON) -> None:
        self.literals = sorted(set(literals), key=lambda literal: (literal.translate(_RANKS), literal))
        self._search = _Automaton(self.literals) if automaton else _OneByOne(self.literals)

    def find(self, text: bytes) -> list[tuple[int, int]]:
        """Where each literal ends in the text, and its number; in the order of the ends."""
        return self._search.find(text)

    def ends(self, text: bytes) -> list[int]:
        """Where literals end, in the text's order."""
        return self._search.ends(text)

    def among(self, lines: Sequence[bytes], joined: bytes) -> dict[int, set[int]]:
        """By the places of the lines, the numbers of the literals in them.

        No literal reaches over a line's end. `joined` are the lines, by their ends.
        """
        among: dict[int, set[int]] = {}
        held = set[int]()
        at = edge = -1  # the line, and where it ends
        for end, literal in self.find(joined):
            if end > edge:
                while end > edge:
                    at += 1
                    edge += len(lines[at]) + 1
                held = among[at] = set()
            held.add(literal)
        return among


class _Automaton:
    """Reads the text once, whatever the number of literals. The automaton takes text: a character a byte."""

    def __init__(self, literals: Sequence[bytes]) -> None:
        self._automaton = Automaton(STORE_INTS)
        for number, literal in enumerate(literals):
            self._automaton.add_word(literal.decode("latin-1"), number)
        self._automaton.make_automaton()

    def find(self, text: bytes) -> list[tuple[int, int]]:
        return [(last + 1, number) for last, number in self._automaton.iter(text.decode("latin-1"))]

    def ends(self, text: bytes) -> list[int]:
        return [last + 1 for last, _ in self._automaton.iter(text.decode("latin-1"))]


class _OneByOne:
    """Looks for those literals alone whose substrings of four bytes all occur in the text: few do."""

    def __init__(self, literals: Sequence[bytes]) -> None:
        self._short: list[tuple[bytes, int]] = []
        self._by_gram: dict[int, list[tuple[frozenset[int], bytes, int]]] = {}  # by the last one
        for number, literal in enumerate(literals):
            if len(literal) < _GRAM:
                self._short.append((literal, number))
            else:
                last = int.from_bytes(literal[-_GRAM:], sys.byteorder)
                self._by_gram.setdefault(last, []).append((_grams(literal), literal, number))
        self._last = frozenset(self._by_gram)

    def find(self, text: bytes) -> list[tuple[int, int]]:
        grams = _grams(text)
        possible = [
            (literal, number)
            for last in self._last & grams
            for needed, literal, number in self._by_gram[last]
            if needed <= grams
        ]
        found = []
        for literal, number in (*self._short, *possible):
            at = text.find(literal)
            while at >= 0:
                found.append((at + len(literal), number))
                at = text.find(literal, at + 1)
        return sorted(found)

    def ends(self, text: bytes) -> list[int]:
        return [end for end, _ in self.find(text)]


def _grams(data: bytes) -> frozenset[int]:
    """All substrings of four bytes, as numbers."""
    ends = (start + max(len(data) - start, 0) // _GRAM * _GRAM for start in range(_GRAM))
    view = memoryview(data)
    return frozenset().union(*(view[start:end].cast("I") for start, end in enumerate(ends) if end > start))
