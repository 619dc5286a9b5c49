"""The workflow's past runs, and which of them are one incident."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.ids import sha_of
from tests.unit.gather.gathering import HEAD, RUN, add_run, context_of, earlier, failed_job, gathered

from fire_routine.model.run import ChangedFile, History, Run

GREEN, SQUASHED = sha_of("green"), sha_of("squashed")


@pytest.fixture(autouse=True)
def failed_run(emulator: GitHubEmulator) -> None:
    add_run(emulator)
    emulator.add_job(RUN, failed_job(1, "test"))


def history(emulator: GitHubEmulator) -> History:
    past = gathered(emulator).history
    assert past
    return past


def propose(emulator: GitHubEmulator, base: str = "main") -> None:
    """The failed run is that of a pull request."""
    add_run(emulator, head_branch="topic", event="pull_request")
    emulator.add_pull_request({"number": 12, "head": {"ref": "topic", "sha": HEAD}, "base": {"ref": base}})


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


def test_a_new_branch_s_first_run_names_where_the_default_branch_was_green(emulator: GitHubEmulator) -> None:
    add_run(emulator, head_branch="topic")
    earlier(emulator, 400, 1, conclusion="success", head_branch="main", head_sha=GREEN)
    past = history(emulator)
    assert (past.never_green, past.first_run, past.base_is_red) == (True, True, False)
    assert (past.green_branch, past.green_branch_sha) == ("main", GREEN)
    del emulator.runs[400]
    earlier(emulator, 401, 2, head_branch="topic")
    past = history(emulator)
    assert (past.never_green, past.first_run, past.green_branch_sha) == (True, False, "")


def test_a_pull_request_names_where_its_base_was_green(emulator: GitHubEmulator) -> None:
    propose(emulator, base="next")
    earlier(emulator, 400, 1, conclusion="success", head_branch="next", head_sha=GREEN, event="push")
    earlier(emulator, 401, 2, head_branch="next", event="push")
    past = history(emulator)
    assert (past.green_branch, past.green_branch_sha, past.base_is_red) == ("next", GREEN, True)


def test_a_pull_request_that_was_never_green_is_shown_with_its_own_changes(emulator: GitHubEmulator) -> None:
    propose(emulator)
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


@pytest.mark.parametrize(
    ("own_event", "other", "conclusion", "green"),
    [
        ("push", {"head_branch": "other"}, "success", True),
        ("push", {"head_branch": "v1.0"}, "skipped", False),  # the failed job did not run there
        ("workflow_dispatch", {"event": "workflow_dispatch"}, "skipped", False),  # its inputs left it out
        ("push", {"event": "pull_request"}, "success", False),
    ],
)
def test_the_same_commit_was_green_before_where_the_failed_job_was(
    emulator: GitHubEmulator, own_event: str, other: dict[str, str], conclusion: str, green: bool
) -> None:
    add_run(emulator, event=own_event)
    earlier(emulator, 400, 1, conclusion="success", head_sha=HEAD, **other)
    for number in range(130):
        emulator.add_job(400, {"id": 4000 + number, "name": f"leg {number}", "conclusion": "success"})
    emulator.add_job(400, {"id": 4, "name": "test", "conclusion": conclusion})
    assert history(emulator).same_commit_was_green is green


def test_the_last_green_run_of_the_same_event_is_known_besides_the_last_of_any(
    emulator: GitHubEmulator,
) -> None:
    earlier(emulator, 400, 1, conclusion="success")
    earlier(emulator, 401, 2, conclusion="success", event="schedule")
    past = history(emulator)
    assert (past.last_green_run, past.last_green_of_event) == (401, 400)
    assert past.last_green_sha_of_event == sha_of("commit 400")


@pytest.mark.parametrize(
    ("runs", "red"),
    [
        ([("success", "push"), ("failure", "push"), ("cancelled", "push")], True),
        ([("failure", "push"), ("success", "push"), ("cancelled", "push")], False),
        ([("success", "push"), ("failure", "schedule")], False),  # a push rather than the nightly run
        ([("cancelled", "push"), ("failure", "schedule")], True),  # no push has ended
    ],
)
def test_a_pull_requests_base_is_red_where_its_newest_run_failed(
    emulator: GitHubEmulator, runs: list[tuple[str, str]], red: bool
) -> None:
    propose(emulator)
    for number, (conclusion, event) in enumerate(runs):
        earlier(emulator, 400 + number, 1 + number, conclusion=conclusion, event=event)
    earlier(emulator, 410, 20, head_repository="stranger/widget")  # a fork's branch of the same name
    assert history(emulator).base_is_red is red


def test_without_the_comparison_the_last_green_run_stays(emulator: GitHubEmulator) -> None:
    earlier(emulator, 401, 2, conclusion="success", head_sha=GREEN)
    emulator.fail("/compare/", Fault.forbidden())
    run = gathered(emulator)
    assert run.history and run.history.last_green_run == 401
    (note,) = run.notes
    assert note.what == "the changes since the last green run"
    assert "contents: read" in note.advice


def test_without_the_past_runs_there_is_no_history(emulator: GitHubEmulator) -> None:
    emulator.fail("/workflows/", Fault.broken())
    run = gathered(emulator)
    assert run.history is None
    named = ["the last green run", "whether this commit was green before"]
    assert [note.what for note in run.notes] == named
    assert run.failed_jobs


def test_everything_about_a_run_takes_at_most_10_requests(emulator: GitHubEmulator) -> None:
    propose(emulator)
    earlier(emulator, 401, 2, conclusion="success", head_sha=GREEN, head_branch="topic")
    earlier(emulator, 402, 2)
    emulator.add_comparison(GREEN, HEAD, {"commits": [], "files": []})
    assert gathered(emulator, context_of(emulator, event={})).notes == ()
    # two pages fewer than 256 jobs take, and the job's annotations
    assert len(emulator.requests) <= 10 - 2 + 1


def test_a_past_run_that_is_not_of_the_documented_shape_is_left_out(emulator: GitHubEmulator) -> None:
    earlier(emulator, 400, 1, conclusion="success", head_sha=GREEN)
    earlier(emulator, 401, 2, conclusion="success", head_sha=GREEN)
    emulator.add_comparison(GREEN, HEAD, {})
    for field in ("head_sha", "id"):
        emulator.runs[401][field] = None
        run = gathered(emulator)
        assert run.history and run.history.last_green_run == 400
    del emulator.runs[400]
    assert gathered(emulator).history is None  # the branch may have been green


# --- the pull requests that were merged since the last green run ----------------------------------------


def after(emulator: GitHubEmulator, branch: str = "main", subject: str = "Merge it", **fields: Any) -> Run:
    """A failed run of the branch, two commits after a green one, with pull requests of every kind."""
    earlier(emulator, 400, 1, conclusion="success", head_sha=GREEN, head_branch=branch)
    add_run(emulator, head_branch=branch, **fields)
    emulator.add_job(RUN, failed_job(1, "test"))
    commits = [{"sha": SQUASHED, "message": "Squash it"}, {"sha": HEAD, "message": subject}]
    emulator.add_comparison(GREEN, HEAD, {"commits": commits})
    base = {"ref": branch}
    ended = {"state": "closed", "base": base}
    merged = {**ended, "merged_at": "2026-03-02T09:00:00Z", "user": emulator.site.user("mona")}
    emulator.add_pull_request({"number": 22, "merge_commit_sha": HEAD, "title": "Second", **merged})
    emulator.add_pull_request({"number": 21, "merge_commit_sha": SQUASHED, "title": "First", **merged})
    emulator.add_pull_request({"number": 20, "merge_commit_sha": sha_of("older"), **merged})
    emulator.add_pull_request({"number": 19, "merge_commit_sha": HEAD, **ended})
    emulator.add_pull_request({"number": 18, "merge_commit_sha": HEAD, "base": base})  # open: a test merge
    return gathered(emulator)


def merged(run: Run) -> list[tuple[int, str, str]]:
    assert run.history is not None
    return [(pull.number, pull.title, pull.author) for pull in run.history.merged]


def test_merged_pull_requests_are_those_whose_merges_are_among_the_commits(emulator: GitHubEmulator) -> None:
    assert merged(after(emulator)) == [(21, "First", "mona"), (22, "Second", "mona")]


@pytest.mark.parametrize(
    ("branch", "subject", "event", "asked"),
    [
        ("main", "Fix it", "push", 1),
        ("release", "Fix it (#22)", "push", 1),  # its commits name one
        ("release", "Fix it", "push", 0),
        ("main", "Fix it", "pull_request", 0),
    ],
)
def test_merged_pull_requests_are_asked_for_where_the_branch_has_some(
    emulator: GitHubEmulator, branch: str, subject: str, event: str, asked: int
) -> None:
    assert len(merged(after(emulator, branch, subject, event=event))) == 2 * asked
    assert len(emulator.asked(rf"/pulls\?.*base={branch}")) == asked


def test_without_the_merged_pull_requests_there_is_one_note(emulator: GitHubEmulator) -> None:
    emulator.fail(r"/pulls\?.*base=", Fault.forbidden())
    run = after(emulator)
    assert merged(run) == []
    assert [(note.what, note.permission) for note in run.notes] == [
        ("the pull requests merged since the last green run", "pull-requests: read")
    ]
