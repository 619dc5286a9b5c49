"""A digest within a budget."""

from __future__ import annotations

from dataclasses import replace

from ..model import Block, Digest, Excerpt, utf16_length
from .text import shorten

GAP = 22  # characters that a mark for left-out lines takes, about
TELLING = 5.0  # the weight from which on a line may take much of the room
NEARLY = 0.6  # of the weight of the first line that did not fit: shorter ones are still tried


def _gap(lines: int) -> str:
    return f"[… {lines} line{'s' if lines > 1 else ''} left out]"


class _Page:
    """Lines chosen so far and the room that is left."""

    def __init__(self, numbers: list[int], room: int) -> None:
        self._numbers = numbers
        self.room = room
        self.chosen: set[int] = set()

    def _adjoins(self, at: int, other: int) -> bool:
        return other in self.chosen and abs(self._numbers[at] - self._numbers[other]) <= 1

    def add(self, at: int, size: int) -> bool:
        """Whether the line at position `at` fits, its share of gap marks counted; then it is chosen."""
        cost = size + 1 + GAP * (1 - self._adjoins(at, at - 1) - self._adjoins(at, at + 1))
        if cost > self.room:
            return False
        self.room -= cost
        self.chosen.add(at)
        return True


def excerpt(digest: Digest, max_characters: int) -> Excerpt:
    """The most telling lines that fit into `max_characters` UTF-16 code units, in the log's order."""
    longest = max(120, max_characters // 6)
    telling = max(120, max_characters * 2 // 5)
    weights: list[float] = []
    numbers: list[int] = []
    texts: list[str] = []
    for block in digest.blocks:
        for offset, line in enumerate(block.lines):
            weights.append(block.weight)
            numbers.append(block.first + min(offset, block.last - block.first))
            texts.append(shorten(line, telling if block.weight >= TELLING else longest))
    page = _Page(numbers, max_characters - 2 * GAP)
    first_miss: float | None = None
    for at in sorted(range(len(texts)), key=lambda at: (-weights[at], at)):
        if first_miss is not None and weights[at] < first_miss * NEARLY:
            break
        if not page.add(at, utf16_length(texts[at])) and first_miss is None:
            first_miss = weights[at]
    out: list[str] = []
    shown = sorted(page.chosen)
    last = -1
    for at in shown:
        if numbers[at] > last + 1:
            out.append(_gap(numbers[at] - last - 1))
        out.append(texts[at])
        last = numbers[at]
    if last + 1 < digest.total_lines:
        out.append(_gap(digest.total_lines - last - 1))
    blocks = _shown(digest, page.chosen)
    return Excerpt("\n".join(out), len({numbers[at] for at in shown}), digest.total_lines, blocks)


def _shown(digest: Digest, chosen: set[int]) -> tuple[Block, ...]:
    """The digest's blocks, with the lines that an excerpt shows: neighbours of one rule are one block."""
    blocks: list[Block] = []
    position = 0
    for block in digest.blocks:
        for offset, line in enumerate(block.lines):
            number = block.first + min(offset, block.last - block.first)
            last = blocks[-1] if blocks else None
            if position in chosen and last and last.rule == block.rule and number - last.last <= 1:
                blocks[-1] = replace(
                    last, lines=(*last.lines, line), last=number, weight=max(last.weight, block.weight)
                )
            elif position in chosen:
                blocks.append(Block(number, (line,), block.weight, block.rule, number))
            position += 1
    return tuple(blocks)
