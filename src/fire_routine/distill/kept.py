"""The lines of a log that are kept once it has been read, and what they show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .text import LONGEST, dull_among, segments, stamp_of, turned, unstamped


class Kept:
    """Raw lines by their numbers. What they show is found for all of them at once, when no more come."""

    def __init__(self) -> None:
        self.raw: dict[int, bytes] = {}
        self.text: dict[int, bytes] = {}  # as `text.shown` has it
        self.dull: set[int] = set()
        self._odd: set[int] = set()  # those of which more than one text is shown, or a part

    def add(self, first: int, lines: Sequence[bytes]) -> None:
        self.raw.update(zip(range(first, first + len(lines)), lines, strict=True))

    def close(self) -> None:
        """Find out what the lines show."""
        if not self.raw:
            return
        numbers = list(self.raw)
        bare = unstamped(list(self.raw.values()))
        lines = turned(bare)
        self.text = dict(zip(numbers, [line.rpartition(b"\r")[2] for line in lines], strict=True))
        self.dull = {numbers[at] for at in dull_among(list(self.text.values()))}
        for number, line in zip(numbers, lines, strict=True):
            if b"\r" in line or len(line) > LONGEST:
                self._odd.add(number)
                if line.startswith(b"travis_"):  # a fold's mark, whatever stands behind it
                    self.dull.add(number)
        self._odd.update(number for number, line in zip(numbers, bare, strict=True) if b"^[[" in line)

    def stamp(self, number: int) -> bytes:
        """A line's timestamp to the second, or nothing."""
        return stamp_of(self.raw[number])[1]

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
