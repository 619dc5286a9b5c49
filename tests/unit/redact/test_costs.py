"""What the search for secrets costs, in calls: that depends on no machine's speed."""

from __future__ import annotations

import sys
from collections import Counter

import pytest

from fire_routine.redact import redact
from fire_routine.redact.token_formats import formats


def calls_of(lines: list[str]) -> int:
    redact(lines[:1])  # what is compiled with the first text
    calls = Counter[str]()
    before = sys.getprofile()
    sys.setprofile(lambda _frame, event, _argument: calls.update([event]))
    try:
        redact(lines)
    finally:
        sys.setprofile(before)
    return calls["call"] + calls["c_call"]


def test_lines_that_only_begin_as_a_token_are_not_joined_with_all_that_follow() -> None:
    """About a hundred calls a line; to join as many lines as a token may have takes a thousand."""
    lines = ["ghp_"] * 100
    assert calls_of(lines) < 300 * len(lines)


@pytest.mark.parametrize("unit", [".eyJ", "sk-", "key-", "AKIA", "ghp_"])
def test_wrapped_lines_of_a_tokens_prefix_are_joined_once(unit: str) -> None:
    """Up to two thousand calls a line; to join them anew for each prefix takes ten thousand."""
    assert calls_of(wrapped(unit, 80)) < 3_000 * 80


@pytest.mark.nightly
def test_each_tokens_prefix_is_cheap_however_often_it_is_repeated_over_lines() -> None:
    units = sorted(formats())
    costs = {unit: calls_of(wrapped(unit, 40)) / 40 for unit in units}
    assert {unit: cost for unit, cost in costs.items() if cost > 3_000} == {}


def wrapped(unit: str, lines: int) -> list[str]:
    return [(unit * (60 // len(unit) + 1))[:60]] * lines
