"""The pull requests that were merged since the last green run."""

from __future__ import annotations

from typing import Any

import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator
from tests.emulated.ids import sha_of
from tests.unit.gather.gathering import HEAD, RUN, add_run, earlier, failed_job, gathered

from fire_routine.model import Run

GREEN, SQUASHED = sha_of("green"), sha_of("squashed")


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


def test_are_those_whose_merges_are_among_the_commits(emulator: GitHubEmulator) -> None:
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
def test_are_asked_for_where_the_branch_has_some(
    emulator: GitHubEmulator, branch: str, subject: str, event: str, asked: int
) -> None:
    assert len(merged(after(emulator, branch, subject, event=event))) == 2 * asked
    assert len(emulator.asked(rf"/pulls\?.*base={branch}")) == asked


def test_a_failed_request_costs_one_note(emulator: GitHubEmulator) -> None:
    emulator.fail(r"/pulls\?.*base=", Fault.forbidden())
    run = after(emulator)
    assert merged(run) == []
    assert [(note.what, note.permission) for note in run.notes] == [
        ("the pull requests merged since the last green run", "pull-requests: read")
    ]
