"""The log's one pass and what is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..model import Digest, Step
from . import weigh
from .environment import Environment
from .green import Green
from .known import Known
from .scan import scan


class Reader:
    """Reads the logs of one run, several at a time: what a line is, is learnt once for all of them."""

    def __init__(self) -> None:
        self._known = Known()

    def read(
        self, chunks: Iterable[bytes], *, steps: Sequence[Step] = (), green: Green | None = None
    ) -> Digest:
        """Read a raw log once, in memory that does not grow with it.

        `steps` are the job's as the API lists them: their times show where in the log a step failed.
        `green` is what a green run of the same job printed: such lines weigh little.
        """
        environment = Environment()
        found = scan(environment.watch(chunks), self._known)
        with self._known.turn:
            return environment.complete(weigh.digest(found, steps, green))
