"""What is red on a default branch, and who comes first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.github.account import Branch, BranchRun
from fire_routine.ledger.entry import Claim, Stage
from fire_routine.sweep.plan import Red, State, in_order, judged, latest, red

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
SINCE, AFTER = timedelta(hours=72), timedelta(minutes=30)


def run(number: int, conclusion: str = "failure", ago: float = 1.0, **fields: Any) -> BranchRun:
    """`ago`: hours."""
    known: dict[str, Any] = {
        "workflow": "ci.yml",
        "event": "push",
        "status": "completed",
        "sha": f"{number:040x}",
    } | fields
    return BranchRun(
        id=1000 + number,
        number=number,
        conclusion=conclusion,
        updated_at=NOW - timedelta(hours=ago),
        url=f"https://github.com/acme/pay/actions/runs/{1000 + number}",
        **known,
    )


def found(*runs: BranchRun) -> list[Red]:
    return red([Branch("acme/pay", runs)], NOW, SINCE, AFTER)


def ids(*runs: BranchRun) -> list[int]:
    return [one.run.id for one in found(*runs)]


def test_the_newest_run_decides_on_whichever_commit_it_ran() -> None:
    assert ids(run(1), run(2, "success")) == []
    assert ids(run(2), run(1, "success")) == [1002]
    # A nightly failed on an older commit than the last push's green one.
    assert ids(run(8, "success"), run(3, workflow="nightly.yml", event="schedule")) == [1003]


@pytest.mark.parametrize("conclusion", ["cancelled", "skipped", "neutral", "action_required", "stale", ""])
def test_what_says_nothing_of_the_code_decides_nothing(conclusion: str) -> None:
    assert ids(run(1), run(2, conclusion)) == [1001]
    assert ids(run(1, "success"), run(2, conclusion)) == []


def test_a_run_that_goes_on_decides_nothing() -> None:
    assert ids(run(1), run(2, "", status="in_progress")) == [1001]


@pytest.mark.parametrize("event", ["pull_request", "workflow_run", "issues", "dynamic"])
def test_other_events_are_no_state_of_the_branch(event: str) -> None:
    assert ids(run(2, event=event)) == []
    assert ids(run(1), run(2, "success", event=event)) == [1001]


@pytest.mark.parametrize(
    ("ago", "state"),
    [(0.1, State.NOT_YET), (0.49, State.NOT_YET), (0.5, State.DUE), (72, State.DUE), (72.1, State.TOO_OLD)],
)
def test_its_end_says_whether_it_is_due(ago: float, state: State) -> None:
    assert [one.state for one in found(run(1, ago=ago))] == [state]


def test_it_is_red_since_the_first_failure_in_a_row() -> None:
    runs = [run(1, ago=9), run(2, "success", 8), run(3, ago=7), run(4, "cancelled", 6), run(5, ago=5)]
    assert [(one.run.id, one.since) for one in found(*runs)] == [(1005, NOW - timedelta(hours=7))]


CONCLUSIONS = st.sampled_from(["success", "failure", "timed_out", "startup_failure", "cancelled", "skipped"])
RUNS = st.builds(
    run,
    st.integers(1, 40),
    CONCLUSIONS,
    st.floats(0, 100),
    workflow=st.sampled_from(["ci.yml", "nightly.yml"]),
    event=st.sampled_from(["push", "schedule", "workflow_dispatch", "merge_group", "pull_request"]),
    status=st.sampled_from(["completed", "completed", "in_progress"]),
)
BRANCHES = st.lists(RUNS, max_size=12, unique_by=lambda one: one.id)


@given(BRANCHES, st.randoms(use_true_random=False))
def test_the_order_of_the_answer_does_not_matter(runs: list[BranchRun], random: Random) -> None:
    mixed = list(runs)
    random.shuffle(mixed)
    assert {(one.run, one.since, one.state) for one in found(*runs)} == {
        (one.run, one.since, one.state) for one in found(*mixed)
    }


@given(BRANCHES)
def test_each_workflow_is_red_once_at_most_and_never_after_a_green_run(runs: list[BranchRun]) -> None:
    there = found(*runs)
    assert len({one.run.workflow for one in there}) == len(there)
    for one in there:
        later = [
            other
            for other in runs
            if (other.workflow, other.status) == (one.run.workflow, "completed")
            and other.number > one.run.number
            and other.event != "pull_request"
        ]
        assert all(other.conclusion in ("cancelled", "skipped") for other in later)
        assert one.since <= one.run.updated_at
        assert NOW - one.since >= AFTER or one.state is State.NOT_YET


@given(BRANCHES)
def test_pushes_come_before_schedules_the_longest_red_first_and_nobody_is_lost(runs: list[BranchRun]) -> None:
    due = [Red("acme/pay", one, one.updated_at, State.DUE) for one in runs]
    ordered = in_order(due)
    assert sorted(one.run.id for one in ordered) == sorted(one.run.id for one in due)
    kinds = [one.run.event == "schedule" for one in ordered]
    assert kinds == sorted(kinds)
    for kind in (False, True):
        since = [one.since for one, its in zip(ordered, kinds, strict=True) if its is kind]
        assert since == sorted(since)


def claim(stage: Stage, ago: float, run: int = 1001) -> Claim:
    """`ago`: minutes before now."""
    at = NOW - timedelta(minutes=ago)
    own = (stage, "ci.yml", run, 1, "000000", "0000000", "mark0000", ())
    return Claim(*own, id=1, at=at, until=at, url="")


@pytest.mark.parametrize(
    ("stage", "ago", "state"),
    [
        (Stage.FIRED, 50, State.SKIPPED),
        (Stage.SEEN, 50, State.SKIPPED),
        (Stage.UNKNOWN, 50, State.UNKNOWN),
        (Stage.ANNOUNCED, 4, State.WAITING),
        (Stage.ANNOUNCED, 6, State.UNKNOWN),
        (Stage.CLAIMED, 0.5, State.WAITING),
        (Stage.CLAIMED, 1, State.DUE),
        (Stage.WITHDRAWN, 0, State.DUE),
        (Stage.REFUSED, 0, State.DUE),
    ],
)
def test_a_claim_of_the_latest_attempt_decides(stage: Stage, ago: float, state: State) -> None:
    ended = run(1)
    assert judged(latest([claim(stage, ago)], ended), NOW)[0] is state
    before, other = claim(stage, 61), claim(stage, ago, run=1002)
    assert latest([before, other], ended) == []
    assert judged([], NOW)[0] is State.DUE
