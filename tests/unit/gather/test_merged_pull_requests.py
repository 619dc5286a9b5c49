"""The pull requests that were merged since the last green run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator
from tests.emulated.ids import sha_of
from tests.unit.gather.gathering import HEAD, RUN, add_run, failed_job, gathered

from fire_routine.model import Run

GREEN, SQUASHED = sha_of("green"), sha_of("squashed")


@pytest.fixture
def emulator() -> Iterator[GitHubEmulator]:
    with GitHubEmulator() as github:
        yield github


def after(emulator: GitHubEmulator, branch: str = "main", subject: str = "Merge it", **fields: Any) -> Run:
    """A failed run of the branch, two commits after a green one, with pull requests of every kind."""
    add_run(
        emulator,
        400,
        conclusion="success",
        head_sha=GREEN,
        head_branch=branch,
        created_at="2026-03-01T10:00:00Z",
    )
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
    assert len(emulator.asked(r"/pulls\?.*base=main")) == 1


@pytest.mark.parametrize(
    ("branch", "subject", "asked"),
    [("release", "Fix it (#22)", 1), ("release", "Fix it", 0)],
)
def test_other_branches_are_asked_about_where_their_commits_name_one(
    emulator: GitHubEmulator, branch: str, subject: str, asked: int
) -> None:
    assert len(merged(after(emulator, branch, subject))) == 2 * asked
    assert len(emulator.asked(r"/pulls\?.*base=release")) == asked


def test_a_pull_requests_own_run_has_none(emulator: GitHubEmulator) -> None:
    assert merged(after(emulator, event="pull_request")) == []
    assert emulator.asked(r"/pulls\?.*base=") == []


def test_a_failed_request_costs_one_note(emulator: GitHubEmulator) -> None:
    emulator.fail(r"/pulls\?.*base=", Fault.forbidden())
    run = after(emulator)
    assert merged(run) == []
    assert [(note.what, note.permission) for note in run.notes] == [
        ("the pull requests merged since the last green run", "pull-requests: read")
    ]
