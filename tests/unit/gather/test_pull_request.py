"""The pull request of a run, and where the run's code came from."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.unit.gather.gathering import HEAD, RUN, add_run, context_of, failed_job, gathered

from fire_routine.gather.event import GatherError
from fire_routine.github import parse
from fire_routine.model.run import Run
from fire_routine.settings import Settings


def finished(emulator: GitHubEmulator, **fields: Any) -> Run:
    """A run that another workflow looks at, after the `workflow_run` event."""
    add_run(emulator, **fields)
    emulator.add_job(RUN, failed_job(1, "test"))
    event = {"workflow_run": dict(emulator.runs[RUN]), "repository": {"default_branch": "main"}}
    return gathered(emulator, context_of(emulator, run_id=900, event_name="workflow_run", event=event))


def test_the_one_that_the_event_is_about_is_not_asked_for(emulator: GitHubEmulator) -> None:
    add_run(emulator, head_branch="topic", event="pull_request")
    pull = emulator.add_pull_request({"number": 12, "title": "Better", "head": {"ref": "topic", "sha": HEAD}})
    event = {"pull_request": pull, "repository": {"default_branch": "main"}}
    run = gathered(emulator, context_of(emulator, event_name="pull_request", event=event))
    assert run.pull_request and (run.pull_request.number, run.pull_request.title) == (12, "Better")
    assert emulator.asked("/pulls") == []


def test_the_one_that_the_run_names_is_asked_for_by_its_number(emulator: GitHubEmulator) -> None:
    pull = {"number": 12, "head": {"ref": "topic", "sha": HEAD}, "base": {"ref": "next"}}
    emulator.add_pull_request({**pull, "labels": ["bug", "no-claude"]})
    listed = [{"number": 12}, {"number": 14}]
    run = finished(emulator, head_branch="topic", event="pull_request", pull_requests=listed)
    assert run.pull_request and (run.pull_request.number, run.pull_request.base_branch) == (12, "next")
    assert run.pull_request.labels == ("bug", "no-claude")
    assert run.named_pull_requests == (12, 14)
    assert len(emulator.asked("/pulls/12$")) == 1


@pytest.mark.parametrize("labels", [None, [None, {"name": None}, "bug", {}, {"name": "wip"}]])
def test_labels_of_another_shape_are_left_out(labels: Any) -> None:
    data = {"number": 12, "head": {"sha": HEAD}, "labels": labels}
    assert parse.pull_request(data).labels == (("wip",) if labels else ())


def test_one_by_which_a_fork_takes_over_the_branch_is_another_repositorys(emulator: GitHubEmulator) -> None:
    emulator.add_pull_request({"number": 2, "state": "closed", "head": {"ref": "other", "sha": "1" * 40}})
    emulator.add_pull_request({"number": 12, "head": {"ref": "topic", "sha": HEAD}})
    theirs = {"number": 2, "base": {"repo": emulator.site.repository("stranger/widget")}}
    named = [theirs, {"number": 12}]
    run = finished(emulator, head_branch="topic", event="pull_request", pull_requests=named)
    assert run.pull_request and run.pull_request.number == 12


def test_that_of_a_fork_is_found_by_the_head_repositorys_owner(emulator: GitHubEmulator) -> None:
    head = {"ref": "main", "sha": HEAD, "repo": "stranger/widget"}
    emulator.add_pull_request({"number": 11, "head": {"ref": "main", "sha": HEAD}})
    emulator.add_pull_request({"number": 12, "head": head})
    emulator.add_pull_request({"number": 13, "head": {**head, "repo": "stranger/other"}})
    run = finished(emulator, event="pull_request", head_repository="stranger/widget")
    assert run.pull_request and run.pull_request.number == 12
    assert run.pull_request.head_repository == "stranger/widget"
    assert run.from_fork


def test_of_several_from_one_branch_it_is_the_one_with_the_runs_commit_or_else_the_open_one(
    emulator: GitHubEmulator,
) -> None:
    emulator.add_pull_request({"number": 11, "state": "closed", "head": {"ref": "topic", "sha": HEAD}})
    for sha, event, number in (("1" * 40, "pull_request", 11), (HEAD, "push", 12)):
        emulator.add_pull_request({"number": 12, "head": {"ref": "topic", "sha": sha}})
        run = finished(emulator, head_branch="topic", event=event)
        assert run.pull_request and run.pull_request.number == number


def test_a_push_to_the_default_branch_has_none_and_is_not_asked_about(emulator: GitHubEmulator) -> None:
    emulator.add_pull_request({"number": 12, "head": {"ref": "main", "sha": HEAD}, "base": {"ref": "stable"}})
    assert finished(emulator, pull_requests=[{"number": 12}]).pull_request is None
    assert emulator.asked("/pulls") == []


def test_that_of_a_merge_queue_is_named_by_its_branch(emulator: GitHubEmulator) -> None:
    emulator.add_pull_request({"number": 12})
    run = finished(emulator, head_branch=f"gh-readonly-queue/main/pr-12-{'a' * 40}", event="merge_group")
    assert run.pull_request and run.pull_request.number == 12


def test_a_fork_that_is_gone_has_no_name_and_stays_a_fork(emulator: GitHubEmulator) -> None:
    run = finished(emulator, head_branch="topic", event="pull_request", head_repository=None)
    assert (run.head_repository, run.from_fork, run.pull_request) == (None, True, None)


def test_a_missing_permission_leaves_a_note_and_the_rest(emulator: GitHubEmulator) -> None:
    emulator.fail("/pulls", Fault.forbidden())
    (note,) = finished(emulator, head_branch="topic", event="pull_request").notes
    assert (note.what, note.permission) == ("the pull request", "pull-requests: read")
    assert note.advice == "Add `pull-requests: read` to the job's `permissions`."


def test_without_any_answer_the_event_describes_the_finished_run(emulator: GitHubEmulator) -> None:
    emulator.fail("", Fault(drop=True))
    run = finished(emulator, head_branch="topic", event="pull_request", head_repository="stranger/widget")
    assert (run.id, run.head_sha, run.head_branch, run.conclusion) == (RUN, HEAD, "topic", "failure")
    assert run.from_fork
    assert not run.jobs_known


def test_the_default_branch_is_requested_if_the_event_lacks_it(emulator: GitHubEmulator) -> None:
    emulator.describe({"default_branch": "trunk"})
    add_run(emulator)
    assert gathered(emulator, context_of(emulator, event={})).default_branch == "trunk"
    assert len(emulator.asked(r"/widget$")) == 1


@pytest.mark.parametrize("fault", [Fault.broken(), Fault(401, "Bad credentials"), Fault(drop=True)])
def test_a_run_that_nothing_describes_cannot_be_reported(emulator: GitHubEmulator, fault: Fault) -> None:
    emulator.fail("", fault)
    with pytest.raises(GatherError, match=r"^run-id: run 77 of `octo-org/widget` could not be read"):
        gathered(emulator, settings=Settings(run_id=77))
