"""A raw log → the lines that explain the failure."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from ..model import Digest, Step
from . import weigh
from .budget import excerpt
from .green import Green, read_green
from .known import Known
from .scan import scan

__all__ = ["Green", "Reader", "excerpt", "read", "read_green"]


class Reader:
    """Reads the logs of one run: what a line is, is learnt once for all of them, in each thread apart."""

    def __init__(self) -> None:
        self._thread = threading.local()

    def read(
        self, chunks: Iterable[bytes], *, steps: Sequence[Step] = (), green: Green | None = None
    ) -> Digest:
        """Read a raw log once, in memory that does not grow with it.

        `steps` are the job's as the API lists them: their times tell where in the log a step failed.
        `green` is what a green run of the same job printed: such lines weigh little.
        """
        known = self._thread.__dict__.setdefault("known", Known())
        return weigh.digest(scan(chunks, known), steps, green)


def read(chunks: Iterable[bytes], *, steps: Sequence[Step] = (), green: Green | None = None) -> Digest:
    """`Reader.read` of a single log."""
    return Reader().read(chunks, steps=steps, green=green)
