"""Similar findings have less weight the more of them come before."""

from __future__ import annotations

import pytest

from fire_routine.distill.rules import CAUSE, Rule
from fire_routine.distill.score.frequency import Seen, Totals, frequency, seen_before
from fire_routine.distill.types import Finding, Scan
from fire_routine.patterns import pattern

NONE = Seen(template=0, shape=0, rule=0, complaint=0, file=None)


def found(number: int = 1, *, is_list: bool = False, key: int = 1, shape: int = 1) -> Finding:
    rule = Rule("linter", 0, "tool", "", CAUSE, pattern("x"), is_list=is_list)
    return Finding(rule, number, [b"x"], 0, key, shape)


def score(finding: Finding, seen: Seen) -> float:
    return frequency(finding, 1, seen, Totals(Scan(findings=[finding], total=100), 100))


@pytest.mark.parametrize(("is_list", "half_after"), [(False, 6), (True, 14)])
def test_after_three_examples_of_a_shape_further_ones_halve_the_weight(
    is_list: bool, half_after: int
) -> None:
    finding = found(is_list=is_list)
    assert score(finding, NONE._replace(shape=2)) == 1.0
    assert score(finding, NONE._replace(shape=2 + half_after)) == pytest.approx(0.5)


@pytest.mark.parametrize(("is_list", "half_after"), [(False, 11), (True, 40)])
def test_a_crowd_of_findings_of_one_rule_halves_the_weight(is_list: bool, half_after: int) -> None:
    seen = NONE._replace(rule=half_after, complaint=half_after)
    assert score(found(is_list=is_list), seen) == pytest.approx(0.44 if is_list else 0.5)


def test_a_finding_of_another_file_counts_less_of_the_crowd_before_it() -> None:
    crowd = NONE._replace(rule=20, complaint=20)
    assert score(found(), crowd._replace(file=0)) > score(found(), crowd._replace(file=20))
    assert score(found(), crowd._replace(file=20)) == score(found(), crowd)


def test_repeated_lines_of_one_template_have_less_weight_each_time() -> None:
    scores = [score(found(), NONE._replace(template=before)) for before in range(7)]
    assert scores == [1.0, 0.6, 0.4, 0.3, 0.2, 0.15, 0.15]


def test_what_came_before_is_counted_in_each_zone_apart() -> None:
    findings = [found(number) for number in range(4)]
    assert [seen.rule for seen in seen_before(findings, [0, 1, 0, 1])] == [0, 0, 1, 1]
    assert seen_before(findings, [1, 1, 1, 1]) == seen_before(findings, [1, 1, 1, 1])
