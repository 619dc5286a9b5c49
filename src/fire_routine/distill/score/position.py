"""Scores a finding by position and by how often similar findings occurred."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from ..rules import ANY_FAMILY, CONSEQUENCE
from ..steps.failed import Failed, within
from ..types import Finding, Scan
from ..weights import WEIGHTS
from .frequency import Totals, frequency, seen_before


def _succeeded(finding: Finding, runs: Sequence[tuple[int, int]]) -> bool:
    """Whether it is output of a tool that reported success in the end."""
    at = bisect_right(runs, (finding.number, 0)) - 1
    return at >= 0 and finding.number < runs[at][1] and not finding.rule.process_failed


def _near(lines: int, total: int) -> float:
    """The factor for a finding this many lines before the end of its step."""
    return WEIGHTS.far + (1 - WEIGHTS.far) * math.exp(
        -lines / (WEIGHTS.reach * max(total / WEIGHTS.huge_log, 1.0))
    )


def _place(finding: Finding, failed: Failed) -> float:
    """The factor for the place of a finding, by the log's own marks.

    A huge log without any ends where it failed.
    """
    total = failed.extent
    if not failed.lines:
        return _near(total - finding.number, total) if total > WEIGHTS.huge_log else 1.0
    at = bisect_left(failed.lines, finding.number)
    if at == len(failed.lines):
        far = finding.number - failed.lines[-1] > WEIGHTS.close_after_lines
        return WEIGHTS.after_step if far else WEIGHTS.right_after_step
    mark = failed.marks[at]
    if finding.number < mark.header.line:
        return WEIGHTS.before_step
    return _near(mark.line - finding.number, total)


def _families(scan: Scan, ends: Sequence[int], total: int) -> set[str]:
    """The families of the tools that had their say where a huge log's steps ended."""
    if total <= WEIGHTS.huge_log:
        return set()
    last = ends or [scan.total]
    return {
        finding.rule.family
        for finding in scan.findings
        if finding.rule.family not in ("", ANY_FAMILY)
        and finding.rule.weight >= CONSEQUENCE
        and finding.number <= last[-1]
        and last[bisect_left(last, finding.number)] - finding.number <= WEIGHTS.last_say
    }


def finding_scores(scan: Scan, failed: Failed) -> list[float]:
    """A factor for each finding: by its position, and by how often similar findings occurred before."""
    huge = failed.extent > WEIGHTS.huge_log
    positions = _positions(scan, failed)
    zones = [(place >= WEIGHTS.far) + (huge and place >= WEIGHTS.close) for place in positions]
    seen = seen_before(scan.findings, zones)
    totals = Totals(scan, failed.extent)
    families = _families(scan, failed.lines, failed.extent)
    scores: list[float] = []
    for finding, place, zone, before in zip(scan.findings, positions, zones, seen, strict=True):
        strange = families and finding.rule.family not in (*families, ANY_FAMILY)
        place *= WEIGHTS.other_family if strange else 1.0
        scores.append(place * frequency(finding, zone, before, totals))
    return scores


def _positions(scan: Scan, failed: Failed) -> list[float]:
    """A factor for each finding by the log's own marks, and by the times of the API."""
    timed = any(within(finding.stamp, failed.times) for finding in scan.findings)
    positions: list[float] = []
    for finding in scan.findings:
        factor = _place(finding, failed)
        if _succeeded(finding, scan.succeeded):
            factor *= WEIGHTS.in_success
        if within(finding.stamp, failed.unmarked):
            factor = max(factor, WEIGHTS.far)
        elif timed and not within(finding.stamp, failed.times):
            factor *= WEIGHTS.other_step
        positions.append(factor)
    return positions


def inside(scan: Scan, failed: Failed) -> list[Finding]:
    """The findings within a failed step, except those of a successful run; all findings if there are none."""
    timed = [finding for finding in scan.naming if within(finding.stamp, failed.times)]
    placed = [
        finding
        for finding in timed or scan.naming
        if not _succeeded(finding, scan.succeeded)
        and (within(finding.stamp, failed.unmarked) or _place(finding, failed) >= WEIGHTS.far)
    ]
    return placed or timed or list(scan.naming)
