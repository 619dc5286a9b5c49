"""What is no fault of the code: a failure that only says that something else was down."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.evidence import ERROR_WEIGHT, Digest
from ..patterns import pattern
from .rules import table

_LONGEST = 2_000  # characters of a line that are searched
# Lines from the last word of it to the log's end: clean-up. A build that got over an outage prints more: in 3
# of 7 labelled logs a fetch was tried again, with success, and 28,000 lines followed.
_AT_THE_END = 300


def outage(digest: Digest | None, annotations: Iterable[str]) -> str:
    """What was down, in words of ours, by what explains the failure first; empty: nothing says so.

    Args:
        annotations: of its jobs. They count where the log explains nothing.
    """
    if digest is None or not digest.explained:
        return _named(annotations)
    if not digest.blocks or digest.blocks[0].weight < ERROR_WEIGHT:
        return ""
    what = _named(line.text for line in digest.lines if line.block == 0 and not line.rank)
    last = (line.text for line in digest.lines if digest.total_lines - line.number < _AT_THE_END)
    return what if what and _named(last) == what else ""


def _named(lines: Iterable[str]) -> str:
    shown = [line[:_LONGEST] for line in lines]
    for one in table("outage"):
        expressions = [pattern(text) for text in one["match"]]
        if any(expression.search(line.strip()) for line in shown for expression in expressions):
            return str(one["what"])
    return ""
