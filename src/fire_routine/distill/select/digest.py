"""The highest-scoring lines of a log, as blocks, up to the bound of a digest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ...model import Block
from ..context.line_store import LineStore
from ..lines.cuts import LONGEST
from ..lines.numbering import Numbering
from ..score.scorer import Lines
from ..types import MOST
from ..weights import WEIGHTS


def _highest_scoring(lines: Lines, store: LineStore) -> list[int]:
    """The numbers of the strongest lines, up to the bound, in the log's order."""
    numbers = sorted(lines)
    if sum(map(len, map(store.text.__getitem__, numbers))) + len(numbers) <= MOST:
        return numbers
    room = MOST
    chosen: list[int] = []
    for number in sorted(numbers, key=lambda number: -lines[number][0]):
        room -= min(len(store.text[number]), LONGEST) + 1
        if room < 0:
            break
        chosen.append(number)
    return sorted(chosen)


def _blank_lines(numbers: Sequence[int], lines: Lines, store: LineStore) -> Lines:
    """A few blank lines between two with these numbers: a gap's mark would take more room.

    A blank line has the lower weight of the two.
    """
    blank: Lines = {}
    for before, number in pairwise(numbers):
        if 1 < number - before <= WEIGHTS.blank_lines + 1:
            between = range(before + 1, number)
            if not any(store.text.get(at, b"x").strip() for at in between):
                blank.update(dict.fromkeys(between, min(lines[before], lines[number])))
    return blank


def _take_overwritten(texts: list[str]) -> dict[int, tuple[str, ...]]:
    """Take off the texts, in place, what carriage returns overwrote in them; by the text's place."""
    found: dict[int, tuple[str, ...]] = {}
    for at, text in enumerate(texts):
        if "\n" in text and len(shown_lines := text.split("\n")) > WEIGHTS.overwritten_after:
            found[at], texts[at] = (
                tuple(shown_lines[: -WEIGHTS.overwritten_after]),
                "\n".join(shown_lines[-WEIGHTS.overwritten_after :]),
            )
    return found


def selected_blocks(lines: Lines, store: LineStore, numbering: Numbering) -> tuple[Block, ...]:
    """The strongest lines; neighbours of one weight and rule make a block.

    A line that shows several texts is a block of its own.
    """
    numbers = _highest_scoring(lines, store)
    if blank := _blank_lines(numbers, lines, store):
        lines, numbers = {**lines, **blank}, sorted([*numbers, *blank])
    texts = store.lines(numbers)
    overwritten = _take_overwritten(texts)
    begins: list[int] = []
    last, before = -2, (0.0, "")
    for at, number in enumerate(numbers):
        line = lines[number]
        if (
            number != last + 1
            or (line is not before and (line[1] != before[1] or abs(line[0] - before[0]) > before[0] * 0.01))
            or "\n" in texts[at] + texts[at - 1]
            or number in numbering.edges
        ):
            begins.append(at)
            before = line
        last = number
    blocks: list[Block] = []
    for begin, end in pairwise([*begins, len(numbers)]):
        weight, rule = lines[numbers[begin]]
        first = numbering.of(numbers[begin]) + 1
        if begin in overwritten:
            blocks.append(Block(first, overwritten[begin], weight * WEIGHTS.overwritten, rule, first))
        shown_lines = "\n".join(texts[begin:end]).split("\n")
        blocks.append(Block(first, tuple(shown_lines), weight, rule, numbering.of(numbers[end - 1]) + 1))
    return tuple(blocks)
