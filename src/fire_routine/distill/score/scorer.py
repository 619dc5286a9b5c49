"""What every scorer of lines takes and returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..context.line_store import LineStore
from ..steps.failed import Failed
from ..types import Green, Scan, Span
from ..weights import WEIGHTS

Lines = dict[int, tuple[float, str]]  # by the number of a line: its weight, and the id of what gave it


@dataclass(frozen=True, slots=True)
class Material:
    """What the lines of a log are scored by."""

    scan: Scan
    failed: Failed
    store: LineStore
    spans: Sequence[Span]  # in the log's order
    scores: Sequence[float]  # of each span's finding, a factor
    green: Green | None = None

    @property
    def huge(self) -> bool:
        """Whether the log is so long that much in it looks like a cause by chance."""
        return self.failed.extent > WEIGHTS.huge_log


Scorer = Callable[[Lines, Material], Lines]  # pure: the lines with what it adds to them or takes from them


def give(lines: Lines, number: int, weight: float, rule: str) -> None:
    """Let a line have at least this weight: its weight is the maximum over all that contributes to it."""
    before = lines.get(number)
    if before is None or before[0] < weight:
        lines[number] = (weight, rule)
