"""In a step of the failing job, the job that runs the step is found among the run's jobs."""

from __future__ import annotations

import pytest
from tests.emulated.github import GitHubEmulator
from tests.fake_clock import FakeClock
from tests.unit.gather.gathering import PATIENCE, RUN, context_of, gathered, github_of

from fire_routine.gather import find_trigger, gather_run
from fire_routine.model import Run, TriggerKind
from fire_routine.settings import Settings

pytestmark = pytest.mark.usefixtures("failed_run")


def own(emulator: GitHubEmulator, **fields: object) -> None:
    steps = [{"name": "Run tests", "conclusion": "failure"}, {"name": "Fire", "conclusion": None}]
    emulator.add_job(RUN, {"id": 3, "name": "own", "runner_name": "me", "steps": steps, **fields})


def jobs(run: Run) -> dict[str, bool]:
    """The failed jobs' names, and whether each is running."""
    return {job.name: job.running for job in run.failed_jobs}


def test_the_own_job_is_found_by_its_runner_and_is_running(emulator: GitHubEmulator) -> None:
    own(emulator)
    run = gathered(emulator, context_of(emulator, runner_name="me"))
    assert run.trigger is TriggerKind.STEP
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
    assert (run.trigger, jobs(run)) == (TriggerKind.FINAL_JOB, {"test (3.11)": False})


def test_the_job_is_asked_for_again_where_github_does_not_know_yet_that_a_step_failed(
    emulator: GitHubEmulator,
) -> None:
    own(emulator, steps=[{"name": "Run tests", "conclusion": None}])
    clock = FakeClock()
    context = context_of(emulator, runner_name="me", job_status="failure")
    with github_of(emulator, clock=clock.value) as github:
        run = gather_run(github, find_trigger(Settings(), context), context, PATIENCE)
    assert len(emulator.asked("/actions/jobs/3$")) == 1
    assert clock.slept == [1.0]
    assert run.failed_jobs[0].name == "own"


def test_a_job_that_is_not_listed_is_as_the_runner_describes_it(emulator: GitHubEmulator) -> None:
    run = gathered(emulator, context_of(emulator, job="build", job_status="failure"))
    assert (run.trigger, jobs(run)) == (TriggerKind.STEP, {"build": True, "test (3.11)": False})
