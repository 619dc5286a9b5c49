"""A digest within a budget."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...model import Block, Digest, Excerpt, Repeat, utf16_length
from ..match import classify
from ..weights import WEIGHTS
from .truncate import cut

SPELLED = " lines left out"  # in the first mark of a gap; the others are numbers alone
COUNT = 27  # characters that a count of similar findings takes, about
ROOM_A_COUNT = 2_000  # characters per count that may be shown …
ROOM_FOR_ONE = 300  # … and from which on there is one
ROOM_FOR_ENDS = 1_000  # characters from which on the step's end is always shown
SHORTEST = 200  # characters that a line may take however little room there is
LONGEST_DULL = 2_000  # … and characters that any other may take however much there is
# Carets and similar marks alone, also after a compiler's gutter; and a line with other text that points
_POINTER = re.compile(r"\s*(?:\|\s*)?[~^][\s~^]*")
_POINTS = re.compile(r"(?:^|[\s|])[~^]+(?: |$)")  # at a place in the line above.
_INSTEAD = re.compile(r"\s*\|\s+\S")  # what GCC proposes there, below its pointer
_SOURCE = re.compile(r"\s*\d+ {0,3}[|│] ")  # a line of a code frame
_MARGIN = 16  # characters at a line's beginning, where blanks may be a source's indentation
_COLUMNS = re.compile(r"(?<=\S)[ \t]{4,}(?=\S)")


def _gap(lines: int, spelled: str = "") -> str:
    return f"[… {lines}{spelled.replace('lines', 'line') if lines == 1 else spelled}]"


def _last_below(at: int, chosen: Sequence[_Line]) -> int:
    """The position of the last line below the one at a position that belongs to it.

    It is indented deeper, or is code that is pointed at.
    """
    depth = _depth(chosen[at].text)
    for below in range(at + 1, len(chosen)):
        line = chosen[below]
        if line.number != chosen[below - 1].number + 1 or not line.text.strip():
            return below - 1
        next_one = chosen[below + 1].text if below + 1 < len(chosen) else ""
        code = _SOURCE.match(line.text) or _POINTER.fullmatch(line.text) or _POINTER.fullmatch(next_one)
        if not code and _depth(line.text) <= depth:
            return below - 1
    return len(chosen) - 1


def _depth(text: str) -> int:
    """How deep a line is indented, which GitHub may have marked as an error."""
    text = text.removeprefix("##[error]")
    return len(text) - len(text.lstrip())


def _counts(repeats: Sequence[Repeat], chosen: Sequence[_Line]) -> dict[int, int]:
    """Position of the last line of the last example shown → how many more findings of its shape there are."""
    places: dict[int, list[int]] = {}  # several where states of an over-long line are
    for at, line in enumerate(chosen):
        places.setdefault(line.number, []).append(at)
    counts: dict[int, int] = {}
    for repeat in repeats:
        examples = Counter(repeat.lines)
        shown = [at for number in examples for at in places.get(number, ())[-examples[number] :]]
        if shown and repeat.count > len(shown):
            at = _last_below(max(shown), chosen)
            counts[at] = max(repeat.count - len(shown), counts.get(at, 0))
    return counts


class _Page:
    """Lines chosen so far and the room that is left.

    `joints` holds for each line, and for the log's end, the size of the blank lines before it.
    They are shown if both neighbours are. None: they are not shown, because other lines are there, too, or
    because they take more than `gap`, the mark of a gap.
    """

    def __init__(self, joints: Sequence[int | None], gap: int, room: int) -> None:
        self._joints = joints
        self._gap = gap
        self.room = room
        self.chosen = {-1, len(joints) - 1}  # the log's beginning and its end

    def joined(self, at: int) -> bool:
        """Whether nothing is left out between the line at position `at` and the one before it."""
        return self._joints[at] is not None and at in self.chosen and at - 1 in self.chosen

    def add(self, at: int, size: int) -> bool:
        """Whether the line at position `at` fits, its share of gap marks counted; then it is chosen."""
        cost = size + 1 + self._gap
        for other, joint in ((at - 1, self._joints[at]), (at + 1, self._joints[at + 1])):
            if joint is not None and other in self.chosen:
                cost += joint - self._gap
        if cost > self.room:
            return False
        self.room -= cost
        self.chosen.add(at)
        return True


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    block: Block


def excerpt(digest: Digest, max_characters: int) -> Excerpt:
    """The strongest lines that fit into `max_characters` UTF-16 code units, in the log's order."""
    strongest, long = _long_first(digest, max_characters)
    lines = _lines(digest, max_characters, strongest)
    counted = digest.repeats[: max(max_characters // ROOM_A_COUNT, int(max_characters >= ROOM_FOR_ONE))]
    ends = digest.ends if max_characters >= ROOM_FOR_ENDS else ()
    first = long.union(ends)
    chosen = _choice(lines, digest.total_lines, max_characters - COUNT * len(counted), first)
    counts = _counts(counted, chosen)
    out: list[str] = []
    last, spelled = 0, SPELLED
    for at, line in enumerate(chosen):
        if line.number > last + 1:
            out.append(_gap(line.number - last - 1, spelled))
            spelled = ""
        out.append(line.text)
        if at in counts:
            out.append(f"[… {counts[at]:,} more like this]")
        last = line.number
    if last < digest.total_lines:
        out.append(_gap(digest.total_lines - last, spelled))
    text = "\n".join(out)
    if utf16_length(text) > max_characters:  # not even room for the mark of a gap
        return Excerpt("", 0, digest.total_lines)
    count = len({line.number for line in chosen})
    return Excerpt(text, count, digest.total_lines, tuple(_shown(chosen)))


def _long_first(digest: Digest, max_characters: int) -> tuple[int, set[int]]:
    """The characters that a strong line may take, and the numbers of those to take first.

    In a small room these are the long lines that rules took: what a tool reports goes before where that is.
    """
    most = max(SHORTEST, max_characters * 2 // 5)
    if max_characters > WEIGHTS.small_room:
        return most, set()
    strong = [
        (number, text, block.rule)
        for block in digest.blocks
        if block.weight >= WEIGHTS.strong_line
        for number, text in enumerate(block.lines, block.first)
        if len(text) > SHORTEST
    ]
    rules = classify([text.encode("utf-8", "replace") for _, text, _ in strong], every=True)
    long = {
        number: len(text)
        for (number, text, by), rule in zip(strong, rules, strict=True)
        if rule is not None and rule.id == by
    }
    room = int(max_characters * WEIGHTS.long_share)
    if len(long) * SHORTEST > room:
        return most, set()
    for at, size in enumerate(sorted(long.values())):  # what a short one leaves goes to the longer ones
        share = room // (len(long) - at)
        if size > share:
            return min(share, most), set(long)
        room -= size
    return most, set(long)


def _lines(digest: Digest, max_characters: int, strongest: int) -> list[_Line]:
    """The digest's lines, each cut to what it may take of the room.

    Args:
        strongest: characters that a strong line may take.
    """
    longest = max(SHORTEST, min(max_characters // 6, LONGEST_DULL))
    texts = [text for block in digest.blocks for text in block.lines]
    if sum(map(len, texts)) + len(texts) > max_characters:
        texts = [_narrowed(text, below) for text, below in pairwise((*texts, ""))]
    places = [(block, offset) for block in digest.blocks for offset in range(len(block.lines))]
    return [
        _Line(
            block.first + min(offset, block.last - block.first),
            cut(text, strongest if block.weight >= WEIGHTS.strong_line else longest),
            block,
        )
        for (block, offset), text in zip(places, texts, strict=True)
    ]


def _narrowed(text: str, below: str) -> str:
    """A line with at most two blanks between columns: more would take the room of evidence."""
    if _POINTS.search(text) or _POINTS.search(below):
        return text
    return text[:_MARGIN] + _COLUMNS.sub("  ", text[_MARGIN:]).rstrip()


def _worth(weight: float, size: int) -> float:
    """Score per length: several short lines beat one long one, less so for the strongest lines."""
    lengths = size / WEIGHTS.unit_length
    if weight >= WEIGHTS.strong_line:
        thrift: float = min(max(lengths, 1.0), WEIGHTS.most_lengths) ** WEIGHTS.strong_thrift
    else:
        thrift = (1 + lengths) ** WEIGHTS.thrift
    return weight / thrift


def _joints(lines: Sequence[_Line], worded: Sequence[int], total: int, gap: int) -> list[int | None]:
    """What joins each of the lines that are not blank, and the log's end, to the one before it."""
    joints: list[int | None] = []
    begin, number = 0, 0
    for at in (*worded, len(lines)):
        blank = lines[begin:at]
        following = lines[at].number if at < len(lines) else total + 1
        numbers = (number, *(line.number for line in blank), following)
        size = sum(utf16_length(line.text) + 1 for line in blank)
        left_out = size > gap or any(later - earlier > 1 for earlier, later in pairwise(numbers))
        joints.append(None if left_out else size)
        begin, number = at + 1, following
    return joints


def _pointers(texts: Sequence[str]) -> set[int]:
    """The places of carets and similar marks, which mean nothing without the text that they point at."""
    pointers: set[int] = set()
    for at, text in enumerate(texts):
        if at and (_POINTER.fullmatch(text) or (at - 1 in pointers and _INSTEAD.match(text))):
            pointers.add(at)
    return pointers


def _lift(worths: list[float], pointers: Collection[int], texts: Sequence[str]) -> None:
    """Raise the line that a code frame points at to the least worth of its neighbours, at any length.

    A pointer is worth no more than that line.
    """
    for at in sorted(pointers):
        if at - 1 not in pointers:
            around = [
                near for near in (at - 2, at + 1) if 0 <= near < len(texts) and _SOURCE.match(texts[near])
            ]
            worths[at - 1] = max(worths[at - 1], min((worths[near] for near in around), default=0.0))
        worths[at] = min(worths[at], worths[at - 1])


def _page(
    lines: Sequence[_Line], worded: Sequence[int], total: int, max_characters: int, first: Collection[int]
) -> _Page:
    """Of the lines that are not blank, those with the numbers in `first`, then the most worth that fit."""
    gap = len(_gap(total)) + 1
    page = _Page(_joints(lines, worded, total, gap), gap, max_characters - len(SPELLED) - 2 * gap)
    sizes = [utf16_length(lines[at].text) for at in worded]
    worths = [_worth(lines[at].block.weight, size) for at, size in zip(worded, sizes, strict=True)]
    texts = [lines[at].text for at in worded]
    pointers = _pointers(texts)
    _lift(worths, pointers, texts)
    first_miss: float | None = None
    for at in sorted(
        range(len(worded)), key=lambda at: (lines[worded[at]].number not in first, -worths[at], at)
    ):
        if first_miss is not None and worths[at] < first_miss * WEIGHTS.nearly:
            break
        if at in pointers and at - 1 not in page.chosen:
            continue
        if not page.add(at, sizes[at]) and first_miss is None:
            first_miss = worths[at]
    # Where the line is shown, its pointer takes no more room than a gap's mark.
    for at in sorted(pointers - page.chosen):
        if at - 1 in page.chosen:
            page.add(at, sizes[at])
    return page


def _choice(lines: Sequence[_Line], total: int, max_characters: int, first: Collection[int]) -> list[_Line]:
    """The lines to show. Blank ones are shown between others, and are worth nothing alone."""
    worded = [at for at, line in enumerate(lines) if line.text.strip()]
    page = _page(lines, worded, total, max_characters, first)
    chosen: list[_Line] = []
    begin = 0
    for at, place in enumerate((*worded, len(lines))):
        if page.joined(at):
            chosen += lines[begin:place]
        if at in page.chosen:
            chosen += lines[place : place + 1]
        begin = place + 1
    return chosen


def _shown(chosen: list[_Line]) -> list[Block]:
    """What is chosen of each of the digest's blocks, with its own weight; a gap makes two of one."""
    runs: list[list[_Line]] = []
    for line in chosen:
        if runs and runs[-1][-1].block is line.block and line.number - runs[-1][-1].number <= 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    return [
        run[0].block._replace(
            first=run[0].number, lines=tuple(line.text for line in run), last=run[-1].number
        )
        for run in runs
    ]
