"""The lines of a log that are kept once it has been read, and what they show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..lines.clean import RETURN, TRAVIS_FOLD, segments, turned, unstamped
from ..lines.cuts import LONGEST
from ..noise import boilerplate_among, settings_among

LONG = 32 * 1024  # bytes of a line from which on only what is shown of it is looked at


@dataclass(frozen=True, slots=True)
class LineStore:
    """Lines by their numbers."""

    raw: Mapping[int, bytes]
    text: Mapping[int, bytes]  # as `lines.clean.shown` has it
    boilerplate: frozenset[int]  # settings and folds; all such lines among those looked at closely
    _looked: frozenset[int]  # those looked at closely
    _odd: frozenset[int]  # those of which several texts are shown, or a part

    def lines(self, numbers: Iterable[int]) -> list[str]:
        """What each of the lines shows; what was between carriage returns is a line of its own."""
        numbers = list(numbers)
        plain = b"\n".join([b"" if number in self._odd else self.text[number] for number in numbers])
        lines = plain.decode("utf-8", "replace").split("\n")
        for at, number in enumerate(numbers):
            if number in self._odd:
                lines[at] = "\n".join(segments(self.raw[number]))
        return lines

    def extended(self, raw: Mapping[int, bytes], closely: Iterable[int]) -> LineStore:
        """A store with these lines, too.

        `closely`: numbers of the lines of which it is found out whether they explain nothing. For most
        lines of a log, no one needs it.
        """
        new = {number: line for number, line in raw.items() if number not in self.raw}
        text, boilerplate, odd = _shown(new)
        text = {**self.text, **text}
        looked = sorted(set(closely).difference(self._looked))
        boilerplate.update(looked[at] for at in boilerplate_among([text[number] for number in looked]))
        return LineStore(
            {**self.raw, **new},
            text,
            self.boilerplate | boilerplate,
            self._looked.union(looked),
            self._odd | odd,
        )


EMPTY = LineStore({}, {}, frozenset(), frozenset(), frozenset())


def _shown(new: Mapping[int, bytes]) -> tuple[dict[int, bytes], set[int], set[int]]:
    """What lines show, which of them are settings or folds, and which show several texts, or a part. Many are
    looked at together, which takes less time."""
    long = {number: segments(line)[-1].encode() for number, line in new.items() if len(line) > LONG}
    numbers = [number for number in new if number not in long]
    if not numbers:
        return long, set(), set(long)
    bare = unstamped([new[number] for number in numbers])
    lines = turned(bare)
    joined = b"\n".join(lines)
    boilerplate = settings_among(joined)
    odd = {at for at, line in enumerate(lines) if RETURN in line}
    # The mark of a fold explains nothing, and neither does what follows in its line.
    boilerplate.update(at for at in odd if lines[at].startswith(b"travis_"))
    for at in odd:
        lines[at] = lines[at].rpartition(b"\r")[2]
    if joined.find(b"travis_") >= 0:  # a fold alone in its line is not shown
        lines = [b"" if TRAVIS_FOLD.fullmatch(line) else line for line in lines]
    odd.update(at for at, line in enumerate(lines) if len(line) > LONGEST or b"^[[" in bare[at])
    return (
        long | dict(zip(numbers, lines, strict=True)),
        {numbers[at] for at in boilerplate},
        {numbers[at] for at in odd}.union(long),
    )
