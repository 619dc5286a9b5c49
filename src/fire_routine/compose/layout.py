"""Shares of a budget, and cuts that say what they left out. Sizes are UTF-16 code units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..model.evidence import utf16_length
from ..sanitize import quotation

# Stands for the text's random word until the text is whole. No other text has noncharacters (`sanitize`).
WORD = 8 * "\ufdd0"
FRAME = 42  # units that a quotation takes around its text, at most
_LEFT_OUT = 120  # units of a line that names what was left out


def quoted(text: str) -> str:
    """A foreign text of one or more lines as a quotation."""
    return quotation(text, WORD)


def head(text: str, limit: int) -> str:
    """The longest beginning of `text` of at most `limit` units; never half a surrogate pair."""
    limit = max(limit, 0)
    kept = text[:limit]
    while (over := utf16_length(kept) - limit) > 0:
        # Each character taken off is worth one unit or two, so this never takes too many.
        kept = kept[: -max(over // 2, 1)]
    return kept


def short(name: str, limit: int) -> str:
    """A name within `limit` units; one that is cut ends in `…`."""
    return name if utf16_length(name) <= limit else head(head(name, limit - 1) + "…", limit)


def cut(text: str, limit: int) -> str:
    """`text` within `limit` units; a cut is marked with the number of characters left out."""
    if utf16_length(text) <= limit:
        return text
    mark = f"… [{len(text)} characters more]"  # as long as the mark below can get, or longer
    kept = head(text, limit - len(mark))
    return f"{kept}… [{len(text) - len(kept)} characters more]" if kept else head("…", limit)


def listed(items: Sequence[str], limit: int, separator: str = ", ", total: int = 0) -> str:
    """As many of the items as fit within `limit` units, then how many more there are of `total`; empty where
    not even one fits."""
    total = max(total, len(items))
    joined = separator.join(items)
    if total == len(items) and utf16_length(joined) <= limit:
        return joined
    kept: list[str] = []
    more = f"{separator}{'' if separator.strip() else '… '}and {{}} more"
    left = limit - len(more.format(total))
    for item in items:
        left -= utf16_length(item) + (len(separator) if kept else 0)
        if left < 0:
            break
        kept.append(item)
    return separator.join(kept) + more.format(total - len(kept)) if kept else ""


def shares(needs: Sequence[int], room: int, weights: Sequence[float] | None = None) -> list[int]:
    """`room` shared by weight. None gets more than it needs, and what is unused goes to the others.

    Water-filling: the shares add up to `room`, or to what is needed where that is less.
    """
    weights = weights or [1.0] * len(needs)
    given = [0] * len(needs)
    open_ones = [index for index, need in enumerate(needs) if need > 0]
    room = max(room, 0)
    while open_ones and room > 0:
        total = sum(weights[index] for index in open_ones)
        filled = [i for i in open_ones if needs[i] <= room * weights[i] / total]
        if not filled:
            for index in open_ones:
                given[index] = int(room * weights[index] / total)
            return given
        for index in filled:
            given[index] = needs[index]
            room -= needs[index]
        open_ones = [index for index in open_ones if index not in set(filled)]
    return given


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the text in any size: `render(limit)` stays within the limit.

    Every section that shares the room is one; its module makes it of the material.
    """

    render: Callable[[int], str]
    weight: float = 1.0  # of its share of the room
    name: str = ""  # as in "No room here for the failures"


def fill(parts: Sequence[Part], room: int) -> list[str]:
    """The parts rendered within `room` units together, each by its weight and by what it needs."""
    whole = [part.render(room) for part in parts]
    needs = [utf16_length(text) for text in whole]
    given = shares(needs, room, [part.weight for part in parts])
    texts = [
        text if share >= need else part.render(share)
        for part, text, need, share in zip(parts, whole, needs, given, strict=True)
    ]
    # A part of whole lines seldom fills its share; the first ones get what is left over.
    spare = room - sum(utf16_length(text) for text in texts)
    for index, part in enumerate(parts):
        used = utf16_length(texts[index])
        if spare > 0 and used < needs[index]:
            texts[index] = part.render(used + spare)
            spare += used - utf16_length(texts[index])
    return texts


def filled(parts: Sequence[Part], room: int) -> list[str]:
    """The same, and a line that names those without room."""
    texts = fill(parts, room)
    if all(texts):
        return texts
    texts = fill(parts, room - _LEFT_OUT)
    return [*texts, left_out([part.name for part, text in zip(parts, texts, strict=True) if not text], room)]


def left_out(names: Sequence[str], room: int) -> str:
    """A line that names what was left out, after a blank line; empty where there is nothing, or no room."""
    frame = "\n\n(No room here for {}.)"
    shown = listed(names, min(room, _LEFT_OUT) - len(frame))
    return frame.format(shown) if shown else ""
