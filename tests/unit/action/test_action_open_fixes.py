"""A fix waits: no second session for a failure while the pull request of the first one is open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.ids import sha_of
from tests.support.emulated.job import LOG, Job
from tests.support.emulated.repository import timestamp

DAYS = timedelta(days=60)  # long after the cool-down


@pytest.fixture
def job(job: Job) -> Job:
    """A session was started for run 7, and 60 days have passed: the workflow was green in between."""
    job.environ["FIRE_ROUTINE_COMMENT"] = "false"
    assert job.ended() == "fired"
    for status in (status for listed in job.github.statuses.values() for status in listed):
        status["created_at"] = timestamp(datetime.now(UTC) - DAYS)
    job.github.change_run(7, status="completed", conclusion="failure")
    job.github.add_run({"id": 8, "status": "completed", "conclusion": "success", "head_sha": sha_of("green")})
    sha = sha_of("red again")
    job.github.set_branch("main", sha)
    job.github.add_run({"id": 9, "head_sha": sha, "status": "in_progress"})
    job.github.add_job(9, {"id": 90, "name": "build", "conclusion": "failure"}, LOG)
    job.environ |= {"GITHUB_RUN_ID": "9", "GITHUB_SHA": sha}
    return job


def branch_of(job: Job) -> str:
    """The one that the session was told to push."""
    named = re.search(r"git checkout -B (\S+) ", job.endpoint.sessions[0].text)
    assert named
    return named[1]


def fix(job: Job, branch: str, number: int = 14, **fields: Any) -> str:
    pull = {"number": number, "title": "Match the types", "head": {"ref": branch, "sha": sha_of("tip")}}
    return str(job.github.add_pull_request({**pull, **fields})["html_url"])


def forget(job: Job) -> None:
    """What the ledger had is no longer read."""
    job.github.statuses.clear()


def test_no_session_starts_however_long_it_waits(job: Job) -> None:
    url = fix(job, branch_of(job))
    assert job.ended() == "skipped duplicate"
    assert (job.outputs["session-url"], job.outputs["pull-request-url"]) == (
        job.endpoint.sessions[0].url,
        url,
    )
    assert url in job.summary
    forget(job)  # the branch still names the failure
    assert job.ended() == "skipped duplicate"
    assert (job.outputs["session-state"], job.outputs["pull-request-url"]) == ("open", url)
    job.github.pulls[14]["state"] = "closed"
    assert job.ended() == "fired"


def test_the_ledger_knows_whose_branch_it_is_that_names_no_failure(job: Job) -> None:
    url = fix(job, "claude/fix-run-7")
    assert job.ended() == "skipped duplicate"
    assert job.outputs["pull-request-url"] == url


def others(job: Job) -> Iterator[dict[str, Any]]:
    """What is no open fix of this failure."""
    own, head = branch_of(job), {"sha": sha_of("tip")}
    yield {"branch": own.replace(own[-8:], "00000000")}
    yield {"branch": own, "base": {"ref": "release"}}
    yield {"branch": own, "head": {"ref": own, **head, "repo": "stranger/fork"}}
    yield {"branch": f"people/{own}"}
    yield {"branch": own, "state": "closed"}


@pytest.mark.parametrize("which", range(5))
def test_nothing_else_keeps_it_back(job: Job, which: int) -> None:
    fix(job, **list(others(job))[which])
    forget(job)
    assert job.ended() == "fired"


class TestMaxOpenFixes:
    """With so many open pull requests of sessions, none starts."""

    @pytest.fixture
    def job(self, job: Job) -> Job:
        for number in range(20, 30):
            fix(job, f"claude/fix-run-{number}-{number:08x}", number)
        return job

    def test_keeps_a_failure_back_that_has_none(self, job: Job) -> None:
        job.github.requests.clear()
        assert job.ended() == "skipped max-open-fixes"
        assert "10 pull requests of sessions are open" in job.summary
        assert sum("/pulls" in one.path and "state=open" in one.path for one in job.github.requests) <= 3
        job.github.pulls[20]["state"] = "closed"
        assert job.ended() == "fired"

    @pytest.mark.parametrize("environ", [{"MAX_OPEN_FIXES": "0"}, {"MAX_OPEN_FIXES": "11"}])
    def test_is_an_input(self, job: Job, environ: dict[str, str]) -> None:
        assert job.ended_in({f"FIRE_ROUTINE_{name}": value for name, value in environ.items()}) == "fired"


def test_a_person_may_ask_for_one_all_the_same(job: Job) -> None:
    fix(job, branch_of(job))
    job.github.change_run(9, status="completed", conclusion="failure")
    job.github.add_run({"id": 10, "status": "in_progress", "event": "workflow_dispatch"})
    environ = {"GITHUB_RUN_ID": "10", "FIRE_ROUTINE_RUN_ID": "9", "FIRE_ROUTINE_AGAIN": "true"}
    assert job.ended_in(environ | {"FIRE_ROUTINE_MAX_OPEN_FIXES": "1"}) == "fired"


@pytest.mark.parametrize("status", [403, 503])
def test_what_cannot_be_read_keeps_nothing_back_and_is_noted(job: Job, status: int) -> None:
    fix(job, branch_of(job))
    job.github.fail("/pulls?", Fault.broken(status))
    assert job.ended() == "fired"
    assert "The open pull requests of sessions" in job.summary
    assert ("`pull-requests: read`" in job.summary) == (status == 403)
