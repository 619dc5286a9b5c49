"""The lines of a log that are kept, by their numbers, in three readings: raw, as shown, without prefixes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .lines import LONGEST, RETURN, TRAVIS_FOLD, probed, segments, stamp_of, unescaped, unprefixed, unstamped
from .noise import boilerplate_among
from .rules import expression
from .steps import BOUNDS, bounds_step
from .types import Finding, Tail

LONG = 32 * 1024  # bytes of a line from which on only what is shown of it is looked at
OTHER_PART = expression("other_part")
# A logger's own time, if its minute is that of the line's timestamp.
_TIME = re.compile(r"\[?\d{4}-\d\d-\d\d[T ]\d\d(:\d\d):\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]? (?=.*\w)")


class Texts(dict[int, bytes]):
    """The texts of lines by their numbers, without other tools' prefixes. Each is made when it is asked for.

    Raises `KeyError` for a line that is not at hand.
    """

    def __init__(self, shown: Mapping[int, bytes]) -> None:
        """`shown`: the lines as `lines.shown` has them."""
        self._shown = shown
        may_bound = (number for number, text in shown.items() if text.startswith(BOUNDS))
        self.bounds = frozenset(number for number in may_bound if bounds_step(shown[number]))  # of steps
        self._others = set[int]()  # lines that begin another part of a log

    def __missing__(self, number: int) -> bytes:
        self[number] = bare = unprefixed(probed(self._shown[number]))
        if OTHER_PART.match(bare):
            self._others.add(number)
        return bare

    def known(self, numbers: range) -> Iterator[tuple[int, bytes]]:
        """Those of these lines that are at hand, up to the first that is not, or that ends or begins a
        step."""
        for number in numbers:
            if number in self.bounds or number not in self._shown:
                return
            yield number, self[number]

    def of_part(self, numbers: range) -> int:
        """How many of these lines are of one part of the log, from the first on."""
        for at, number in enumerate(numbers):
            if number in self.bounds or number not in self._shown:
                return at
            if self[number] and number in self._others:
                return at
        return len(numbers)


@dataclass(frozen=True, slots=True)
class LineStore:
    """The lines of a log that may be shown, by their numbers."""

    raw: Mapping[int, bytes]
    text: Mapping[int, bytes]  # as `lines.shown` has it
    bare: Texts  # the same without other tools' prefixes
    boilerplate: frozenset[int]  # numbers of lines that explain nothing
    several: frozenset[int]  # numbers of lines of which several texts are shown, or a part

    def lines(self, numbers: Iterable[int]) -> list[str]:
        """What each of the lines shows; what was between carriage returns is a line of its own."""
        numbers = list(numbers)
        if not numbers:
            return []
        lines = b"\n".join([self.text[number] for number in numbers]).decode("utf-8", "replace").split("\n")
        for at, number in enumerate(numbers):
            if number in self.several:
                lines[at] = "\n".join(segments(self.raw[number]))
            elif (time := _TIME.match(lines[at])) and stamp_of(self.raw[number])[1].endswith(
                time[1].encode(), 0, 16
            ):
                lines[at] = lines[at][time.end() :]
        return lines


def store_of(tails: Iterable[Tail], findings: Iterable[Finding]) -> LineStore:
    """The store of the lines before the ends of steps, and of those around findings."""
    raw: dict[int, bytes] = {}
    for tail in tails:
        raw.update(enumerate(tail.raw, tail.first))
    for finding in findings:
        raw.update(enumerate(finding.lines, finding.number - finding.at))
    long = {number: segments(line)[-1].encode() for number, line in raw.items() if len(line) > LONG}
    numbers = [number for number in raw if number not in long]
    bare = unstamped([raw[number] for number in numbers])
    shown = unescaped(bare)
    several = {at for at, line in enumerate(shown) if RETURN in line}
    # A fold's mark, and what follows in its line.
    boilerplate = {numbers[at] for at in several if shown[at].startswith(b"travis_")}
    for at in several:
        shown[at] = shown[at].rpartition(b"\r")[2]
    # A fold alone in its line is not shown.
    shown = [b"" if line[:7] == b"travis_" and TRAVIS_FOLD.fullmatch(line) else line for line in shown]
    several.update(at for at, line in enumerate(shown) if len(line) > LONGEST or b"^[[" in bare[at])
    text = long | dict(zip(numbers, shown, strict=True))
    places = list(text)
    boilerplate.update(places[at] for at in boilerplate_among(list(text.values())))
    return LineStore(
        raw,
        text,
        Texts(text),
        frozenset(boilerplate),
        frozenset(numbers[at] for at in several).union(long),
    )
