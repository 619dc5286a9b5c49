"""The rule: what the ledger's entries mean for a job that wants to fire."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support.fake_clock import NOON
from tests.unit.ledger.simulator.boards import DAY

from fire_routine.ledger.entry import Claim, Stage
from fire_routine.ledger.names import Kind, read_names
from fire_routine.ledger.rule import Asker, Case, Moment, Ruling, rule
from fire_routine.ledger.terms import Terms
from fire_routine.model.evidence import Fingerprint
from fire_routine.model.run import GreenRuns


def named(name: str, *by_step: str) -> Fingerprint:
    """The failure that has this name, and these by job and step."""
    (one,) = read_names(name)
    steps = tuple(step.digits for step in read_names(" ".join(by_step))) if by_step else ()
    if one.kind is Kind.STEP:
        return Fingerprint(one.digits, running=True, by_step=(one.digits,))
    return Fingerprint(one.digits, one.count, one.kind is Kind.UNREAD, one.kind is Kind.PARTLY, by_step=steps)


A, B = named("aaaaaaaa"), named("bbbbbbbb")
ASKER = Asker("ci.yml", 100, 1, "f3c1d2", "1a2b3c4", "push", (A,), Terms(3, DAY))
OLD = NOON - 2 * DAY
CLAIM = Claim(
    *(Stage.FIRED, "ci.yml", 90, 1, "f3c1d2", "7654321", "other000", read_names("aaaaaaaa")),
    id=1,
    at=NOON - timedelta(minutes=5),
    until=None,
    url="https://claude.ai/code/session_1",
)


def claim(stage: Stage = Stage.FIRED, *names: str, **changes: Any) -> Claim:
    return replace(CLAIM, stage=stage, names=read_names(" ".join(names)) if names else CLAIM.names, **changes)


def ruled(*claims: Claim, **changes: Any) -> Ruling:
    """`changes`: of the asker, of what it knows, and of how far it has come."""

    def changed(value: Any) -> Any:
        return replace(value, **{name: changes[name] for name in value.__slots__ if name in changes})

    asker = replace(changed(ASKER), terms=changed(ASKER.terms))
    return rule(claims, changed(Case(asker, moment=changed(Moment(now=NOON)))))


@pytest.mark.parametrize(
    ("other", "fires"),
    [
        (claim(), False),
        (claim(Stage.UNKNOWN), False),
        (claim(Stage.ANNOUNCED), False),
        (claim(Stage.REFUSED), True),
        (claim(Stage.WITHDRAWN), True),
        (claim(Stage.CLAIMED), True),  # five minutes old: its job died
        (claim(Stage.CLAIMED, at=NOON - timedelta(seconds=39)), False),
        (claim(workflow="other.yml"), True),
        (claim(ref="0000"), True),
        (claim(ref="f3c1d3"), True),
        (claim(ref="0000", run=100), False),
        (claim(Stage.FIRED, "bbbbbbbb"), True),
        (claim(Stage.FIRED, "bbbbbbbb", run=100), False),  # a run's attempt has one session
        (claim(Stage.FIRED, "bbbbbbbb", run=100, attempt=2), True),
    ],
)
def test_a_claim_that_may_have_a_session_blocks_what_it_covers(other: Claim, fires: bool) -> None:
    assert ruled(other).blocked != fires


def test_several_claims_cover_what_they_name_together() -> None:
    assert not ruled(claim(), failures=(A, B)).blocked
    assert ruled(claim(), claim(Stage.FIRED, "bbbbbbbb", claim_id="third000"), failures=(A, B)).blocked
    doubt = claim(Stage.UNKNOWN, claim_id="third000", id=2)
    assert ruled(claim(), doubt).points_to == claim()  # the session rather than the doubt


def test_of_those_that_are_at_it_only_lower_ids_count_once_it_has_announced() -> None:
    own = claim(Stage.ANNOUNCED, claim_id="mine0000", id=5, run=100)
    for other, fires in ((4, False), (6, True)):
        at_it = claim(Stage.ANNOUNCED, id=other)
        assert ruled(own, at_it, own=own).blocked != fires
    assert ruled(own, claim(id=6), own=own).blocked  # it has fired


def test_a_claim_that_lapsed_and_a_session_without_a_trace_no_longer_count() -> None:
    young = claim(Stage.CLAIMED, at=NOON)
    assert ruled(young).leader == young
    assert not ruled(young, lapsed=frozenset({young.claim_id})).blocked
    assert not ruled(claim(), replaced=frozenset({claim().url})).blocked


@pytest.mark.parametrize(
    ("greens", "fires"),
    [
        (GreenRuns({}), False),
        (GreenRuns({95: "push"}), True),
        (GreenRuns({95: "schedule"}), False),
        (GreenRuns({95: "schedule"}, {90: "schedule"}), True),  # of the claim's event
        (GreenRuns({90: "push"}), True),  # the claim's run itself, in a later attempt
        (GreenRuns({100: "push"}), False),
        (GreenRuns({120: "push"}), False),
    ],
)
def test_a_green_run_between_ends_an_incident_after_the_cool_down(greens: GreenRuns, fires: bool) -> None:
    assert ruled(claim(at=OLD), greens=greens).blocked != fires
    ruling = ruled(claim(), greens=greens)
    assert (ruling.blocked, ruling.back_to) == (True, None)
    assert ruling.is_back == fires


def test_the_list_of_green_runs_is_asked_for_only_where_it_matters() -> None:
    assert ruled(claim(at=OLD)).back_to == 90
    assert ruled(claim(at=OLD, run=100)).back_to is None  # the same run
    assert ruled(claim(Stage.FIRED, "bbbbbbbb"), max_sessions=1).back_to == 90


def test_different_failures_have_as_many_sessions_as_are_allowed() -> None:
    other = claim(Stage.FIRED, "bbbbbbbb")
    assert ruled(other).sessions == 1
    limited = ruled(other, max_sessions=1)
    assert (limited.blocked, limited.limited) == (True, True)
    going_on = ruled(replace(other, stage=Stage.ANNOUNCED), max_sessions=1)
    assert going_on.leader is not None  # it may yet come to nothing


def test_a_sessions_own_commit_starts_no_other_if_the_ledger_knows_the_session() -> None:
    other = claim(Stage.FIRED, "bbbbbbbb", ref="0000")
    assert not ruled(other, written_by=frozenset({"session_9"})).blocked
    ruling = ruled(other, max_sessions=9, written_by=frozenset({"session_1"}))
    assert (ruling.blocked, ruling.by_session, ruling.leader) == (True, True, None)
    again = ruled(other, written_by=frozenset({"session_1"}), again_since=NOON)
    assert not again.blocked


@pytest.mark.parametrize(
    ("mine", "other", "fires"),
    [
        (named("aaaaaaaa", "j1234567"), claim(Stage.FIRED, "cccccccc", "s1234567"), False),
        (named("s1234567"), claim(Stage.FIRED, "cccccccc", "j1234567"), False),
        (named("s1234567"), claim(Stage.FIRED, "cccccccc", "s1234567"), False),
        (named("x2222222"), claim(), False),  # without a log it may be any that is known
        (named("x2222222"), claim(Stage.FIRED, "x1111111"), True),
        (named("x2222222"), claim(Stage.FIRED, "x2222222"), False),
        (A, claim(Stage.FIRED, "x1111111"), True),
        (A, claim(Stage.FIRED, "x1111111", run=100, attempt=2), False),
        (A, claim(Stage.FIRED, "x1111111", commit=ASKER.commit), False),
        (A, claim(Stage.FIRED, "x1111111", "bbbbbbbb", commit=ASKER.commit), True),
        (A, claim(Stage.FIRED, "7 failures y1111111", run=100, attempt=2), False),
    ],
)
def test_a_failure_by_its_step_or_without_a_log_may_be_one_of_the_incident(
    mine: Fingerprint, other: Claim, fires: bool
) -> None:
    assert ruled(other, failures=(mine,)).blocked != fires
    if mine is not A:  # within the cool-down of another incident only what is certain counts
        another = ruled(other, failures=(mine,), greens=GreenRuns({95: "push"}))
        assert another.blocked != mine.uncertain


def test_a_refused_request_ends_the_attempt_for_those_that_waited_for_it() -> None:
    refused = claim(Stage.REFUSED, run=100)
    assert not ruled(refused).blocked
    assert ruled(refused, waited_for=frozenset({refused.claim_id})).blocked
    assert not ruled(claim(Stage.REFUSED), waited_for=frozenset({refused.claim_id})).blocked  # of another run


def test_again_leaves_out_what_was_settled_before_it_was_asked() -> None:
    asked = NOON - timedelta(minutes=1)
    before, after = asked - timedelta(seconds=1), asked + timedelta(seconds=1)
    assert not ruled(claim(until=before), again_since=asked).blocked
    assert not ruled(claim(Stage.FIRED, "bbbbbbbb", until=before), again_since=asked, max_sessions=1).blocked
    for until in (asked, after):  # asked while it was served, or a re-run
        assert ruled(claim(until=until), again_since=asked).blocked
    assert ruled(claim(Stage.ANNOUNCED, until=before), again_since=asked).blocked
    waited = frozenset({"other000"})
    assert ruled(claim(until=before), again_since=asked, waited_for=waited).blocked
