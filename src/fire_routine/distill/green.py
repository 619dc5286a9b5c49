"""Scores lines by the log of a green run of the same job.

Its lines score low, and the few that it lacks score high.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from .first import Lines
from .kept import Kept
from .steps import Failed
from .stream import windows
from .text import templates

MOST = 400_000  # templates that are remembered
# A line that the green run prints too keeps DIMMED of its weight, unless it has DULL or less.
DULL, DIMMED = 0.05, 0.15
# If the green run lacks at most FEW lines of the failed steps, and these are kept whole, each such line
# weighs at least NEW. That is more than a word near causes, and less than an error by its looks.
FEW, NEW = 40, 4.0


@dataclass(frozen=True, slots=True)
class Green:
    """The templates of a green log's lines, hashed."""

    templates: frozenset[int]

    def __contains__(self, line: bytes) -> bool:
        return hash(templates([line])[0]) in self.templates


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


def weigh_against(green: Green, lines: Lines, kept: Kept, failed: Failed) -> None:
    """Weigh lines, in place, by whether the green run prints them too."""
    new: list[int] = []
    seen = len(failed.lines)  # lines of the steps, each one's end among them
    for number, (weight, rule) in lines.items():
        own = _in_a_step(number, failed)
        seen += own
        if kept.raw[number] in green:
            if weight > DULL:
                lines[number] = (weight * DIMMED, rule)
        elif own and kept.text[number].strip():
            new.append(number)
    if len(new) <= FEW and seen >= failed.extent:
        for number in new:
            if lines[number][0] < NEW:
                lines[number] = (NEW, "not-in-green")
