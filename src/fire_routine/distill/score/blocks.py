"""Scores the lines of each finding's block: less where another line shows the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from ..rules import ERROR_LIKE
from ..weights import WEIGHTS
from .context import Share, shares
from .scorer import Lines, Material, give

_WORDS = re.compile(rb"[A-Za-z]+")


class _Endings:
    """Which lines end as lines before them: a list of names, each with the one reason."""

    def __init__(self) -> None:
        self._met = Counter[bytes]()
        self._rank: dict[int, int] = {}  # of a line by its number, which may be in several spans

    def factor(self, number: int, text: bytes) -> float:
        """The factor of a long line."""
        if number not in self._rank:
            # Its end may be a project's or a check's name, in brackets: that is no reason.
            ending = text[: text.rfind(b" [") if text.endswith(b"]") else None][-WEIGHTS.ending :]
            self._met[ending] += 1
            self._rank[number] = self._met[ending]
        most = WEIGHTS.same_endings if len(text) <= WEIGHTS.once else 1
        return 1.0 if self._rank[number] <= most else WEIGHTS.further_endings


def _showing(shares: Sequence[Share]) -> dict[bytes, int]:
    """For each text, the number of the line that shows it: the first, unless another scores clearly more.

    Texts have no indentation, and no marks of a report around a name. A ruler belongs to the lines below it.
    """
    showing: dict[bytes, tuple[int, float]] = {}
    for number, weight, _, text, _ in shares:
        before = showing.get(text)
        if before is None or (before[1] < weight * WEIGHTS.shown_by_later and _WORDS.search(text)):
            showing[text] = (number, weight)
    return {text: number for text, (number, _) in showing.items()}


def score(lines: Lines, material: Material) -> Lines:
    """Weight for the lines of each finding's block."""
    scored = dict(lines)
    spans = material.spans
    given = shares(spans, material.scores, huge=material.huge)
    showing = _showing(given)
    endings = _Endings()
    faint = {span.finding.number for span in spans if span.finding.rule.weight < ERROR_LIKE}
    sums: dict[int, float] = {}
    keys = {
        span.finding.number: span.finding.key for span in spans if span.finding.rule.distinguisher is not None
    }
    for number, weight, rule, text, taken in given:
        shown_at = showing.get(text, number)
        elsewhere = abs(shown_at - number) > (WEIGHTS.second_report if taken else 0)
        # Neighbours may distinguish two equal lines.
        distinguished = number in keys and keys[number] != keys.get(shown_at, keys[number])
        if elsewhere and not (taken and distinguished):
            weight *= WEIGHTS.shown_before
        if len(text) > WEIGHTS.long_line:
            weight *= endings.factor(number, text)
        if number not in faint:
            sums[number] = sums.get(number, 0.0) + weight
        give(scored, number, weight, rule)
    return _reached(scored, sums)


def _reached(lines: Lines, sums: Mapping[int, float]) -> Lines:
    """The lines, with more weight for those that several findings reach; never more than the strongest."""
    strongest = max((weight for weight, _ in lines.values()), default=0.0)
    scored = dict(lines)
    for number, together in sums.items():
        weight, rule = lines[number]
        if together > weight > 0:
            further = min(together / weight - 1, WEIGHTS.reached_at_most)
            scored[number] = (strongest * (weight / strongest) ** (1 - WEIGHTS.reached * further), rule)
    return scored
