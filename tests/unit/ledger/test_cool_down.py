"""The same failure that comes back within the cool-down of its session starts no other one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.ledger.boards import (
    NOON,
    OLDER,
    SHA,
    Board,
    fired,
    green_at,
    sample_brief,
    sample_run,
    without_logs,
)
from tests.unit.ledger.jobs import NO_ANSWER, SERVER_ERROR, Job, job_of

from fire_routine.model import Outcome, Result, Run, Verdict

DAY = timedelta(hours=24)
ONE, TWO = "1" * 16, "2" * 16


def before(board: Board, outcome: Outcome | None = None, *failures: str) -> None:
    """A session on an older commit of the branch, then a green run: its incident is over."""
    older = sample_run(90, head_sha=OLDER)
    board.heads["main"] = OLDER
    job = job_of(board, older)
    assert job.claim(sample_brief(*failures)).fire
    job.settle(outcome or fired())
    board.heads["main"] = SHA
    board.ended, board.recent = [90], [OLDER]


def returned(hours: float = 3, **changes: Any) -> Run:
    created = NOON + timedelta(hours=hours)
    return sample_run(100, history=green_at(95), created_at=created, started_at=created, **changes)


def job_at(board: Board, hours: float = 3, **terms: Any) -> Job:
    board.clock.seconds = hours * 3600
    return job_of(board, returned(hours), **{"cool_down": DAY, **terms})


def claim(board: Board, hours: float = 3, *failures: str, **terms: Any) -> Verdict:
    return job_at(board, hours, **terms).claim(sample_brief(*failures))


def test_it_is_a_duplicate_that_names_the_time_since() -> None:
    board = Board()
    before(board)
    verdict = claim(board)
    assert (verdict.reason, verdict.session_id) == ("duplicate", "session_1")
    assert "came back 3 h 00 min after its session was started (run 90, attempt 1)" in verdict.message
    assert "flaky, or not fixed" in verdict.message
    (status,) = board.commits[SHA]
    assert status.description.startswith("Back 3 h after its Claude session · ")
    assert status.target_url == "https://claude.ai/code/session_1"
    assert board.stages() == ["RETURNED"]


def test_it_ends_with_the_time_since_the_session_not_since_the_last_return() -> None:
    board = Board()
    before(board)
    assert claim(board, 23.5).reason == "duplicate"
    assert claim(board, 24.5).fire


@pytest.mark.parametrize("cool_down", [timedelta(0), timedelta(hours=2)])
def test_a_shorter_one_or_none_lets_it_fire(cool_down: timedelta) -> None:
    board = Board()
    before(board)
    assert claim(board, cool_down=cool_down).fire


def test_what_was_written_because_of_it_does_not_count_at_0() -> None:
    board = Board()
    before(board)
    assert claim(board).reason == "duplicate"
    assert board.stages() == ["RETURNED"]
    assert claim(board, cool_down=timedelta(0)).fire


def test_another_failure_fires_and_part_of_it_is_not_enough() -> None:
    board = Board()
    before(board)
    assert claim(board, 3, TWO).fire
    board = Board()
    before(board)
    assert claim(board, 3, ONE, TWO).fire
    board = Board()
    before(board, None, ONE, TWO)
    assert claim(board, 3, ONE).reason == "duplicate"


def test_a_failure_without_a_log_never_counts_as_the_same() -> None:
    board = Board()
    before(board)
    assert job_at(board).claim(without_logs(sample_brief())).fire


def test_it_takes_the_same_branch() -> None:
    board = Board()
    before(board)
    board.heads["topic"] = SHA
    assert job_of(board, returned(head_branch="topic"), cool_down=DAY).claim(sample_brief()).fire


def test_a_request_without_an_answer_counts_too() -> None:
    board = Board()
    before(board, Outcome(Result.UNKNOWN))
    assert claim(board).reason == "earlier-unknown"
    assert board.stages() == ["RETURNED"]


def test_a_request_that_failed_does_not() -> None:
    board = Board()
    before(board, Outcome(Result.FAILED))
    assert claim(board).fire


def test_sessions_of_earlier_incidents_do_not_count_towards_max_sessions() -> None:
    board = Board()
    before(board)
    verdict = claim(board, 3, TWO, max_sessions=1)
    assert (verdict.fire, verdict.session_number) == (True, 1)


def test_a_session_that_another_incident_is_starting_right_now_is_waited_for() -> None:
    board = Board()
    older = job_of(board, sample_run(90, head_sha=OLDER))
    board.heads["main"] = OLDER
    assert older.claim(sample_brief()).fire
    board.heads["main"], board.ended, board.recent, board.busy = SHA, [90], [OLDER], True

    def settle() -> None:
        board.clock.at = lambda: None
        older.settle(fired())

    board.clock.at = settle
    board_time = board.clock.seconds
    verdict = job_of(board, returned(board_time / 3600), cool_down=DAY).claim(sample_brief())
    assert (verdict.reason, verdict.session_id) == ("duplicate", "session_1")


def test_what_can_not_be_read_is_reported_and_fires() -> None:
    board = Board()
    before(board)
    job = job_at(board)
    reads = iter(range(100))
    statuses = board.statuses

    def broken(sha: str) -> Any:
        if sha == OLDER and next(reads) < 50:
            raise SERVER_ERROR
        return statuses(sha)

    board.statuses = broken  # type: ignore[method-assign]
    assert job.claim(sample_brief()).fire
    (note,) = job.notes
    assert note.what == "all sessions within `cool-down` on earlier commits of the branch"


def test_what_is_read_at_last_is_not_reported() -> None:
    board = Board()
    before(board)
    board.faults = {"statuses": [None, SERVER_ERROR]}
    job = job_at(board)
    assert job.claim(sample_brief()).reason == "duplicate"
    assert job.notes == ()


def test_more_commits_than_are_read_are_reported() -> None:
    board = Board(recent_left_out=True)
    job = job_at(board)
    assert job.claim(sample_brief()).fire
    (note,) = job.notes
    assert "There are more than are read" in note.why


def test_its_commits_are_listed_once() -> None:
    board = Board()
    before(board)
    board.cool_downs.clear()
    assert claim(board, 30).fire
    assert board.cool_downs[0] == DAY
    assert set(board.cool_downs[1:]) == {timedelta(0)}
    assert board.calls.count("statuses") > len(board.cool_downs)


def test_a_dry_run_reports_it() -> None:
    board = Board()
    before(board)
    verdict = job_at(board).look(sample_brief())
    assert verdict is not None
    assert verdict.reason == "duplicate"
    assert SHA not in board.commits


def test_a_listing_that_fails_without_an_answer_fires_nothing() -> None:
    board = Board(faults={"incident": [NO_ANSWER] * 20})
    assert claim(board).reason == "ledger-unavailable"


def test_a_leg_of_a_large_matrix_takes_what_another_found() -> None:
    board = Board()
    before(board)
    assert claim(board, legs=100).reason == "duplicate"
    leg = job_at(board, legs=100)
    verdict = leg.look_first()
    assert verdict is not None
    assert (verdict.reason, verdict.session_id) == ("duplicate", "session_1")
    other = job_of(board, replace(returned(), attempt=1), legs=100)
    assert other.look_first() is None


def test_a_sibling_takes_what_another_leg_found_without_a_search() -> None:
    board = Board()
    before(board)
    assert claim(board).reason == "duplicate"
    board.recent = []
    verdict = claim(board, 3.1)
    assert (verdict.reason, verdict.session_id) == ("duplicate", "session_1")
    assert claim(board, 3.1, TWO).fire
    board = Board()
    before(board)
    assert claim(board).reason == "duplicate"
    board.recent = []
    assert claim(board, 3.5).fire


def test_slow_reads_of_earlier_commits_end_after_a_while() -> None:
    board = Board()
    before(board)
    board.recent = [f"{number:040x}" for number in range(20)]
    job = job_at(board)
    statuses = board.statuses

    def slow(sha: str) -> Any:
        if sha in board.recent:
            board.clock.seconds += 4
            raise NO_ANSWER
        return statuses(sha)

    board.statuses = slow  # type: ignore[method-assign]
    began = board.clock.seconds
    assert job.claim(sample_brief()).fire
    assert board.clock.seconds - began < 40
    assert {note.what for note in job.notes} == {
        "all sessions within `cool-down` on earlier commits of the branch"
    }
