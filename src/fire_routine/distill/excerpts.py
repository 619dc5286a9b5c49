"""A digest within a budget: its blocks, each whole or with what of it is essential; then what is worth a look
besides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..model.evidence import ERROR_WEIGHT, HIDDEN, Block, Digest, Excerpt, Line, utf16_length
from .lines import abbreviated
from .ranks import NEEDED
from .select import folded

TAB_WIDTH = 4
FIRST, NEXT = 900, 600  # units that a block may take: the first, and each further one
LONGEST, SHORTEST = 1_000, 200  # units of a line, and those that it may take however little room there is
LONGEST_ROW = 200
REST = 3_500  # units of what is worth a look besides
BLANKS = 3  # blank lines between two that are shown, at most
TOLD = 16  # letters of a line that is not told again


def excerpt(digest: Digest, max_characters: int, *, everything: bool = False) -> Excerpt:
    """What is told of a log in at most `max_characters` UTF-16 code units.

    Args:
        everything: what is worth no look fills the rest of the room.
    """
    of_block: dict[int, list[Line]] = {}
    for line in digest.lines:
        of_block.setdefault(line.block, []).append(line)
    parts: list[str] = []
    shown: list[Line] = []
    room = max_characters
    # Blocks after the first leave half of the room to the rest, where there is room for both.
    for_rest = room // 2 if room > 2 * FIRST else 0
    for place, block in enumerate(digest.blocks):
        joint = (
            ("\n" if block.is_row and place and digest.blocks[place - 1].is_row else "\n\n") if parts else ""
        )
        left = room - for_rest if place else room
        limit = min(left - len(joint), NEXT if place else FIRST)
        lines, text = _block(block, of_block.get(place, ()), limit)
        if lines:
            parts.append(joint + text)
            shown += lines
            room -= utf16_length(parts[-1])
    besides = [line for line in digest.lines if _is_worth_a_look(line, everything)]
    rest, text = _rest(_untold(besides, shown), digest.total_lines, room if everything else min(room, REST))
    return Excerpt("".join(parts), text, (*shown, *rest), digest.total_lines)


# --- A block ----------------------------------------------------------------------------------------------


def _block(block: Block, lines: Sequence[Line], limit: int) -> tuple[list[Line], str]:
    """The block within a limit: whole, or its lines of the lowest ranks; and its text with marks of gaps."""
    longest = LONGEST_ROW if block.is_row else min(LONGEST, max(limit * 5 // 6, SHORTEST))
    lines = [_cut(line, longest) for line in lines]
    kept = _kept(block, lines, limit)
    if block.is_row:
        return [lines[at] for at in kept], "\n".join(lines[at].text for at in kept)
    out: list[str] = []
    before = -1
    for at in kept:
        if before >= 0 and lines[at].number > lines[before].number + 1:
            hidden = _hidden(lines[before : at + 1])
            out.append(f"[… {hidden} …]" if hidden else "")
        out.append(lines[at].text)
        before = at
    if kept and (more := sum(line.rank == NEEDED for line in lines[before + 1 :])):
        out.append(f"[… {more} more …]")
    return [lines[at] for at in kept], "\n".join(out)


def _hidden(lines: Sequence[Line]) -> int:
    """How many lines that are not blank are between the first of these and the last, kept or not."""
    missing = lines[-1].number - lines[0].number - 1 - len({line.number for line in lines[1:-1]})
    return missing + sum(bool(line.text) for line in lines[1:-1])


def _cut(line: Line, longest: int) -> Line:
    """The line as it is shown: a terminal shows a tab as so many blanks."""
    return line._replace(text=abbreviated(line.text.expandtabs(TAB_WIDTH).rstrip(), longest))


def _kept(block: Block, lines: Sequence[Line], limit: int) -> list[int]:
    """The places of a block's lines that are shown."""
    gap = len("[… 99 …]") + 1
    room = limit - gap
    sizes = [utf16_length(line.text) + 1 for line in lines]
    whole = sum(sizes) <= room or block.weight < ERROR_WEIGHT
    kept: set[int] = set()
    for at in _order(block, lines):
        if kept and lines[at].rank > NEEDED and not whole:
            break
        cost = sizes[at] + gap - gap * ((at - 1 in kept) + (at + 1 in kept))
        if cost <= room:
            room -= cost
            kept.add(at)
        elif lines[at].rank > NEEDED:
            break
    return sorted(kept)


def _order(block: Block, lines: Sequence[Line]) -> list[int]:
    """The places of the lines, the lowest rank first; of a list the strongest: those of each kind before more
    of one. The last essential line comes right after the first: what leads to it says less."""

    def order(at: int) -> tuple[int, float, int]:
        return lines[at].rank, -lines[at].weight if block.is_list else 0.0, at

    ordered = sorted((at for at, line in enumerate(lines) if line.text), key=order)
    last = max((at for at in ordered[1:] if lines[at].rank == NEEDED), default=None)
    return ordered if last is None else list(dict.fromkeys((ordered[0], last, *ordered)))


# --- What is worth a look besides -------------------------------------------------------------------------


def _is_worth_a_look(line: Line, everything: bool) -> bool:
    return everything or line.rank < HIDDEN


def _untold(lines: Iterable[Line], shown: Sequence[Line]) -> list[Line]:
    """The lines that are not shown already, each text once, where it weighs most."""
    places = {(line.number, line.block) for line in shown}
    told = {text for line in shown if len(text := folded(line.text)) >= TOLD}
    untold: list[Line] = []
    for line in sorted(lines, key=lambda line: -line.weight):
        text = folded(line.text)
        if (line.number, line.block) in places or text in told:
            continue
        untold.append(line)
        if len(text) >= TOLD:
            told.add(text)
    return sorted(untold, key=lambda line: line.number)


def _rest(lines: Sequence[Line], total: int, limit: int) -> tuple[list[Line], str]:
    """Those of the greatest weight within the limit, in the log's order, with marks of gaps."""
    longest = min(max(SHORTEST, limit // 3), LONGEST)
    cut = [_cut(line, longest) for line in lines]
    rows = [line for line in cut if line.text]
    gap = len(f"[… {total} lines …]") + 1
    room = limit - gap
    chosen: list[Line] = []
    numbers: set[int] = set()
    # How the step ended, and how much failed, comes first.
    for line in sorted(rows, key=lambda line: (line.block >= 0 or line.rank > NEEDED, -line.weight)):
        near = (line.number - 1 in numbers) + (line.number + 1 in numbers)
        cost = utf16_length(line.text) + 1 + gap * (1 - near)
        if cost <= room:
            room -= cost
            chosen.append(line)
            numbers.add(line.number)
        elif room < gap:
            break
    chosen.sort(key=lambda line: line.number)
    out: list[str] = []
    blank = {line.number for line in cut if not line.text}
    spelled, last = " lines", 0
    for line in chosen:
        between = range(last + 1, line.number)
        if last and 0 < len(between) <= BLANKS and blank.issuperset(between):
            out += [""] * len(between)
        elif last and len(between):
            out.append(f"[… {len(between)}{spelled} …]")
            spelled = ""
        out.append(line.text)
        last = line.number
    return chosen, "\n".join(out)
