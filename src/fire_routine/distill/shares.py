"""What each span gives to its lines: a rule's first example is told whole, the next by their first lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from .findings import Span
from .named import message_of, without_ids
from .place import ELSEWHERE
from .rules.schema import ERROR_LIKE

LIKE = 0.97  # from line to line of a block, when its rule has taken a block before: that one is shown whole
FEW, LIKE_MANY = 5, 0.9  # the same when it has taken more than so many, of which no reason is known
TOLD = 0.5  # of its weight has a reason that was told, whatever its ids and numbers
REASON, SAME = 3, 0.7  # lines below that may tell the reason, and what of its weight the same once more has
FAINT = 0.35  # of the strongest factor: what has less is told by its first lines, too
FAINTER = 0.4  # the same in a huge log, in which more is found that has nothing to do with the failure

_WORDS = re.compile(rb"[A-Za-z]+")

# What a span gives to one of its lines: the line's number, weight, rule and text, and whether the rule took
# this line or it stands around that one.
Share = tuple[int, float, str, bytes, bool]


def _again(span: Span, met: set[tuple[int, bytes]]) -> bool:
    """Whether one before it message_of the same: a line of the same shape, and the same reason below it."""
    finding = span.finding
    below = finding.number - span.first + 1
    reason = next((text.strip() for text in span.texts[below : below + REASON] if text.strip()), b"")
    if finding.rule.is_list or finding.rule.weight < ERROR_LIKE or not _WORDS.search(reason):
        return False
    complaint = (finding.shape, reason)
    again = complaint in met
    met.add(complaint)
    return again


class _Reasons:
    """Why findings failed, as far as the spans before told it."""

    def __init__(self) -> None:
        self._told: dict[bytes, int] = {}  # the numbers of the lines that told them first

    def around(self, span: Span) -> float:
        """What keeps of its weight what stands around a span's reasons: less where each was told before."""
        told = [
            self._told.get(without_ids(span.texts[number - span.first]), number) != number
            for number in span.reasons
        ]
        return SAME if told and all(told) else 1.0

    def tell(self, span: Span, number: int, text: bytes) -> tuple[float, bytes]:
        """What a line that tells a reason of a span keeps of its weight, and what it says: a reason that was
        told before tells less."""
        again = self._told.setdefault(without_ids(text), number) != number
        if again and number < span.finding.number and span.finding.by_cause:
            return 1.0, b"%d" % number  # a place alone is not shown without its reason above it
        return TOLD if again else 1.0, message_of(text)


def _fall(span: Span, before: int) -> float:
    """What is left from line to line of a block, of so many blocks before it that the same rule took."""
    return LIKE_MANY if before >= FEW and span.finding.rule.reason is None else LIKE


def shares(spans: Sequence[Span], factors: Sequence[float], *, huge: bool) -> list[Share]:
    """What each span gives to each of its lines, the most telling spans first."""
    seen = Counter[str]()
    # What stands in a failed step first: it is not told already by what stands elsewhere. In a huge log
    # the first example of a rule may be one of many tests that passed: there the strongest is shown whole.
    faint = (FAINTER if huge else FAINT) * max(factors, default=0.0)
    ordered = sorted(
        zip(spans, factors, strict=True), key=lambda pair: -pair[1] if huge else pair[1] <= ELSEWHERE
    )
    met: set[tuple[int, bytes]] = set()
    reasons = _Reasons()
    given: list[Share] = []
    for span, factor in ordered:
        rule, taken = span.finding.rule.id, span.finding.number
        # An example is shown whole, its like by their first lines; so is what is faint beside others.
        fall = _fall(span, seen[rule]) if seen[rule] or factor < faint else 1.0
        seen[rule] += 1
        if _again(span, met):
            factor *= SAME
        around = reasons.around(span)
        for number, (weight, text) in enumerate(zip(span.weights, span.texts, strict=True), span.first):
            share, saying = 1.0, message_of(text)
            if number in span.reasons:
                share, saying = reasons.tell(span, number, text)
            elif number != taken:
                of_block = weight > span.finding.rule.weight / 2  # not what stands behind it
                share = fall ** abs(number - taken) * (around if of_block else 1.0)
            given.append((number, weight * factor * share, rule, saying, number == taken))
    return given
