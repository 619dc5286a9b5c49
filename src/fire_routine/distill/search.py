"""Multi-pattern search: where any of many literals occurs in a text, all looked for at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

try:
    from ahocorasick_rs import BytesAhoCorasick, Implementation
except ImportError:  # no wheel for this platform: the same search, slower
    AUTOMATON = False
else:
    AUTOMATON = True
# Bytes searched before the faster automaton is built: for 3,800 literals it takes 45 ms instead of 4, and
# saves 2 ms for each MiB.
MUCH = 16 * 1024 * 1024


class Literals:
    """A search for literals, none of them empty.

    `automaton`: search with `ahocorasick_rs`; otherwise with a regular expression that finds the same.
    """

    def __init__(self, literals: Iterable[bytes], *, automaton: bool = AUTOMATON) -> None:
        self.literals = sorted(set(literals))
        self._search = _Automaton(self.literals) if automaton else _Expression(self.literals)

    def find(self, text: bytes) -> list[tuple[int, int]]:
        """Where each literal ends in the text, and its number; in the text's order."""
        found = self._search.find(text)
        found.sort()
        return found

    def ends(self, text: bytes) -> list[int]:
        """Where literals end, in the text's order; of those that overlap perhaps only one."""
        ends = self._search.ends(text)
        ends.sort()
        return ends

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
    """An Aho-Corasick automaton: a compact one at first; once much was searched, one that is faster."""

    def __init__(self, literals: Sequence[bytes]) -> None:
        self._literals = literals
        self._automaton = BytesAhoCorasick(literals, implementation=Implementation.ContiguousNFA)
        self._left = MUCH

    def _count(self, text: bytes) -> None:
        if self._left > 0:
            self._left -= len(text)
            if self._left <= 0:
                self._automaton = BytesAhoCorasick(self._literals, implementation=Implementation.DFA)

    def find(self, text: bytes) -> list[tuple[int, int]]:
        self._count(text)
        matches = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return [(end, which) for which, _, end in matches]

    def ends(self, text: bytes) -> list[int]:
        self._count(text)
        return [end for _, _, end in self._automaton.find_matches_as_indexes(text)]


class _Expression:
    """By a regular expression."""

    def __init__(self, literals: Sequence[bytes]) -> None:
        trie = _trie(literals)
        self._first, self._each = re.compile(trie), re.compile(b"(?=(%b))" % trie)
        number = {literal: at for at, literal in enumerate(literals)}
        # Of each literal those that it begins with, by their lengths, and itself.
        self._beginnings = {
            literal: [
                (length, number[beginning])
                for length in range(1, len(literal) + 1)
                if (beginning := literal[:length]) in number
            ]
            for literal in literals
        }

    def find(self, text: bytes) -> list[tuple[int, int]]:
        return [
            (match.start() + length, at)
            for match in self._each.finditer(text)
            for length, at in self._beginnings[match.group(1)]
        ]

    def ends(self, text: bytes) -> list[int]:
        return [match.end() for match in self._first.finditer(text)]


def _trie(literals: Sequence[bytes]) -> bytes:
    """An expression that matches the longest of the literals that begin at a place."""
    tails: dict[bytes, list[bytes]] = {}
    for literal in literals:
        if literal:
            tails.setdefault(literal[:1], []).append(literal[1:])
    branches = [
        re.escape(head) + (b"(?:%b)%b" % (_trie(rest), b"?" if b"" in rest else b"") if any(rest) else b"")
        for head, rest in tails.items()
    ]
    return b"|".join(branches)
