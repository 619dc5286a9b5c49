"""What the action can do without: parts of GitHub's API, disks and temporary folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.job import LOG, SHA, Job


def test_a_full_disk_and_no_temporary_folder_keep_no_session_back(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", none)
    full = "/dev/full" if Path("/dev/full").exists() else str(tmp_path / "gone" / "output")
    job.environ |= {"GITHUB_OUTPUT": full, "GITHUB_STEP_SUMMARY": full, "RUNNER_TEMP": str(tmp_path / "gone")}
    job.environ |= {"GITHUB_WORKSPACE": str(tmp_path / "gone"), "FIRE_ROUTINE_ATTACH": "a.log\n**/*.xml"}
    assert job.run() == 0
    (session,) = job.endpoint.sessions
    assert "attach: a.log" in session.text
    assert "Traceback" not in job.log


@pytest.mark.parametrize(
    "endpoint",
    [
        r"/widgets$",
        r"/runs/7/attempts/1$",
        r"/runs/7/attempts/1(/jobs.*)?$",
        r"/workflows/.*status=success",
        r"/pulls",
        r"/actions/jobs/71/logs",
    ],
)
def test_an_endpoint_that_answers_404_keeps_no_session_back(job: Job, endpoint: str) -> None:
    job.github.add_run({"id": 6, "head_sha": "b" * 40, "conclusion": "success"})
    job.github.fail(f"GET .*{endpoint}", Fault.missing())
    assert job.run() == 0
    assert len(job.endpoint.sessions) == 1
    assert job.outputs["outcome"] == "fired"


def test_nulls_wherever_github_allows_them_keep_no_session_back(job: Job) -> None:
    job.github.nulls = True
    job.github.add_annotation(71, {"message": "mismatched types", "path": "src/lib.rs", "start_line": 4})
    assert job.run() == 0
    (session,) = job.endpoint.sessions
    assert "error[E0308]: mismatched types" in session.text
    assert job.run() == 0
    assert (len(job.endpoint.sessions), job.outputs["reason"]) == (1, "duplicate")


@pytest.mark.parametrize("fault", [Fault.missing(), Fault(cut_after=10)])
def test_a_failure_without_its_log_is_not_taken_for_another_than_before(job: Job, fault: Fault) -> None:
    job.run()
    job.github.change_run(7, status="completed", conclusion="failure")
    job.github.add_run({"id": 7, "head_sha": SHA, "run_attempt": 2})
    job.github.add_job(7, {"id": 90, "name": "build", "conclusion": "failure"}, LOG)
    job.github.fail("/storage/90", fault)
    job.environ["GITHUB_RUN_ATTEMPT"] = "2"
    assert job.run() == 0
    assert len(job.endpoint.sessions) == 1
    assert (job.outputs["outcome"], job.outputs["reason"]) == ("skipped", "duplicate")
    assert job.outputs["session-url"] == job.endpoint.sessions[0].url
    assert "Without its log" in job.log
    job.github.heal()
    job.github.add_run({"id": 7, "head_sha": SHA, "run_attempt": 3})
    job.github.add_job(7, {"id": 91, "name": "build", "conclusion": "failure"}, LOG)
    job.environ["GITHUB_RUN_ATTEMPT"] = "3"
    job.run()
    assert len(job.endpoint.sessions) == 1
    assert "Without its log" not in job.log


@pytest.mark.parametrize("later", ["step", "final job"])
@pytest.mark.parametrize("hidden", ["step", "jobs"])
def test_a_step_whose_job_github_shows_late_leaves_a_session_that_its_re_runs_know(
    job: Job, hidden: str, later: str
) -> None:
    step = {"number": 1, "name": "Run cargo test", "status": "completed", "conclusion": "failure"}
    running = {"name": "build", "status": "in_progress", "conclusion": None}
    job.github.add_run({"id": 9, "head_sha": SHA, "status": "in_progress"})
    job.github.add_job(9, {"id": 91, **running, "steps": [] if hidden == "step" else [step]})
    if hidden == "jobs":
        job.github.fail("/jobs", Fault.broken(502))
    job.environ |= {"GITHUB_RUN_ID": "9", "GITHUB_JOB": "build", "FIRE_ROUTINE_JOB_STATUS": "failure"}
    assert job.ended() == "fired"
    job.github.heal()
    job.github.change_run(9, status="completed", conclusion="failure")
    job.github.add_run({"id": 9, "head_sha": SHA, "run_attempt": 2, "status": "in_progress"})
    if later == "step":
        job.github.add_job(9, {"id": 92, **running, "steps": [step], "run_attempt": 2})
    else:
        ended = {"id": 92, "name": "build", "conclusion": "failure", "steps": [step], "run_attempt": 2}
        job.github.add_job(9, ended, LOG)
        job.environ |= {"GITHUB_JOB": "on-failure", "FIRE_ROUTINE_JOB_STATUS": "success"}
    job.environ["GITHUB_RUN_ATTEMPT"] = "2"
    assert job.ended() == "skipped duplicate"


def test_without_permissions_nothing_is_fired_and_the_block_to_paste_is_shown(job: Job) -> None:
    job.github.fail(".", Fault.forbidden())
    assert job.ended() == "failed ledger-unavailable"
    assert job.endpoint.requests == []
    for permission in ("actions: read", "contents: read", "statuses: write"):
        assert permission in job.summary


def test_a_dry_run_shows_its_text_where_the_ledger_can_not_be_read(job: Job) -> None:
    job.environ["FIRE_ROUTINE_DRY_RUN"] = "true"
    job.github.fail("/statuses", Fault.broken(502))
    assert job.ended() == "skipped dry-run"
    assert "error[E0308]: mismatched types" in job.summary
    assert "this would start a session" in job.log


def test_a_comment_that_can_not_be_written_is_a_line_with_the_permission(job: Job) -> None:
    job.environ["FIRE_ROUTINE_COMMENT"] = "true"
    job.github.add_pull_request({"number": 5, "head": {"ref": "main", "sha": SHA}})
    job.github.change_run(7, event="pull_request", pull_requests=[{"number": 5}])
    job.github.fail("POST .*/comments", Fault.forbidden())
    assert job.ended() == "fired"
    assert "Unavailable: the comment on the pull request: GitHub answered 403" in job.log
    assert "Add `pull-requests: write` to the job's `permissions`." in job.log


def test_a_fault_of_the_action_is_one_line_and_no_session(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("fire_routine.story.gather_evidence", failing)
    assert job.ended() == "failed internal-error"
    assert "The action has a fault (`ZeroDivisionError in " in job.log
    assert "Traceback" not in job.log
    assert job.endpoint.requests == []
