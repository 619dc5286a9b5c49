"""A raw log → the lines that explain the failure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..model.evidence import Digest
from ..model.run import Step
from .excerpts import excerpt
from .noise import Green, read_green
from .outages import outage
from .pipeline import Reader

__all__ = ["Green", "Reader", "excerpt", "outage", "read", "read_green"]


def read(chunks: Iterable[bytes], *, steps: Sequence[Step] = (), green: Green | None = None) -> Digest:
    """`Reader.read` of a single log."""
    return Reader().read(chunks, steps=steps, green=green)
