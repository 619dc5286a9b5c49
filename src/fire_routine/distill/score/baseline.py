"""Scores lines by the log of a green run of the same job.

Its lines score low, and the few that it lacks score high.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from ..lines.windows import windows
from ..normalize.templates import templates
from ..types import Green
from ..weights import WEIGHTS
from .scorer import Lines, Material, give

MOST = 400_000  # templates that are remembered


def read_green(chunks: Iterable[bytes]) -> Green:
    """Read a green log once; memory is bounded, a longer log's further lines are not known."""
    met: set[int] = set()
    for window in windows(chunks):
        met.update(map(hash, templates(window.lines[window.start : window.stop])))
        if len(met) > MOST:
            break
    return Green(frozenset(met))


def score(lines: Lines, material: Material) -> Lines:
    """Less weight for lines that the green run prints, too; more for the few that it lacks."""
    if material.green is None:
        return lines
    scored: Lines = {}
    new: list[int] = []
    ends, marks = material.failed.lines, material.failed.marks
    seen = len(ends)  # lines of the failed steps, each one's end among them
    for number, (weight, rule) in lines.items():
        at = bisect_left(ends, number)
        # It is in a failed step, as far as the log shows where that begins.
        own = at < len(ends) and 0 <= marks[at].header.line < number < ends[at]
        seen += own
        scored[number] = (weight, rule)
        if material.store.raw[number] in material.green:
            if weight > WEIGHTS.baseline_at_most:
                scored[number] = (weight * WEIGHTS.in_baseline, rule)
        elif own and material.store.text[number].strip():
            new.append(number)
    if len(new) <= WEIGHTS.few_new and seen >= material.failed.extent:
        for number in new:
            give(scored, number, WEIGHTS.new_line, "not-in-green")
    return scored
