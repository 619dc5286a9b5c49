"""A second failure, and what became of the session that the first one started: over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.ids import sha_of
from tests.support.emulated.job import LOG, SHA, Job
from tests.support.emulated.repository import timestamp

TIP = sha_of("tip")
BRANCH = "claude/fix-run-7"
MERGED = {"state": "closed", "merged_at": "2026-11-24T11:00:00Z"}


def fail_again(job: Job, log: str = LOG, number: int = 8, **run: Any) -> int:
    """A later run of the branch, on another commit."""
    sha = sha_of(f"commit {number}")
    job.github.change_run(number - 1, status="completed", conclusion="failure")
    job.github.set_branch("main", sha)
    job.github.add_run({"id": number, "head_sha": sha, "status": "in_progress", **run})
    job.github.add_job(number, {"id": 10 * number, "name": "build", "conclusion": "failure"}, log)
    job.environ |= {"GITHUB_RUN_ID": str(number), "GITHUB_SHA": sha}
    return again(job)


def again(job: Job) -> int:
    job.github.requests.clear()
    return job.run()


def open_pull_request(job: Job, **fields: Any) -> str:
    pull = {"number": 14, "title": "Match the types", "head": {"ref": BRANCH, "sha": TIP}, **fields}
    return str(job.github.add_pull_request(pull)["html_url"])


def test_a_rerun_of_the_same_run_and_a_duplicate_of_a_duplicate_show_it(job: Job) -> None:
    """The commit before may have only a report of the session, and that names no run."""
    job.run()
    url = open_pull_request(job)
    job.github.add_run({"id": 7, "head_sha": SHA, "status": "in_progress", "run_attempt": 2})
    job.github.add_job(7, {"id": 90, "name": "build", "conclusion": "failure"}, LOG)
    job.environ["GITHUB_RUN_ATTEMPT"] = "2"
    assert again(job) == 0
    assert (job.outputs["session-state"], job.outputs["pull-request-url"]) == ("open", url)
    job.environ["GITHUB_RUN_ATTEMPT"] = "1"
    for number in (8, 9):
        assert fail_again(job, number=number) == 0
        assert (job.outputs["reason"], job.outputs["pull-request-url"]) == ("duplicate", url)


def test_a_further_session_reads_what_was_tried(job: Job) -> None:
    job.run()
    url = open_pull_request(job, state="closed")
    assert fail_again(job, LOG.replace("mismatched types", "cannot move out of a borrow")) == 0
    assert job.outputs["outcome"] == "fired"
    text = job.endpoint.sessions[-1].text
    assert "- An earlier session on another failure (run 7, " in text
    assert f" UTC) tried #14 `Match the types`, closed unmerged: <{url}>" in text
    assert (
        f"(run 7, another failure): [#14]({url}) `Match the types` is closed without a merge" in job.summary
    )
    assert job.outputs["session-state"] == ""  # this one has just been started


class TestReplacing:
    """A session that left no trace within the cool-down may be replaced by one more."""

    @pytest.fixture
    def job(self, job: Job) -> Job:
        job.run()
        self.let_pass(job, timedelta(hours=25))
        return job

    @staticmethod
    def let_pass(job: Job, time: timedelta) -> None:
        """Date back all that is written."""
        for status in (status for listed in job.github.statuses.values() for status in listed):
            status["created_at"] = timestamp(datetime.now(UTC) - time)

    @staticmethod
    def now() -> dict[str, Any]:
        return dict.fromkeys(("created_at", "run_started_at", "updated_at"), timestamp())

    def test_by_a_later_run(self, job: Job) -> None:
        assert fail_again(job, **self.now()) == 0
        assert job.outputs["outcome"] == "fired"
        assert len(job.endpoint.sessions) == 2
        assert "left no trace after 25 h" in job.endpoint.sessions[1].text
        assert "session 2 of at most 3" in job.summary
        assert f"session {job.endpoint.sessions[0].url} left no trace: another one may start" in job.log
        fail_again(job, number=9, **self.now())
        assert len(job.endpoint.sessions) == 2

    def test_counts_in_max_sessions(self, job: Job) -> None:
        job.environ["FIRE_ROUTINE_MAX_SESSIONS"] = "1"
        fail_again(job, **self.now())
        assert (job.outputs["reason"], len(job.endpoint.sessions)) == ("max-sessions", 1)
        assert (job.outputs["session-state"], job.outputs["pull-request-url"]) == ("none", "")
        assert "**What became of it:** no trace after " in job.summary

    @pytest.mark.parametrize("trace", ["branch", "pull request", "unknown", "young", "off", "late run"])
    def test_not_otherwise(self, job: Job, trace: str) -> None:
        started = self.now()
        if trace == "branch":
            job.github.set_branch(BRANCH, TIP)
        elif trace == "pull request":
            open_pull_request(job, state="closed")
        elif trace == "unknown":
            job.github.fail("/matching-refs/", Fault.broken(503))
        elif trace == "young":
            self.let_pass(job, timedelta(hours=23))
        elif trace == "off":
            job.environ["FIRE_ROUTINE_COOL_DOWN"] = "0"
        else:  # GitHub's clock alone counts: by that, the run began soon after the session
            started = dict.fromkeys(started, timestamp(datetime.now(UTC) - timedelta(hours=20)))
        assert fail_again(job, **started) == 0
        assert (job.outputs["reason"], len(job.endpoint.sessions)) == ("duplicate", 1)
