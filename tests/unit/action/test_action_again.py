"""`again`: a person asks for one more session for a run that has had one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.ids import sha_of
from tests.support.emulated.job import Job
from tests.support.emulated.repository import timestamp

EARLIER = timestamp(datetime.now(UTC) - timedelta(hours=1))
DISPATCH = {"event": "workflow_dispatch", "status": "in_progress", "path": ".github/workflows/again.yml"}


@pytest.fixture
def sent(job: Job) -> Job:
    """A session was started on run 7 an hour ago, and the branch has moved on since."""
    job.github.change_run(7, event="push", status="completed", conclusion="failure", head_branch="topic")
    job.github.set_branch("topic", job.environ["GITHUB_SHA"])
    job.environ["FIRE_ROUTINE_RUN_ID"] = "7"
    press(job, 8, again="false")
    assert job.outputs["outcome"] == "fired"
    for statuses in job.github.statuses.values():
        for status in statuses:
            status["created_at"] = EARLIER
    job.github.set_branch("topic", sha_of("newer"))
    return job


def press(job: Job, number: int, again: str = "true", created: str = "") -> None:
    at = created or timestamp()
    job.github.add_run({"id": number, "head_sha": sha_of("main"), "created_at": at, **DISPATCH})
    job.environ |= {
        "GITHUB_RUN_ID": str(number),
        "GITHUB_EVENT_NAME": "workflow_dispatch",
        "FIRE_ROUTINE_AGAIN": again,
    }
    job.run()


def test_neither_a_session_nor_the_cool_down_nor_a_branch_that_moved_on_holds_it_back(sent: Job) -> None:
    sent.environ["FIRE_ROUTINE_MAX_SESSIONS"] = "1"
    press(sent, 9, again="false")
    assert sent.outputs["reason"] == "duplicate"
    press(sent, 10)
    assert sent.outputs["outcome"] == "fired"
    sent.github.statuses.clear()
    press(sent, 11, again="false")
    assert sent.outputs["reason"] == "stale-head"
    assert "error[E0308]" in sent.endpoint.sessions[1].text


def test_nothing_is_sent_where_it_is_not_known_when_it_was_asked_for(sent: Job) -> None:
    sent.github.fail("/actions/runs/9$", Fault.broken(502))
    press(sent, 9)
    assert (sent.outputs["outcome"], sent.outputs["reason"]) == ("failed", "no-run")
    assert "again: GitHub does not state when this run was created" in sent.log
    assert len(sent.endpoint.sessions) == 1


def test_the_failed_jobs_are_not_re_run_first(sent: Job) -> None:
    sent.environ["FIRE_ROUTINE_RERUN_FIRST"] = "true"
    press(sent, 9)
    assert sent.outputs["outcome"] == "fired"
    assert not sent.github.asked("^POST .*rerun")


def test_a_label_or_a_fork_holds_it_back(sent: Job) -> None:
    head = {"ref": "topic", "sha": sent.environ["GITHUB_SHA"]}
    sent.github.add_pull_request({"number": 5, "head": head, "labels": [{"name": "no-claude"}]})
    press(sent, 9)
    assert sent.outputs["reason"] == "skip-labels"
    sent.github.change_run(7, event="pull_request", head_repository={"full_name": "stranger/widgets"})
    press(sent, 10)
    assert sent.outputs["reason"] == "untrusted-run"
