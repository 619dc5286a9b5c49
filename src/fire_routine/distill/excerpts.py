"""A log's strongest lines: as blocks up to a digest's bound, and as an excerpt within a budget."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..model import ERROR_WEIGHT, Block, Digest, Excerpt, utf16_length
from .context import LineStore
from .lines import LONGEST, abbreviated
from .score import Weights
from .types import DIGEST_BYTES

# The worth of a line: its weight by its length.
UNIT = 100  # characters: a weak line of this length is worth its weight / 2 ** THRIFT
THRIFT, THRIFT_OF_STRONG = 0.4, 0.1  # exponents: several short lines are worth more than a long one

TAB_WIDTH = 4
BLANKS = 3  # blank lines between two that are shown, at most
SPELLED = " lines left out"  # in the first mark of a gap; the others are numbers alone
ROOM_FOR_ENDS = 1_000  # characters from which on the step's end is always shown
SHORTEST = 200  # characters that a line may take however little room there is
LONGEST_WEAK = 2_000  # … and characters that a weak line may take however much there is


def blocks_of(weights: Weights, store: LineStore) -> tuple[Block, ...]:
    """The strongest lines up to the bound; neighbours of one weight and rule make a block.

    A line that shows several texts is a block of its own.
    """
    numbers = _strongest(weights, store)
    blank = _blank_between(numbers, weights, store)
    weights, numbers = weights | blank, sorted([*numbers, *blank])
    texts = store.lines(numbers)
    begins: list[int] = []
    last, before = -2, (0.0, "")
    for at, number in enumerate(numbers):
        line = weights[number]
        if number != last + 1 or line != before or number in store.several or last in store.several:
            begins.append(at)
        last, before = number, line
    return tuple(
        Block(
            numbers[begin] + 1,
            tuple("\n".join(texts[begin:end]).split("\n")),
            *weights[numbers[begin]],
            numbers[end - 1] + 1,
        )
        for begin, end in pairwise([*begins, len(numbers)])
    )


def _strongest(weights: Weights, store: LineStore) -> list[int]:
    """The numbers of the strongest lines, up to the bound, in the log's order."""
    room = DIGEST_BYTES
    chosen: list[int] = []
    for _, number in sorted([(-weight, number) for number, (weight, _) in weights.items()]):
        room -= min(len(store.text[number]), LONGEST) + 1
        if room < 0:
            break
        chosen.append(number)
    return sorted(chosen)


def _blank_between(numbers: Sequence[int], weights: Weights, store: LineStore) -> Weights:
    """A few blank lines between two with these numbers, which have the lower weight of the two."""
    blank: Weights = {}
    for before, number in pairwise(numbers):
        if not 0 < number - before - 1 <= BLANKS:
            continue
        between = range(before + 1, number)
        if not any(store.text.get(at, b"x").strip() for at in between):
            blank.update(dict.fromkeys(between, min(weights[before], weights[number])))
    return blank


@dataclass(slots=True)
class _Line:
    """A line that is not blank."""

    number: int
    text: str
    block: Block
    size: int  # in UTF-16 code units
    blanks: int | None  # blank lines between it and the one before; None: not shown, or there are others


def excerpt(digest: Digest, max_characters: int) -> Excerpt:
    """The strongest lines that fit into `max_characters` UTF-16 code units, in the log's order."""
    lines = _lines(digest, max_characters)
    ends = digest.ends if max_characters >= ROOM_FOR_ENDS else ()
    chosen = _choice(lines, digest.total_lines, max_characters, ends)
    out: list[str] = []
    blocks: list[Block] = []
    spelled, last, shown = SPELLED, 0, 0
    for at, line in enumerate(lines):
        if at not in chosen:
            continue
        blanks = line.blanks if line.blanks is not None and (at - 1 in chosen or at == 0) else 0
        if line.number > last + 1 + blanks:
            out.append(_gap(line.number - last - 1, spelled))
            spelled = ""
        texts = (*[""] * blanks, line.text)
        out += texts
        shown += blanks + (line.number != last)
        if blocks and at - 1 in chosen and lines[at - 1].block is line.block:
            blocks[-1] = blocks[-1]._replace(lines=(*blocks[-1].lines, *texts), last=line.number)
        else:
            blocks.append(line.block._replace(first=line.number - blanks, lines=texts, last=line.number))
        last = line.number
    if last < digest.total_lines:
        out.append(_gap(digest.total_lines - last, spelled))
    text = "\n".join(out)
    if utf16_length(text) > max_characters:  # not even room for the mark of a gap
        return Excerpt("", 0, digest.total_lines)
    return Excerpt(text, shown, digest.total_lines, tuple(blocks))


def _gap(lines: int, spelled: str = "") -> str:
    return f"[… {lines}{spelled.replace('lines', 'line') if lines == 1 else spelled}]"


def _lines(digest: Digest, max_characters: int) -> list[_Line]:
    """The digest's lines that are not blank, each cut to what it may take of the room."""
    strong = max_characters // 3
    weak = min(max_characters // 6, LONGEST_WEAK)
    lines: list[_Line] = []
    last, blanks = 0, 0  # the number of the line before, blank ones included
    joined = True
    for block in digest.blocks:
        limit = max(SHORTEST, strong if block.weight >= ERROR_WEIGHT else weak)
        for offset, text in enumerate(block.lines):
            number = min(block.first + offset, block.last)
            joined = joined and number <= last + 1
            last = number
            if not text.strip():
                blanks += 1
                continue
            # A terminal shows a tab as so many blanks.
            shown = abbreviated(text.expandtabs(TAB_WIDTH) if "\t" in text else text, limit)
            between = blanks if joined and blanks <= BLANKS else None
            lines.append(_Line(number, shown, block, utf16_length(shown), between))
            joined, blanks = True, 0
    return lines


def _worth(weight: float, size: int) -> float:
    """Weight by length: several short lines beat one long one, less so for the strongest lines."""
    if weight >= ERROR_WEIGHT:
        return float(weight / max(size / UNIT, 1.0) ** THRIFT_OF_STRONG)
    return float(weight / (1 + size / UNIT) ** THRIFT)


def _choice(lines: Sequence[_Line], total: int, max_characters: int, first: Collection[int]) -> set[int]:
    """The places of the lines to show: those with the numbers in `first`, then the most worth that fit.

    Each line is counted with the mark of a gap after it, unless the next one is shown.
    """
    gap = len(_gap(total)) + 1
    room = max_characters - len(SPELLED) - 2 * gap
    worths = [_worth(line.block.weight, line.size) for line in lines]
    chosen: set[int] = set()
    for at in sorted(range(len(lines)), key=lambda at: (lines[at].number not in first, -worths[at], at)):
        cost = lines[at].size + 1 + gap
        for other, later in ((at - 1, at), (at + 1, at + 1)):
            blanks = lines[later].blanks if later < len(lines) else None
            if blanks is not None and (other in chosen or other < 0):
                cost += blanks - gap
        if cost <= room:
            room -= cost
            chosen.add(at)
        elif room < gap:
            break
    return chosen | _in_small_gaps(lines, chosen)


def _in_small_gaps(lines: Sequence[_Line], chosen: set[int]) -> set[int]:
    """What is no longer than the mark of the gap that would hide it."""
    small: set[int] = set()
    for before, after in pairwise(sorted(chosen)):
        hidden = range(before + 1, after)
        between = list(range(lines[before].number + 1, lines[after].number))
        size = sum(lines[at].size + 1 for at in hidden)
        if between == [lines[at].number for at in hidden] and size <= len(_gap(len(hidden))) + 1:
            small.update(hidden)
    return small
