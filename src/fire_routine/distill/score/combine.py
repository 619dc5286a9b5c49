"""The score of each line: all scorers, one after the other."""

from __future__ import annotations

from ..weights import WEIGHTS
from . import baseline, blocks, root_cause, step_tail
from .scorer import Lines, Material, Scorer

SCORERS: tuple[Scorer, ...] = (step_tail.score, blocks.score, baseline.score, root_cause.score)


def scored_lines(material: Material) -> Lines:
    """Each line that may be shown, with its weight. Of a log that is kept as a whole, each line has some."""
    lines: Lines = {}
    if material.scan.whole:
        lines = dict.fromkeys(range(material.scan.total), (WEIGHTS.any_line, "all"))
    for score in SCORERS:
        lines = score(lines, material)
    return lines
