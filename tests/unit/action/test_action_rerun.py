"""`rerun-first` and `cool-down` through the whole action, over real HTTP: a workflow that watches run 7."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator
from tests.emulated.job import LOG, NO_PAUSES, SHA, Job, Reported
from tests.emulated.repository import timestamp

from fire_routine.action import run_action
from fire_routine.emulator import Endpoint

OTHER_LOG = LOG.replace("error[E0308]: mismatched types", "error[E0425]: cannot find value `x` in this scope")
RERUN = "POST .*/rerun-failed-jobs"


class Watcher(Job):
    """A job that `workflow_run` starts, after each attempt of a run."""

    def __init__(self, github: GitHubEmulator, endpoint: Endpoint, temp: Path) -> None:
        super().__init__(github, endpoint, temp)
        self.environ |= {
            "GITHUB_RUN_ID": "99",
            "GITHUB_EVENT_NAME": "workflow_run",
            "GITHUB_EVENT_PATH": str(temp / "event.json"),
            "FIRE_ROUTINE_RERUN_FIRST": "true",
        }

    def after(self, run_id: int = 7, attempt: int | None = None) -> str:
        """Run on the event of a run's attempt (None: the latest); outcome and reason."""
        for name in ("output", "summary"):
            (self.temp / name).unlink(missing_ok=True)
        self.set_event(run_id, attempt)
        assert self.run() == (self.outputs["outcome"] in ("failed", "unknown"))
        return f"{self.outputs['outcome']} {self.outputs.get('reason', '')}".strip()

    def among_others(self) -> str:
        """As `after` the first attempt of run 7, while other jobs run in this process."""
        self.set_event(7, 1)
        reported = Reported()
        run_action(self.environ, reported, clock=NO_PAUSES)
        return reported.outcome

    def set_event(self, run_id: int, attempt: int | None) -> None:
        run = self.github.attempts[run_id, attempt or self.github.runs[run_id]["run_attempt"]]
        event = json.dumps({"action": "completed", "workflow_run": run})
        Path(self.environ["GITHUB_EVENT_PATH"]).write_text(event, "utf-8")

    def add(self, run_id: int, sha: str, conclusion: str, log: str = LOG) -> None:
        """A finished run of one job, on a further commit of main."""
        end = {"status": "completed", "conclusion": conclusion, "created_at": timestamp()}
        self.github.add_run({"id": run_id, "head_sha": sha, **end})
        self.github.add_job(run_id, {"id": run_id * 10, "name": "build", "conclusion": conclusion}, log)
        self.github.set_branch("main", sha)

    def finish(self, conclusion: str, log: str = LOG, run_id: int = 7) -> None:
        """The latest attempt comes to its end."""
        run = self.github.runs[run_id]
        self.github.change_run(run_id, status="completed", conclusion=conclusion)
        for job in list(self.github.jobs.values()):
            if (job["run_id"], job["run_attempt"]) == (run_id, run["run_attempt"]) and not job["conclusion"]:
                self.github.finish_job(job["id"], conclusion)
                self.github.set_log(job["id"], log)

    @property
    def words(self) -> list[str]:
        """What people read on the commit, oldest first."""
        return [status["description"].partition(" · ")[0] for status in self.github.statuses.get(SHA, [])]


@pytest.fixture
def watcher(tmp_path: Path) -> Iterator[Watcher]:
    with GitHubEmulator("octo/widgets") as github, Endpoint() as endpoint:
        watcher = Watcher(github, endpoint, tmp_path)
        watcher.add(7, SHA, "failure")
        yield watcher


def test_a_flake_is_re_run_and_recorded_and_starts_no_session(watcher: Watcher) -> None:
    assert watcher.after() == "skipped rerun"
    assert watcher.github.runs[7]["run_attempt"] == 2
    assert "Skipped: the failed jobs are re-run first" in watcher.summary
    watcher.finish("success")
    assert watcher.after() == "skipped flake"
    assert watcher.endpoint.requests == []
    assert watcher.words == ["The failed jobs are being re-run", "Flaky: it passed when re-run"]
    assert "Attempt 1 failed, and attempt 2 passed without a change" in watcher.summary
    assert watcher.after() == "skipped flake"
    assert len(watcher.words) == 2
    assert watcher.after(attempt=1) == "skipped rerun"
    assert len(watcher.github.asked(RERUN)) == 1


def test_of_jobs_that_come_at_once_one_re_runs(watcher: Watcher, tmp_path: Path) -> None:
    crowd = []
    for number in range(4):
        (tmp_path / str(number)).mkdir()
        crowd.append(Watcher(watcher.github, watcher.endpoint, tmp_path / str(number)))
    with ThreadPoolExecutor(len(crowd)) as threads:
        outcomes = list(threads.map(Watcher.among_others, crowd))
    assert set(outcomes) == {"skipped rerun"}  # GitHub refuses all requests but one
    assert watcher.github.runs[7]["run_attempt"] == 2


def test_a_failure_that_is_no_flake_fires_once_and_compares_the_attempts(watcher: Watcher) -> None:
    assert watcher.after() == "skipped rerun"
    watcher.finish("failure")
    assert watcher.after() == "fired"
    (session,) = watcher.endpoint.sessions
    assert (
        "Re-run: the same failure again (attempt 1 failed, and its failed jobs were re-run)" in session.text
    )
    assert watcher.after() == "skipped duplicate"
    assert len(watcher.github.asked(RERUN)) == 1


def test_another_failure_in_the_re_run_is_called_another_one(watcher: Watcher) -> None:
    assert watcher.after() == "skipped rerun"
    watcher.finish("failure", OTHER_LOG)
    assert watcher.after() == "fired"
    (session,) = watcher.endpoint.sessions
    assert "Re-run: another failure than before (attempt 1 failed" in session.text


def test_without_its_log_a_failure_is_not_compared(watcher: Watcher) -> None:
    watcher.github.expire_log(70)
    assert watcher.after() == "skipped rerun"
    watcher.finish("failure")
    assert watcher.after() == "fired"
    (session,) = watcher.endpoint.sessions
    assert "without all logs it is not known whether alike" in session.text


def test_later_texts_count_the_flakes(watcher: Watcher) -> None:
    for number in (11, 12, 13):
        sha = f"{number:040x}"
        watcher.add(number, sha, "failure")
        assert watcher.after(number) == "skipped rerun"
        watcher.finish("success", run_id=number)
        assert watcher.after(number) == "skipped flake"
    watcher.add(14, "e" * 40, "failure")
    assert watcher.after(14) == "skipped rerun"
    watcher.finish("failure", run_id=14)
    assert watcher.after(14) == "fired"
    assert "Flaked 3 times in 14 days" in watcher.endpoint.sessions[0].text


@pytest.mark.parametrize(
    ("fault", "permission"),
    [
        (Fault.forbidden(), True),
        (Fault.missing(), True),
        (Fault(409, "Conflict"), False),
        (Fault(422, "The workflow run can't be re-run"), False),
        (Fault.slow_down(1), False),
    ],
)
def test_a_refused_re_run_fires_at_once_and_reports_why(
    watcher: Watcher, fault: Fault, permission: bool
) -> None:
    watcher.github.fail(RERUN, fault)
    assert watcher.after() == "fired"
    assert len(watcher.github.asked(RERUN)) == 1
    assert watcher.words == ["Claude session started"]
    assert "A re-run of the failed jobs" in watcher.summary
    assert ("actions: write" in watcher.summary) == permission


def test_a_lost_answer_whose_re_run_began_is_a_re_run(watcher: Watcher) -> None:
    watcher.github.fail(RERUN, Fault(cut_after=0))
    assert watcher.after() == "skipped rerun"
    assert watcher.github.runs[7]["run_attempt"] == 2
    assert len(watcher.github.asked(RERUN)) == 1


@pytest.mark.parametrize("fault", [Fault(drop=True), Fault.broken(502)])
def test_a_lost_request_is_never_sent_again_and_fires(watcher: Watcher, fault: Fault) -> None:
    watcher.github.fail(RERUN, fault)
    assert watcher.after() == "fired"
    assert len(watcher.github.asked(RERUN)) == 1
    assert watcher.github.runs[7]["run_attempt"] == 1


def test_a_re_run_by_a_person_is_left_alone(watcher: Watcher) -> None:
    watcher.github.rerun_failed_jobs(7)
    assert watcher.after(attempt=1) == "skipped rerun"
    assert watcher.github.asked(RERUN) == []


def test_a_failure_with_a_session_is_not_re_run(watcher: Watcher) -> None:
    watcher.environ["FIRE_ROUTINE_RERUN_FIRST"] = "false"
    assert watcher.after() == "fired"
    watcher.environ["FIRE_ROUTINE_RERUN_FIRST"] = "true"
    watcher.add(8, "8" * 40, "failure")
    assert watcher.after(8) == "skipped duplicate"
    assert watcher.github.asked(RERUN) == []


def test_a_green_re_run_by_a_person_is_no_flake_that_is_known(watcher: Watcher) -> None:
    watcher.github.rerun_failed_jobs(7)
    watcher.finish("success")
    assert watcher.after() == "skipped not-failed"
    assert watcher.words == []


def test_a_flake_is_recorded_without_the_input_too(watcher: Watcher) -> None:
    """Its re-run may have been asked for by a known failure, or by an earlier version of the workflow."""
    assert watcher.after() == "skipped rerun"
    watcher.finish("success")
    watcher.environ["FIRE_ROUTINE_RERUN_FIRST"] = "false"
    assert watcher.after() == "skipped flake"


def test_a_flake_is_recorded_without_secrets(watcher: Watcher) -> None:
    assert watcher.after() == "skipped rerun"
    watcher.finish("success")
    watcher.environ["FIRE_ROUTINE_ROUTINE_TOKEN"] = ""
    assert watcher.after() == "skipped flake"


def test_a_flake_that_can_not_be_recorded_is_reported(watcher: Watcher) -> None:
    assert watcher.after() == "skipped rerun"
    watcher.finish("success")
    watcher.github.fail("POST .*/statuses", Fault.broken())
    assert watcher.after() == "skipped flake"
    assert "The record of a flaky failure on the commit" in watcher.summary


def test_a_dry_run_re_runs_and_records_nothing(watcher: Watcher) -> None:
    watcher.environ["FIRE_ROUTINE_DRY_RUN"] = "true"
    assert watcher.after() == "skipped dry-run"
    assert "it would be skipped (`rerun`)" in watcher.summary
    assert watcher.github.asked(RERUN) == []
    watcher.environ["FIRE_ROUTINE_DRY_RUN"] = "false"
    assert watcher.after() == "skipped rerun"
    watcher.finish("success")
    watcher.environ["FIRE_ROUTINE_DRY_RUN"] = "true"
    assert watcher.after() == "skipped dry-run"
    assert "it would be skipped (`flake`)" in watcher.summary
    assert watcher.words == ["The failed jobs are being re-run"]


def test_a_re_run_needs_no_ledger(watcher: Watcher) -> None:
    watcher.github.fail("POST .*/statuses", Fault.broken())
    assert watcher.after() == "skipped rerun"
    assert len(watcher.github.asked(RERUN)) == 1


def test_in_a_run_that_has_not_ended_it_is_an_invalid_input(watcher: Watcher) -> None:
    watcher.environ |= {"GITHUB_EVENT_NAME": "push", "GITHUB_RUN_ID": "7"}
    assert watcher.run() == 1
    assert (watcher.outputs["outcome"], watcher.outputs["reason"]) == ("failed", "invalid-input")
    assert "rerun-first: the run has not ended" in watcher.log
    assert watcher.github.requests == []


def test_a_run_by_its_number_is_re_run_unless_it_goes_on(watcher: Watcher) -> None:
    watcher.environ |= {"GITHUB_EVENT_NAME": "workflow_dispatch", "FIRE_ROUTINE_RUN_ID": "7"}
    assert watcher.run() == 0
    assert watcher.outputs["reason"] == "rerun"
    (watcher.temp / "output").unlink()
    assert watcher.run() == 1
    assert watcher.outputs["reason"] == "invalid-input"


class TestCoolDown:
    @pytest.fixture
    def flap(self, watcher: Watcher) -> Watcher:
        """Red with a session, then green, then red with the same failure."""
        watcher.environ["FIRE_ROUTINE_RERUN_FIRST"] = "false"
        assert watcher.after() == "fired"
        watcher.add(8, "8" * 40, "success")
        watcher.add(9, "9" * 40, "failure")
        return watcher

    def test_a_failure_that_comes_back_soon_starts_no_other_session(self, flap: Watcher) -> None:
        assert flap.after(9) == "skipped duplicate"
        (session,) = flap.endpoint.sessions
        assert flap.outputs["session-url"] == session.url
        assert "This failure was gone and came back" in flap.summary
        assert "It is flaky, or not fixed." in flap.summary
        (status,) = flap.github.statuses["9" * 40]
        assert re.match(r"Back \d+ min after its Claude session · ", status["description"])
        assert status["target_url"] == session.url

    def test_0_switches_it_off_and_what_was_written_for_it_counts_no_more(self, flap: Watcher) -> None:
        assert flap.after(9) == "skipped duplicate"
        flap.environ["FIRE_ROUTINE_COOL_DOWN"] = "0"
        assert flap.after(9) == "fired"

    def test_another_failure_fires(self, flap: Watcher) -> None:
        flap.add(10, "c" * 40, "failure", OTHER_LOG)
        assert flap.after(10) == "fired"

    def test_a_session_of_a_run_that_was_green_at_last_counts(self, watcher: Watcher) -> None:
        watcher.environ["FIRE_ROUTINE_RERUN_FIRST"] = "false"
        assert watcher.after() == "fired"
        watcher.github.rerun_failed_jobs(7)
        watcher.finish("success")
        watcher.add(9, "9" * 40, "failure")
        assert watcher.after(9) == "skipped duplicate"
