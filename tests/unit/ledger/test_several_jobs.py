"""Several jobs at once, and heads that move on meanwhile."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.ledger.boards import (
    NOON,
    OLDER,
    SHA,
    Board,
    Clock,
    fired,
    pull_request,
    sample_brief,
    sample_run,
)
from tests.unit.ledger.jobs import fire, job_of, sending

from fire_routine.decide.election.poll import PAUSES, SENDING_PAUSES
from fire_routine.decide.ledger.entry import Stage
from fire_routine.decide.ledger.store import FULL
from fire_routine.model import (
    Outcome,
    Result,
    Status,
)

# --- several at once -----------------------------------------------------------------------------------


def test_the_earliest_claim_has_the_fire_and_the_others_wait_for_its_session() -> None:
    board = Board()
    leader = job_of(board)
    assert leader.claim(sample_brief()).fire

    def settle() -> None:
        board.clock.at = lambda: None
        leader.settle(fired())

    board.clock.at = settle
    verdict = job_of(board).claim(sample_brief())
    assert (verdict.reason, verdict.session_id) == ("duplicate", "session_1")


def test_who_lost_to_a_sibling_leaves_the_last_word_to_it() -> None:
    board = Board()
    leader, loser = job_of(board), job_of(board)

    def settle() -> None:
        board.clock.at = lambda: None
        leader.settle(fired())

    def leader_goes_first() -> None:
        assert leader.claim(sample_brief()).fire
        board.clock.at = settle

    board.before_write = leader_goes_first
    assert loser.claim(sample_brief()).session_id == "session_1"
    assert board.stages() == ["CLAIMED", "SENDING", "CLAIMED", "FIRED"]


def test_who_waited_in_vain_for_a_result_warns_that_the_job_may_have_died() -> None:
    board = Board()
    assert job_of(board).claim(sample_brief()).fire
    waited = board.clock.seconds
    verdict = job_of(board).claim(sample_brief())
    assert (verdict.reason, verdict.session_url) == ("leader-lost", "")
    assert board.clock.seconds - waited == sum(SENDING_PAUSES)


def test_a_run_that_waited_for_one_that_was_taken_back_fires_itself() -> None:
    board = Board()
    first = job_of(board)
    first.claim(sample_brief())

    def give_up() -> None:
        board.clock.at = lambda: None
        first.settle(Outcome(Result.SKIPPED))

    board.clock.at = give_up
    assert fire(board, sample_run(101)).fire


# --- stale ----------------------------------------------------------------------------------------------


def test_a_branch_that_moved_on_while_it_was_claimed_takes_the_claim_back() -> None:
    board = Board(others=[OLDER])
    board.clock.at = lambda: board.heads.update(main="f" * 40)
    verdict = job_of(board).claim(sample_brief())
    assert (verdict.fire, verdict.reason) == (False, "stale-head")
    assert board.stages() == ["CLAIMED", "WITHDRAWN"]


def test_a_branch_that_has_moved_on_before_is_not_claimed_for() -> None:
    board = Board(heads={"main": "f" * 40})
    assert job_of(board).claim(sample_brief()).reason == "stale-head"
    assert board.stages() == []


def test_a_run_that_waited_for_several_that_were_taken_back_fires_itself() -> None:
    board = Board()
    rivals = [sending(sample_run(run_id)) for run_id in (96, 97, 98, 99)]
    for rival in rivals:
        board.create_status(SHA, "pending", str(rival), "")
    sleeps = iter(range(1000))

    def now_and_then_one_gives_up() -> None:
        if next(sleeps) % 4 == 3 and rivals:
            given_up = replace(rivals.pop(0), stage=Stage.WITHDRAWN)
            board.create_status(SHA, "success", str(given_up), "")

    board.clock.at = now_and_then_one_gives_up
    assert fire(board).fire
    assert board.clock.seconds > sum(PAUSES)


def test_waiting_has_an_end_no_matter_what_others_do() -> None:
    board = Board()

    def another_begins() -> None:
        run = sample_run(round(board.clock.seconds * 100) + 101)
        board.create_status(SHA, "pending", str(sending(run)), "")

    board.clock.at = another_begins
    another_begins()
    assert fire(board).reason == "leader-lost"
    assert len(board.calls) < 80


def test_a_closed_pull_request_is_not_fired_for() -> None:
    board = Board(pulls={5: pull_request(state="closed")})
    run = sample_run(event="pull_request", head_branch="topic", pull_request=pull_request())
    assert job_of(board, run).claim(sample_brief()).reason == "pull-request-closed"


def test_looking_writes_nothing() -> None:
    board = Board()
    assert job_of(board).look(sample_brief()) is None
    fire(board)
    before = board.stages()
    verdict = job_of(board, sample_run(101)).look(sample_brief())
    assert verdict is not None
    assert verdict.session_id == "session_1"
    assert board.stages() == before


def test_the_clock_of_the_machine_does_not_matter() -> None:
    board = Board(clock=Clock(seconds=-10_000_000.0))
    fire(board)
    assert not fire(board, sample_run(101)).fire


def test_who_lost_to_a_sibling_covers_no_failure_that_its_session_does_not_know() -> None:
    """A later run is to have a session for those."""
    board = Board()

    def a_sibling_fires() -> None:
        fire(board, None, "1" * 16)

    board.before_write = a_sibling_fires
    assert fire(board, None, "1" * 16, "2" * 16).reason == "duplicate"
    assert board.stages() == ["CLAIMED", "SENDING", "FIRED", "CLAIMED", "COVERED"]
    first, *_, last = board.entries()
    assert last.record.failures == first.record.failures


def test_another_commit_that_holds_too_many_statuses_keeps_nothing_back() -> None:
    board = Board(others=[OLDER])
    board.commits[OLDER] = [
        Status(-n, "pending", f"{n} of another tool", "", NOON) for n in range(1, FULL + 1)
    ]
    assert fire(board).fire
