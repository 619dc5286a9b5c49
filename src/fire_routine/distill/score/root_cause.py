"""The first cause outranks what follows from it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..lines.prefixes import unprefixed
from ..rules import CAUSE, ids_of_any_family
from ..types import Finding, Span
from ..weights import WEIGHTS
from .scorer import Lines, Material

CAUSED_BY = b"Caused by: "
# Lines in between: frames, how many more, what was raised besides. An exception's message has lines, too.
BETWEEN, MESSAGE = re.compile(rb"\s*(?:at |\.\.\. \d+ |Caused by: |Suppressed: |$)"), 3


def first_cause(findings: Sequence[Finding], lines: Lines) -> int | None:
    """The number of the first line that is about as strong as the strongest, of findings in the log's order.

    A tool's error outranks lines that programs also log when nothing fails.
    """
    strongest = max((lines[finding.number][0] for finding in findings), default=0.0)
    strong = [finding for finding in findings if lines[finding.number][0] >= strongest * WEIGHTS.strong]
    verdicts = [finding for finding in strong if not finding.rule.also_in_success]
    return next((finding.number for finding in verdicts or strong), None)


def _end_of_trace(spans: Sequence[Span], first: int) -> int | None:
    """The number of the line with a trace's error, if the first cause opens the trace.

    Many frames may be in between.
    """
    after_span = next((span.first + len(span.texts) for span in spans if span.finding.number == first), first)
    ends = (
        span.finding.number
        for span in spans
        if first < span.finding.number < after_span
        and span.finding.rule.before >= WEIGHTS.traced
        and span.finding.rule.weight >= CAUSE - 1
    )
    return next(ends, None)


def _traced(span: Span, until: int) -> bool:
    """Whether only lines of a trace are between an exception's name and message and the line `until`."""
    begin = span.finding.number - span.first + 1 + MESSAGE
    between = span.texts[begin : until - span.first]
    return len(span.texts) >= until - span.first and all(BETWEEN.match(unprefixed(text)) for text in between)


def _root_causes(spans: Sequence[Span], first: int) -> list[int]:
    """The numbers of the last lines that name a cause of the exception in the first cause's trace.

    They raised the others. As Java prints it, each is below the frames of what it caused.
    """
    causes: list[int] = []
    above: Span | None = None
    for span in spans:
        number = span.finding.number
        if number == first:
            above = span
        elif above is not None and unprefixed(span.text).lstrip().startswith(CAUSED_BY):
            if not _traced(above, number):
                break
            causes.append(number)
            above = span
    return causes[-WEIGHTS.root_causes :]


def score(lines: Lines, material: Material) -> Lines:
    """Less weight for lines far from the first cause among the findings that a green run lacks.

    In a huge log something as strong may follow the cause by chance: there only lines with clearly less
    weight are weakened, and none that a disk or a network explains.
    """
    green, huge = material.green, material.huge
    spans = [span for span in material.spans if green is None or span.finding.raw not in green]
    first = first_cause([span.finding for span in spans], lines)
    if first is None:
        return lines
    roots = dict.fromkeys(_root_causes(spans, first), lines[first][0] * WEIGHTS.root_cause)
    spared = _end_of_trace(spans, first)
    listed: set[int] = set()
    for span in spans:
        if span.finding.rule.is_list:
            listed |= {span.finding.number, *span.reasons}
    strays = lines[first][0] * WEIGHTS.stray_below if huge else 0.0

    def factor(number: int, weight: float, rule: str) -> float:
        far = not first - WEIGHTS.far_from_cause < number <= first + WEIGHTS.after_cause
        if far and WEIGHTS.stray_at_least < weight < strays and rule not in ids_of_any_family():
            return WEIGHTS.stray
        if number < first - WEIGHTS.before_cause and not huge:
            return WEIGHTS.earlier
        if number > first + WEIGHTS.after_cause and number != spared:
            return WEIGHTS.later_listed if number in listed else WEIGHTS.later
        return 1.0

    scored: Lines = {}
    for number, (weight, rule) in lines.items():
        root = roots.get(number)
        scored[number] = (weight * factor(number, weight, rule) if root is None else max(weight, root), rule)
    return scored
