"""A sample of findings does not depend on when their digests are found, nor on their order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.distill.collect import reservoir as sample
from fire_routine.distill.collect.reservoir import Reservoir
from fire_routine.distill.rules import rules
from fire_routine.distill.types import Finding

RULE = next(rule for rule in rules() if rule.tier == "tool" and not rule.process_failed)
# Findings one by one, and numbers of the lines from which on a test that passed printed what was found.
STEPS = st.lists(
    st.integers(0, 60).map(lambda word: f"error: w{'x' * word}") | st.integers(1, 5), max_size=60
)


def chosen(steps: list[str | int], waiting: int) -> list[int]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sample, "MOST", 5)
        patched.setattr(sample, "WAITING", waiting)
        sampled = Reservoir()
        number = 0
        for step in steps:
            if isinstance(step, int):
                sampled.forget(number - step)
            else:
                sampled.add(Finding(RULE, number, [step.encode()], 0, number))
                number += 1
        return sorted(finding.number for finding in sampled.findings())


@given(STEPS)
def test_it_is_the_same_however_many_wait_for_their_digests(steps: list[str | int]) -> None:
    assert chosen(steps, 1) == chosen(steps, 7) == chosen(steps, 1_000)


def test_what_comes_after_findings_that_were_forgotten_is_sampled_as_if_they_had_not_been() -> None:
    found = [Finding(RULE, number, [b"error: " + b"x" * number], 0, number) for number in range(500)]
    sampled, other = Reservoir(), Reservoir()
    for finding in found[:200]:
        sampled.add(finding)
    sampled.forget(150)
    for finding in found[200:]:
        sampled.add(finding)
    for finding in (*found[:150], *found[200:]):
        other.add(finding)
    assert sampled.findings() == other.findings()
    assert len(other.findings()) == sample.MOST
