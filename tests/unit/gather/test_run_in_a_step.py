"""In a step of the failing job, the job that runs the step is found among the run's jobs."""

from __future__ import annotations

from tests.emulated.github import GitHubEmulator
from tests.unit.gather.gathering import (
    PATIENCE,
    RUN,
    Clock,
    context_of,
    gathered,
    github_of,
)

from fire_routine.gather import find_trigger, gather_run
from fire_routine.model import TriggerKind
from fire_routine.settings import Settings


class TestInAStepOfTheFailingJob:
    def own(self, emulator: GitHubEmulator, **fields: object) -> None:
        steps = [{"name": "Run tests", "conclusion": "failure"}, {"name": "Fire", "conclusion": None}]
        emulator.add_job(RUN, {"id": 3, "name": "own", "runner_name": "me", "steps": steps, **fields})

    def test_the_own_job_is_found_by_its_runner_and_is_running(self, emulator: GitHubEmulator) -> None:
        self.own(emulator)
        run = gathered(emulator, context_of(emulator, runner_name="me"))
        assert run.trigger is TriggerKind.STEP
        assert [(job.name, job.running) for job in run.failed_jobs] == [("own", True), ("test (3.11)", False)]
        assert [step.name for step in run.failed_jobs[0].failed_steps] == ["Run tests"]

    def test_the_own_job_is_found_by_its_id(self, emulator: GitHubEmulator) -> None:
        self.own(emulator, id=4, name="another leg", runner_name="another")
        self.own(emulator, runner_name="other")
        run = gathered(emulator, context_of(emulator, job_id=3))
        assert [job.name for job in run.failed_jobs] == ["own", "test (3.11)"]

    def test_the_own_job_is_not_taken_for_one_whose_name_begins_alike(self, emulator: GitHubEmulator) -> None:
        self.own(emulator, id=4, name="builder", runner_name="one")
        self.own(emulator, id=5, name="build-docs", runner_name="two")
        self.own(emulator, name="build (3.11)", runner_name="three")
        run = gathered(emulator, context_of(emulator, job="build"))
        assert [job.name for job in run.failed_jobs] == ["build (3.11)", "test (3.11)"]

    def test_of_another_run_a_job_that_is_still_running_has_not_failed(
        self, emulator: GitHubEmulator
    ) -> None:
        self.own(emulator)
        context = context_of(emulator, run_id=900, runner_name="me", job_id=90)
        run = gathered(emulator, context, Settings(run_id=RUN))
        assert [job.name for job in run.failed_jobs] == ["test (3.11)"]

    def test_a_final_job_whose_own_steps_went_well_is_not_among_the_failed(
        self, emulator: GitHubEmulator
    ) -> None:
        self.own(emulator, steps=[{"name": "Set up job", "conclusion": "success"}])
        run = gathered(emulator, context_of(emulator, runner_name="me", job_status="success"))
        assert run.trigger is TriggerKind.FINAL_JOB
        assert [job.name for job in run.failed_jobs] == ["test (3.11)"]

    def test_the_job_is_asked_for_again_where_github_does_not_know_yet_that_a_step_failed(
        self, emulator: GitHubEmulator
    ) -> None:
        self.own(emulator, steps=[{"name": "Run tests", "conclusion": None}])
        clock = Clock()
        context = context_of(emulator, runner_name="me", job_status="failure")
        with github_of(emulator, clock=clock.value) as github:
            trigger = find_trigger(Settings(), context)
            run = gather_run(github, trigger, context, PATIENCE)
        assert len(emulator.asked("/actions/jobs/3$")) == 1
        assert clock.slept == [1.0]
        assert run.failed_jobs[0].name == "own"

    def test_a_job_that_is_not_listed_is_as_the_runner_describes_it(self, emulator: GitHubEmulator) -> None:
        run = gathered(emulator, context_of(emulator, job="build", job_status="failure"))
        assert run.trigger is TriggerKind.STEP
        assert [(job.name, job.running) for job in run.failed_jobs] == [
            ("build", True),
            ("test (3.11)", False),
        ]
