"""Jobs that were cancelled: by their time limit, by a person, or with their run."""

from __future__ import annotations

import pytest
from tests.emulated.job import SHA, Job

TIMES = {"started_at": "2026-11-24T10:00:00Z", "completed_at": "2026-11-24T10:30:00Z"}
STEP = {"number": 1, "name": "Run tests", "conclusion": "cancelled", **TIMES}
STOPPED_LOG = """\
2026-11-24T10:00:00.0000000Z ##[group]Run ./integration.sh
2026-11-24T10:00:00.2000000Z ##[endgroup]
2026-11-24T10:00:01.0000000Z error: cannot reach database at 10.0.0.9:5432, trying again
2026-11-24T10:30:00.2000000Z ##[error]The operation was canceled.
"""


def stop_the_build(job: Job, notice: str) -> None:
    """The build job is cancelled after half an hour; nothing else of the run failed."""
    job.github.add_run({"id": 7, "head_sha": SHA, "status": "in_progress", "run_attempt": 2})
    job.environ["GITHUB_RUN_ATTEMPT"] = "2"
    build = {"id": 81, "name": "integration", "conclusion": "cancelled", "steps": [STEP], **TIMES}
    job.github.add_job(7, build, STOPPED_LOG)
    job.github.add_job(7, {"id": 82, "name": "on-failure"})
    job.github.add_annotation(81, {"message": notice})


def test_job_that_its_time_limit_cancelled_is_reported(job: Job) -> None:
    stop_the_build(job, "The job has exceeded the maximum execution time of 30m0s")
    assert job.ended() == "fired"
    text = job.endpoint.sessions[0].text
    assert "timed out" in text.splitlines()[0]
    assert "cannot reach database at 10.0.0.9:5432" in text


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_job_or_run_that_a_person_cancelled_is_skipped(job: Job, goes_on: bool) -> None:
    stop_the_build(job, "The operation was canceled.")
    if not goes_on:
        job.github.change_run(7, status="completed", conclusion="cancelled")
        job.environ |= {"GITHUB_RUN_ID": "99", "FIRE_ROUTINE_RUN_ID": "7"}
    assert job.ended() == "skipped cancelled"
    assert job.endpoint.requests == []
