"""Excerpts of digests that stop where lines stop telling, as all sections ask for them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from ..model import ERROR_WEIGHT, Block, Digest, Excerpt, utf16_length

MakeExcerpt = Callable[[Digest, int], Excerpt]

# The longer an excerpt is, the stronger a line must be that makes it longer: shares of the greatest weight,
# and the units up to which lines of that share are shown. Filler needs only be of the failed step.
FLOORS = ((0.35, 60_000), (0.15, 6_000), (0.08, 3_000))
FILLER = 300  # units up to which an excerpt is filled with weaker lines
_OF_STEP = 0.2  # weight that lines before the failed step seldom have; others are no filler


class Excerpter:
    """Excerpts without weak lines, however much room there is.

    One that was made for a greater limit and stays within this one is the answer again.
    """

    def __init__(self, excerpt: MakeExcerpt) -> None:
        self._excerpt = excerpt
        # With the digests themselves, since the next one could have the id of one that is gone
        self._made: dict[int, tuple[Digest, list[tuple[int, int, Excerpt]]]] = {}

    def __call__(self, digest: Digest, limit: int) -> Excerpt:
        _, known = self._made.setdefault(id(digest), (digest, []))
        for asked, used, earlier in known:
            if used <= limit <= asked:
                return earlier
        found = self._stopped(digest, limit)
        known.append((limit, utf16_length(found.text), found))
        return found

    def _stopped(self, digest: Digest, limit: int) -> Excerpt:
        most = greatest_weight(digest)
        shown = Excerpt("", 0, digest.total_lines)
        for share, size in (*FLOORS, (min(_OF_STEP / max(most, 1.0), FLOORS[-1][0]), FILLER)):
            if utf16_length(shown.text) < min(size, limit):
                more = self._excerpt(at_least(digest, most * share), min(size, limit))
                shown = more if more.text.strip() else shown
        return shown if shown.text else self._excerpt(digest, min(limit, FILLER))


def greatest_weight(digest: Digest) -> float:
    return max((block.weight for block in digest.blocks), default=0.0)


def is_weak(digest: Digest) -> bool:
    """Whether no line of the log looks like an error."""
    return greatest_weight(digest) < ERROR_WEIGHT


def at_least(digest: Digest, least: float) -> Digest:
    """The digest's lines of at least this weight, and those that say how the step ended."""
    strong = (block for block in digest.blocks if block.weight >= least or block.first in digest.ends)
    return replace(digest, blocks=tuple(strong))


def units_first(digest: Digest, least: float) -> Digest:
    """The digest's lines of at least this weight, with those of its units so strong that they come first."""
    most = greatest_weight(digest)
    order = {number: at for at, unit in reversed(list(enumerate(digest.units))) for number in unit}
    blocks: list[Block] = []
    for block in digest.blocks:
        begin = 0
        for offset in range(len(block.lines)):
            number = min(block.first + offset, block.last)
            if number not in order or block.first == block.last:
                continue
            if offset > begin:
                first = block.first + begin
                kept = block._replace(first=first, lines=block.lines[begin:offset], last=number - 1)
                blocks.append(kept)
            weight = most * _lift(order[number])
            blocks.append(Block(number, block.lines[offset : offset + 1], weight, block.rule, number))
            begin = offset + 1
        if begin < len(block.lines):
            kept = block._replace(first=min(block.first + begin, block.last), lines=block.lines[begin:])
            if block.first == block.last and block.first in order:
                kept = kept._replace(weight=most * _lift(order[block.first]))
            blocks.append(kept)
    return replace(digest, blocks=tuple(block for block in blocks if block.weight >= least), ends=())


def _lift(place: int) -> float:
    """The factor for the lines of the unit at this place."""
    return 1.2 + 0.3 / (1 + place)


def numbers(excerpt: Excerpt) -> set[int]:
    """The numbers of the lines that an excerpt shows."""
    return {number for block in excerpt.blocks for number in range(block.first, block.last + 1)}


def without(digest: Digest, shown: Collection[int]) -> Digest:
    """The digest without the lines that have these numbers.

    What is weak beside them stays weak: a block without lines keeps the greatest weight.
    """
    blocks = [Block(0, (), greatest_weight(digest), "shown")]
    for block in digest.blocks:
        kept: list[str] = []
        for offset, line in enumerate(block.lines):
            number = min(block.first + offset, block.last)
            if number not in shown:
                kept.append(line)
                continue
            if kept:
                blocks.append(block._replace(first=number - len(kept), lines=tuple(kept), last=number - 1))
            kept = []
        if kept:
            first = block.last - len(kept) + 1 if len(kept) < len(block.lines) else block.first
            blocks.append(block._replace(first=first, lines=tuple(kept)))
    ends = tuple(number for number in digest.ends if number not in shown)
    return replace(digest, blocks=tuple(blocks), ends=ends)
