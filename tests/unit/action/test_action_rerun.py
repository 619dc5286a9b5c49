"""`rerun-first` and `cool-down` through the whole action, over real HTTP: a workflow that watches run 7."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.job import LOG, SHA, Job
from tests.support.emulated.repository import timestamp

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
        run = self.github.attempts[run_id, attempt or self.github.runs[run_id]["run_attempt"]]
        event = json.dumps({"action": "completed", "workflow_run": run})
        Path(self.environ["GITHUB_EVENT_PATH"]).write_text(event, "utf-8")
        return self.ended()

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


@pytest.mark.parametrize(
    ("log", "compared"),
    [
        (LOG, "Re-run: the same failure again (attempt 1 failed, and its failed jobs were re-run)"),
        (OTHER_LOG, "Re-run: another failure than before (attempt 1 failed"),
        ("", "without all logs it is not known whether alike"),
    ],
)
def test_a_failure_that_is_no_flake_fires_once_and_compares_the_attempts(
    watcher: Watcher, log: str, compared: str
) -> None:
    if not log:
        watcher.github.fail("/jobs/70/logs", Fault.gone())
    assert watcher.after() == "skipped rerun"
    watcher.finish("failure", log or LOG)
    assert watcher.after() == "fired"
    (session,) = watcher.endpoint.sessions
    assert compared in session.text
    assert watcher.after() == "skipped duplicate"
    assert len(watcher.github.asked(RERUN)) == 1


def test_a_flake_is_recorded_without_the_input_and_without_secrets(watcher: Watcher) -> None:
    """Its re-run may have been asked for by a known failure, or by an earlier version of the workflow."""
    assert watcher.after() == "skipped rerun"
    watcher.finish("success")
    watcher.environ |= {"FIRE_ROUTINE_RERUN_FIRST": "false", "FIRE_ROUTINE_ROUTINE_TOKEN": ""}
    assert watcher.after() == "skipped flake"


def test_a_re_run_needs_no_ledger(watcher: Watcher) -> None:
    watcher.github.fail("POST .*/statuses", Fault.broken())
    assert watcher.after() == "skipped rerun"
    assert len(watcher.github.asked(RERUN)) == 1


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


def test_in_a_run_that_has_not_ended_it_is_an_invalid_input(watcher: Watcher) -> None:
    watcher.environ |= {"GITHUB_EVENT_NAME": "push", "GITHUB_RUN_ID": "7", "GITHUB_EVENT_PATH": ""}
    assert watcher.ended() == "failed invalid-input"
    assert "rerun-first: the run has not ended" in watcher.log
    assert watcher.github.requests == []
    watcher.environ |= {
        "GITHUB_RUN_ID": "99",
        "GITHUB_EVENT_NAME": "workflow_dispatch",
        "FIRE_ROUTINE_RUN_ID": "7",
    }
    assert watcher.ended() == "skipped rerun"
    assert watcher.ended() == "failed invalid-input"


def test_a_failure_that_comes_back_soon_starts_no_other_session(watcher: Watcher) -> None:
    """Red with a session, then green, then red with the same failure."""
    watcher.environ["FIRE_ROUTINE_RERUN_FIRST"] = "false"
    assert watcher.after() == "fired"
    watcher.add(8, "8" * 40, "success")
    watcher.add(9, "9" * 40, "failure")
    assert watcher.after(9) == "skipped duplicate"
    (session,) = watcher.endpoint.sessions
    assert watcher.outputs["session-url"] == session.url
    assert "This failure was gone and came back" in watcher.summary
    assert "It is flaky, or not fixed." in watcher.summary
    (status,) = watcher.github.statuses["9" * 40]
    assert re.match(r"Back \d+ s after its Claude session · ", status["description"])
    assert status["target_url"] == session.url
    watcher.environ["FIRE_ROUTINE_COOL_DOWN"] = "0"  # what was written for it counts no more
    assert watcher.after(9) == "fired"


def test_the_failed_jobs_of_a_known_failure_are_re_run_once(watcher: Watcher) -> None:
    del watcher.environ["FIRE_ROUTINE_RERUN_FIRST"]
    entry = "[[known-failure]]\npattern = 'mismatched types'\naction = 'rerun'\nnote = 'Comes and goes'\n"
    watcher.github.set_file(".github/known-failures.toml", entry)
    assert watcher.after() == "skipped rerun"
    assert "Known by `.github/known-failures.toml, line 1`." in watcher.summary
    assert watcher.summary.partition("The text, which")[0].count("Comes and goes") == 1
    assert "Attempt 2 decides" in watcher.summary
    assert watcher.after(attempt=1) == "skipped rerun"
    watcher.finish("failure")
    assert watcher.after() == "fired"
    (session,) = watcher.endpoint.sessions
    assert "Re-run: the same failure again (attempt 1 failed" in session.text
    assert "`Comes and goes`. Alone, its jobs are re-run once." in session.text
    assert len(watcher.github.asked(RERUN)) == 1
