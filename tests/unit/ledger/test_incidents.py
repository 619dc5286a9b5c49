"""A failure over many commits and runs has one session, whatever its name and whatever lists of runs show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.ledger.boards import Board, Job, fired, green_at, sample_run

from fire_routine.model import Fingerprint, History, Outcome, Result

A, B = "a" * 16, "b" * 16
BY_STEP = "5" * 16
LOG = Fingerprint(A, by_step=(BY_STEP,))
STEP = Fingerprint("e" * 16, no_log=True, running=True, by_step=(BY_STEP,))
HOUR = 3600.0


def later(board: Board, seconds: float, number: int, history: History | None = None, **terms: Any) -> Job:
    """The job of another run on another commit, some time later."""
    board.clock.seconds += seconds
    now = board.clock.server()
    run = sample_run(number, head_sha=f"{number:040x}", created_at=now, history=history)
    return Job(board, run, **terms)


@pytest.mark.parametrize(("first", "second"), [(STEP, LOG), (LOG, STEP), (STEP, STEP)])
def test_a_step_and_a_log_know_each_others_failure_on_the_next_night(
    first: Fingerprint, second: Fingerprint
) -> None:
    board = Board()
    assert Job(board).fire(first).fire
    verdict = later(board, 24 * HOUR, 101).claim(second)
    assert (verdict.reason, verdict.session_id) == ("duplicate", "session_1")
    assert Job(board, replace(sample_run(), attempt=2)).claim(second).reason == "duplicate"


@pytest.mark.parametrize("history", [None, History(never_green=True), green_at(7)])
def test_what_an_old_list_of_runs_shows_starts_no_second_session(history: History | None) -> None:
    board = Board()
    assert Job(board, replace(sample_run(), history=history)).fire(A).fire
    assert later(board, 300, 101, history).claim(A).reason == "duplicate"


def test_a_green_run_that_is_missing_in_what_was_gathered_ends_the_incident_all_the_same() -> None:
    board = Board()
    assert Job(board).fire(A).fire
    board.greens_listed = {105: "push"}
    assert later(board, 9 * 24 * HOUR, 120, green_at(7)).fire(A).fire


def test_a_busy_default_branch_has_one_session() -> None:
    board = Board()
    verdicts = [later(board, 18, 100 + number).fire(A) for number in range(60)]
    assert [verdict.fire for verdict in verdicts] == [True] + [False] * 59
    assert {verdict.session_id for verdict in verdicts[1:]} == {"session_1"}


def test_newer_failures_do_not_push_a_session_out_of_sight() -> None:
    board = Board()
    assert Job(board).fire(A).fire
    for number in range(101, 151):  # three entries each: more than one page of them
        assert later(board, 60, number, max_sessions=99).fire(f"{number:08x}{B[:8]}").fire
    assert later(board, 60, 160, max_sessions=99).claim(A).session_id == "session_1"
    assert later(board, 60, 161, max_sessions=3).claim(B).reason == "max-sessions"


def test_a_doubt_stays_a_doubt_when_the_failure_comes_back() -> None:
    board = Board()
    Job(board).fire(A, outcome=Outcome(Result.UNKNOWN))
    for attempt in (1, 2):
        job = later(board, HOUR, 101 + attempt, green_at(101))
        assert job.claim(A).reason == "earlier-unknown"
    assert "session" in board.words(f"{102:040x}")[-1]
    assert not any("Back" in words for words in board.words(f"{102:040x}"))


def test_a_job_that_was_stopped_for_minutes_leaves_its_place_to_another() -> None:
    """Others no longer count its claim, so it fires neither unrecorded nor as a second one."""
    board, other = Board(), list[bool]()

    def stop() -> None:
        if board.stages() == "c" and not other:
            other.append(True)
            board.clock.seconds += 330
            other.append(later(board, 0, 101).fire(A, outcome=fired("session_2")).fire)

    board.clock.at = stop
    verdict = Job(board).fire(A)
    assert (verdict.fire, verdict.session_id, other[1]) == (False, "session_2", True)


def test_a_failure_was_seen_before_in_the_runs_that_had_it() -> None:
    board = Board()
    Job(board).fire(A)
    later(board, 60, 101).fire(B)
    last = later(board, 2 * 86400, 102)
    last.claim(A)
    assert [number for number, _ in last.ledger.past.seen] == [100]
