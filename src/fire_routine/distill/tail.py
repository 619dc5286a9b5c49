"""How much the lines before the mark of a step's end tell, whatever they say."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from .dull import maps_memory
from .findings import Tail
from .kept import Kept
from .text import DIGITS

LOOKED = 120  # lines before a mark that are told apart: the dull, and those alike
TOGETHER = 16  # lines farther before a mark that tell as much as the last of them
FALL = 0.94  # from each line before a mark to the one before it
SHORT, FALL_OF_SHORT = 40, 0.98  # bytes of a line that costs little room, and the same from such a one
EARLIER = 0.05  # of its weight has a line of an earlier step
DULL = 0.2  # of its weight has a line that tells nothing by itself
ALIKE, MORE = 2, 0.3  # the last of lines that differ in digits only which tell all, and what more of them do


def looked_at(tail: Tail) -> range:
    """The numbers of the lines that are told apart."""
    end = tail.first + len(tail.raw)
    return range(max(end - LOOKED, tail.first), end)


def weights(
    tail: Tail, dull: Collection[int], kept: Kept, room: int, least: float
) -> Iterator[tuple[int, float]]:
    """The numbers of a tail's lines, the last first, and what each tells: the less, the farther before its
    mark it stands, down to the `least` that any has, and up to `room` bytes of them."""
    number, weight = tail.first + len(tail.raw), tail.weight
    near, tells = looked_at(tail).start, weight
    alike: dict[bytes, int] = {}
    for raw in reversed(tail.raw):
        number -= 1
        if number in dull and maps_memory(kept.text[number]):
            continue  # what stands above such a map stands before the end as if it were not there
        weight *= FALL if len(raw) > SHORT else FALL_OF_SHORT
        if number >= near:
            mask = kept.text[number].translate(None, DIGITS)
            alike[mask] = alike.get(mask, 0) + 1
            tells = weight * (DULL if number in dull else 1.0) * (MORE if alike[mask] > ALIKE else 1.0)
        elif (near - number) % TOGETHER == 1:
            tells = weight
        yield number, tells if number >= tail.step else tells * EARLIER
        room -= len(raw)
        if room < 0 or weight < least:
            break
