"""A failure over many commits, runs and jobs has one session, by the entries that count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.ledger.simulator.boards import FORBIDDEN, NEXT, PLACE, SERVER_ERROR, Board, fired, sample_run
from tests.unit.ledger.simulator.jobs import Job

from fire_routine.ledger.entry import Stage
from fire_routine.model.outcome import Outcome, Result, Skip
from fire_routine.model.run import History, TargetKind

A, B = "a" * 16, "b" * 16
HOUR = 3600.0


def later(board: Board, seconds: float, number: int, history: History | None = None, **terms: Any) -> Job:
    """The job of another run on another commit, some time later."""
    board.clock.seconds += seconds
    now = board.clock.server()
    run = sample_run(number, head_sha=f"{number:040x}", created_at=now, history=history)
    return Job(board, run, **terms)


def test_newer_failures_do_not_push_a_session_out_of_sight(board: Board) -> None:
    assert Job(board).fire(A).fire
    for number in range(101, 151):  # three entries each: more than one page of them
        assert later(board, 60, number, max_sessions=99).fire(f"{number:08x}{B[:8]}").fire
    assert later(board, 60, 160, max_sessions=99).claim(A).session_id == "session_1"
    assert later(board, 60, 161, max_sessions=3).claim(B).reason == "max-sessions"


def test_a_job_that_was_stopped_for_minutes_leaves_its_place_to_another() -> None:
    """Others no longer count its claim, so it fires no second one."""
    board, other = Board(), list[bool]()

    def stop() -> None:
        if board.stages() == "c" and not other:
            other.append(True)
            board.clock.seconds += 330
            other.append(later(board, 0, 101).fire(A, outcome=fired("session_2")).fire)

    board.clock.at = stop
    verdict = Job(board).fire(A)
    assert (verdict.fire, verdict.session_id, other[1]) == (False, "session_2", True)


def test_only_entries_of_the_own_identity_count() -> None:
    """With another token that is the creator of the first answer."""
    board = Board(creator="octocat")
    assert Job(board, default_token=False).fire(A).fire
    assert Job(board, NEXT, default_token=False).claim(A).reason == "duplicate"
    board.creator = "github-actions[bot]"
    assert Job(board).fire(A).fire


def test_a_token_of_ones_own_sees_its_sessions_before_it_writes(board: Board) -> None:
    board.creator = "octocat"
    Job(board, default_token=False).fire(A)
    written = len(board.commits[PLACE])
    board.calls.clear()
    assert Job(board, NEXT, default_token=False).claim(A).reason == "duplicate"
    assert (len(board.commits[PLACE]), board.calls.count("login")) == (written, 1)
    leg = Job(board, sample_run(target_kind=TargetKind.STEP), matrix_size=8, default_token=False)
    verdict = leg.look_first()
    assert verdict and verdict.reason == "duplicate"
    for faults, known in (([SERVER_ERROR], True), ([SERVER_ERROR] * 9, False), ([FORBIDDEN], False)):
        board.faults["login"] = list(faults)
        log = Job(board, NEXT, default_token=False).log
        log.look_up()
        log.find()
        assert (log.identity == "octocat", log.has_day) == (known, known)
        # Then it is known by what this job writes.
        assert Job(board, NEXT, default_token=False).claim(A).reason == "duplicate"


def test_an_entry_whose_creator_is_gone_counts_only_where_this_job_wrote_it(board: Board) -> None:
    board.write(Stage.FIRED)
    board.commits[PLACE][-1] = replace(board.commits[PLACE][-1], creator=None)
    board.creator = None  # GitHub names none for the job's own entries, either
    assert Job(board).fire(A).fire


def test_a_link_that_leads_elsewhere_is_not_shown() -> None:
    for url in (
        "https://evil.example/code/session_1",
        "https://claude.ai/new?q=paste+your+token",
        "https://claude.ai/code/session_1/../../new",
    ):
        board = Board()
        board.write(Stage.FIRED)
        board.commits[PLACE][-1] = replace(board.commits[PLACE][-1], target_url=url)
        verdict = Job(board).claim(A)
        assert (verdict.reason, verdict.session_url) == ("duplicate", "")


# --- the first look of a step ---------------------------------------------------------------------------


def look(board: Board, matrix_size: int = 8) -> Skip | None:
    return Job(board, sample_run(target_kind=TargetKind.STEP), matrix_size=matrix_size).look_first()


def test_a_leg_ends_at_once_if_its_attempt_has_its_session(board: Board) -> None:
    Job(board, matrix_size=8).fire(A)
    verdict = look(board)
    assert verdict and (verdict.reason, verdict.session_id) == ("duplicate", "session_1")
    assert look(Board()) is None


def test_a_leg_waits_for_a_sibling_that_is_starting(board: Board) -> None:
    job = Job(board, matrix_size=8)
    assert job.claim(A).fire
    assert board.words() == ["A Claude session is about to start"]
    board.clock.at = lambda: job.settle(fired())
    verdict = look(board)
    assert verdict and verdict.session_id == "session_1"


@pytest.mark.parametrize(
    ("earlier", "failure", "terms", "reason"),
    [
        (fired(), A, {}, "duplicate"),
        (fired(), B, {"max_sessions": 1}, "max-sessions"),
        (Outcome(Result.UNKNOWN), A, {}, "earlier-unknown"),
    ],
)
def test_in_a_crowd_what_one_leg_found_decides_for_all(
    board: Board, earlier: Outcome, failure: str, terms: dict[str, Any], reason: str
) -> None:
    Job(board, NEXT).fire(A, outcome=earlier)
    assert Job(board, matrix_size=40, **terms).claim(failure).reason == reason
    found = look(board, matrix_size=40)
    assert found and found.reason == reason
    assert look(board, matrix_size=8) is None


def test_a_first_look_of_a_leg_without_permission_ends_it(board: Board) -> None:
    board.faults["statuses"] = [FORBIDDEN] * 9
    verdict = look(board, matrix_size=8)
    assert verdict and verdict.reason == "ledger-unavailable" and "`statuses: write`" in verdict.message


def test_a_first_look_that_fails_keeps_a_lone_step_from_nothing(board: Board) -> None:
    board.faults["statuses"] = [SERVER_ERROR] * 9
    assert look(board, matrix_size=1) is None
    board.faults["statuses"] = [SERVER_ERROR] * 9
    verdict = look(board, matrix_size=8)
    assert verdict and verdict.reason == "ledger-unavailable"


def test_a_lone_step_does_not_wait_for_the_legs_of_a_matrix(board: Board) -> None:
    assert Job(board, matrix_size=8).claim(A).fire
    began = board.clock.seconds
    assert look(board, matrix_size=1) is None
    assert board.clock.seconds == began


def test_a_failure_was_seen_before_in_the_runs_that_had_it() -> None:
    board = Board()
    Job(board).fire(A)
    later(board, 60, 101).fire(B)
    last = later(board, 2 * 86400, 102)
    last.claim(A)
    assert [number for number, _ in last.past.seen] == [100]
