"""How much the place of a finding in the log, and its like before it, say for it."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence

from .captures import captures
from .findings import Finding, Scan
from .rules.schema import ANY_FAMILY, CAUSE, CONSEQUENCE
from .steps import Failed, within

BEFORE = 0.3  # stands before the failed step
BEYOND = 0.4  # stands behind the last failed step: uploads, clean-up
CLOSE_BEHIND, RIGHT_BEHIND = 3, 0.9  # but for so many lines right behind it
SUCCEEDED = 0.3  # printed by a tool that said in the end that all went well
ELSEWHERE = 0.5  # another step's, by the API's times
FAR, REACH = 0.72, 300  # far before the step's end, in lines; right before it: 1
CLOSE = FAR + (1 - FAR) / 4  # from here on, what a huge step said long before counts no more
REPEATS = (1.0, 0.6, 0.4, 0.3, 0.2, 0.15)  # the first line of a template, the second, …
CLOSING = 0.6  # the last, where there are more: beside it stands how it ended
# Of a log whose steps tell where they begin, the lines of those that failed count here (see `extent`).
LONG = 5_000  # lines of a log that repeats itself: what is frequent in it, a line or a format, tells less
# Lines from which on a log is huge: much in it looks like a cause, and fewer alike are few, half as many
# where the log has four times as many.
HUGE = 30_000
OFTEN = 4  # lines alike that are few in such a log
OF_CAUSES = CAUSE - 1.5  # the least weight of a format that names causes
MANY = 5  # lines of one rule that are few in it, but for a list of what failed
ALIKE = 3  # findings of one shape that are shown as examples of it
SHAPES, LISTED = 6, 14  # the same beyond these until the next has half the weight, and in a list
# ALIKE, SHAPES and LISTED are divided by 1 + FEWER × (shapes that the rule finds − 1).
FEWER = 0.2
RARE, RARER = 0.6, 0.4  # what is frequent has at least that: a thousand findings may be the failure; if huge
APART = 0.005  # of a huge log's lines stand between places that are far apart
SCATTERED = 1.6  # places at which the same tells all; what stands at more has little to do with the failure
CROWD = 11  # blocks of a rule until its next has half the weight
LIST = 40  # the same in a list of what failed; so many in it are few in a long log
# What one of them counts that complains of something else, by its reason or, where none is told, by its
# shape, where more than so many stand before; or of another file.
OTHER_REASON, OTHER_SHAPE, FIRST = 0.05, 0.3, 3
OTHER_FILE = 0.4
LEAST = 0.1  # of its weight has what names a cause, however often: more than what warns beside the first
NAMED = 0.88  # of its weight has what comes after the first in such a list
LAST_SAY = 40  # lines before a step's end that tell which family of tools failed
STRANGE = 0.5  # of its weight has, in a huge log, what none of these families found


def _succeeded(finding: Finding, runs: Sequence[tuple[int, int]]) -> bool:
    """Whether a tool printed it that said in the end that all went well."""
    at = bisect_right(runs, (finding.number, 0)) - 1
    return at >= 0 and finding.number < runs[at][1] and not finding.rule.process_failed


def _near(lines: int, total: int) -> float:
    """How much it says for a finding that it stands so many lines before the end of its step."""
    return FAR + (1 - FAR) * math.exp(-lines / (REACH * max(total / HUGE, 1.0)))


def _place(finding: Finding, failed: Failed) -> float:
    """How much the place of a finding by the log's own marks says for it; a huge log without any ends
    where it failed."""
    total = failed.extent
    if not failed.lines:
        return _near(total - finding.number, total) if total > HUGE else 1.0
    at = bisect_left(failed.lines, finding.number)
    if at == len(failed.lines):
        return BEYOND if finding.number - failed.lines[-1] > CLOSE_BEHIND else RIGHT_BEHIND
    mark = failed.marks[at]
    if finding.number < mark.header.line:
        return BEFORE
    return _near(mark.line - finding.number, total)


def _places(scan: Scan, total: int) -> dict[int, int]:
    """At how many places far apart the lines of a template stand, of those that are kept."""
    apart = total * APART
    places: dict[int, int] = {}
    last: dict[int, int] = {}
    for finding in scan.findings:
        key = finding.key
        if key not in last or finding.number - last[key] > apart:
            places[key] = places.get(key, 0) + 1
        last[key] = finding.number
    return places


def _count(same: int, before: int, other: float) -> float:
    """What each of those before counts on average, where the same count as one and others as `other`."""
    return other + (1 - other) * min(same / before, 1.0) if before else 1.0


class _Likes:
    """How often the like of each finding was seen before it, in each of three zones apart: elsewhere (0), in
    failed steps (1), and near the end of huge ones (2)."""

    def __init__(self, scan: Scan, total: int) -> None:
        self._scan = scan
        self._total = total
        self._seen: dict[tuple[int, str, int | str], int] = {}
        self._totals = Counter(finding.rule.id for finding in scan.findings)
        shapes = {(finding.rule.id, finding.shape) for finding in scan.findings}
        self._shapes = Counter(name for name, _ in shapes)
        self._last = {finding.key: finding.number for finding in scan.findings}
        self._places = _places(scan, total) if total > HUGE else {}
        self._few = max(OFTEN * math.sqrt(min(1.0, HUGE / max(total, 1))), 1.0)

    def _seen_before(self, zone: int, what: str, like: int | str) -> int:
        """How often it was asked before; so for each finding once."""
        count = self._seen.get((zone, what, like), 0)
        self._seen[zone, what, like] = count + 1
        return count

    def _repeated(self, finding: Finding, zone: int) -> float:
        """Lines of one template: the last of many may be the one that counts."""
        repeats = self._seen_before(zone, "template", finding.key)
        if finding.number == self._last[finding.key] and self._scan.counts.get(finding.key, 1) > len(REPEATS):
            return CLOSING
        return REPEATS[min(repeats, len(REPEATS) - 1)]

    def _frequent(self, finding: Finding, zone: int) -> float:
        """In a long log; but of a format that names causes, the first in a failed step may be the cause of
        all others. A huge log has first ones of everything."""
        first = zone > 0 and (zone, "rule", finding.rule.id) not in self._seen
        if self._total <= (HUGE if first and finding.rule.weight >= OF_CAUSES else LONG):
            return 1.0
        many = LIST if finding.rule.is_list else MANY
        count = self._scan.counts.get(finding.key, 1)
        often = min(1.0, self._few / count) * min(1.0, many / self._totals[finding.rule.id])
        if self._total > HUGE:
            return max(math.sqrt(often), RARER) * min(1.0, SCATTERED / self._places[finding.key])
        return max(math.sqrt(often), RARE)

    def _alike(self, finding: Finding, zone: int) -> float:
        """Lines of one shape and one cause: the more causes a rule tells, the fewer examples of each."""
        before = self._seen_before(zone, "shape", hash((finding.shape, finding.cause)))
        fewer = 1 + FEWER * (self._shapes[finding.rule.id] - 1)
        examples = max(ALIKE / fewer, 1.0)
        return 1 / (1 + max(before + 1 - examples, 0) * fewer / (LISTED if finding.rule.is_list else SHAPES))

    def _crowded(self, finding: Finding, zone: int) -> float:
        """Lines of one rule: of a list, the first is told whole before the others are named; the first of
        each cause and of each file tells more than more of the same."""
        name = finding.rule.id
        before = self._seen_before(zone, "rule", name)
        same = self._seen_before(zone, f"{name}'s cause", finding.cause or finding.shape)
        others: float = before
        if (
            zone > 0
            and before > FIRST
            and finding.rule.weight >= CAUSE - 2
            and not finding.rule.list_if_absent
        ):
            others = FIRST + (before - FIRST) * _count(
                same, before, OTHER_REASON if finding.cause else OTHER_SHAPE
            )
        if zone > 0 and self._totals[name] > 1:
            file = captures(finding).get("file")
            if file is not None:
                others *= _count(self._seen_before(zone, name, hash(file)), before, OTHER_FILE)
        if finding.rule.is_list and others:
            return NAMED / (1 + others / LIST)
        return 1 / (1 + others / CROWD)

    def factor(self, finding: Finding, zone: int) -> float:
        factor = (
            self._repeated(finding, zone)
            * self._frequent(finding, zone)
            * self._alike(finding, zone)
            * self._crowded(finding, zone)
        )
        if finding.rule.weight < CAUSE - 1 or self._total > HUGE:  # there, much that is none is named so
            return factor
        return max(factor, LEAST)


def _families(scan: Scan, ends: Sequence[int], total: int) -> set[str]:
    """The families of the tools that had their say where a huge log's steps ended."""
    if total <= HUGE:
        return set()
    last = ends or [scan.total]
    weighty = [
        finding
        for finding in scan.findings
        if finding.number <= last[-1] and finding.rule.weight >= CONSEQUENCE
    ]
    return {
        finding.rule.family
        for finding in weighty
        if finding.rule.family not in ("", ANY_FAMILY)
        and last[bisect_left(last, finding.number)] - finding.number <= LAST_SAY
    }


def factors(scan: Scan, failed: Failed) -> list[float]:
    """A factor for each finding: where it stands, and how often its like was seen before."""
    total = failed.extent
    timed = any(within(finding.stamp, failed.times) for finding in scan.findings)
    likes = _Likes(scan, total)
    families = _families(scan, failed.lines, total)
    found: list[float] = []
    for finding in scan.findings:
        factor = _place(finding, failed)
        if _succeeded(finding, scan.succeeded):
            factor *= SUCCEEDED
        if within(finding.stamp, failed.unmarked):
            factor = max(factor, FAR)
        elif timed and not within(finding.stamp, failed.times):
            factor *= ELSEWHERE
        zone = (factor >= FAR) + (total > HUGE and factor >= CLOSE)
        if families and finding.rule.family not in (*families, ANY_FAMILY):
            factor *= STRANGE
        found.append(factor * likes.factor(finding, zone))
    return found


def inside(scan: Scan, failed: Failed) -> list[Finding]:
    """The findings within a failed step, but for those of a run that succeeded; all of them where none is."""
    timed = [finding for finding in scan.naming if within(finding.stamp, failed.times)]
    placed = [
        finding
        for finding in timed or scan.naming
        if not _succeeded(finding, scan.succeeded)
        and (within(finding.stamp, failed.unmarked) or _place(finding, failed) >= FAR)
    ]
    return placed or timed or list(scan.naming)
