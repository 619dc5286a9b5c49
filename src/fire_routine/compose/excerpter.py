"""A digest's lines that are worth a place in the text, however much room there is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from ..model import ERROR_WEIGHT, Block, Digest, Excerpt

MakeExcerpt = Callable[[Digest, int], Excerpt]

# Shares of the greatest weight from which on a line is shown. A step's last lines, and what comes before the
# first failure, explain it less often than what follows.
SHARE, _ASIDE = 0.14, 0.2
_NEAR = 10  # lines before a failure that belong to it
_END = 40  # last lines of a step of which some are shown
_BEGIN = "##[group]Run "  # of a step, as GitHub's runner marks it
_BESIDE = 2  # lines on each side of what is shown that redaction sees
_AGAIN = 3  # lines in a row that were told before: shown once


def greatest_weight(digest: Digest) -> float:
    return max((block.weight for block in digest.blocks), default=0.0)


def is_weak(digest: Digest) -> bool:
    """Whether no line of the log looks like an error."""
    return greatest_weight(digest) < ERROR_WEIGHT


def telling(digest: Digest) -> Digest:
    """The digest's lines that are strong enough, each block of them once; and how the step ended.

    Those next to them are `beside`: a secret that is wrapped, or whose name is above it, is whole then.
    """
    units = {number for unit in digest.units for number in unit}
    strong = _strong_lines(digest, min(units, default=0) - _NEAR)
    told = without(strong, _told_again(strong, units))
    near = {number + off for number, _ in numbered(told) for off in range(-_BESIDE, _BESIDE + 1)}
    return replace(told, beside=(*digest.beside, *(each for each in numbered(digest) if each[0] in near)))


def numbered(digest: Digest) -> list[tuple[int, str]]:
    """The digest's lines with their numbers."""
    return [
        (min(block.first + offset, block.last), line)
        for block in digest.blocks
        for offset, line in enumerate(block.lines)
    ]


def _strong_lines(digest: Digest, first: int) -> Digest:
    """The digest's lines that are strong enough, and those that say how the step ended.

    Those before the line of number `first` belong to no failure.
    """
    most, weak = greatest_weight(digest), is_weak(digest)

    def kept(number: int, block: Block) -> float | None:
        aside = number < first or (block.rule == "tail" and not weak)
        strong = block.weight >= most * (_ASIDE if aside else SHARE)
        return block.weight if strong or number in digest.ends else None

    return _weighed(digest, kept)


def _told_again(digest: Digest, units: Collection[int]) -> set[int]:
    """The numbers of lines that repeat earlier ones, several in a row, as a code frame below each finding."""
    seen: set[str] = set()
    again: set[int] = set()
    row: list[int] = []
    for block in digest.blocks:
        for offset, line in enumerate(block.lines):
            if not (text := line.strip()):
                continue
            number = block.first + offset
            repeats = text in seen and number not in units and number <= block.last
            row = [*row[1 - _AGAIN :], number] if repeats else []
            again.update(row if len(row) == _AGAIN else ())
            seen.add(text)
    return again


def units_first(digest: Digest, least: float) -> Digest:
    """The digest's lines of at least this weight, with those of its units so strong that they come first."""
    most = greatest_weight(digest)
    order = {number: at for at, unit in reversed(list(enumerate(digest.units))) for number in unit}

    def lifted(number: int, block: Block) -> float | None:
        if number in order:
            return most * (1.2 + 0.3 / (1 + order[number]))
        return block.weight if block.weight >= least else None

    return replace(_weighed(digest, lifted), ends=())


def end_of_step(digest: Digest) -> Digest:
    """The last lines of the failed step, each stronger than the one before."""
    if not digest.blocks:
        return digest
    tail = max(digest.blocks, key=lambda block: (block.rule == "tail", block.weight)).last
    last = max(tail, *digest.ends, 0)
    lines = ((block.first + at, line) for block in digest.blocks for at, line in enumerate(block.lines))
    begin = max((number for number, line in lines if number <= last and line.startswith(_BEGIN)), default=0)
    kept = range(max(begin, last - _END), last + 1)
    return _weighed(digest, lambda number, _: float(number) if number in kept else None)


def numbers(excerpt: Excerpt) -> set[int]:
    """The numbers of the lines that an excerpt shows."""
    return {number for block in excerpt.blocks for number in range(block.first, block.last + 1)}


def without(digest: Digest, shown: Collection[int]) -> Digest:
    """The digest without the lines that have these numbers."""
    rest = _weighed(digest, lambda number, block: None if number in shown else block.weight)
    return replace(rest, ends=tuple(number for number in digest.ends if number not in shown))


def _weighed(digest: Digest, weight: Callable[[int, Block], float | None]) -> Digest:
    """The digest with the weight that each line has by its number and its block; None: without the line."""
    blocks: list[Block] = []
    for block in digest.blocks:
        lines = [(min(block.first + offset, block.last), line) for offset, line in enumerate(block.lines)]
        weighed = [(weight(number, block), number, line) for number, line in lines]
        for new, group in groupby(weighed, itemgetter(0)):
            if new is not None:
                _, found, texts = zip(*group, strict=True)
                blocks.append(Block(found[0], texts, new, block.rule, found[-1]))
    return replace(digest, blocks=tuple(blocks))
