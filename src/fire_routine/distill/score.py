"""How much a line explains: a weight for each line of a log.

A finding's score is a factor of its rule's weight: by its place, and by how often similar ones came before.
A line's weight is the largest of what the findings around it and the end of its step give it.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from .context import BOILERPLATE, Context
from .lines import DIGITS
from .noise import Green
from .rules import WARNING
from .steps import Failed, in_time
from .store import LineStore
from .types import Finding, Scan, Tail

# Where a finding is: factors.
BEFORE_STEP = 0.3  # before the failed step; printed by a tool that succeeded in the end
AFTER_STEP = 0.4  # after the last failed step: uploads, cleaning up …
OTHER = 0.5  # of another step, by the times of the API
FAR = 0.72  # far before the step's end; at the end it is 1 …
REACH = 300  # lines: … and this many before it most of the difference is gone

HUGE_LOG = 30_000  # lines: longer ones have more of what is far from a step's end
CROWD = 11  # findings of a rule, until the next has half the weight
CROWD_OF_LIST = 40  # the same where its lines list what failed

# The lines before the end of a step.
FALL = 0.94  # factor: from each line to the one before it
OFTEN = 4  # lines that differ in numbers alone; of more each says little

# The lines around findings.
IN_GREEN = 0.15  # factor: a green run of the job prints the line, too

# Lines far from the first cause.
STRONG = 0.85  # share of the strongest finding's weight that the first cause has at least
BEFORE_CAUSE, AFTER_CAUSE = 10, 40  # lines before and after it that keep their weight
EARLIER, LATER = 0.9, 0.72  # factors: the others; as `EARLIER` later ones that list what failed

Weights = dict[
    int, tuple[float, str]
]  # by a line's number: its weight, and the rule that gave it, if one did


def finding_scores(scan: Scan, places: Sequence[float]) -> list[float]:
    """A factor for each finding: its place, as `positions` has it, and how many its rule had before."""
    before = Counter[tuple[bool, str]]()  # of a rule, in failed steps and elsewhere
    scores: list[float] = []
    for finding, place in zip(scan.findings, places, strict=True):
        rule = (place >= FAR, finding.rule.id)
        crowd = CROWD_OF_LIST if finding.rule.is_list else CROWD
        scores.append(place / (1 + before[rule] / crowd))
        before[rule] += 1
    return scores


def inside(scan: Scan, failed: Failed) -> list[Finding]:
    """The findings within a failed step; all findings if there are none."""
    timed = [finding for finding in scan.findings if in_time(finding.stamp, failed.times)]
    placed = [
        finding
        for finding in timed or scan.findings
        if (in_time(finding.stamp, failed.unmarked) or _place(finding, failed) >= FAR)
    ]
    return placed or timed or list(scan.findings)


def _near(lines: int, total: int) -> float:
    """The factor for a finding this many lines before the end of its step."""
    return FAR + (1 - FAR) * math.exp(-lines / (REACH * max(total / HUGE_LOG, 1.0)))


def _place(finding: Finding, failed: Failed) -> float:
    """The factor for the place of a finding, by the log's own marks. A huge log without any ends where it
    failed."""
    total = failed.extent
    if not failed.lines:
        return _near(total - finding.number, total) if total > HUGE_LOG else 1.0
    at = bisect_left(failed.lines, finding.number)
    if at == len(failed.lines):
        return AFTER_STEP
    mark = failed.marks[at]
    if finding.number < mark.header.line:
        return BEFORE_STEP
    return _near(mark.line - finding.number, total)


def positions(scan: Scan, failed: Failed) -> list[float]:
    """A factor for each finding by the log's own marks, and by the times of the API."""
    timed = any(in_time(finding.stamp, failed.times) for finding in scan.findings)
    factors: list[float] = []
    for finding in scan.findings:
        factor = _place(finding, failed)
        if in_time(finding.stamp, failed.unmarked):
            factor = max(factor, FAR)
        elif timed and not in_time(finding.stamp, failed.times):
            factor *= OTHER
        factors.append(factor)
    return factors


def line_weights(
    scan: Scan, store: LineStore, contexts: Sequence[Context], scores: Sequence[float], green: Green | None
) -> Weights:
    """The weight of each line that may be shown.

    Args:
        contexts: of findings, in the log's order.
        scores: of these findings.
    """
    weights: Weights = {}
    quiet = store.boilerplate | {each.number for each in scan.findings if each.rule.weight <= WARNING}
    for tail in scan.tails:
        for number, weight in _of_tail(tail, quiet):
            if number not in weights or weights[number][0] < weight:
                weights[number] = (weight, "")
    _add_contexts(weights, contexts, scores)
    if green is not None:
        weights = {
            number: (weight * in_green(store.raw[number], green), rule)
            for number, (weight, rule) in weights.items()
        }
    findings = [context.finding for context in contexts]
    if green is not None:
        findings = [finding for finding in findings if finding.raw not in green]
    return _by_first_cause(weights, findings)


def in_green(raw: bytes, green: Green | None) -> float:
    """The factor for a line by whether a green run of the job prints it."""
    return IN_GREEN if green is not None and raw in green else 1.0


def _of_tail(tail: Tail, quiet: frozenset[int]) -> Iterator[tuple[int, float]]:
    """The numbers of the lines before a step's end, the last first, and their weights."""
    weight = tail.weight
    alike: dict[bytes, int] = {}
    for number, raw in zip(range(tail.first + len(tail.raw) - 1, -1, -1), reversed(tail.raw), strict=False):
        if number < tail.step:
            return
        weight *= FALL
        shape = raw.translate(None, DIGITS)
        alike[shape] = times = alike.get(shape, 0) + 1
        yield number, weight * BOILERPLATE if number in quiet or times > OFTEN else weight


def _add_contexts(weights: Weights, contexts: Sequence[Context], scores: Sequence[float]) -> None:
    """What each finding gives to the lines around it, the highest score first."""
    for context, score in zip(contexts, scores, strict=True):
        rule = context.finding.rule
        for number, share in enumerate(context.shares, context.first):
            weight = rule.weight * share * score
            if number not in weights or weights[number][0] < weight:
                weights[number] = (weight, rule.id)


def _by_first_cause(weights: Weights, findings: Sequence[Finding]) -> Weights:
    """Less weight for lines far from the first finding that is about as strong as the strongest."""
    strongest = max((weights[finding.number][0] for finding in findings), default=0.0)
    strong = [each for each in findings if weights[each.number][0] >= strongest * STRONG]
    verdicts = [each for each in strong if not each.rule.also_in_success]
    if not strong:
        return weights
    first = (verdicts or strong)[0].number
    listed = {finding.number for finding in findings if finding.rule.is_list}

    def factor(number: int) -> float:
        if number < first - BEFORE_CAUSE:
            return EARLIER
        if number > first + AFTER_CAUSE:
            return EARLIER if number in listed else LATER
        return 1.0

    return {number: (weight * factor(number), rule) for number, (weight, rule) in weights.items()}
