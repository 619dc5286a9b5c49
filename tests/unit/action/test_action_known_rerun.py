"""Known failures whose failed jobs are re-run first, through the whole action over real HTTP."""

from __future__ import annotations

import pytest
from tests.emulated.faults import Fault
from tests.unit.action.test_action_rerun import OTHER_LOG, RERUN, Watcher, watcher

__all__ = ["watcher"]  # the fixture
KNOWN = """\
[[known-failure]]
pattern = 'mismatched types'
action = "rerun"
note = "Comes and goes"
"""


@pytest.fixture(autouse=True)
def knows_the_failure(watcher: Watcher) -> None:
    del watcher.environ["FIRE_ROUTINE_RERUN_FIRST"]
    watcher.github.set_file(".github/known-failures.toml", KNOWN)


def test_the_failed_jobs_are_re_run_and_a_green_attempt_starts_no_session(watcher: Watcher) -> None:
    assert watcher.after() == "skipped rerun"
    assert len(watcher.github.asked(RERUN)) == 1
    assert "Skipped: the failed jobs are re-run first" in watcher.summary
    assert "Known by `.github/known-failures.toml, line 1`: `Comes and goes`." in watcher.summary
    assert "Attempt 2 decides" in watcher.summary
    watcher.finish("success")
    assert watcher.after() == "skipped flake"
    assert watcher.endpoint.requests == []


def test_the_second_failure_is_fired_and_compared(watcher: Watcher) -> None:
    assert watcher.after() == "skipped rerun"
    watcher.finish("failure")
    assert watcher.after() == "fired"
    (session,) = watcher.endpoint.sessions
    assert "Re-run: the same failure again (attempt 1 failed" in session.text
    assert "`Comes and goes`. Alone, its jobs are re-run once." in session.text
    assert len(watcher.github.asked(RERUN)) == 1


def test_one_job_asks_for_the_re_run_and_the_next_one_finds_it(watcher: Watcher) -> None:
    assert watcher.after() == "skipped rerun"
    assert watcher.after(attempt=1) == "skipped rerun"
    assert len(watcher.github.asked(RERUN)) == 1


def test_a_failure_next_to_it_is_fired_at_once(watcher: Watcher) -> None:
    watcher.github.add_job(7, {"id": 71, "name": "other", "conclusion": "failure"}, OTHER_LOG)
    assert watcher.after() == "fired"
    assert watcher.github.asked(RERUN) == []


def test_next_to_one_that_is_skipped_the_failed_jobs_are_re_run(watcher: Watcher) -> None:
    skipped = "[[known-failure]]\npattern = 'cannot find value'\naction = 'skip'\n"
    watcher.github.set_file(".github/known-failures.toml", KNOWN + skipped)
    watcher.github.add_job(7, {"id": 71, "name": "other", "conclusion": "failure"}, OTHER_LOG)
    assert watcher.after() == "skipped rerun"


def test_a_refused_re_run_is_fired_with_a_note(watcher: Watcher) -> None:
    watcher.github.fail(RERUN, Fault.forbidden())
    assert watcher.after() == "fired"
    assert "actions: write" in watcher.summary


def test_a_run_that_goes_on_is_fired_with_a_note(watcher: Watcher) -> None:
    watcher.github.change_run(7, status="in_progress", conclusion=None)
    watcher.environ |= {"GITHUB_RUN_ID": "7", "GITHUB_EVENT_NAME": "push", "GITHUB_SHA": "a" * 40}
    assert watcher.after() == "fired"
    assert watcher.github.asked(RERUN) == []
    assert "the run has not ended. So the failure is fired." in watcher.summary


def test_a_dry_run_reports_the_re_run(watcher: Watcher) -> None:
    watcher.environ["FIRE_ROUTINE_DRY_RUN"] = "true"
    assert watcher.after() == "skipped dry-run"
    assert "it would be skipped (`rerun`)" in watcher.summary
    assert watcher.github.asked(RERUN) == []
