"""Scores lines by the log of a green run of the same job.

Its lines score low, and the few that it lacks score high.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from ..lines.windows import windows
from ..normalize.templates import templates
from ..steps.failed import Failed
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


def _in_a_step(number: int, failed: Failed) -> bool:
    """Whether a line is in a failed step, as far as the log shows where that begins."""
    at = bisect_left(failed.lines, number)
    return at < len(failed.lines) and 0 <= failed.marks[at].header.line < number < failed.lines[at]


def score(lines: Lines, material: Material) -> Lines:
    """Less weight for lines that the green run prints, too; more for the few that it lacks."""
    if material.green is None:
        return lines
    scored: Lines = {}
    new: list[int] = []
    seen = len(material.failed.lines)  # lines of the failed steps, each one's end among them
    for number, (weight, rule) in lines.items():
        own = _in_a_step(number, material.failed)
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
