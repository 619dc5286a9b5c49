"""A run is gathered as far as GitHub answers, and what is unavailable is noted with its remedy."""

from __future__ import annotations

import json

import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator
from tests.unit.gather.gathering import (
    HEAD,
    RUN,
    Clock,
    add_run,
    context_of,
    failed_job,
    gathered,
    github_of,
)

from fire_routine.gather import find_trigger, gather_run
from fire_routine.github.client import INSISTENCE
from fire_routine.github.session import PAUSES
from fire_routine.model import GitHubError, Run
from fire_routine.settings import Settings

AFTER_FIVE = {"Retry-After": "5"}


def patiently(emulator: GitHubEmulator, clock: Clock, settings: Settings | None = None) -> Run:
    """As the action gathers, by a clock that runs only where it waits."""
    context = context_of(emulator)
    with github_of(emulator, clock=clock.value) as github:
        return gather_run(github, find_trigger(settings or Settings(), context), context, 90.0)


def lasts(fault: Fault) -> bool:
    """Whether the answer is one that no waiting changes."""
    cut = fault.drop or fault.cut_after is not None or (fault.raw or b"").endswith(b"[")
    return fault.status < 500 and not cut


class TestAGitHubThatStumbles:
    @pytest.mark.parametrize("fault", [Fault.broken(502), Fault(drop=True), Fault(503, headers=AFTER_FIVE)])
    @pytest.mark.parametrize("what", ["/attempts/1$", "/jobs"])
    def test_is_asked_again_for_the_run_and_its_jobs(
        self, emulator: GitHubEmulator, what: str, fault: Fault
    ) -> None:
        emulator.fail(what, fault, times=4)
        run = patiently(emulator, clock := Clock())
        assert (run.jobs_known, len(run.failed_jobs), run.notes) == (True, 1, ())
        assert clock.slept == ([5.0, 5.0, 5.0, 5.0] if fault.headers else [0.3, 1.0, 2.0, 4.0])

    def test_that_asks_for_more_time_than_there_is_is_not_asked_before(
        self, emulator: GitHubEmulator
    ) -> None:
        emulator.fail("/jobs", Fault(503, headers={"Retry-After": "60"}))
        assert not patiently(emulator, clock := Clock()).jobs_known
        assert (len(emulator.asked("/jobs")), clock.slept) == (1, [])

    def test_is_waited_for_once_for_everything(self, emulator: GitHubEmulator) -> None:
        emulator.fail("/actions/runs/", Fault.broken(502))
        patiently(emulator, clock := Clock(), Settings(run_id=RUN))
        assert 20 < sum(clock.slept) < INSISTENCE + 1

    def test_is_asked_once_more_for_what_the_run_can_do_without(self, emulator: GitHubEmulator) -> None:
        emulator.fail("/check-runs/", Fault.broken(502))
        patiently(emulator, clock := Clock())
        assert (len(emulator.asked("/check-runs/")), clock.slept) == (2, [0.3])

    def test_is_given_the_pause_that_its_limit_asks_for(self, emulator: GitHubEmulator) -> None:
        emulator.fail("/jobs", Fault.slow_down(3), times=1)
        assert patiently(emulator, clock := Clock()).jobs_known
        assert clock.slept == [3.0]


class TestWhatCannotBeHad:
    def test_a_missing_permission_is_named(self, emulator: GitHubEmulator) -> None:
        emulator.fail("/check-runs/", Fault.forbidden())
        run = gathered(emulator)
        (note,) = run.notes
        assert note.what == "the annotations of test (3.11)"
        assert "Resource not accessible by integration" in note.why
        assert note.remedy == "Add `checks: read` to the job's `permissions`."
        assert run.failed_jobs[0].annotations == ()

    def test_many_alike_make_one_note(self, emulator: GitHubEmulator) -> None:
        for number in range(3, 10):
            emulator.add_job(RUN, failed_job(number, f"leg {number}"))
            if number == 5:
                emulator.fail("/check-runs/", Fault.forbidden())
                (note,) = gathered(emulator).notes
                assert note.what == "the annotations of leg 3, leg 4, leg 5, test (3.11)"
        (note,) = gathered(emulator).notes
        assert note.what == "the annotations of leg 3, leg 4, leg 5 and 5 more"

    @pytest.mark.parametrize(
        ("fault", "why"),
        [
            (Fault.missing(), "404"),
            (Fault.broken(500), "500"),
            (Fault.broken(502), "502"),
            (Fault.rate_limited(), "rate limit"),
            (Fault.slow_down(), "rate limit"),
            (Fault(200, raw=b"<html>Sign in</html>"), "documented shape"),
            (Fault(200, raw=b'{"jobs": ['), "not JSON"),
            (Fault(403, raw=b'["unexpected"]'), "can't be used"),
            (Fault(200, raw=b""), "documented shape"),
            (Fault(drop=True), "can't be reached"),
            (Fault(cut_after=40), "can't be"),
        ],
    )
    def test_jobs_that_cannot_be_listed_leave_a_note_and_the_run(
        self, emulator: GitHubEmulator, fault: Fault, why: str
    ) -> None:
        emulator.fail("/jobs", fault)
        run = gathered(emulator)
        assert run.head_sha == HEAD
        assert not run.jobs_known
        assert run.failed_jobs == ()
        assert [note.what for note in run.notes] == ["the jobs of the run"]
        assert why in run.notes[0].why
        assert len(emulator.asked("/jobs")) <= (2 if lasts(fault) else 1 + len(PAUSES))

    def test_a_run_whose_record_is_refused_still_has_its_jobs(self, emulator: GitHubEmulator) -> None:
        emulator.fail("/attempts/1$", Fault.forbidden())
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
        asked = {request.path.rpartition("?")[0] or request.path for request in emulator.requests}
        base = f"/repos/{emulator.full_name}/actions/runs/{RUN}/attempts/1"
        assert asked <= {base, f"{base}/jobs"}
        assert len(emulator.requests) <= 2
        assert "wrong" not in repr(run)

    def test_without_a_token_the_remedy_is_the_token(self, emulator: GitHubEmulator) -> None:
        emulator.fail("/jobs", Fault.missing())
        run = gathered(emulator, token="")
        assert run.notes[0].remedy == "Set `github-token`, for example to `${{ github.token }}`."


class TestAJobThatIsNotOfTheDocumentedShape:
    ODD = "GitHub's record of it is not of the documented shape"

    @pytest.mark.parametrize(("field", "value"), [("name", None), ("id", "x")])
    def test_is_left_out_and_noted_and_the_others_are_read(
        self, emulator: GitHubEmulator, field: str, value: object
    ) -> None:
        emulator.add_job(RUN, failed_job(8, "odd"))
        emulator.jobs[8][field] = value
        run = gathered(emulator)
        assert [job.name for job in run.failed_jobs] == ["test (3.11)"]
        assert run.jobs_known
        assert [(note.what, note.why) for note in run.notes] == [("1 of the run's jobs", self.ODD)]

    @pytest.mark.parametrize(("conclusion", "known"), [("failure", False), (None, False), ("success", True)])
    def test_may_be_the_only_one_that_failed(
        self, emulator: GitHubEmulator, conclusion: str | None, known: bool
    ) -> None:
        emulator.jobs[1].update(name=None, conclusion=conclusion)
        run = gathered(emulator)
        assert (run.failed_jobs, run.jobs_known) == ((), known)

    def test_is_noted_next_to_anything_else_that_is_listed(self, emulator: GitHubEmulator) -> None:
        found = json.dumps({"total_count": 3, "jobs": [None, "job", emulator.jobs[1]]})
        emulator.fail(r"/attempts/1/jobs", Fault(200, raw=found.encode()))
        run = gathered(emulator)
        assert [job.name for job in run.failed_jobs] == ["test (3.11)"]
        assert [note.what for note in run.notes] == ["2 of the run's jobs"]

    def test_is_left_out_though_it_is_the_job_that_runs_this(self, emulator: GitHubEmulator) -> None:
        emulator.add_job(RUN, {"id": 3, "name": "own", "runner_name": "me"})
        emulator.jobs[3]["name"] = None
        run = gathered(emulator, context_of(emulator, job="own", job_id=3, job_status="failure"))
        assert [(job.name, job.running) for job in run.failed_jobs] == [("own", True), ("test (3.11)", False)]


class TestAServerThatKnowsNoAttempts:
    @pytest.fixture(autouse=True)
    def no_attempts(self, emulator: GitHubEmulator) -> None:
        emulator.fail("/attempts/", Fault.missing())

    def test_is_asked_for_the_run_and_its_jobs(self, emulator: GitHubEmulator) -> None:
        run = gathered(emulator)
        assert [job.name for job in run.failed_jobs] == ["test (3.11)"]
        assert (run.attempt, run.passed_jobs, run.notes) == (1, ("lint",), ())

    def test_is_asked_for_the_run_where_its_jobs_name_no_attempt(self, emulator: GitHubEmulator) -> None:
        jobs = [{**job, "run_attempt": None} for job in emulator.jobs.values()]
        answer = json.dumps({"total_count": 2, "jobs": jobs}).encode()
        emulator.fail(rf"/runs/{RUN}/jobs", Fault(200, raw=answer))
        with github_of(emulator) as github:
            assert len(github.jobs(RUN, 1).items) == 2
            with pytest.raises(GitHubError, match="404"):
                github.jobs(RUN, 2)

    def test_is_not_believed_where_its_answer_is_of_another_attempt(self, emulator: GitHubEmulator) -> None:
        add_run(emulator, run_attempt=2)
        emulator.add_job(RUN, failed_job(9, "second time", run_attempt=2))
        with github_of(emulator) as github:
            for ask in (github.run, github.jobs):
                with pytest.raises(GitHubError, match="404"):
                    ask(RUN, 1)
            assert github.run(RUN, 2)[0].attempt == 2
            assert [job.name for job in github.jobs(RUN, 2).items] == ["second time"]

    def test_without_the_run_its_first_answer_counts(self, emulator: GitHubEmulator) -> None:
        emulator.fail(rf"/runs/{RUN}(/jobs.*)?$", Fault.forbidden())
        run = gathered(emulator)
        assert not run.jobs_known
        assert {note.why for note in run.notes} == {"GitHub answered 404: `Not Found`"}
