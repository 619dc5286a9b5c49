"""The first cause outranks what follows from it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .blocks import unprefixed
from .findings import Finding, Span
from .rules import ids_of_any_family
from .rules.schema import CAUSE

STRONG = 0.85  # of the strongest finding's weight has at least the one that is taken for the first cause
BEFORE, BEHIND = 10, 40  # lines around it that tell of it
TRACED = 20  # lines above it, at least, that a rule for a trace's last line asks for
EARLIER, LATER = 0.9, 0.72  # of their weight have the lines before these, and those behind them
LISTED = 0.9  # the same of those that name one by one what failed, and say why
CAUSED_BY = b"Caused by: "
# What stands between: frames, how many more, what was raised besides. An exception's message has lines, too.
BETWEEN, MESSAGE = re.compile(rb"\s*(?:at |\.\.\. \d+ |Caused by: |Suppressed: |$)"), 3
ROOTS, ROOT = 2, 0.8  # of them that say what is wrong, and what of the first cause's weight they have
# In a huge log much looks like a cause: so much of their weight have those far from the first one that tell
# more than any line does, and less than so much of what it tells.
STRAY, TELLS, CLEARLY = 0.5, 1.0, 0.7
APART = 300  # lines before it that are far

Lines = dict[int, tuple[float, str]]  # number → weight, rule


def first_cause(findings: Sequence[Finding], lines: Lines) -> int | None:
    """The number of the first line that is about as strong as the strongest, of findings in the log's order.

    What a tool says of a failure goes before what programs also log when nothing fails.
    """
    strongest = max((lines[finding.number][0] for finding in findings), default=0.0)
    strong = [finding for finding in findings if lines[finding.number][0] >= strongest * STRONG]
    verdicts = [finding for finding in strong if not finding.rule.also_in_success]
    return next((finding.number for finding in verdicts or strong), None)


def _end_of_trace(spans: Sequence[Span], first: int) -> int | None:
    """The number of the line that says what a trace is about, where the first cause opens the trace: many
    frames may stand between."""
    behind = next((span.first + len(span.texts) for span in spans if span.finding.number == first), first)
    ends = (
        span.finding.number
        for span in spans
        if first < span.finding.number < behind
        and span.finding.rule.before >= TRACED
        and span.finding.rule.weight >= CAUSE - 1
    )
    return next(ends, None)


def _traced(span: Span, until: int) -> bool:
    """Whether nothing but what belongs to a trace stands behind an exception's name and its message, and
    before the line with the number `until`."""
    begin = span.finding.number - span.first + 1 + MESSAGE
    between = span.texts[begin : until - span.first]
    return len(span.texts) >= until - span.first and all(BETWEEN.match(unprefixed(text)) for text in between)


def _root_causes(spans: Sequence[Span], first: int) -> list[int]:
    """The numbers of the last lines that name a cause of the exception in the first cause's trace: what
    raised the others. As Java prints it, each stands below the frames of what it caused."""
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
    return causes[-ROOTS:]


def outrank(spans: Sequence[Span], lines: Lines, *, huge: bool) -> None:
    """Weaken, in place, the lines that are far from the first cause among what was found.

    Of a huge log, in which something as strong may well follow the cause by chance, those before it only
    where they tell clearly less, and are no disk's or network's complaint.
    """
    first = first_cause([span.finding for span in spans], lines)
    if first is None:
        return
    end = _end_of_trace(spans, first)
    roots = _root_causes(spans, first)
    listed: set[int] = set()
    for span in spans:
        if span.finding.rule.is_list:
            listed |= {span.finding.number, *span.reasons}
    strays = lines[first][0] * CLEARLY if huge else 0.0
    for number, (weight, rule) in lines.items():
        if number in roots:
            lines[number] = (max(weight, lines[first][0] * ROOT), rule)
            continue
        apart = not first - APART < number <= first + BEHIND
        if apart and TELLS < weight < strays and rule not in ids_of_any_family():
            lines[number] = (weight * STRAY, rule)
        elif number < first - BEFORE and not huge:
            lines[number] = (weight * EARLIER, rule)
        elif number > first + BEHIND and number != end:
            lines[number] = (weight * (LISTED if number in listed else LATER), rule)
