"""The lines of a log that are kept once it has been read, and what they show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .dull import dull_among, settings_among
from .text import LONGEST, RETURN, TRAVIS_FOLD, segments, turned, unstamped

LONG = 32 * 1024  # bytes of a line from which on no more than what is shown of it is looked at


class Kept:
    """Raw lines by their numbers. What they show is found for many of them at once."""

    def __init__(self) -> None:
        self.raw: dict[int, bytes] = {}
        self.text: dict[int, bytes] = {}  # as `text.shown` has it
        self.dull: set[int] = set()  # settings and folds, and what else is among those looked at closely
        self._looked: set[int] = set()
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
        if max(map(len, new.values())) > LONG:
            for number in [number for number, line in new.items() if len(line) > LONG]:
                self.text[number] = segments(new.pop(number))[-1].encode()
                self._odd.add(number)
            if not new:
                return
        numbers = list(new)
        bare = unstamped(list(new.values()))
        lines = turned(bare)
        joined = b"\n".join(lines)
        dull = settings_among(joined)
        odd = {at for at, line in enumerate(lines) if RETURN in line}
        # A fold's mark is boilerplate, with any text after it.
        dull.update(at for at in odd if lines[at].startswith(b"travis_"))
        for at in odd:
            lines[at] = lines[at].rpartition(b"\r")[2]
        if joined.find(b"travis_") >= 0:  # a fold alone in its line is none of what is shown
            lines = [b"" if TRAVIS_FOLD.fullmatch(line) else line for line in lines]
        self.text.update(zip(numbers, lines, strict=True))
        self.dull.update(numbers[at] for at in dull)
        if max(map(len, lines)) > LONGEST:
            odd.update(at for at, line in enumerate(lines) if len(line) > LONGEST)
        if b"^[[" in b"".join(bare):
            odd.update(at for at, line in enumerate(bare) if b"^[[" in line)
        self._odd.update(numbers[at] for at in odd)

    def look_closely(self, numbers: Iterable[int]) -> None:
        """Find out which of the lines are boilerplate. Most lines never need it."""
        new = sorted(set(numbers).difference(self._looked))
        self._looked.update(new)
        self.dull.update(new[at] for at in dull_among([self.text[number] for number in new]))

    def lines(self, numbers: Iterable[int]) -> list[str]:
        """What each of the lines shows; each part between carriage returns is a line of its own."""
        numbers = list(numbers)
        plain = b"\n".join([b"" if number in self._odd else self.text[number] for number in numbers])
        lines = plain.decode("utf-8", "replace").split("\n")
        for at, number in enumerate(numbers):
            if number in self._odd:
                lines[at] = "\n".join(segments(self.raw[number]))
        return lines
