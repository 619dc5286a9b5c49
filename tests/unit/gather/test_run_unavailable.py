"""A run is gathered as far as GitHub answers, and what is unavailable is noted with its remedy."""

from __future__ import annotations

import json

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.support.fake_clock import FakeClock
from tests.unit.gather.gathering import HEAD, RUN, context_of, failed_job, gathered, github_of

from fire_routine.gather.event import find_target
from fire_routine.gather.run import gather_run
from fire_routine.model.run import Run
from fire_routine.settings import Settings

pytestmark = pytest.mark.usefixtures("failed_run")


def patiently(emulator: GitHubEmulator, clock: FakeClock, settings: Settings | None = None) -> Run:
    """As the action gathers, by a clock that runs only where it waits."""
    context = context_of(emulator)
    with github_of(emulator, clock=clock.value) as github:
        return gather_run(github, find_target(settings or Settings(), context), context, 90.0)


class TestAGitHubThatStumbles:
    @pytest.mark.parametrize("fault", [Fault.broken(502), Fault(drop=True), Fault(503)])
    @pytest.mark.parametrize("what", ["/attempts/1$", "/jobs"])
    def test_is_asked_again_for_the_run_and_its_jobs(
        self, emulator: GitHubEmulator, what: str, fault: Fault
    ) -> None:
        emulator.fail(what, fault, times=4)
        run = patiently(emulator, clock := FakeClock())
        assert (run.jobs_known, len(run.failed_jobs), run.notes, len(clock.slept)) == (True, 1, (), 4)
        assert [0.0, *clock.slept] == sorted([0.0, *clock.slept])
        assert sum(clock.slept) < 8  # of the 90 s that there are

    def test_is_not_asked_before_the_time_that_it_asks_for(self, emulator: GitHubEmulator) -> None:
        emulator.fail("/jobs", Fault.slow_down(3), times=1)
        assert patiently(emulator, clock := FakeClock()).jobs_known
        assert clock.slept == [3.0]
        emulator.requests.clear()
        emulator.fail("/jobs", Fault(503, headers={"Retry-After": "60"}))  # more than there is
        assert not patiently(emulator, clock := FakeClock()).jobs_known
        assert (len(emulator.asked("/jobs")), clock.slept) == (1, [])


class TestWhatCannotBeHad:
    def test_a_missing_permission_is_named(self, emulator: GitHubEmulator) -> None:
        emulator.fail("/check-runs/", Fault.forbidden())
        run = gathered(emulator)
        (note,) = run.notes
        assert note.what == "the annotations of test (3.11)"
        assert "Resource not accessible by integration" in note.why
        assert note.advice == "Add `checks: read` to the job's `permissions`."
        assert run.failed_jobs[0].annotations == ()
        for number in range(3, 10):
            emulator.add_job(RUN, failed_job(number, f"leg {number}"))
            if number == 5:
                (note,) = gathered(emulator).notes
                assert note.what == "the annotations of leg 3, leg 4, leg 5, test (3.11)"
        (note,) = gathered(emulator).notes
        assert note.what == "the annotations of leg 3, leg 4, leg 5 and 5 more"

    @pytest.mark.parametrize(
        ("fault", "why", "most"),
        [
            (Fault.missing(), "404", 2),
            (Fault.rate_limited(), "rate limit", 2),
            (Fault(200, raw=b"<html>Sign in</html>"), "documented shape", 2),
            (Fault(200, raw=b'{"jobs": ['), "not JSON", 7),
            (Fault(cut_after=40), "can't be", 7),
        ],
    )
    def test_jobs_that_cannot_be_listed_leave_a_note_and_the_run(
        self, emulator: GitHubEmulator, fault: Fault, why: str, most: int
    ) -> None:
        """`most`: how often they are asked for; an answer that no waiting changes, hardly again."""
        emulator.fail("/jobs", fault)
        run = gathered(emulator)
        assert (run.head_sha, run.jobs_known, run.failed_jobs) == (HEAD, False, ())
        assert [note.what for note in run.notes] == ["the jobs of the run"]
        assert why in run.notes[0].why
        assert len(emulator.asked("/jobs")) <= most

    @pytest.mark.parametrize("fault", [Fault.forbidden(), Fault(drop=True)])
    def test_a_run_whose_record_is_unavailable_still_has_its_jobs(
        self, emulator: GitHubEmulator, fault: Fault
    ) -> None:
        emulator.fail("/attempts/1$", fault)
        run = gathered(emulator)
        assert [job.name for job in run.failed_jobs] == ["test (3.11)"]
        assert (run.head_sha, run.head_branch, run.workflow) == (HEAD, "main", "CI")
        assert run.workflow_path == ".github/workflows/ci.yml"
        assert run.created_at is None  # the runner's clock is not GitHub's
        assert [note.what for note in run.notes] == ["the run's record"]

    def test_without_any_answer_the_runner_describes_the_run(self, emulator: GitHubEmulator) -> None:
        emulator.fail("", Fault(drop=True))
        run = gathered(emulator, context_of(emulator, job_status="failure", job="build"))
        assert (run.id, run.head_sha, run.actor, run.jobs_known) == (RUN, HEAD, "octocat", False)
        assert [(job.name, job.running) for job in run.failed_jobs] == [("build", True)]
        (note,) = run.notes
        assert note.what == "what GitHub knows of the run and its jobs"

    def test_a_wrong_token_is_not_tried_everywhere(self, emulator: GitHubEmulator) -> None:
        run = gathered(emulator, token="wrong")
        (note,) = run.notes
        assert note.what == "what GitHub knows of the run and its jobs"
        assert "Bad credentials" in note.why
        # the jobs are requested together with the run, so either may come first, or alone
        base = f"/repos/{emulator.full_name}/actions/runs/{RUN}/attempts/1"
        assert {request.path for request in emulator.requests} <= {base, f"{base}/jobs"}
        assert len(emulator.requests) <= 2
        assert "wrong" not in repr(run)

    def test_without_a_token_the_remedy_is_the_token(self, emulator: GitHubEmulator) -> None:
        emulator.fail("/jobs", Fault.missing())
        run = gathered(emulator, token="")
        assert run.notes[0].remedy == "Set `github-token`, for example to `${{ github.token }}`."


class TestAJobThatIsNotOfTheDocumentedShape:
    def test_is_left_out_and_noted_and_the_others_are_read(self, emulator: GitHubEmulator) -> None:
        odd = [None, "job", {**emulator.jobs[1], "name": None}, {**emulator.jobs[1], "id": "x"}]
        found = json.dumps({"total_count": 5, "jobs": [*odd, emulator.jobs[1]]})
        emulator.fail("/attempts/1/jobs", Fault(200, raw=found.encode()))
        run = gathered(emulator)
        assert ([job.name for job in run.failed_jobs], run.jobs_known) == (["test (3.11)"], True)
        (note,) = run.notes
        assert (note.what, note.why) == ("4 of the run's 5 jobs", "GitHub does not list them as documented")

    def test_may_be_the_only_one_that_failed(self, emulator: GitHubEmulator) -> None:
        emulator.jobs[1].update(name=None)
        run = gathered(emulator)
        assert (run.failed_jobs, run.jobs_known) == ((), False)

    def test_is_left_out_though_it_is_the_job_that_runs_this(self, emulator: GitHubEmulator) -> None:
        emulator.add_job(RUN, {"id": 3, "name": "own", "runner_name": "me"})
        emulator.jobs[3]["name"] = None
        run = gathered(emulator, context_of(emulator, job="own", job_id=3, job_status="failure"))
        assert [(job.name, job.running) for job in run.failed_jobs] == [("own", True), ("test (3.11)", False)]
