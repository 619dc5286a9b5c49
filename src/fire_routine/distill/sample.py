"""Some of very many findings, chosen whatever their order: those with the smallest digests."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from heapq import heapify, heappush, heappushpop
from zlib import crc32

from .findings import Finding
from .text import DIGITS, probed, shown

MOST = 240  # findings of a sample
# Folders of a path, which another machine's differ in, and words that another run may print otherwise; each
# begins with a literal, which re looks for first.
_FOLDERS, _NUMBERED = re.compile(rb" \S*[/\\]"), re.compile(rb" [^ \d]*+\d\S*+")


def _digest(finding: Finding) -> int:
    """Of its line alone and the same in another run: numbers don't count, and words with some count less."""
    text = _FOLDERS.sub(b" ", b" " + probed(shown(finding.raw)))
    return crc32(_NUMBERED.sub(b"", text)) << 32 | crc32(text.translate(None, DIGITS))


def chosen(findings: Sequence[Finding]) -> list[Finding]:
    """The sample of findings that are in the log's order: of those with one digest all or none, so that
    which of them stand first makes no difference."""
    if len(findings) <= MOST:
        return list(findings)
    digests = list(map(_digest, findings))
    edge = sorted(digests)[MOST]
    below = [finding for finding, digest in zip(findings, digests, strict=True) if digest < edge]
    return below or [finding for finding, digest in zip(findings, digests, strict=True) if digest == edge]


class Sample:
    """The sample of findings that come one by one, in bounded memory."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Finding]] = []  # the greatest digest, negated, comes first

    def add(self, finding: Finding) -> None:
        push: Callable[[list[tuple[int, int, Finding]], tuple[int, int, Finding]], object]
        push = heappush if len(self._heap) < MOST else heappushpop
        push(self._heap, (-_digest(finding), finding.number, finding))

    def forget(self, first: int) -> None:
        """Take out those from the line with the number `first` on, unless they last."""
        self._heap = [each for each in self._heap if each[1] < first or each[2].rule.lasting]
        heapify(self._heap)

    def findings(self) -> list[Finding]:
        return [finding for _, _, finding in self._heap]
