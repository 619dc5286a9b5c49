"""A run is gathered with everything GitHub knows of it. What is unavailable is noted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

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
    later,
)

from fire_routine.gather import find_trigger, gather_run, with_annotations
from fire_routine.gather.api.client import INSISTENCE, GitHub
from fire_routine.gather.api.session import PAUSES
from fire_routine.gather.jobs import ASKED_CANCELLED
from fire_routine.model import GitHubError, Run, TriggerKind
from fire_routine.settings import Settings

AFTER_FIVE = {"Retry-After": "5"}


@pytest.fixture
def emulator() -> Iterator[GitHubEmulator]:
    with GitHubEmulator() as github:
        add_run(github)
        github.add_job(RUN, failed_job(1, "test (3.11)"))
        github.add_job(RUN, {"id": 2, "name": "lint", "conclusion": "success"})
        github.add_annotation(1, {"message": "assert 1 == 2", "path": "tests/test_a.py", "start_line": 7})
        yield github


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
    assert run.trigger is TriggerKind.FINAL_JOB
    assert run.jobs_known
    assert run.notes == ()


def test_a_matrix_of_256_failed_legs_is_listed_whole_within_the_budget_of_requests(
    emulator: GitHubEmulator,
) -> None:
    for number in range(3, 258):
        emulator.add_job(RUN, failed_job(number, f"test ({number})"))
    run = gathered(emulator)
    assert len(run.failed_jobs) == 256
    assert emulator.asked(r"/annotations") == []
    assert len(emulator.requests) <= 10


def test_256_failed_jobs_without_logs_take_at_most_300_requests(emulator: GitHubEmulator) -> None:
    for number in range(3, 258):
        emulator.add_job(RUN, failed_job(number, f"test ({number})"))
    run = gathered(emulator)
    with github_of(emulator) as github:
        run = with_annotations(github, run, {job.id for job in run.failed_jobs}, later())
    assert run.failed_jobs[0].annotations
    assert 256 < len(emulator.requests) <= 300


class TestAnnotationsOfManyFailedJobs:
    JOBS = 40

    @pytest.fixture
    def run(self, emulator: GitHubEmulator) -> Run:
        for number in range(3, self.JOBS + 2):
            emulator.add_job(RUN, failed_job(number, f"leg {number}"))
            emulator.add_annotation(number, {"message": f"leg {number} lost its disk"})
        return gathered(emulator)

    def asked_for(self, emulator: GitHubEmulator, run: Run, unexplained: set[int]) -> Run:
        with github_of(emulator) as github:
            return with_annotations(github, run, unexplained, later())

    def test_are_read_where_the_log_does_not_explain_the_failure(
        self, emulator: GitHubEmulator, run: Run
    ) -> None:
        found = self.asked_for(emulator, run, {5, 9})
        assert {job.id for job in found.failed_jobs if job.annotations} == {5, 9}
        assert found.failed_jobs[3].annotations[0].message == "leg 5 lost its disk"
        assert len(emulator.asked("/annotations")) == 2
        assert found.notes == ()

    def test_are_noted_where_they_are_unavailable(self, emulator: GitHubEmulator, run: Run) -> None:
        emulator.fail("/check-runs/9/", Fault.forbidden())
        found = self.asked_for(emulator, run, {5, 9})
        assert [note.what for note in found.notes] == ["the annotations of leg 9"]

    @pytest.mark.usefixtures("run")
    def test_are_read_at_once_where_a_job_timed_out(self, emulator: GitHubEmulator) -> None:
        emulator.add_job(RUN, failed_job(90, "slow", conclusion="timed_out"))
        emulator.add_annotation(90, {"message": "too slow"})
        found = gathered(emulator)
        assert [job.name for job in found.failed_jobs if job.annotations] == ["slow"]

    def test_of_few_jobs_are_not_read_twice(self, emulator: GitHubEmulator) -> None:
        run = gathered(emulator)
        self.asked_for(emulator, run, {1})
        assert len(emulator.asked("/annotations")) == 1


def test_once_it_is_known_a_repositorys_new_name_is_asked_by(emulator: GitHubEmulator) -> None:
    moved = f"{emulator.url}/repos/{emulator.full_name}/actions/runs/{RUN}/attempts/1"
    emulator.fail(r"/old/name/actions/runs/\d+/attempts/1$", Fault(301, headers={"Location": moved}))
    context = context_of(emulator, repository="old/name")
    with GitHub(emulator.url, emulator.token, "old/name", environ={}) as github:
        run = gather_run(github, find_trigger(Settings(), context), context, later())
        assert [job.name for job in run.failed_jobs] == ["test (3.11)"]
        assert run.notes == ()
        assert f"/{emulator.full_name}/" in github.log_address(1)


def test_a_pull_request_of_a_renamed_repository_is_no_forks(emulator: GitHubEmulator) -> None:
    add_run(emulator, event="pull_request", head_branch="topic")
    moved = f"{emulator.url}/repos/{emulator.full_name}/actions/runs/{RUN}/attempts/1"
    emulator.fail(r"/old/name/actions/runs/\d+/attempts/1$", Fault(301, headers={"Location": moved}))
    head = {"ref": "topic", "sha": HEAD, "repo": {"full_name": "old/name"}}
    event = {"pull_request": {"number": 12, "state": "open", "head": head, "base": {"ref": "main"}}}
    context = context_of(emulator, repository="old/name", event_name="pull_request", event=event)
    with GitHub(emulator.url, emulator.token, "old/name", environ={}) as github:
        run = gather_run(github, find_trigger(Settings(), context), context, later())
    assert run.pull_request and run.pull_request.head_repository == run.repository == emulator.full_name


def test_the_jobs_are_kept_if_the_runs_record_is_unavailable(emulator: GitHubEmulator) -> None:
    emulator.fail(rf"/actions/runs/{RUN}/attempts/1$", Fault(drop=True))
    run = gathered(emulator)
    assert [job.name for job in run.failed_jobs] == ["test (3.11)"]
    assert [note.what for note in run.notes] == ["the run's record"]


def test_the_jobs_of_the_attempt_that_failed_are_taken(emulator: GitHubEmulator) -> None:
    add_run(emulator, run_attempt=2)
    emulator.add_job(RUN, failed_job(9, "flaky", run_attempt=2))
    run = gathered(emulator, context_of(emulator, run_attempt=2))
    assert run.attempt == 2
    assert [job.name for job in run.failed_jobs] == ["flaky"]


def test_an_attempt_has_its_own_time_besides_the_runs(emulator: GitHubEmulator) -> None:
    add_run(emulator, run_attempt=2, run_started_at="2026-03-09T10:00:00Z")
    emulator.add_job(RUN, failed_job(9, "flaky", run_attempt=2))
    run = gathered(emulator, context_of(emulator, run_attempt=2))
    assert (run.created_at, run.started_at) == (
        datetime(2026, 3, 2, 10, tzinfo=UTC),
        datetime(2026, 3, 9, 10, tzinfo=UTC),
    )


def test_a_job_that_its_time_out_cancelled_failed_and_others_that_were_cancelled_did_not(
    emulator: GitHubEmulator,
) -> None:
    started = "2026-03-02T10:00:00Z"
    slow = {"conclusion": "cancelled", "started_at": started, "completed_at": "2026-03-02T10:30:00Z"}
    quick = {"conclusion": "cancelled", "started_at": started, "completed_at": "2026-03-02T10:00:20Z"}
    emulator.add_job(RUN, {"id": 3, "name": "slow", **slow})
    emulator.add_job(RUN, {"id": 4, "name": "stopped by hand", **slow})
    emulator.add_job(RUN, {"id": 5, "name": "fail-fast", **quick})
    emulator.add_annotation(3, {"message": "The job has exceeded the maximum execution time of 30m0s"})
    emulator.add_annotation(4, {"message": "The operation was canceled."})
    run = gathered(emulator)
    ended = [(job.name, job.conclusion) for job in run.failed_jobs]
    assert ended == [("test (3.11)", "failure"), ("slow", "timed_out")]
    assert run.cancelled_jobs == ("stopped by hand", "fail-fast")
    assert emulator.asked("/check-runs/5/") == []


def test_an_annotation_about_another_time_out_ended_no_job(emulator: GitHubEmulator) -> None:
    query = "Query 3 has exceeded the maximum execution time of 5 s"
    emulator.add_job(RUN, failed_job(3, "query"))
    emulator.add_annotation(3, {"message": query})
    times = {"started_at": "2026-03-02T10:00:00Z", "completed_at": "2026-03-02T10:30:00Z"}
    emulator.add_job(RUN, {"id": 4, "name": "stopped", "conclusion": "cancelled", **times})
    emulator.add_annotation(4, {"message": query})
    run = gathered(emulator)
    assert [job.conclusion for job in run.failed_jobs] == ["failure", "failure"]
    assert run.cancelled_jobs == ("stopped",)


def test_a_job_that_timed_out_failed(emulator: GitHubEmulator) -> None:
    emulator.add_job(RUN, failed_job(3, "slow", conclusion="timed_out"))
    assert [job.conclusion for job in gathered(emulator).failed_jobs] == ["failure", "timed_out"]


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
        with github_of(emulator) as github:
            trigger = find_trigger(Settings(), context)
            run = gather_run(github, trigger, context, later(), sleep=clock.sleep)
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


def lasts(fault: Fault) -> bool:
    """Whether the answer is one that no waiting changes."""
    cut = fault.drop or fault.cut_after is not None or (fault.raw or b"").endswith(b"[")
    return fault.status < 500 and not cut


def patiently(emulator: GitHubEmulator, clock: Clock, settings: Settings | None = None) -> Run:
    """As the action gathers, by a clock that runs only where it waits."""
    context = context_of(emulator)
    with github_of(emulator, clock=clock, sleep=clock.sleep) as github:
        return gather_run(github, find_trigger(settings or Settings(), context), context, 90.0)


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
        emulator.fail("/check-runs/", Fault.forbidden())
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
        assert {note.why for note in run.notes} == {"GitHub answered 404: Not Found"}


class TestATag:
    def test_is_called_a_tag_by_the_runner(self, emulator: GitHubEmulator) -> None:
        add_run(emulator, head_branch="v1.2.3")
        context = context_of(emulator, ref_name="v1.2.3", ref_type="tag")
        run = gathered(emulator, context)
        assert (run.head_branch, run.on_tag, run.history) == ("v1.2.3", True, None)

    @pytest.mark.parametrize(("ref_name", "ref_type"), [("main", "branch"), ("main", ""), ("v1", "tag")])
    def test_is_no_branch(self, emulator: GitHubEmulator, ref_name: str, ref_type: str) -> None:
        run = gathered(emulator, context_of(emulator, ref_name=ref_name, ref_type=ref_type))
        assert not run.on_tag
        assert run.history and run.history.never_green

    def test_of_another_run_is_what_a_release_is_made_of(self, emulator: GitHubEmulator) -> None:
        add_run(emulator, 77, event="release", head_branch="v2")
        context = context_of(emulator, run_id=900, ref_type="branch")
        assert gathered(emulator, context, Settings(run_id=77)).on_tag


def test_a_run_that_ended_before_any_job_began_is_noted(emulator: GitHubEmulator) -> None:
    add_run(emulator, 77, conclusion="startup_failure")
    run = gathered(emulator, settings=Settings(run_id=77))
    assert (run.failed_jobs, run.jobs_known) == ((), True)
    assert [note.why for note in run.notes] == ["it ended as startup_failure before any job began"]


def test_an_address_that_no_request_can_go_to_leaves_the_runners_word(emulator: GitHubEmulator) -> None:
    with GitHub("ftp://example.com", "", emulator.full_name) as github:
        context = context_of(emulator)
        run = gather_run(github, find_trigger(Settings(), context), context, later())
    assert run.head_sha == HEAD
    assert "can't be asked" in run.notes[0].why


def test_the_run_of_the_run_id_input_is_gathered_at_its_latest_attempt(emulator: GitHubEmulator) -> None:
    add_run(emulator, 77, run_attempt=1)
    add_run(emulator, 77, run_attempt=3)
    emulator.add_job(77, failed_job(30, "third time"))
    run = gathered(emulator, settings=Settings(run_id=77))
    assert (run.id, run.attempt, run.trigger) == (77, 3, TriggerKind.RUN_ID)
    assert [job.name for job in run.failed_jobs] == ["third time"]
