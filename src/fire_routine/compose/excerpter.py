"""Excerpts of digests that stop where lines stop telling, as all sections ask for them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from ..model import ERROR_WEIGHT, Block, Digest, Excerpt, utf16_length

MakeExcerpt = Callable[[Digest, int], Excerpt]

# Shares of the greatest weight from which on a line is shown, however much room there is. A step's last lines
# and what comes before the first failure explain it less often than what follows.
SHARE, _ASIDE = 0.15, 0.2
_NEAR = 10  # lines before a failure that belong to it


class Excerpter:
    """Excerpts without weak lines, however much room there is.

    One that was made for a greater limit and stays within this one is the answer again.
    """

    def __init__(self, excerpt: MakeExcerpt) -> None:
        self._excerpt = excerpt
        # With the digests themselves, since the next one could have the id of one that is gone
        self._made: dict[int, tuple[Digest, Digest, list[tuple[int, int, Excerpt]]]] = {}

    def __call__(self, digest: Digest, limit: int) -> Excerpt:
        if id(digest) not in self._made:
            self._made[id(digest)] = digest, _telling(digest), []
        _, telling, known = self._made[id(digest)]
        for asked, used, earlier in known:
            if used <= limit <= asked:
                return earlier
        found = self._excerpt(telling, limit)
        if not found.lines:  # nothing but the mark of a gap
            found = Excerpt("", 0, digest.total_lines)
        known.append((limit, utf16_length(found.text), found))
        return found


def greatest_weight(digest: Digest) -> float:
    return max((block.weight for block in digest.blocks), default=0.0)


def is_weak(digest: Digest) -> bool:
    """Whether no line of the log looks like an error."""
    return greatest_weight(digest) < ERROR_WEIGHT


def _telling(digest: Digest) -> Digest:
    """The digest's lines that are strong enough, and those that say how the step ended."""
    most = greatest_weight(digest)
    first = min((number for unit in digest.units for number in unit), default=0) - _NEAR

    def tells(number: int, block: Block) -> float | None:
        aside = number < first or (block.rule == "tail" and not is_weak(digest))
        strong = block.weight >= most * (_ASIDE if aside else SHARE)
        return block.weight if strong or number in digest.ends else None

    return _weighed(digest, tells)


def units_first(digest: Digest, least: float) -> Digest:
    """The digest's lines of at least this weight, with those of its units so strong that they come first."""
    most = greatest_weight(digest)
    order = {number: at for at, unit in reversed(list(enumerate(digest.units))) for number in unit}

    def lifted(number: int, block: Block) -> float | None:
        if number in order:
            return most * (1.2 + 0.3 / (1 + order[number]))
        return block.weight if block.weight >= least else None

    return replace(_weighed(digest, lifted), ends=())


def numbers(excerpt: Excerpt) -> set[int]:
    """The numbers of the lines that an excerpt shows."""
    return {number for block in excerpt.blocks for number in range(block.first, block.last + 1)}


def without(digest: Digest, shown: Collection[int]) -> Digest:
    """The digest without the lines that have these numbers.

    What is weak beside them stays weak: a block without lines keeps the greatest weight.
    """
    rest = _weighed(digest, lambda number, block: None if number in shown else block.weight)
    ends = tuple(number for number in digest.ends if number not in shown)
    return replace(rest, blocks=(Block(0, (), greatest_weight(digest), "shown"), *rest.blocks), ends=ends)


def _weighed(digest: Digest, weight: Callable[[int, Block], float | None]) -> Digest:
    """The digest with the weight that each line has by its number and its block; None: without the line."""
    blocks: list[Block] = []
    for block in digest.blocks:
        numbered = [(min(block.first + offset, block.last), line) for offset, line in enumerate(block.lines)]
        weighed = [(weight(number, block), number, line) for number, line in numbered]
        for new, group in groupby(weighed, itemgetter(0)):
            if new is not None:
                _, found, lines = zip(*group, strict=True)
                blocks.append(Block(found[0], lines, new, block.rule, found[-1]))
    return replace(digest, blocks=tuple(blocks))
