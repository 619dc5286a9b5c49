"""Every request we make, and every answer the emulator gives, is as GitHub describes its API.

The description is github/openapi.json; github/extract.py makes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.browser import reports
from tests.browser.reports import SCENES
from tests.contract.exchanges import RecordedGitHub
from tests.support.emulated.ids import sha_of
from tests.support.emulated.month import BOT, Month
from tests.unit.gather.gathering import HEAD, RUN, add_run, context_of, failed_job, github_of, later, whole

from fire_routine.gather.artifacts import failed_tests
from fire_routine.gather.context import with_context
from fire_routine.gather.event import find_target
from fire_routine.gather.known_failures import read_known_failures
from fire_routine.gather.logs import read_logs
from fire_routine.gather.run import gather_run
from fire_routine.github.traces import check_runs
from fire_routine.model.outcome import SHOWN, GitHubError
from fire_routine.sessions import report, table
from fire_routine.settings import Settings

RECORDINGS = Path(__file__).parents[2] / "src" / "fire_routine" / "recordings"
GREEN = sha_of("green")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def emulator() -> Iterator[RecordedGitHub]:
    with RecordedGitHub() as github:
        yield github


# The whole action, in runs that end in different ways, with what each asks more than the one before.
RUNS: dict[str, tuple[str, ...]] = {
    "fired-matrix": ("/repos/[^/]+/[^/?]+$", "/attempts/1$", "/annotations", "/logs$", "/compare/", "/jobs"),
    "fired-permission-missing": (
        r"/pulls\?head=",
        "GET .*/statuses",
        "POST .*/statuses/",
        "POST .*/comments",
    ),
    "skipped-known-failure": ("/contents/.github/known-failures.toml$",),
    "skipped-duplicate-branch": ("/git/matching-refs/", r"/pulls\?.*state=all"),
    "skipped-duplicate-open": ("/check-runs", "PATCH .*/comments/", "/commits"),
}


@pytest.mark.parametrize("name", RUNS)
def test_what_the_whole_action_asks(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "GitHubEmulator", RecordedGitHub)
    stage, scene = SCENES[name]
    with stage() as job:
        scene(job)
        reports.run(job)
        job.github.check(*RUNS[name])


def test_more_jobs_and_statuses_than_a_page_has_and_branches(emulator: RecordedGitHub) -> None:
    add_run(emulator)
    emulator.set_branch("feature/with/slashes", HEAD)
    for number in range(120):
        emulator.add_job(RUN, failed_job(1000 + number, f"leg {number}"), "broken\n")
        emulator.add_status(HEAD, {"description": f"claim {number}", "context": "fire-routine"})
    with github_of(emulator) as github:
        assert len(github.jobs(RUN, 1).items) == 120
        assert github.statuses(HEAD, 2).statuses
        assert github.branch_head("feature/with/slashes") == HEAD
        assert github.branch_head("gone") is None
    emulator.check(r"/attempts/1/jobs\?page=2", r"/statuses\?page=2", "/git/ref/")


def test_nulls_are_served_wherever_they_are_allowed() -> None:
    with RecordedGitHub(nulls=True) as emulator:
        add_run(emulator, head_branch="topic", event="pull_request")
        emulator.add_job(RUN, failed_job(1, "test", run_attempt=1), "broken\n")
        emulator.add_annotation(1, {"path": "src/a.py", "start_line": 3, "title": "Error", "message": "no"})
        add_run(emulator, 400, conclusion="success", created_at="2026-03-01T10:00:00Z", head_sha=GREEN)
        commits = [{"sha": HEAD, "message": "Break it"}]
        emulator.add_comparison(GREEN, HEAD, {"commits": commits, "files": [{"filename": "src/a.py"}]})
        emulator.add_pull_request({"number": 12, "head": {"sha": HEAD}, "labels": ["no-claude"]})
        emulator.add_check_run(HEAD, {"name": "test", "conclusion": "success"})
        with github_of(emulator) as github:
            known, _ = github.run(RUN, 1)
            github.run(RUN, None)
            github.jobs(RUN, 1)
            github.job(1)
            github.annotations(1)
            github.past_runs(known, {}, 30)
            github.compare(GREEN, HEAD)
            github.pull_request(12)
            github.pull_requests_from("octo-org", "topic")
            github.default_branch()
            assert github.first_commit()
            check_runs(github, HEAD)
            github.create_status(HEAD, "success", "done", "https://example.com", SHOWN)
            github.statuses(HEAD)
            github.create_comment(12, "one")
            (comment,) = github.comments(12, "github-actions[bot]")
            github.edit_comment(comment.id, "two")
            github.delete_comment(comment.id)
            github.create_issue("red", "one")
            (issue,) = github.issues("github-actions[bot]")
            github.edit_issue(issue.id, "two", is_open=False)
        emulator.check(
            *("/compare/", "/annotations", "POST .*/statuses/", "PATCH .*/comments/", "DELETE .*/comments/"),
            *("POST .*/issues", "PATCH .*/issues/"),
        )
        run, *_ = emulator.exchanges
        assert b'"head_branch": null' in run.answer.body


def test_files_and_folders_of_the_default_branch_and_artifacts(emulator: RecordedGitHub) -> None:
    emulator.set_file(".github/a b/known.toml", "x = 1\n" * 100)
    emulator.set_file(".github/large.toml", b"#" * (1024 * 1024 + 1))
    add_run(emulator)
    for number in range(3):
        emulator.add_artifact(RUN, f"tests-{number}", b"", {"expired": number == 1})
    with github_of(emulator) as github:
        for path in (".github/a b/known.toml", "gone.toml", ".github/large.toml", ".github"):
            read_known_failures(github, path, later())
        run, _ = github.run(RUN, None)
        _, notes = failed_tests(github, run, ["tests-*"], (), later())
    assert sorted(note.why for note in notes) == ["GitHub no longer keeps it", "it is no valid ZIP file"]
    emulator.check(
        "/contents/.github/a%20b/known.toml$", "/contents/.github$", "/actions/artifacts/[0-9]+/zip$"
    )


def test_re_running_failed_jobs(emulator: RecordedGitHub) -> None:
    add_run(emulator, status="completed", conclusion="failure")
    emulator.add_job(RUN, {"id": 1, "name": "lint", "conclusion": "success", "steps": [{"name": "Run"}]})
    emulator.add_job(RUN, failed_job(2, "test"))
    with github_of(emulator) as github:
        github.rerun_failed_jobs(RUN)
        jobs = {job.name: job.conclusion for job in github.jobs(RUN, 2).items}
        assert jobs == {"lint": "success", "test": ""}
        with pytest.raises(GitHubError, match="403: `This workflow is already running"):
            github.rerun_failed_jobs(RUN)
        emulator.change_run(RUN, status="completed", conclusion="success")
        run, _ = github.run(RUN, 2)
        assert github.passed_in_rerun(run, NOON) == (HEAD,)
    emulator.check("POST .*/rerun-failed-jobs$", "/attempts/2/jobs", r"/runs\?.*created=%3E%3D")


@pytest.mark.parametrize(("nulls", "merged"), [(False, 3), (True, 0)])  # of a merge, GitHub may state no time
def test_the_report_of_sessions(nulls: bool, merged: int) -> None:
    with RecordedGitHub(nulls=nulls) as emulator:
        month = Month.of(emulator, NOON)
        for number in range(80):
            month.run(NOON - number * timedelta(hours=1), "success", branch="quiet")
        with github_of(emulator, patience=120.0) as github:
            made = report(github, BOT, NOON - timedelta(days=30), NOON)
        emulator.check(
            r"/actions/runs\?created=%3E%3D", r"/actions/runs\?created=.*\.\.", "/git/matching-refs/"
        )
    assert (made["totals"]["sessions"], made["totals"]["merged"], made["left_out"]) == (14, merged, [])
    assert "None" not in table(made)


@pytest.mark.parametrize("folder", sorted(RECORDINGS.glob("*/")), ids=lambda folder: folder.name)
def test_recordings_are_replayed_as_github_would(folder: Path) -> None:
    with RecordedGitHub.of(folder) as emulator:
        assert isinstance(emulator, RecordedGitHub)
        recorded = json.loads((folder / "recording.json").read_text("utf-8"))
        run = recorded["run"]
        context = context_of(emulator, run_id=900)
        target = find_target(Settings(run_id=run["id"]), context)
        with github_of(emulator) as github:
            deadline = later()
            replayed = with_context(github, gather_run(github, target, context, deadline), deadline)
            logs, notes, _ = read_logs(github, replayed, whole, deadline)
        failed = [
            job["id"]
            for job in recorded["jobs"]
            if job["run_id"] == run["id"] and job["conclusion"] == "failure"
        ]
        assert (replayed.notes, notes) == ((), ())
        assert sorted(logs) == sorted(failed)
        assert all(logs[job] == (folder / "logs" / f"{job}.log").read_bytes() for job in failed)
        emulator.check()


def test_violation_of_the_description_is_found(emulator: RecordedGitHub) -> None:
    """Were the check asleep, all of the above would say nothing."""
    add_run(emulator, conclusion=3)
    with github_of(emulator) as github:
        github.run(RUN, 1)
    with pytest.raises(AssertionError, match="3 is not of type 'string'"):
        emulator.check()
