"""What each span gives to its lines: a rule's first example in full, the next by their first lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ..normalize.test_names import message_of, without_ids
from ..rules import ERROR_LIKE
from ..types import Span
from ..weights import WEIGHTS

_WORDS = re.compile(rb"[A-Za-z]+")
# What a span gives to one of its lines: the line's number, weight, rule and text, and whether the rule took
# this line or it is context of that one.
Share = tuple[int, float, str, bytes, bool]


def _again(span: Span, met: set[tuple[int, bytes]]) -> bool:
    """Whether one before it reports the same: a line of the same shape, and the same reason below it."""
    finding = span.finding
    below = finding.number - span.first + 1
    reason = next((text.strip() for text in span.texts[below : below + WEIGHTS.next_to] if text.strip()), b"")
    if finding.rule.is_list or finding.rule.weight < ERROR_LIKE or not _WORDS.search(reason):
        return False
    complaint = (finding.shape, reason)
    again = complaint in met
    met.add(complaint)
    return again


class _Reasons:
    """The reasons of findings that earlier spans gave already."""

    def __init__(self) -> None:
        self._given: dict[bytes, int] = {}  # the numbers of the lines that gave them first

    def around(self, span: Span) -> float:
        """The factor for lines around a span's reasons: less if each reason was given before."""
        repeated = [
            self._given.get(without_ids(span.texts[number - span.first]), number) != number
            for number in span.reasons
        ]
        return WEIGHTS.same_complaint if repeated and all(repeated) else 1.0

    def give(self, span: Span, number: int, text: bytes) -> tuple[float, bytes]:
        """The factor for a line with a reason, and its message: a repeated reason scores less."""
        again = self._given.setdefault(without_ids(text), number) != number
        if again and number < span.finding.number and span.finding.by_cause:
            return 1.0, b"%d" % number  # a place alone is not shown without its reason above it
        return WEIGHTS.reported_reason if again else 1.0, message_of(text)


def shares(spans: Sequence[Span], factors: Sequence[float], *, huge: bool) -> list[Share]:
    """What each span gives to each of its lines, the strongest spans first."""
    seen = Counter[str]()
    # Spans in a failed step come first: those elsewhere must not count as their first example. In a huge log
    # the first example of a rule may be one of many tests that passed: there the strongest is shown whole.
    faint = (WEIGHTS.faint_if_huge if huge else WEIGHTS.faint) * max(factors, default=0.0)
    ordered = sorted(
        zip(spans, factors, strict=True), key=lambda pair: -pair[1] if huge else pair[1] <= WEIGHTS.other_step
    )
    met: set[tuple[int, bytes]] = set()
    reasons = _Reasons()
    given: list[Share] = []
    for span, factor in ordered:
        rule, taken = span.finding.rule.id, span.finding.number
        # An example is shown in full, similar ones by their first lines. So are faint ones next to others.
        fall = WEIGHTS.next_of_rule if seen[rule] or factor < faint else 1.0
        if seen[rule] >= WEIGHTS.many_of_rule and span.finding.rule.reason is None:
            fall = WEIGHTS.further_of_rule
        seen[rule] += 1
        if _again(span, met):
            factor *= WEIGHTS.same_complaint
        around = reasons.around(span)
        for number, (weight, text) in enumerate(zip(span.weights, span.texts, strict=True), span.first):
            share, message = 1.0, message_of(text)
            if number in span.reasons:
                share, message = reasons.give(span, number, text)
            elif number != taken:
                of_block = weight > span.finding.rule.weight / 2  # not the lines after it
                share = fall ** abs(number - taken) * (around if of_block else 1.0)
            given.append((number, weight * factor * share, rule, message, number == taken))
    return given
