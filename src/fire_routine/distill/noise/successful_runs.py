"""Runs of tools that report success in the end: their output explains a failure only if nothing else does."""

from __future__ import annotations

from ...patterns import pattern
from ..rules import table

MOST = 400  # runs that are remembered, of the first and of the last
_RUNS = table("successful_run")
# Of each tool, the texts of which one is in each line that is looked at.
LITERALS = [
    [text.encode() for name in ("starts", "ends", "fails") for text in run.get(name, ())] for run in _RUNS
]
_BEGINS, _SUCCEEDED = ([pattern(run[name].encode()) for run in _RUNS] for name in ("begins", "succeeded"))
_FAILS = [[text.encode() for text in run.get("fails", ())] for run in _RUNS]


class Succeeded:
    """The runs that succeeded, of a log that is being read."""

    def __init__(self) -> None:
        self.runs: list[tuple[int, int]] = []  # numbers of their first and last lines, in the log's order
        self._begun: dict[int, int] = {}  # number of the line with which a tool began, by its place

    def begin_step(self) -> None:
        """What an earlier step began is over."""
        self._begun.clear()

    def look(self, text: bytes, number: int, tools: int) -> None:
        """Take a line.

        Args:
            text: the line without other tools' prefixes.
            number: its number.
            tools: the tools with one of `LITERALS` in it, one bit per tool.
        """
        for at in range(len(_RUNS)):
            if not tools >> at & 1:
                continue
            if _BEGINS[at].match(text):
                self._begun[at] = number
            elif at in self._begun:
                if _SUCCEEDED[at].match(text):
                    self._end(self._begun.pop(at), number)
                elif any(fails in text for fails in _FAILS[at]):
                    del self._begun[at]

    def _end(self, begun: int, number: int) -> None:
        while self.runs and self.runs[-1][0] >= begun:  # a part of this one
            self.runs.pop()
        if len(self.runs) >= MOST:
            del self.runs[MOST // 2]
        self.runs.append((begun, number))
