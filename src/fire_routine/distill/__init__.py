"""A raw log → the lines that explain the failure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..model import Digest, Step
from . import weigh
from .budget import excerpt
from .green import Green, read_green
from .scan import scan

__all__ = ["Green", "excerpt", "read", "read_green"]


def read(chunks: Iterable[bytes], *, steps: Sequence[Step] = (), green: Green | None = None) -> Digest:
    """Read a raw log once, in memory that does not grow with it.

    `steps` are the job's as the API lists them: their times tell where in the log a step failed.
    `green` is what a green run of the same job printed: such lines weigh little.
    """
    return weigh.digest(scan(chunks), steps, green)
