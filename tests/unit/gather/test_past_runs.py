"""The workflow's past runs, and which of them are one incident."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator
from tests.emulated.ids import sha_of
from tests.unit.gather.gathering import (
    HEAD,
    RUN,
    add_run,
    context_of,
    earlier,
    failed_job,
    gathered,
)

from fire_routine.model import ChangedFile, History, Run

GREEN = sha_of("green")


@pytest.fixture
def emulator() -> Iterator[GitHubEmulator]:
    with GitHubEmulator() as github:
        add_run(github)
        github.add_job(RUN, failed_job(1, "test"))
        yield github


def history(emulator: GitHubEmulator) -> History:
    past = gathered(emulator).history
    assert past
    return past


def test_the_last_green_run_and_what_changed_since(emulator: GitHubEmulator) -> None:
    earlier(emulator, 400, 1, conclusion="success")
    earlier(emulator, 401, 2, conclusion="success", head_sha=GREEN)
    earlier(emulator, 402, 3)
    emulator.add_comparison(
        GREEN,
        HEAD,
        {
            "commits": [{"sha": sha_of("a"), "message": "One\n\nmore"}, {"sha": HEAD, "message": "Two"}],
            "files": [{"filename": "src/a.py", "additions": 3, "deletions": 1, "status": "added"}],
            "total_commits": 300,
        },
    )
    past = history(emulator)
    assert (past.last_green_run, past.last_green_sha, past.never_green) == (401, GREEN, False)
    assert [commit.subject for commit in past.commits] == ["One", "Two"]
    assert past.files == (ChangedFile("src/a.py", 3, 1, "added"),)
    assert past.total_commits == 300


def test_a_branch_that_was_never_green_is_marked_so(emulator: GitHubEmulator) -> None:
    earlier(emulator, 402, 3)
    assert history(emulator).never_green


def test_a_new_branch_s_first_run_names_where_the_default_branch_was_green(emulator: GitHubEmulator) -> None:
    add_run(emulator, head_branch="topic")
    earlier(emulator, 400, 1, conclusion="success", head_branch="main", head_sha=GREEN)
    past = history(emulator)
    assert (past.never_green, past.first_run) == (True, True)
    assert (past.green_branch, past.green_branch_sha) == ("main", GREEN)
    assert not past.base_is_red


def test_a_branch_that_only_failed_is_not_on_its_first_run(emulator: GitHubEmulator) -> None:
    add_run(emulator, head_branch="topic")
    earlier(emulator, 400, 1, head_branch="topic")
    past = history(emulator)
    assert (past.never_green, past.first_run, past.green_branch_sha) == (True, False, "")


def test_a_pull_request_names_where_its_base_was_green(emulator: GitHubEmulator) -> None:
    add_run(emulator, head_branch="topic", event="pull_request")
    emulator.add_pull_request({"number": 12, "head": {"ref": "topic", "sha": HEAD}, "base": {"ref": "next"}})
    earlier(emulator, 400, 1, conclusion="success", head_branch="next", head_sha=GREEN, event="push")
    earlier(emulator, 401, 2, head_branch="next", event="push")
    past = history(emulator)
    assert (past.green_branch, past.green_branch_sha, past.base_is_red) == ("next", GREEN, True)


def test_a_pull_request_that_was_never_green_is_shown_with_its_own_changes(emulator: GitHubEmulator) -> None:
    add_run(emulator, head_branch="topic", event="pull_request")
    emulator.add_pull_request({"number": 12, "head": {"ref": "topic", "sha": HEAD}})
    changed = {"filename": "src/a.py", "additions": 3, "deletions": 1, "status": "added"}
    emulator.add_comparison("main", HEAD, {"commits": [], "files": [changed]})
    past = history(emulator)
    assert past.never_green
    assert (past.base_branch, past.files) == ("main", (ChangedFile("src/a.py", 3, 1, "added"),))


def test_a_merge_queues_branch_is_never_called_never_green(emulator: GitHubEmulator) -> None:
    add_run(emulator, head_branch="gh-readonly-queue/main/pr-12-" + "a" * 40, event="merge_group")
    assert gathered(emulator).history is None


@pytest.mark.parametrize(
    "other",
    [
        {"head_branch": "other"},
        {"head_repository": "stranger/widget"},
        {"created_at": "2026-03-09T10:00:00Z"},
        {"workflow_id": 8},
    ],
)
def test_a_green_run_of_another_branch_fork_workflow_or_time_does_not_count(
    emulator: GitHubEmulator, other: dict[str, Any]
) -> None:
    earlier(emulator, 400, 1, conclusion="success", **other)
    assert history(emulator).last_green_run is None


def test_a_branch_is_not_called_never_green_if_forks_fill_the_listing(emulator: GitHubEmulator) -> None:
    for run_id in range(300, 340):
        earlier(emulator, run_id, 1, conclusion="success", head_repository="stranger/widget")
    assert gathered(emulator).history is None


def test_the_same_commit_was_green_before(emulator: GitHubEmulator) -> None:
    earlier(emulator, 400, 1, conclusion="success", head_sha=HEAD, head_branch="other")
    emulator.add_job(400, {"id": 4, "name": "test", "conclusion": "success"})
    assert history(emulator).same_commit_was_green


def test_the_same_commit_was_green_where_the_failed_job_did_not_run(emulator: GitHubEmulator) -> None:
    earlier(emulator, 400, 1, conclusion="success", head_sha=HEAD, head_branch="v1.0")
    emulator.add_job(400, {"id": 4, "name": "test", "conclusion": "skipped"})
    assert not history(emulator).same_commit_was_green


def test_the_same_commit_was_green_where_the_inputs_left_the_failed_job_out(emulator: GitHubEmulator) -> None:
    add_run(emulator, event="workflow_dispatch")
    earlier(emulator, 400, 1, conclusion="success", head_sha=HEAD, event="workflow_dispatch")
    emulator.add_job(400, {"id": 4, "name": "test", "conclusion": "skipped"})
    assert not history(emulator).same_commit_was_green


def test_the_same_commit_was_green_in_a_larger_matrix(emulator: GitHubEmulator) -> None:
    earlier(emulator, 400, 1, conclusion="success", head_sha=HEAD, head_branch="other")
    for number in range(130):
        emulator.add_job(400, {"id": 4000 + number, "name": f"leg {number}", "conclusion": "success"})
    emulator.add_job(400, {"id": 4, "name": "test", "conclusion": "success"})
    assert history(emulator).same_commit_was_green


def test_the_same_commit_was_green_in_another_events_run(emulator: GitHubEmulator) -> None:
    earlier(emulator, 400, 1, conclusion="success", head_sha=HEAD, event="pull_request")
    assert not history(emulator).same_commit_was_green


def test_the_last_green_run_of_the_same_event_is_known_besides_the_last_of_any(
    emulator: GitHubEmulator,
) -> None:
    earlier(emulator, 400, 1, conclusion="success")
    earlier(emulator, 401, 2, conclusion="success", event="schedule")
    past = history(emulator)
    assert (past.last_green_run, past.last_green_of_event) == (401, 400)
    assert past.last_green_sha_of_event == sha_of("commit 400")


def test_the_same_commit_was_green_only_later(emulator: GitHubEmulator) -> None:
    add_run(emulator, 600, conclusion="success", created_at="2026-03-09T10:00:00Z")
    assert not history(emulator).same_commit_was_green


class TestThePullRequestsBase:
    def propose(self, emulator: GitHubEmulator) -> None:
        add_run(emulator, head_branch="topic", event="pull_request")
        emulator.add_pull_request({"number": 12, "head": {"ref": "topic", "sha": HEAD}})

    @pytest.mark.parametrize(
        ("conclusion", "red"), [("failure", True), ("success", False), ("timed_out", True)]
    )
    def test_is_red_where_its_newest_run_failed(
        self, emulator: GitHubEmulator, conclusion: str, red: bool
    ) -> None:
        self.propose(emulator)
        earlier(emulator, 400, 1, conclusion="failure" if conclusion == "success" else "success")
        earlier(emulator, 401, 2, conclusion=conclusion)
        earlier(emulator, 402, 3, conclusion="cancelled")
        assert history(emulator).base_is_red is red

    def test_is_judged_by_a_push_rather_than_by_the_nightly_run(self, emulator: GitHubEmulator) -> None:
        self.propose(emulator)
        earlier(emulator, 400, 1, conclusion="success")
        earlier(emulator, 401, 2, conclusion="failure", event="schedule")
        assert not history(emulator).base_is_red

    @pytest.mark.parametrize("pushes", [[], ["cancelled"]])
    def test_is_judged_by_the_nightly_run_if_no_push_has_ended(
        self, emulator: GitHubEmulator, pushes: list[str]
    ) -> None:
        self.propose(emulator)
        for conclusion in pushes:
            earlier(emulator, 400, 1, conclusion=conclusion)
        earlier(emulator, 401, 2, conclusion="failure", event="schedule")
        assert history(emulator).base_is_red

    def test_is_not_judged_by_a_fork_whose_branch_has_the_same_name(self, emulator: GitHubEmulator) -> None:
        self.propose(emulator)
        earlier(emulator, 401, 2, head_repository="stranger/widget")
        assert not history(emulator).base_is_red


class TestWhatCannotBeHad:
    def test_without_the_comparison_the_last_green_run_stays(self, emulator: GitHubEmulator) -> None:
        earlier(emulator, 401, 2, conclusion="success", head_sha=GREEN)
        emulator.fail("/compare/", Fault.forbidden())
        run = gathered(emulator)
        assert run.history and run.history.last_green_run == 401
        (note,) = run.notes
        assert note.what == "the changes since the last green run"
        assert "contents: read" in note.remedy

    def test_without_the_past_runs_there_is_no_history(self, emulator: GitHubEmulator) -> None:
        emulator.fail("/workflows/", Fault.broken())
        run = gathered(emulator)
        assert run.history is None
        named = ["the last green run", "whether this commit was green before"]
        assert [note.what for note in run.notes] == named
        assert run.failed_jobs


def test_everything_about_a_run_takes_at_most_10_requests(emulator: GitHubEmulator) -> None:
    add_run(emulator, head_branch="topic", event="pull_request")
    emulator.add_pull_request({"number": 12, "head": {"ref": "topic", "sha": HEAD}})
    earlier(emulator, 401, 2, conclusion="success", head_sha=GREEN, head_branch="topic")
    earlier(emulator, 402, 2)
    emulator.add_comparison(GREEN, HEAD, {"commits": [], "files": []})
    run = gathered(emulator, context_of(emulator, event={}))
    assert isinstance(run, Run)
    assert run.notes == ()
    assert (
        len(emulator.requests) <= 10 - 2 + 1
    )  # two pages fewer than 256 jobs take, and the job's annotations


class TestAPastRunThatIsNotOfTheDocumentedShape:
    def test_is_left_out_of_the_green_ones_and_noted_with_its_commit_missing(
        self, emulator: GitHubEmulator
    ) -> None:
        earlier(emulator, 400, 1, conclusion="success", head_sha=GREEN)
        earlier(emulator, 401, 2, conclusion="success")
        emulator.runs[401]["head_sha"] = None
        emulator.add_comparison(GREEN, HEAD, {})
        assert history(emulator).last_green_run == 400

    def test_is_left_out_and_noted_without_an_id(self, emulator: GitHubEmulator) -> None:
        earlier(emulator, 400, 1, conclusion="success", head_sha=GREEN)
        earlier(emulator, 401, 2, conclusion="success")
        emulator.runs[401]["id"] = None
        emulator.add_comparison(GREEN, HEAD, {})
        run = gathered(emulator)
        assert run.history and run.history.last_green_run == 400
        assert [note.what for note in run.notes] == ["1 of the workflow's past runs"]

    def test_counts_without_its_time(self, emulator: GitHubEmulator) -> None:
        earlier(emulator, 400, 1, conclusion="success", head_sha=GREEN)
        emulator.runs[400]["created_at"] = None
        emulator.add_comparison(GREEN, HEAD, {})
        past = history(emulator)
        assert (past.last_green_run, past.last_green_at) == (400, None)

    def test_makes_no_branch_one_that_was_never_green(self, emulator: GitHubEmulator) -> None:
        earlier(emulator, 401, 2, conclusion="success")
        emulator.runs[401]["id"] = None
        assert gathered(emulator).history is None
