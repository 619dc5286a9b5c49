"""Where any of many literals stand in a text, all looked for at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

try:
    from ahocorasick_rs import BytesAhoCorasick, Implementation
except ImportError:  # no wheel for this platform: the same search, slower
    AUTOMATON = False
else:
    AUTOMATON = True


ENOUGH = 8 * 1024 * 1024  # bytes searched until the automaton that is faster, and made more slowly, pays


class Literals:
    """A search for literals, none of them empty, after Aho and Corasick (CACM 18 (1975) 6).

    `automaton`: by their algorithm, in a library; else by a regular expression of the same meaning.
    """

    def __init__(self, literals: Iterable[bytes], *, automaton: bool = AUTOMATON) -> None:
        self.literals = sorted(set(literals))
        self._automaton = self._made(Implementation.ContiguousNFA) if automaton else None
        self._left = ENOUGH
        if not automaton:
            trie = _trie(self.literals)
            self._first, self._each = re.compile(trie), re.compile(b"(?=(%b))" % trie)
            number = {literal: at for at, literal in enumerate(self.literals)}
            self._prefixes = {
                literal: [
                    number[part] for end in range(len(literal)) if (part := literal[: end + 1]) in number
                ]
                for literal in self.literals
            }

    def _made(self, implementation: Implementation) -> BytesAhoCorasick:
        return BytesAhoCorasick(self.literals, implementation=implementation)

    def _count(self, text: bytes) -> None:
        if self._left > 0:
            self._left -= len(text)
            if self._left <= 0:
                self._automaton = self._made(Implementation.DFA)

    def find(self, text: bytes) -> Iterable[tuple[int, int, int]]:
        """Each literal's number, and where it begins and ends in the text, line by line."""
        if self._automaton is not None:
            self._count(text)
            return self._automaton.find_matches_as_indexes(text, overlapping=True)
        return self._by_trie(text)

    def ends(self, text: bytes) -> list[int]:
        """Where literals end, of those that overlap only one."""
        if self._automaton is not None:
            self._count(text)
            return [end for _, _, end in self._automaton.find_matches_as_indexes(text)]
        return [match.end() for match in self._first.finditer(text)]

    def _by_trie(self, text: bytes) -> Iterator[tuple[int, int, int]]:
        for match in self._each.finditer(text):
            for at in self._prefixes[match.group(1)]:
                yield at, match.start(), match.start() + len(self.literals[at])


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
