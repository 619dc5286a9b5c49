"""The numbers of lines in the log.

Of a line that is too long, each state between carriage returns is read as a line of its own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate


class Numbering:
    """`states`, as `windows.Window` has them: which of the lines that were read are one line of the log."""

    def __init__(self, states: Sequence[tuple[int, int]]) -> None:
        self._states = states
        self._begins = [begin for begin, _ in states]
        self._more = list(accumulate((count for _, count in states), initial=0))
        # The numbers of lines that were read with which a line of several begins, or ended before.
        self.edges = {edge for begin, count in states for edge in (begin, begin + count + 1)}

    def of(self, number: int) -> int:
        """The number in the log of the line that has this one among those that were read."""
        at = bisect_right(self._begins, number) - 1
        if at < 0:
            return number
        begin, count = self._states[at]
        return number - self._more[at] - min(number - begin, count)
