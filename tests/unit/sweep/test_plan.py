"""What is red on a default branch, and who comes first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.github.account import Branch, BranchRun
from fire_routine.sweep.plan import Red, State, in_order, red

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


@given(st.lists(RUNS, max_size=12, unique_by=lambda one: one.id), st.data())
def test_who_was_never_tried_comes_first_and_nobody_is_lost(
    runs: list[BranchRun], data: st.DataObject
) -> None:
    due = [Red("acme/pay", one, one.updated_at, State.DUE) for one in runs]
    some = data.draw(st.lists(st.sampled_from(runs), unique_by=lambda one: one.id)) if runs else []
    tried = {one.id: NOW - timedelta(minutes=number) for number, one in enumerate(some)}
    ordered = in_order(due, tried)
    assert sorted(one.run.id for one in ordered) == sorted(one.run.id for one in due)
    never = [one for one in ordered if one.run.id not in tried]
    assert ordered[: len(never)] == never
    assert [one.run.event == "schedule" for one in never] == sorted(
        one.run.event == "schedule" for one in never
    )
    again = [tried[one.run.id] for one in ordered[len(never) :]]
    assert again == sorted(again)


def test_pushes_come_before_schedules_and_the_longest_red_first() -> None:
    def one(number: int, event: str, ago: float) -> Red:
        found = run(number, ago=ago, event=event)
        return Red("acme/pay", found, found.updated_at, State.DUE)

    due = [one(1, "schedule", 9), one(2, "push", 1), one(3, "push", 5), one(4, "merge_group", 3)]
    assert [red.run.number for red in in_order(due, {})] == [3, 4, 2, 1]
    assert [red.run.number for red in in_order(due, {1003: NOW})] == [4, 2, 1, 3]
