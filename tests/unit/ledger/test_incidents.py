"""A failure over many commits and runs has one session, whatever its name and whatever lists of runs show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.ledger.boards import Board, Job, fired, green_at, sample_run

from fire_routine.model import Fingerprint, History

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
