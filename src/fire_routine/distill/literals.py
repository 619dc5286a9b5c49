"""Where any of many literals stand in a text, all looked for at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from threading import Lock

try:
    import hyperscan
except ImportError:  # no wheel for this platform: the same search, slower
    AUTOMATON = False
else:
    AUTOMATON = True


class Literals:
    """A search for literals, none of them empty.

    `automaton`: by one of a library; else, and where that has none for this processor, by a regular
    expression of the same meaning.
    """

    def __init__(self, literals: Iterable[bytes], *, automaton: bool = AUTOMATON) -> None:
        self.literals = sorted(set(literals))
        self._search = _automaton(self.literals) if automaton else _Expression(self.literals)

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
        """By the places of the lines in which any of the literals stands, none of which reaches over a line's
        end, the numbers of those that do; `joined` are the lines, by their ends."""
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
    """By Hyperscan's. It searches without the interpreter's lock, but one text at a time."""

    def __init__(self, literals: Sequence[bytes]) -> None:
        """Make it.

        Raises:
            hyperscan.error: there is none for this processor.
        """
        count = len(literals)
        # As expressions: its literals end with their first NUL byte.
        expressions = [b"".join(b"\\x%02x" % byte for byte in literal) for literal in literals]
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(expressions, ids=range(count), elements=count, flags=[0] * count)
        self._turn = Lock()

    def find(self, text: bytes) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        add = found.append

        def note(which: int, _begin: int, end: int, _flags: int, _context: object) -> None:
            add((end, which))

        with self._turn:
            self._database.scan(text, note)
        return found

    def ends(self, text: bytes) -> list[int]:
        found: list[int] = []
        add = found.append

        def note(_which: int, _begin: int, end: int, _flags: int, _context: object) -> None:
            add(end)

        with self._turn:
            self._database.scan(text, note)
        return found


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


def _automaton(literals: Sequence[bytes]) -> _Automaton | _Expression:
    try:
        return _Automaton(literals)
    except hyperscan.error:
        return _Expression(literals)


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
