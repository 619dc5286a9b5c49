"""Some of very many findings, chosen independent of their order: those with the smallest digests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from zlib import crc32

from ..lines.clean import DIGITS, probed
from ..types import Finding, taken_texts

MOST = 240  # findings of a sample
WAITING = 100  # findings until their digests are found, which takes less for many at once
# Folders of a path, which another machine's differ in, and words that another run may print otherwise; each
# begins with a literal, which re looks for first.
_FOLDERS, _NUMBERED = re.compile(rb" (?:[^\s/\\]*+[/\\])++"), re.compile(rb" [^ \n\d]*+\d\S*+")


def _digests(findings: Sequence[Finding]) -> list[int]:
    """Of the line of each alone and the same in another run: numbers don't count, and words with some count
    less."""
    if not findings:
        return []
    text = _FOLDERS.sub(b" ", b"\n".join([b" " + probed(line) for line in taken_texts(findings)]))
    words, lines = _NUMBERED.sub(b"", text).split(b"\n"), text.translate(None, DIGITS).split(b"\n")
    return [crc32(few) << 32 | crc32(more) for few, more in zip(words, lines, strict=True)]


def chosen(findings: Sequence[Finding]) -> list[Finding]:
    """The findings with the smallest digests, of findings in the log's order.

    Of one digest all or none are chosen. So neither their order nor their number makes a difference.
    """
    if len(findings) <= MOST:
        return list(findings)
    digests = _digests(findings)
    apart = sorted(set(digests))
    if len(apart) <= MOST:
        return list(findings)
    return [finding for finding, digest in zip(findings, digests, strict=True) if digest < apart[MOST]]


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
        for finding, digest in zip(waiting, _digests(waiting), strict=True):
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
