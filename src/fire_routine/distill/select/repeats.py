"""What a step found again and again: examples of it, and how often."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...model import Block, Repeat
from ..normalize.templates import cause_of, of_stack, shape_of
from ..types import Scan, Span

MANY = 8  # findings of one shape that are counted
_WORDS = re.compile(rb"[A-Za-z]+")


def _word(text: bytes) -> str:
    """The longest word that all lines of a line's shape hold; empty: there is none."""
    words = [word for word in _WORDS.findall(shape_of(text)) if word in text]
    return max(words, key=len, default=b"").decode()


def repeats(scan: Scan, spans: Sequence[Span], blocks: Sequence[Block]) -> tuple[Repeat, ...]:
    """What the failed step found so often that examples of it and their number say more than all of it."""
    often = {shape for shape, count in scan.alike.items() if count >= MANY}
    repeated = [span for span in spans if span.finding.shape in often]
    found = {span.finding.shape: _word(span.text) for span in repeated if not of_stack(span.text)}
    # Names and places alone are similar by chance, except those with one reason.
    alike = {shape: word for shape, word in found.items() if word}
    causes = {span.finding.cause for span in repeated if span.finding.by_cause}
    holds = re.compile("|".join(map(re.escape, set(alike.values()))) or r"(?!)").search
    examples: dict[int, list[int]] = {}
    for block in blocks if alike or causes else ():
        for offset, line in enumerate(block.lines):
            if holds(line):  # most lines hold none, and need no closer look
                shape = hash(shape_of(line.encode()))
                if shape in alike:
                    examples.setdefault(shape, []).append(min(block.first + offset, block.last))
            elif causes and (cause := hash(cause_of(line.encode()))) in causes:
                examples.setdefault(cause, []).append(min(block.first + offset, block.last))
    counted = [Repeat(scan.alike[shape], tuple(lines)) for shape, lines in examples.items()]
    return tuple(sorted(counted, key=lambda repeat: -repeat.count))
