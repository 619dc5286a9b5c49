"""What a finding's block gives to its lines."""

from __future__ import annotations

from fire_routine.distill.rules import CAUSE, Rule
from fire_routine.distill.score.context import shares
from fire_routine.distill.types import Finding, Span
from fire_routine.patterns import pattern


def span(name: str, number: int) -> Span:
    """A block of three lines below the one that a rule took."""
    rule = Rule(name, 0, "tool", "", CAUSE, pattern("x"))
    texts = [f"{name} {at}".encode() for at in range(4)]
    return Span(Finding(rule, number, texts, 0, number, number), number, texts, [10.0, 9.0, 9.0, 9.0])


def last_share(factor: float, *, huge: bool = False) -> float:
    """The share of its weight that the last line of a block with this score keeps, next to a stronger one."""
    given = shares([span("strong", 1), span("other", 50)], [1.0, factor], huge=huge)
    (weight,) = (weight for number, weight, *_ in given if number == 53)
    return weight / (9.0 * factor)


def test_a_block_is_shown_whole_unless_its_score_is_faint_next_to_the_strongest() -> None:
    assert last_share(0.36) == 1.0
    assert last_share(0.34) < 1.0


def test_in_a_huge_log_a_block_has_to_be_stronger_to_be_shown_whole() -> None:
    assert last_share(0.41, huge=True) == 1.0
    assert last_share(0.39, huge=True) < 1.0


def test_a_further_block_of_a_rule_is_shown_by_its_first_lines() -> None:
    given = shares([span("test", 1), span("test", 50)], [1.0, 1.0], huge=False)
    weights = {number: weight for number, weight, *_ in given}
    assert weights[4] == 9.0
    assert weights[51] > weights[52] > weights[53]
