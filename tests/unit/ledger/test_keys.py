"""Keys on the ledger: what their jobs and those for failures see of each other; and storms of both."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.fake_clock import NOON
from tests.unit.ledger.simulator import keys
from tests.unit.ledger.simulator.boards import DAY
from tests.unit.ledger.simulator.keys import played
from tests.unit.ledger.simulator.troubles import PROFILES

from fire_routine.ledger.day import over_limit
from fire_routine.ledger.entry import Claim, Stage
from fire_routine.ledger.names import read_names
from fire_routine.ledger.rule import Asker, Case, Moment, Ruling, rule
from fire_routine.ledger.terms import Terms
from fire_routine.model.evidence import Fingerprint

KEY = f"k{'a' * 16}"
ASKER = Asker("ci.yml", 100, 1, "f3c1d2", "1a2b3c4", "issues", (), Terms(1, DAY), key=read_names(KEY)[0])
CLAIM = Claim(
    *(Stage.FIRED, "ci.yml", 90, 1, "0000ff", "7654321", "other000", read_names(KEY)),
    id=1,
    at=NOON - timedelta(minutes=5),
    until=None,
    url="https://claude.ai/code/session_1",
)
SECOND = timedelta(seconds=1)


def claim(stage: Stage = Stage.FIRED, *names: str, ago: timedelta = DAY - SECOND, **changes: Any) -> Claim:
    given = {"at": NOON - ago, "until": NOON - ago, **changes}
    named = read_names(" ".join(names)) if names else CLAIM.names
    return replace(CLAIM, stage=stage, names=named, **given)


def ruled(*claims: Claim, **changes: Any) -> Ruling:
    """`changes`: of the asker, and of how far it has come."""

    def changed(value: Any) -> Any:
        return replace(value, **{name: changes[name] for name in value.__slots__ if name in changes})

    asker = replace(changed(ASKER), terms=changed(ASKER.terms))
    return rule(claims, Case(asker, moment=changed(Moment(now=NOON))))


@pytest.mark.parametrize(
    ("other", "fires"),
    [
        (claim(), False),  # on another branch, at another commit
        (claim(ago=DAY), True),
        (claim(Stage.UNKNOWN), False),
        (claim(Stage.UNKNOWN, ago=DAY), True),
        (claim(Stage.ANNOUNCED), False),  # in doubt
        (claim(Stage.ANNOUNCED, ago=DAY), True),
        (claim(Stage.ANNOUNCED, ago=SECOND), False),  # under way
        (claim(Stage.CLAIMED, ago=SECOND), False),
        (claim(Stage.CLAIMED), True),  # its job died
        (claim(Stage.REFUSED), True),
        (claim(Stage.WITHDRAWN), True),
        (claim(Stage.FIRED, f"k{'b' * 16}"), True),
        (claim(Stage.FIRED, "aaaaaaaa"), True),  # a failure's
        (claim(workflow="other.yml"), True),
    ],
)
def test_one_session_for_a_key_within_the_cool_down(other: Claim, fires: bool) -> None:
    assert ruled(other).blocked != fires


@pytest.mark.parametrize(
    ("other", "fires"),
    [
        (claim(ago=SECOND), True),
        (claim(ago=SECOND, run=100), False),  # of this attempt
        (claim(Stage.ANNOUNCED, ago=SECOND), False),
        (claim(Stage.CLAIMED, ago=SECOND), False),
        (claim(Stage.UNKNOWN, ago=SECOND), True),
    ],
)
def test_without_a_cool_down_only_what_is_under_way_counts(other: Claim, fires: bool) -> None:
    assert ruled(other, cool_down=timedelta(0)).blocked != fires


def test_a_fire_that_was_under_way_as_the_job_came_counts_when_it_is_settled() -> None:
    waited = {"cool_down": timedelta(0), "waited_for": frozenset({"other000"})}
    assert ruled(claim(ago=SECOND), **waited).blocked
    assert not ruled(claim(Stage.REFUSED, ago=SECOND), **waited).blocked
    assert ruled(claim(Stage.REFUSED, ago=SECOND, run=100), **waited).blocked


def test_neither_max_sessions_nor_other_keys_keep_it_back() -> None:
    others = [
        claim(Stage.FIRED, f"k{number:016}", claim_id=f"m{number:07}", id=number) for number in range(9)
    ]
    assert not ruled(*others).blocked


def test_a_job_for_a_failure_sees_no_keys() -> None:
    of_failure = {"failures": (Fingerprint("aaaaaaaa"),), "key": None, "ref": "0000ff", "run": 90}
    assert not ruled(claim(), **of_failure).blocked
    assert ruled(claim(Stage.FIRED, "aaaaaaaa"), **of_failure).blocked


def test_again_counts_only_what_is_newer_or_under_way() -> None:
    asked = NOON - timedelta(minutes=1)
    assert not ruled(claim(), again_since=asked).blocked
    assert ruled(claim(ago=SECOND), again_since=asked).blocked
    assert ruled(claim(Stage.CLAIMED, ago=SECOND), again_since=asked).blocked


# --- a limit a day ------------------------------------------------------------------------------------


def day_of(*hours: float, stage: Stage = Stage.FIRED) -> list[Claim]:
    return [
        claim(stage, ago=timedelta(hours=ago), claim_id=f"m{number:07}", workflow=f"{number}.yml")
        for number, ago in enumerate(hours)
    ]


def test_the_days_sessions_of_all_workflows_are_counted() -> None:
    assert over_limit(day_of(1, 2), 3, Moment(NOON)) is None
    assert over_limit(day_of(1, 2, 24), 3, Moment(NOON)) is None
    verdict = over_limit(day_of(1, 2, 3), 3, Moment(NOON))
    assert verdict is not None
    assert verdict.reason == "daily-limit"
    assert "The next is possible at 09:00 UTC" in verdict.message
    later = over_limit(day_of(1, 2, 3, 4, 5), 3, Moment(NOON))
    assert later is not None and "at 09:00 UTC" in later.message


@pytest.mark.parametrize(
    ("stage", "hours", "counts"),
    [
        (Stage.FIRED, 1, True), (Stage.UNKNOWN, 1, True), (Stage.ANNOUNCED, 1, True),
        (Stage.ANNOUNCED, 0.05, False), (Stage.CLAIMED, 1, False), (Stage.REFUSED, 1, False),
        (Stage.WITHDRAWN, 1, False),
    ],
)  # fmt: skip
def test_what_started_a_session_counts_or_may_have(stage: Stage, hours: float, counts: bool) -> None:
    assert (over_limit(day_of(hours, stage=stage), 1, Moment(NOON)) is not None) == counts


def test_others_have_half_of_the_day_together_and_never_its_last_fifth() -> None:
    others = [replace(one, others=True) for one in day_of(1, 2, 3, 4, 5)]
    assert over_limit(others[:4], 10, Moment(NOON), others=True) is None
    verdict = over_limit(others, 10, Moment(NOON), others=True)
    assert verdict is not None and "5 of `daily-limit: 10`" in verdict.message
    assert "trusted people" in verdict.message and "07:00 UTC" in verdict.message
    assert over_limit(others, 10, Moment(NOON)) is None
    assert over_limit(day_of(*range(1, 8)), 10, Moment(NOON), others=True) is None
    assert over_limit(day_of(*range(1, 9)), 10, Moment(NOON), others=True) is not None
    assert over_limit(day_of(*range(1, 10)), 10, Moment(NOON)) is None
    assert over_limit([], 1, Moment(NOON), others=True) is None


def test_without_a_time_nothing_is_kept_back() -> None:
    assert over_limit(day_of(1, 2), 1, Moment()) is None


@pytest.mark.parametrize(
    ("seed", "kind"), [(3, "item, 1 s"), (7, "flap"), (8, "writes"), (268, "pages, faults")]
)
def test_what_was_under_way_as_a_job_came_counts_though_it_turned_up_late(seed: int, kind: str) -> None:
    """Whatever the cool-down: with 0, deliveries at once are one; a slow reading outlasts a minute."""
    with nullcontext() if seed == 268 else patch.object(keys, "COOL_DOWNS", (timedelta(0),)):
        assert played(seed, kind).violations() == []


# --- storms -------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.sampled_from(sorted(PROFILES)))
def test_no_key_has_two_sessions_within_its_cool_down_and_hides_no_failure(seed: int, kind: str) -> None:
    assert played(seed, kind).violations() == []


@pytest.mark.nightly
@pytest.mark.parametrize("kind", sorted(PROFILES))
def test_a_hundred_schedules_of_each_trouble_with_keys_beside_failures(kind: str) -> None:
    found = {seed: bad for seed in range(100) if (bad := played(seed, kind).violations())}
    assert found == {}


@pytest.mark.parametrize("broken", [True, False])
def test_the_storms_show_a_failure_that_is_hidden_and_a_key_with_two_sessions(broken: bool) -> None:
    """Jobs that see everything, keys among failures, lose sessions and start second ones."""
    blind = patch.object(Asker, "sees", lambda _asker, _claim: True) if broken else nullcontext()
    with blind:
        assert any(played(seed, "clean").violations() for seed in range(40)) == broken
