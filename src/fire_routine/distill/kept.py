"""The lines of a log that are kept once it has been read, and what they show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .text import LONGEST, dull_among, segments, turned, unstamped


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
        lines = turned(bare).split(b"\n")
        shown = [line.rpartition(b"\r")[2] for line in lines]
        self.text.update(zip(numbers, shown, strict=True))
        self.dull.update(numbers[at] for at in dull_among(shown))
        for number, line in zip(numbers, lines, strict=True):
            if b"\r" in line or len(line) > LONGEST:
                self._odd.add(number)
                if line.startswith(b"travis_"):  # a fold's mark, whatever stands behind it
                    self.dull.add(number)
        self._odd.update(number for number, line in zip(numbers, bare, strict=True) if b"^[[" in line)

    def lines(self, numbers: Iterable[int]) -> list[list[str]]:
        """What each of the lines shows."""
        numbers = list(numbers)
        if not numbers:
            return []
        plain = b"\n".join([b"" if number in self._odd else self.text[number] for number in numbers])
        decoded = plain.decode("utf-8", "replace").split("\n")
        return [
            segments(self.raw[number]) if number in self._odd else [line]
            for number, line in zip(numbers, decoded, strict=True)
        ]
