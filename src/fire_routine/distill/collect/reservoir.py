"""Some of very many findings, chosen independent of their order: those with the smallest digests."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from ..normalize.reruns import digests
from ..types import Finding, taken_texts

MOST = 240  # findings of a sample
WAITING = 100  # findings until their digests are found, which takes less for many at once


def chosen(findings: Sequence[Finding]) -> list[Finding]:
    """The findings with the smallest digests, of findings in the log's order.

    Of one digest all or none are chosen. So neither their order nor their number makes a difference.
    """
    if len(findings) <= MOST:
        return list(findings)
    each = digests(taken_texts(findings))
    apart = sorted(set(each))
    if len(apart) <= MOST:
        return list(findings)
    return [finding for finding, digest in zip(findings, each, strict=True) if digest < apart[MOST]]


class Reservoir:
    """The sample of findings that come one by one, one of each digest, in bounded memory."""

    def __init__(self) -> None:
        self._kept: dict[int, Finding] = {}  # by digest
        self._greatest: list[int] = []  # the digests, negated, as a heap
        self._waiting: list[Finding] = []

    def add(self, finding: Finding) -> None:
        self._waiting.append(finding)
        if len(self._waiting) >= WAITING:
            self._choose()

    def _choose(self) -> None:
        waiting, self._waiting = self._waiting, []
        for finding, digest in zip(waiting, digests(taken_texts(waiting)), strict=True):
            if digest not in self._kept:
                self._kept[digest] = finding
                heappush(self._greatest, -digest)
                if len(self._kept) > MOST:
                    del self._kept[-heappop(self._greatest)]

    def forget(self, first: int) -> None:
        """Take out those from the line with the number `first` on, unless they last."""
        self._choose()
        self._kept = {
            digest: each
            for digest, each in self._kept.items()
            if each.number < first or each.rule.process_failed
        }
        self._greatest = [-digest for digest in self._kept]
        heapify(self._greatest)

    def findings(self) -> list[Finding]:
        self._choose()
        return list(self._kept.values())
