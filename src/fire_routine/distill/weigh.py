"""Spans and marks → a bounded digest: each line with its weight, in the log's order.

The numbers below were chosen by their recall on labelled logs of real failures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..model import Block, Digest, Repeat, Step
from .facts import facts
from .findings import Scan, Span
from .green import Green
from .identity import identity
from .place import ELSEWHERE, factors
from .text import LONGEST, clean, dull, shape_of

MOST = 90_000  # characters a digest keeps: the largest budget, and room for lines that redaction shortens
LOOKED = 120  # lines before a mark of which the dull are sorted out
FALL = 0.94  # from each line before a mark to the one before it
SHORT = 20  # bytes of a line that may be shown again and again
SHOWN = 0.35  # of its weight has a line of a block whose text an earlier line shows, such as a stack frame
LIKE = 0.96  # from line to line of a block, when its rule has taken a block before: that one is shown whole
LIKE_LISTED = 0.85  # the same in a list of what failed
MANY = 8  # findings of one shape that are counted
GREEN = 0.15  # of its weight has a line that the green run prints too

_WORDS = re.compile(rb"[A-Za-z]+")

_Lines = dict[int, tuple[float, str, bytes]]  # number → weight, rule, raw


def _lines(scan: Scan, spans: Sequence[Span], weights: Sequence[float]) -> _Lines:
    """Each line by its number, with the most that anything gives it."""
    lines: _Lines = {}
    for number, raw in enumerate(scan.whole):
        lines[number] = (0.02, "all", raw)
    for tail in scan.tails:
        number, weight, room = tail.first + len(tail.raw), tail.weight, MOST
        for raw in reversed(tail.raw):
            number -= 1
            weight *= FALL if len(raw) > 40 else 1 - (1 - FALL) / 3  # short lines cost little
            room -= len(raw)
            near = tail.first + len(tail.raw) - number <= LOOKED
            told = weight * 0.2 if near and dull(raw) else weight
            known = lines.get(number)
            if known is None or known[0] < told:
                lines[number] = (told, "tail", raw)
            if room < 0:
                break
    seen: set[str] = set()
    shown: dict[int, int] = {}  # hash of a line's text → number of the line that shows it first
    # What stands in a failed step first: it is not told already by what stands elsewhere.
    for span, factor in sorted(zip(spans, weights, strict=True), key=lambda pair: pair[1] <= ELSEWHERE):
        number = span.first
        fall = (
            (LIKE_LISTED if span.listed else LIKE) if span.rule in seen else 1.0
        )  # an example is shown whole, its like by their first lines
        seen.add(span.rule)
        for share, raw in zip(span.weights, span.raw, strict=True):
            weight = share * factor * fall ** abs(number - span.anchor)
            if len(raw) > SHORT and shown.setdefault(hash(raw[span.skip :]), number) != number != span.anchor:
                weight *= SHOWN
            known = lines.get(number)
            if known is None or known[0] < weight:
                lines[number] = (weight, span.rule, raw)
            number += 1
    return lines


def _dim(lines: _Lines, green: Green) -> None:
    """Lines that the green run prints too weigh little."""
    for number, (weight, rule, raw) in lines.items():
        if weight > 0.05 and raw in green:
            lines[number] = (weight * GREEN, rule, raw)


def _blocks(lines: _Lines) -> tuple[Block, ...]:
    """The most telling lines, up to the bound; neighbours of one weight and rule make a block."""
    size = 0
    kept: list[int] = []
    if sum(len(raw) for _, _, raw in lines.values()) + len(lines) <= MOST:
        kept = sorted(lines)
    else:
        for _, number in sorted([(-weight, number) for number, (weight, _, _) in lines.items()]):
            size += min(len(lines[number][2]), LONGEST) + 1
            if size > MOST:
                break
            kept.append(number)
        kept.sort()
    blocks: list[Block] = []
    texts: list[str] = []
    first, last, weight, rule = 0, -2, 0.0, ""
    for number, shown in zip(kept, clean([lines[number][2] for number in kept]), strict=True):
        new, name, _ = lines[number]
        if number != last + 1 or name != rule or abs(new - weight) > weight * 0.01:
            if texts:
                blocks.append(Block(first + 1, tuple(texts), weight, rule, last + 1))
            first, texts, weight, rule = number, [], new, name
        texts += shown
        last = number
    if texts:
        blocks.append(Block(first + 1, tuple(texts), weight, rule, last + 1))
    return tuple(blocks)


def _word(raw: bytes) -> str:
    """The longest word that all lines of a line's shape hold; empty: there is none."""
    words = [word for word in _WORDS.findall(shape_of(raw)) if word in raw]
    return max(words, key=len, default=b"").decode()


def _repeats(scan: Scan, spans: Sequence[Span], blocks: Sequence[Block]) -> tuple[Repeat, ...]:
    """What the failed step found so often that examples of it and their number say more than all of it."""
    often = {shape for shape, count in scan.alike.items() if count >= MANY}
    found = {span.shape: _word(span.raw[span.anchor - span.first]) for span in spans if span.shape in often}
    alike = {
        shape: word for shape, word in found.items() if word
    }  # names and places alone are alike by chance
    words = set(alike.values())
    examples: dict[int, list[int]] = {}
    for block in blocks if words else ():
        for offset, line in enumerate(block.lines):
            if any(word in line for word in words):  # most lines hold none, and need no closer look
                shape = hash(shape_of(line.encode()))
                if shape in alike:
                    examples.setdefault(shape, []).append(min(block.first + offset, block.last))
    repeats = [Repeat(scan.alike[shape], tuple(lines)) for shape, lines in examples.items()]
    return tuple(sorted(repeats, key=lambda repeat: -repeat.count))


def digest(scan: Scan, steps: Sequence[Step], green: Green | None) -> Digest:
    """What is kept of a log."""
    spans = scan.spans
    weights = factors(scan, spans, steps)
    lines = _lines(scan, spans, weights)
    if green is not None:
        _dim(lines, green)
    told = facts(scan, spans, steps)
    blocks = _blocks(lines)
    return Digest(
        blocks,
        scan.total,
        identity(scan, spans, steps),
        step=told.step,
        command=told.command,
        shell=told.shell,
        exit_code=told.exit_code,
        ended=told.ended,
        repeats=_repeats(scan, spans, blocks),
    )
