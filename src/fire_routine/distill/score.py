"""How much a line explains: a weight for each line of a log.

A finding's score is a factor of its rule's weight: by its place, and by how often similar ones came before.
A line's weight is the largest of what the findings around it and the end of its step give it.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from .context import BOILERPLATE, Context
from .lines import DIGITS, probed, shown, unprefixed
from .noise import Green
from .rules import CAUSE, RESULT, WARNING, expression
from .steps import Failed, in_time
from .store import LineStore
from .types import Finding, Scan, Tail

# Where a finding is: factors.
BEFORE_STEP = 0.3  # before the failed step; printed by a tool that succeeded in the end
AFTER_STEP = 0.4  # after the last failed step: uploads, cleaning up …
OTHER = 0.5  # of another step, by the times of the API
FAR = 0.72  # far before the step's end; at the end it is 1 …
REACH = 300  # lines: … and this many before it most of the difference is gone

# How often similar ones came before.
LONG_LOG = 5_000  # lines: from which on what is frequent has less weight
HUGE_LOG = 30_000  # lines: from which on much looks like a cause by chance
REPEATED = 0.6  # factor: from a finding to the next of its template
OFTEN = 4  # findings of one template or rule, or such lines of a tail, that are not yet frequent
RARE = 0.6  # factor: frequent findings have at least this
SHAPES = 6  # findings of a shape, beyond the first few, until the next has half the weight
CROWD = 11  # findings of a rule, until the next has half the weight
CROWD_OF_LIST = 40  # the same where its lines list what failed

# The lines before the end of a step.
FALL = 0.94  # factor: from each line to the one before it

# The lines around findings.
NEXT_OF_RULE = 0.97  # factor: from line to line, around all findings of a rule but the strongest
SHOWN_ELSEWHERE = 0.35  # factor: a stronger line shows the same text
IN_GREEN = 0.15  # factor: a green run of the job prints the line, too

# Lines far from the first cause.
STRONG = 0.85  # share of the strongest finding's weight that the first cause has at least
BEFORE_CAUSE, AFTER_CAUSE = 10, 40  # lines before and after it that keep their weight
EARLIER, LATER = 0.9, 0.72  # factors: the others; as `EARLIER` later ones that list what failed

# Warnings that a tool or its settings made fatal: then they are what failed, and no error is.
LIFTED = CAUSE + 2.0  # weight of such warnings, far as they may be from the end of the step
OF_WARNINGS = 0.6  # factor: what failed because of the warnings
_PLACE, _FATAL = expression("place"), expression("warnings_fatal")

Weights = dict[
    int, tuple[float, str]
]  # by a line's number: its weight, and the rule that gave it, if one did


def finding_scores(scan: Scan, failed: Failed, places: Sequence[float]) -> list[float]:
    """A factor for each finding: its place, as `positions` has it, and how often similar ones came before."""
    frequency = _Frequency(scan, failed.extent)
    scores: list[float] = []
    for finding, position in zip(scan.findings, places, strict=True):
        scores.append(position * frequency.factor(finding, inside=position >= FAR))
    return scores


def inside(scan: Scan, failed: Failed) -> list[Finding]:
    """The findings within a failed step, except those of a successful run; all findings if there are none."""
    timed = [finding for finding in scan.findings if in_time(finding.stamp, failed.times)]
    placed = [
        finding
        for finding in timed or scan.findings
        if not _succeeded(finding, scan.succeeded)
        and (in_time(finding.stamp, failed.unmarked) or _place(finding, failed) >= FAR)
    ]
    return placed or timed or list(scan.findings)


def _succeeded(finding: Finding, runs: Sequence[tuple[int, int]]) -> bool:
    """Whether it is output of a tool that reported success in the end."""
    at = bisect_right(runs, (finding.number, 0)) - 1
    return at >= 0 and finding.number < runs[at][1] and not finding.rule.process_failed


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
        if _succeeded(finding, scan.succeeded):
            factor *= BEFORE_STEP
        if in_time(finding.stamp, failed.unmarked):
            factor = max(factor, FAR)
        elif timed and not in_time(finding.stamp, failed.times):
            factor *= OTHER
        factors.append(factor)
    return factors


class _Frequency:
    """Counts findings, in the log's order, of one template, shape and rule: in failed steps and elsewhere."""

    def __init__(self, scan: Scan, lines: int) -> None:
        """`lines`: of the failed steps, or of the log."""
        self._lines = lines
        self._of_template = scan.counts
        self._of_rule = Counter(finding.rule.id for finding in scan.findings)
        self._few = max(OFTEN * math.sqrt(min(1.0, HUGE_LOG / max(lines, 1))), 1.0)
        self._templates, self._shapes = Counter[tuple[bool, int]](), Counter[tuple[bool, int]]()
        self._rules = Counter[tuple[bool, str]]()

    def factor(self, finding: Finding, *, inside: bool) -> float:
        template, shape, rule = (inside, finding.key), (inside, finding.shape), (inside, finding.rule.id)
        shapes, crowd = (2 * SHAPES, CROWD_OF_LIST) if finding.rule.is_list else (SHAPES, CROWD)
        factor = (
            REPEATED ** self._templates[template]
            * self._frequent(finding, first_cause=inside and not self._rules[rule])
            / (1 + max(self._shapes[shape] - 2, 0) / shapes)
            / (1 + self._rules[rule] / crowd)
        )
        self._templates[template] += 1
        self._shapes[shape] += 1
        self._rules[rule] += 1
        return factor

    def _frequent(self, finding: Finding, *, first_cause: bool) -> float:
        """The factor for frequent findings in a long log; not for the first cause, which may be that of all
        others, except in a huge log, which has first ones of everything."""
        first_cause = first_cause and finding.rule.weight >= CAUSE - 1.5
        if self._lines <= (HUGE_LOG if first_cause else LONG_LOG):
            return 1.0
        most = CROWD_OF_LIST if finding.rule.is_list else OFTEN
        of_template, of_rule = self._of_template.get(finding.key, 1), self._of_rule[finding.rule.id]
        often = math.sqrt(min(1.0, self._few / of_template) * min(1.0, most / of_rule))
        return max(often, RARE)


def with_fatal_warnings(scan: Scan, scores: Sequence[float], of_steps: Iterable[Finding]) -> list[float]:
    """The findings' scores. If a failed step says that warnings made it fail, and no finding explains more,
    its warnings have the weight of what failed."""
    of_step = {finding.number: finding for finding in of_steps}
    if not _says_so(scan, of_step):
        return list(scores)
    if any(finding.rule.weight >= CAUSE and _explains(_text(finding.raw)) for finding in of_step.values()):
        return list(scores)
    return [
        score * (_factor(finding) if finding.number in of_step else 1.0)
        for finding, score in zip(scan.findings, scores, strict=True)
    ]


def _says_so(scan: Scan, of_step: dict[int, Finding]) -> bool:
    lines = [finding.raw for finding in of_step.values()]
    lines += (raw for tail in scan.tails for raw in tail.raw)
    # One of these is in each text that the expression matches.
    likely = (raw for raw in lines if b"arning" in raw or b"-Werror" in raw or b"Lint" in raw)
    return any(_FATAL.search(_text(raw)) for raw in likely)


def _explains(text: bytes) -> bool:
    """Whether it is an error at a place."""
    return _PLACE.match(text) is not None and b"arning" not in text and _FATAL.search(text) is None


def _factor(finding: Finding) -> float:
    if finding.rule.weight == WARNING and b"warn" in _text(finding.raw).lower():
        return LIFTED / WARNING
    return OF_WARNINGS if finding.rule.weight >= RESULT else 1.0


def _text(raw: bytes) -> bytes:
    return unprefixed(probed(shown(raw)))


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
    seen = Counter[str]()
    given: list[tuple[int, float, str, bytes]] = []
    strongest: dict[bytes, tuple[float, int]] = {}  # by a text: the greatest weight, the line that has it
    texts: dict[int, bytes] = {}  # by a line's number: contexts that lie close hold the same
    for context, score in sorted(zip(contexts, scores, strict=True), key=lambda pair: pair[1] <= OTHER):
        rule, found = context.finding.rule, context.finding.number
        fall = NEXT_OF_RULE if seen[rule.id] else 1.0
        seen[rule.id] += 1
        for number, (share, line) in enumerate(
            zip(context.shares, context.texts, strict=True), context.first
        ):
            weight = rule.weight * share * score * (fall ** abs(number - found) if fall < 1 else 1.0)
            text = texts.get(number)
            if text is None:
                text = texts[number] = line.strip()
            given.append((number, weight, rule.id, text))
            if text not in strongest or strongest[text][0] < weight:
                strongest[text] = (weight, number)
    for number, weight, name, text in given:
        if strongest[text][1] != number:
            weight *= SHOWN_ELSEWHERE
        if number not in weights or weights[number][0] < weight:
            weights[number] = (weight, name)


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
