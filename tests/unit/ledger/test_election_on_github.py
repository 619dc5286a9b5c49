"""The ledger on the GitHub emulator, through the GitHub class, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator
from tests.unit.decide.boards import NOON, OLDER, SHA, Clock, fired, green_at, sample_brief, sample_run
from tests.unit.gather.gathering import IMPATIENT

from fire_routine.decide import Election, Terms
from fire_routine.github.client import GitHub
from fire_routine.model import History, Run


@pytest.fixture
def emulator() -> Iterator[GitHubEmulator]:
    with GitHubEmulator("octo/cat") as emulator:
        emulator.set_branch("main", SHA)
        yield emulator


@pytest.fixture
def github(emulator: GitHubEmulator) -> Iterator[GitHub]:
    with GitHub(emulator.url, emulator.token, "octo/cat", environ={}, clock=IMPATIENT) as github:
        yield github


def run_of(emulator: GitHubEmulator, run_id: int, sha: str = SHA, **changes: object) -> Run:
    """A failed run, on the emulator and as the ledger is given it."""
    given = {"id": run_id, "head_sha": sha, "status": "completed", "conclusion": "failure", **changes}
    added = emulator.add_run({"created_at": f"2026-03-01T12:{run_id % 60:02d}:00Z", **given})
    return sample_run(
        run_id,
        head_sha=sha,
        head_branch=added["head_branch"],
        workflow_id=added["workflow_id"],
        event=added["event"],
        url=added["html_url"],
        created_at=NOON.replace(minute=run_id % 60),
        head_repository=added["head_repository"]["full_name"],
    )


def fire(github: GitHub, run: Run, *fingerprints: str, session: str = "session_1") -> str:
    """`fired`, or the reason why not."""
    ledger = Election(github, Terms(), now=lambda: 0.0, sleep=lambda _: None)
    verdict = ledger.claim(run, sample_brief(*fingerprints))
    if verdict.fire:
        ledger.settle(fired(session))
    return verdict.reason or "fired"


def states(emulator: GitHubEmulator, sha: str = SHA) -> list[str]:
    return [status["state"] for status in emulator.statuses.get(sha, [])]


def test_a_failure_is_fired_once_and_the_next_commit_points_to_it(
    emulator: GitHubEmulator, github: GitHub
) -> None:
    emulator.set_branch("main", OLDER)
    assert fire(github, run_of(emulator, 1, OLDER)) == "fired"
    assert states(emulator, OLDER) == ["success", "success", "success"]
    emulator.set_branch("main", SHA)
    assert fire(github, run_of(emulator, 2)) == "duplicate"
    (status,) = emulator.statuses[SHA]
    assert (status["state"], status["context"]) == ("success", "fire-routine")
    assert status["target_url"] == "https://claude.ai/code/session_1"


def test_a_green_run_in_between_makes_it_another_incident(emulator: GitHubEmulator, github: GitHub) -> None:
    assert fire(github, run_of(emulator, 1, event="schedule")) == "fired"
    run_of(emulator, 2, event="schedule", conclusion="success")
    third = replace(run_of(emulator, 3, event="schedule"), history=green_at(2))
    assert fire(github, third) == "fired"


def test_a_green_push_does_not_end_what_the_pull_requests_runs_fail_with(
    emulator: GitHubEmulator, github: GitHub
) -> None:
    reasons = []
    for number, sha in ((1, OLDER), (3, SHA)):
        run_of(emulator, number, sha, head_branch="topic", conclusion="success")
        red = run_of(emulator, number + 1, sha, head_branch="topic", event="pull_request")
        reasons.append(fire(github, replace(red, history=History(last_green_run=number))))
    assert reasons == ["fired", "duplicate"]


def test_a_session_of_an_event_that_was_never_green_counts_for_the_others(
    emulator: GitHubEmulator, github: GitHub
) -> None:
    emulator.set_branch("topic", OLDER)
    assert fire(github, run_of(emulator, 1, OLDER, head_branch="topic")) == "fired"
    run_of(emulator, 2, OLDER, head_branch="topic", event="pull_request", conclusion="success")
    again = run_of(emulator, 3, head_branch="topic", event="pull_request")
    green = History(last_green_run=2, last_green_of_event=2)
    assert fire(github, replace(again, history=green)) == "duplicate"


def test_a_run_by_hand_that_failed_once_does_not_count_for_ever(
    emulator: GitHubEmulator, github: GitHub
) -> None:
    by_hand = [run_of(emulator, number, event="workflow_dispatch") for number in (1, 2, 3)]
    for run, failure in zip(by_hand, "123", strict=True):
        assert fire(github, run, failure * 16) == "fired"
    run_of(emulator, 4, "c" * 40, conclusion="success")
    emulator.set_branch("main", "d" * 40)
    assert fire(github, run_of(emulator, 5, "d" * 40), "1" * 16) == "fired"


def test_sessions_of_another_event_that_was_green_since_do_not_count(
    emulator: GitHubEmulator, github: GitHub
) -> None:
    for number, sha in ((1, "c"), (3, "d"), (5, "e")):
        emulator.set_branch("main", sha * 40)
        assert fire(github, run_of(emulator, number, sha * 40)) == "fired"
        run_of(emulator, number + 1, sha * 40, conclusion="success")
    assert fire(github, run_of(emulator, 7, event="workflow_dispatch"), "2" * 16) == "fired"


@pytest.mark.parametrize(
    ("others", "queued"),
    [
        ({"head_branch": "main", "event": "pull_request", "head_repository": {"full_name": "ann/cat"}}, ""),
        ({"head_branch": "gh-readonly-queue/main/pr-6-ccc"}, "gh-readonly-queue/main/pr-5-"),
    ],
)
def test_many_runs_of_others_in_between_do_not_hide_what_was_fired_before(
    emulator: GitHubEmulator, github: GitHub, others: dict[str, object], queued: str
) -> None:
    common: dict[str, object] = {"event": "merge_group" if queued else "schedule"}
    first = run_of(emulator, 1, OLDER, **common, head_branch=f"{queued}aaa" if queued else "main")
    assert fire(github, first) == "fired"
    for number in range(2, 130):
        run_of(emulator, number, "c" * 40, **{**common, **others})
    again = run_of(emulator, 179, SHA, **common, head_branch=f"{queued}bbb" if queued else "main")
    assert fire(github, again) == "duplicate"


def test_a_force_push_does_not_hide_what_was_fired_before(emulator: GitHubEmulator, github: GitHub) -> None:
    emulator.set_branch("topic", OLDER)
    assert fire(github, run_of(emulator, 1, OLDER, head_branch="topic")) == "fired"
    emulator.set_branch("topic", SHA)  # a commit that does not descend from the older one
    assert fire(github, run_of(emulator, 2, head_branch="topic")) == "duplicate"


def test_a_merge_queue_knows_a_pull_requests_earlier_try(emulator: GitHubEmulator, github: GitHub) -> None:
    first = run_of(emulator, 1, OLDER, head_branch="gh-readonly-queue/main/pr-5-aaa", event="merge_group")
    again = run_of(emulator, 2, SHA, head_branch="gh-readonly-queue/main/pr-5-bbb", event="merge_group")
    other = run_of(emulator, 3, "c" * 40, head_branch="gh-readonly-queue/main/pr-6-ccc", event="merge_group")
    assert [fire(github, run) for run in (first, again, other)] == ["fired", "duplicate", "fired"]


def test_two_forks_with_a_branch_of_one_name_are_two_incidents(
    emulator: GitHubEmulator, github: GitHub
) -> None:
    forks = [
        run_of(
            emulator,
            number,
            sha * 40,
            event="pull_request",
            head_branch="patch-1",
            head_repository={"full_name": f"{name}/cat"},
        )
        for number, sha, name in ((1, "d", "ann"), (2, "e", "bob"), (3, "f", "ann"))
    ]
    assert [fire(github, run) for run in forks] == ["fired", "fired", "duplicate"]


@pytest.mark.parametrize(("event", "branch"), [("push", "v1.0"), ("workflow_dispatch", "main")])
def test_tags_and_dispatched_runs_have_their_session_once(
    emulator: GitHubEmulator, github: GitHub, event: str, branch: str
) -> None:
    runs = [run_of(emulator, number, event=event, head_branch=branch) for number in (1, 2)]
    assert [fire(github, run) for run in runs] == ["fired", "duplicate"]


def test_a_run_on_no_branch_goes_by_its_own_commit(emulator: GitHubEmulator, github: GitHub) -> None:
    runs = [replace(run_of(emulator, number), head_branch=None) for number in (1, 2)]
    assert [fire(github, run) for run in runs] == ["fired", "duplicate"]


def test_all_pages_are_read(emulator: GitHubEmulator, github: GitHub) -> None:
    assert fire(github, run_of(emulator, 1)) == "fired"
    for number in range(250):
        emulator.add_status(SHA, {"state": "success", "context": f"other-{number}"})
    assert fire(github, run_of(emulator, 2)) == "duplicate"


@pytest.mark.parametrize(
    "fault",
    [Fault(cut_after=0), Fault(cut_after=40), Fault(drop=True), Fault.broken(502), Fault.slow_down(1)],
)
def test_a_write_that_fails_half_way_leads_to_one_session(
    emulator: GitHubEmulator, github: GitHub, fault: Fault
) -> None:
    emulator.fail("POST .*/statuses/", fault, times=2)
    assert fire(github, run_of(emulator, 1)) == "fired"
    assert states(emulator)[-1] == "success"
    assert fire(github, run_of(emulator, 2)) == "duplicate"


def test_a_token_without_statuses_write_fires_with_a_note(emulator: GitHubEmulator, github: GitHub) -> None:
    emulator.fail("POST .*/statuses/", Fault.forbidden())
    clock = Clock()
    ledger = Election(github, Terms(), now=clock, sleep=clock.sleep)
    assert ledger.claim(run_of(emulator, 1), sample_brief()).fire
    (note,) = ledger.notes
    assert "Resource not accessible by integration" in note.why
    assert "statuses: write" in note.remedy


def test_a_status_api_that_is_down_keeps_the_fire_back(emulator: GitHubEmulator, github: GitHub) -> None:
    emulator.fail("statuses", Fault.broken(503))
    assert fire(github, run_of(emulator, 1)) == "ledger-unavailable"
    emulator.heal()
    assert fire(github, run_of(emulator, 1)) == "fired"
