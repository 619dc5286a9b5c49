"""A run is gathered with everything GitHub knows of it. What is unavailable is noted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.support.fake_clock import FakeClock
from tests.unit.gather.gathering import (
    HEAD,
    PATIENCE,
    RUN,
    add_run,
    context_of,
    failed_job,
    gathered,
    github_of,
    later,
)

from fire_routine.gather.event import find_target
from fire_routine.gather.run import ASKED_CANCELLED, gather_run, with_annotations
from fire_routine.github.client import GitHub
from fire_routine.model.run import Run, TargetKind
from fire_routine.settings import Settings

pytestmark = pytest.mark.usefixtures("failed_run")
MANY = 256  # jobs, as many as a matrix may have


def add_legs(emulator: GitHubEmulator, number: int) -> None:
    """Failed jobs, of which nothing else is known, besides the one of the run."""
    for job in range(3, number + 2):
        emulator.add_job(RUN, failed_job(job, f"leg {job}"))


def explained(emulator: GitHubEmulator, run: Run, *unexplained: int) -> Run:
    """The run, with the annotations of jobs whose logs don't explain their failures."""
    with github_of(emulator) as github:
        return with_annotations(github, run, set(unexplained), later())


def test_a_failed_run_has_its_jobs_steps_and_annotations(emulator: GitHubEmulator) -> None:
    run = gathered(emulator)
    assert (run.id, run.attempt, run.workflow, run.head_sha) == (RUN, 1, "CI", HEAD)
    assert run.workflow_path == ".github/workflows/ci.yml"
    assert run.commit and run.commit.message == "Change things"
    assert [job.name for job in run.failed_jobs] == ["test (3.11)"]
    assert [step.name for step in run.failed_jobs[0].failed_steps] == ["Run tests"]
    (annotation,) = run.failed_jobs[0].annotations
    assert (annotation.message, annotation.path, annotation.line) == ("assert 1 == 2", "tests/test_a.py", 7)
    assert run.passed_jobs == ("lint",)
    assert run.target_kind is TargetKind.FINAL_JOB
    assert run.jobs_known
    assert run.notes == ()


def test_a_matrix_of_256_failed_legs_is_listed_whole_within_the_budget_of_requests(
    emulator: GitHubEmulator,
) -> None:
    add_legs(emulator, MANY)
    run = gathered(emulator)
    assert len(run.failed_jobs) == MANY
    assert emulator.asked("/annotations") == []
    assert len(emulator.requests) <= 10
    run = explained(emulator, run, *(job.id for job in run.failed_jobs))  # none has a log
    assert run.failed_jobs[0].annotations
    assert MANY < len(emulator.requests) <= 300


def test_annotations_of_many_failed_jobs_are_read_where_the_log_does_not_explain_the_failure(
    emulator: GitHubEmulator,
) -> None:
    add_legs(emulator, 40)
    for number in (5, 9):
        emulator.add_annotation(number, {"message": f"leg {number} lost its disk"})
    emulator.add_job(RUN, failed_job(90, "slow", conclusion="timed_out"))
    emulator.add_annotation(90, {"message": "too slow"})
    run = gathered(emulator)
    assert [job.name for job in run.failed_jobs if job.annotations] == ["slow"]  # read at once
    emulator.requests.clear()
    found = explained(emulator, run, 5, 9)
    assert {job.id for job in found.failed_jobs if job.annotations} == {5, 9, 90}
    assert found.failed_jobs[3].annotations[0].message == "leg 5 lost its disk"
    assert (len(emulator.requests), found.notes) == (2, ())
    emulator.fail("/check-runs/9/", Fault.forbidden())
    assert [note.what for note in explained(emulator, run, 5, 9).notes] == ["the annotations of leg 9"]


def test_once_it_is_known_a_repositorys_new_name_is_asked_by(emulator: GitHubEmulator) -> None:
    """Its pull request, which the event describes by the old name, is not a fork's."""
    add_run(emulator, event="pull_request", head_branch="topic")
    moved = f"{emulator.url}/repos/{emulator.full_name}/actions/runs/{RUN}/attempts/1"
    emulator.fail(r"/old/name/actions/runs/\d+/attempts/1$", Fault(301, headers={"Location": moved}))
    head = {"ref": "topic", "sha": HEAD, "repo": {"full_name": "old/name"}}
    event = {"pull_request": {"number": 12, "state": "open", "head": head, "base": {"ref": "main"}}}
    context = context_of(emulator, repository="old/name", event_name="pull_request", event=event)
    with GitHub(emulator.url, emulator.token, "old/name", environ={}) as github:
        run = gather_run(github, find_target(Settings(), context), context, later())
    assert ([job.name for job in run.failed_jobs], run.notes) == (["test (3.11)"], ())
    assert run.pull_request and run.pull_request.head_repository == run.repository == emulator.full_name


def test_an_attempt_has_its_own_jobs_and_time(emulator: GitHubEmulator) -> None:
    add_run(emulator, run_attempt=2, run_started_at="2026-03-09T10:00:00Z")
    emulator.add_job(RUN, failed_job(9, "flaky", run_attempt=2))
    run = gathered(emulator, context_of(emulator, run_attempt=2))
    assert (run.attempt, [job.name for job in run.failed_jobs]) == (2, ["flaky"])
    began = datetime(2026, 3, 9, 10, tzinfo=UTC)
    assert (run.created_at, run.started_at) == (began, began)  # GitHub dates an attempt, not its run


def test_a_job_that_its_time_out_ended_failed_and_others_that_were_cancelled_did_not(
    emulator: GitHubEmulator,
) -> None:
    started = "2026-03-02T10:00:00Z"
    slow = {"conclusion": "cancelled", "started_at": started, "completed_at": "2026-03-02T10:30:00Z"}
    emulator.add_job(RUN, failed_job(3, "query"))
    emulator.add_job(RUN, failed_job(4, "called so", conclusion="timed_out"))
    emulator.add_job(RUN, {"id": 5, "name": "slow", **slow})
    emulator.add_job(RUN, {"id": 6, "name": "stopped by hand", **slow})
    emulator.add_job(RUN, {"id": 7, "name": "stopped in a query", **slow})
    emulator.add_job(RUN, {"id": 8, "name": "fail-fast", **slow, "completed_at": "2026-03-02T10:00:20Z"})
    emulator.add_annotation(5, {"message": "The job has exceeded the maximum execution time of 30m0s"})
    emulator.add_annotation(6, {"message": "The operation was canceled."})
    for number in (3, 7):
        emulator.add_annotation(number, {"message": "Query 3 has exceeded the maximum execution time of 5 s"})
    run = gathered(emulator)
    assert {job.name: job.conclusion for job in run.failed_jobs} == {
        "test (3.11)": "failure",
        "query": "failure",
        "called so": "timed_out",
        "slow": "timed_out",
    }
    assert run.cancelled_jobs == ("stopped by hand", "stopped in a query", "fail-fast")
    assert emulator.asked("/check-runs/8/") == []


def test_of_very_many_cancelled_jobs_the_longest_are_asked_whether_they_timed_out(
    emulator: GitHubEmulator,
) -> None:
    started = datetime(2026, 3, 2, 10, tzinfo=UTC)
    for number in range(100, 100 + 2 * ASKED_CANCELLED):
        ended = started + timedelta(minutes=number)
        times = {"started_at": f"{started:%Y-%m-%dT%H:%M:%SZ}", "completed_at": f"{ended:%Y-%m-%dT%H:%M:%SZ}"}
        emulator.add_job(RUN, {"id": number, "name": f"leg {number}", "conclusion": "cancelled", **times})
        emulator.add_annotation(
            number, {"message": "The job has exceeded the maximum execution time of 1h0m0s"}
        )
    run = gathered(emulator)
    asked = {int(request.path.split("/")[-2]) for request in emulator.asked("/check-runs/1[0-9][0-9]/")}
    assert asked == set(range(100 + ASKED_CANCELLED, 100 + 2 * ASKED_CANCELLED))
    assert sum(job.conclusion == "timed_out" for job in run.failed_jobs) == ASKED_CANCELLED


def test_a_tag_is_called_so_by_the_runner_or_is_what_a_release_is_made_of(emulator: GitHubEmulator) -> None:
    add_run(emulator, head_branch="v1.2.3")
    run = gathered(emulator, context_of(emulator, ref_name="v1.2.3", ref_type="tag"))
    assert (run.head_branch, run.on_tag, run.history) == ("v1.2.3", True, None)
    add_run(emulator, 77, event="release", head_branch="v2")
    context = context_of(emulator, run_id=900, ref_type="branch")
    assert gathered(emulator, context, Settings(run_id=77)).on_tag


def test_a_run_that_ended_before_any_job_began_is_noted(emulator: GitHubEmulator) -> None:
    add_run(emulator, 77, conclusion="startup_failure")
    run = gathered(emulator, settings=Settings(run_id=77))
    assert (run.failed_jobs, run.jobs_known) == ((), True)
    assert [note.why for note in run.notes] == ["it ended as `startup_failure` before any job began"]


# --- in a step of the failing job ------------------------------------------------------------------------


def own(emulator: GitHubEmulator, **fields: object) -> None:
    steps = [{"name": "Run tests", "conclusion": "failure"}, {"name": "Fire", "conclusion": None}]
    emulator.add_job(RUN, {"id": 3, "name": "own", "runner_name": "me", "steps": steps, **fields})


def jobs(run: Run) -> dict[str, bool]:
    """The failed jobs' names, and whether each is running."""
    return {job.name: job.running for job in run.failed_jobs}


def test_the_own_job_is_found_by_its_runner_and_is_running(emulator: GitHubEmulator) -> None:
    own(emulator)
    run = gathered(emulator, context_of(emulator, runner_name="me"))
    assert run.target_kind is TargetKind.STEP
    assert list(jobs(run).items()) == [("own", True), ("test (3.11)", False)]
    assert [step.name for step in run.failed_jobs[0].failed_steps] == ["Run tests"]


def test_the_own_job_is_found_by_its_id_or_by_its_name_and_not_by_how_a_name_begins(
    emulator: GitHubEmulator,
) -> None:
    own(emulator, id=4, name="builder", runner_name="one")
    own(emulator, id=5, name="build-docs", runner_name="two")
    own(emulator, name="build (3.11)", runner_name="three")
    for found_by in ({"job": "build"}, {"job_id": 3}):
        assert list(jobs(gathered(emulator, context_of(emulator, **found_by)))) == [
            "build (3.11)",
            "test (3.11)",
        ]


def test_of_another_run_a_job_that_is_still_running_has_not_failed(emulator: GitHubEmulator) -> None:
    own(emulator)
    context = context_of(emulator, run_id=900, runner_name="me", job_id=90)
    assert jobs(gathered(emulator, context, Settings(run_id=RUN))) == {"test (3.11)": False}


def test_a_final_job_whose_own_steps_went_well_is_not_among_the_failed(emulator: GitHubEmulator) -> None:
    own(emulator, steps=[{"name": "Set up job", "conclusion": "success"}])
    run = gathered(emulator, context_of(emulator, runner_name="me", job_status="success"))
    assert (run.target_kind, jobs(run)) == (TargetKind.FINAL_JOB, {"test (3.11)": False})


def test_the_job_is_asked_for_no_longer_than_until_github_knows(emulator: GitHubEmulator) -> None:
    own(emulator, steps=[{"name": "Run tests", "conclusion": None}])
    clock = FakeClock(at=lambda: own(emulator))
    context = context_of(emulator, runner_name="me", job_status="failure")
    with github_of(emulator, clock=clock.value) as github:
        run = gather_run(github, find_target(Settings(), context), context, PATIENCE)
    assert clock.slept == [1.0]
    assert [step.name for step in run.failed_jobs[0].failed_steps] == ["Run tests"]


def test_a_job_that_is_not_listed_is_as_the_runner_describes_it(emulator: GitHubEmulator) -> None:
    run = gathered(emulator, context_of(emulator, job="build", job_status="failure"))
    assert (run.target_kind, jobs(run)) == (TargetKind.STEP, {"build": True, "test (3.11)": False})
