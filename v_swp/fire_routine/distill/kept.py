"""The lines of a log that are kept once it has been read, and what they show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from .dull import dull_among
from .text import LONGEST, numbered, segments, turned, unstamped

_TURN = re.compile(rb"\r")


class Kept:
    """Raw lines by their numbers. What they show is found for many of them at once."""

    def __init__(self) -> None:
        self.raw: dict[int, bytes] = {}
        self.text: dict[int, bytes] = {}  # as `text.shown` has it
        self.dull: set[int] = set()
        self._odd: set[int] = set()  # those of which more than one text is shown, or a part
        self._new: dict[int, bytes] = {}

    def add(self, first: int, lines: Sequence[bytes]) -> None:
        self._new.update(zip(range(first, first + len(lines)), lines, strict=True))

    def settle(self) -> None:
        """Find out what the lines show that were added."""
        new = {number: line for number, line in self._new.items() if number not in self.raw}
        self._new = {}
        if not new:
            return
        self.raw.update(new)
        numbers = list(new)
        bare = unstamped(list(new.values()))
        joined = turned(bare)
        lines = joined.split(b"\n")
        odd = set(numbered(joined, [match.start() for match in _TURN.finditer(joined)]))
        folds = [at for at in odd if lines[at].startswith(b"travis_")]
        for at in odd:
            lines[at] = lines[at].rpartition(b"\r")[2]
        self.text.update(zip(numbers, lines, strict=True))
        # A fold's mark tells nothing, whatever stands behind it.
        self.dull.update(numbers[at] for at in chain(dull_among(lines), folds))
        if max(map(len, lines)) > LONGEST:
            odd.update(at for at, line in enumerate(lines) if len(line) > LONGEST)
        if b"^[[" in b"".join(bare):
            odd.update(at for at, line in enumerate(bare) if b"^[[" in line)
        self._odd.update(numbers[at] for at in odd)

    def lines(self, numbers: Iterable[int]) -> list[str]:
        """What each of the lines shows; what stood between carriage returns is a line of its own."""
        numbers = list(numbers)
        plain = b"\n".join([b"" if number in self._odd else self.text[number] for number in numbers])
        lines = plain.decode("utf-8", "replace").split("\n")
        for at, number in enumerate(numbers):
            if number in self._odd:
                lines[at] = "\n".join(segments(self.raw[number]))
        return lines
