"""Some of very many findings, chosen whatever their order: those with the smallest digests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from heapq import heapify, heappop, heappush
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
    """Of findings that are in the log's order, those with the smallest of their digests: of one digest all or
    none, so that neither which of them stand first makes a difference nor how many there are."""
    if len(findings) <= MOST:
        return list(findings)
    digests = list(map(_digest, findings))
    apart = sorted(set(digests))
    if len(apart) <= MOST:
        return list(findings)
    return [finding for finding, digest in zip(findings, digests, strict=True) if digest < apart[MOST]]


class Sample:
    """The sample of findings that come one by one, one of each digest, in bounded memory."""

    def __init__(self) -> None:
        self._kept: dict[int, Finding] = {}  # by digest
        self._greatest: list[int] = []  # the digests, negated, as a heap

    def add(self, finding: Finding) -> None:
        digest = _digest(finding)
        if digest not in self._kept:
            self._kept[digest] = finding
            heappush(self._greatest, -digest)
            if len(self._kept) > MOST:
                del self._kept[-heappop(self._greatest)]

    def forget(self, first: int) -> None:
        """Take out those from the line with the number `first` on, unless they last."""
        self._kept = {
            digest: finding
            for digest, finding in self._kept.items()
            if finding.number < first or finding.rule.lasting
        }
        self._greatest = [-digest for digest in self._kept]
        heapify(self._greatest)

    def findings(self) -> list[Finding]:
        return list(self._kept.values())
