"""One failure has one session: one job after the other, through an API that behaves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.ledger.boards import (
    OLDER,
    SHA,
    Board,
    fired,
    green_at,
    sample_brief,
    sample_run,
    written_by,
)
from tests.unit.ledger.jobs import SERVER_ERROR, fire, job_of

from fire_routine.decide.election.candidacy import ANNOUNCED
from fire_routine.decide.election.poll import PAUSES
from fire_routine.decide.ledger.entry import Record, Stage, ref_of
from fire_routine.model import (
    Fingerprint,
    History,
    Outcome,
    Result,
)

# --- one fire -------------------------------------------------------------------------------------


def test_a_fire_is_claimed_announced_and_settled_on_the_head_commit() -> None:
    board = Board()
    assert fire(board).fire
    assert board.stages() == ["CLAIMED", "SENDING", "FIRED"]
    assert {status.state for status in board.commits[SHA]} == {"success"}
    assert board.commits[SHA][-1].target_url == "https://claude.ai/code/session_1"
    assert board.commits[SHA][-1].description.startswith(
        "Claude session started · ci.yml · run 100.1 · 11111111 · #1 "
    )


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome(Result.UNKNOWN, "cut-off"), "A Claude session may have started"),
        (Outcome(Result.SKIPPED), "No session from this job"),
        (Outcome(Result.FAILED), "No session: the request failed"),
        (Outcome(Result.FAILED, "unauthorized"), "No session: the token was refused"),
        (Outcome(Result.FAILED, "text-too-long"), "No session: text too long"),
        (
            Outcome(Result.FAILED, "rate-limited", retry_after=7320),
            "No session: rate limited until 14:02 UTC",
        ),
        (
            Outcome(Result.FAILED, "rate-limited", retry_after=86_400),
            "No session: rate limited until 02 Mar 12:00 UTC",
        ),
    ],
)
def test_every_other_end_is_recorded_in_words_with_the_run_as_its_link(outcome: Outcome, words: str) -> None:
    """A status never blocks a merge, so its state is always `success`."""
    board = Board()
    job = job_of(board)
    assert job.claim(sample_brief()).fire
    job.settle(outcome)
    last = board.commits[SHA][-1]
    assert last.description.startswith(f"{words} · ci.yml · ")
    assert (last.state, last.target_url) == ("success", sample_run().url)


# --- the same failure again ---------------------------------------------------------------------------


def test_the_same_failure_in_a_later_attempt_points_to_the_session() -> None:
    board = Board()
    fire(board)
    verdict = fire(board, sample_run(attempt=2))
    assert (verdict.fire, verdict.reason, verdict.failed) == (False, "duplicate", False)
    assert verdict.session_id == "session_1"
    assert verdict.session_url == "https://claude.ai/code/session_1"
    assert board.stages() == ["CLAIMED", "SENDING", "FIRED"]


def test_the_same_failure_on_a_later_commit_is_covered_and_shown_there() -> None:
    board = Board(heads={"main": OLDER})
    assert fire(board, sample_run(99, head_sha=OLDER)).fire
    board.others, board.heads = [OLDER], {"main": SHA}
    verdict = fire(board)
    assert (verdict.reason, verdict.session_id) == ("duplicate", "session_1")
    assert board.stages() == ["COVERED"]
    assert board.commits[SHA][0].target_url == "https://claude.ai/code/session_1"


def test_what_was_passed_on_covers_the_next_commit_without_the_first_one() -> None:
    board = Board(heads={})
    assert fire(board, sample_run(99, head_sha=OLDER)).fire
    board.others = [OLDER]
    fire(board)
    board.others = [SHA]
    verdict = fire(board, sample_run(101, head_sha="c" * 40))
    assert (verdict.reason, verdict.session_id) == ("duplicate", "session_1")


def test_another_failure_of_the_incident_is_fired_as_the_next_session() -> None:
    board = Board()
    fire(board)
    assert fire(board, sample_run(101), "2" * 16, session="session_2").fire
    assert [entry.record.number for entry in board.entries()] == [1, 1, 1, 2, 2, 2]


def test_a_run_whose_failures_are_all_known_from_several_sessions_is_skipped() -> None:
    board = Board()
    fire(board, None, "1" * 16)
    fire(board, sample_run(101), "2" * 16)
    assert fire(board, sample_run(102), "1" * 16, "2" * 16).reason == "duplicate"
    assert fire(board, sample_run(103), "1" * 16, "3" * 16).fire


def test_one_attempt_has_one_session_no_matter_what_fails_in_it() -> None:
    board = Board()
    fire(board, None, "1" * 16)
    assert fire(board, None, "2" * 16).reason == "duplicate"


def test_a_late_sibling_leaves_the_session_as_the_latest_status_and_covers_no_failure_of_its_own() -> None:
    board = Board()
    run = sample_run()
    late = job_of(board, run)

    def first() -> None:
        fire(board, run, "1" * 16)

    board.before_write = first
    assert late.claim(sample_brief("2" * 16)).session_id == "session_1"
    assert board.stages() == ["CLAIMED", "SENDING", "FIRED", "CLAIMED", "COVERED"]
    assert board.entries()[-1].record.failures == (Fingerprint("11111111"),)
    assert board.commits[SHA][-1].target_url == "https://claude.ai/code/session_1"
    assert fire(board, sample_run(101), "2" * 16).fire


def test_a_green_run_ends_the_incident_even_on_the_same_commit() -> None:
    board = Board()
    fire(board, sample_run(100))
    assert fire(board, sample_run(102, history=green_at(101))).fire
    assert not fire(board, sample_run(103, history=green_at(101))).fire


def test_a_workflow_that_was_never_green_is_one_incident() -> None:
    board = Board()
    never = History(never_green=True)
    assert fire(board, sample_run(100, history=never)).fire
    assert fire(board, sample_run(101, history=never)).reason == "duplicate"


def test_workflows_on_one_commit_have_ledgers_of_their_own() -> None:
    board = Board()
    fire(board)
    assert fire(board, sample_run(200, workflow_path=".github/workflows/lint.yml")).fire


def test_max_sessions_holds_and_is_passed_on() -> None:
    board = Board()
    for number in range(3):
        assert fire(board, sample_run(100 + number), str(number) * 16).fire
    verdict = fire(board, sample_run(103), "7" * 16)
    assert (verdict.fire, verdict.reason) == (False, "max-sessions")
    board.others, board.heads = [SHA], {}
    assert fire(board, sample_run(104, head_sha="c" * 40), "8" * 16).reason == "max-sessions"
    board.others = ["c" * 40]
    assert fire(board, sample_run(105, head_sha="d" * 40), "8" * 16).reason == "max-sessions"


def test_a_commit_of_a_session_counts_the_sessions_of_its_trailers_that_the_ledger_knows() -> None:
    board = Board()
    fire(board, session="session_1")
    trailers = written_by("session_1", "session_2", "session_3")
    assert fire(board, sample_run(101, commit=trailers), "2" * 16, session="session_2").fire
    assert fire(board, sample_run(102, commit=trailers), "3" * 16, session="session_3").fire
    assert fire(board, sample_run(103, commit=trailers), "4" * 16).reason == "claude-session"


def test_trailers_that_name_sessions_of_elsewhere_keep_nothing_back() -> None:
    board = Board()
    forged = sample_run(commit=written_by("session_7", "session_8", "session_9"))
    assert fire(board, forged).fire


def tries_of_a_loop(board: Board) -> None:
    """Two tries of a session, each on a branch of its own on top of the last; the next is on `SHA`."""
    never = History(never_green=True)
    for number, sha in enumerate(("0" * 40, "1" * 40, "2" * 40), 1):
        run = sample_run(number, head_sha=sha, head_branch=f"fix-{number}", history=never)
        fire(board, run, session=f"session_{number}")
    board.base = "0" * 40
    board.ahead = (
        replace(written_by("session_1"), sha="1" * 40),
        replace(written_by("session_2"), sha="2" * 40),
        written_by("session_3"),
    )


def test_a_session_that_begins_a_new_branch_for_each_try_is_stopped_by_its_own_commits() -> None:
    board = Board(heads={})
    tries_of_a_loop(board)
    never = History(never_green=True)
    third = sample_run(
        200, head_branch="fix-4", commit=written_by("session_3"), history=never, default_branch="main"
    )
    verdict = fire(board, third)
    assert verdict.reason == "claude-session"
    assert "3 of `max-sessions: 3`" in verdict.message
    board.ahead = (written_by("session_3"),)
    assert fire(board, third).fire


def test_the_loop_of_a_session_has_an_end_though_its_pushes_are_green() -> None:
    board = Board(heads={})
    tries_of_a_loop(board)
    pushes = History(last_green_run=199, last_green_sha="9" * 40)
    third = sample_run(
        200, head_branch="fix-4", commit=written_by("session_3"), history=pushes, default_branch="main"
    )
    assert fire(board, third).reason == "claude-session"
    older = replace(pushes, last_green_of_event=150, last_green_sha_of_event="8" * 40)
    assert fire(board, replace(third, history=older)).reason == "claude-session"
    compared = [call for call in board.calls if call.startswith("compare")]
    assert compared == ["compare main...aaaaaaaa", f"compare {'8' * 40}...aaaaaaaa"]


@pytest.mark.parametrize("changes", [{"commit": None}, {"default_branch": ""}, {"history": green_at(99)}])
def test_the_branchs_own_commits_are_asked_for_only_where_they_count(changes: dict[str, Any]) -> None:
    board = Board()
    base = {"commit": written_by("session_3"), "default_branch": "main", "history": None}
    fire(board, sample_run(**{**base, **changes}))
    assert not [call for call in board.calls if call.startswith("compare")]


# --- once-per -------------------------------------------------------------------------------------------


def test_once_per_run_fires_for_each_run_but_not_for_each_attempt() -> None:
    board = Board()
    for run, expected in ((sample_run(100), True), (sample_run(100, 2), False), (sample_run(101), True)):
        job = job_of(board, run, once_per="run")
        verdict = job.claim(sample_brief())
        assert verdict.fire is expected
        if verdict.fire:
            job.settle(fired())


def test_once_per_always_fires_and_records_up_to_max_sessions() -> None:
    board = Board()
    verdicts = []
    for _ in range(4):
        job = job_of(board, once_per="always")
        verdicts.append(job.claim(sample_brief()))
        if verdicts[-1].fire:
            job.settle(fired())
    assert [verdict.fire for verdict in verdicts] == [True, True, True, False]
    assert verdicts[-1].reason == "max-sessions"
    assert board.stages().count("FIRED") == 3


# --- what died or was cut off --------------------------------------------------------------------------


def test_a_failed_fire_does_not_block_a_later_one() -> None:
    board = Board()
    job = job_of(board)
    job.claim(sample_brief())
    job.settle(Outcome(Result.FAILED))
    assert fire(board).fire


def test_an_unknown_fire_blocks_the_same_failure_and_shows_where_to_look() -> None:
    board = Board()
    job = job_of(board)
    job.claim(sample_brief())
    job.settle(Outcome(Result.UNKNOWN))
    verdict = fire(board, sample_run(attempt=2))
    assert (verdict.fire, verdict.reason) == (False, "earlier-unknown")
    assert "https://claude.ai/code" in verdict.message
    assert fire(board, sample_run(101), "2" * 16).fire


def test_a_claim_of_a_job_that_died_before_it_sent_anything_is_waited_for_and_taken_over() -> None:
    board = Board()
    dead = job_of(board)
    board.faults["branch_head"] = [None, KeyboardInterrupt()]  # type: ignore[list-item]
    board.faults["create_status"] = [None, SERVER_ERROR]
    with pytest.raises(KeyboardInterrupt):
        dead.claim(sample_brief())
    assert board.stages() == ["CLAIMED"]
    printed: list[str] = []
    waited = board.clock.seconds
    assert job_of(board, printed=printed).claim(sample_brief()).fire
    assert board.clock.seconds - waited > sum(PAUSES)
    assert printed == [
        "waiting for another job of this attempt, which is starting a session",
        "another job of this attempt has not sent its request: this job goes on",
    ]


def test_a_claim_alone_grows_old() -> None:
    board = Board()
    claim = Record(
        Stage.CLAIMED, "ci.yml", 100, 1, (Fingerprint("11111111"),), 1, "deadjob0", ref_of(sample_run())
    )
    board.create_status(SHA, "success", str(claim), "")
    board.clock.seconds += 600
    waited = board.clock.seconds
    assert fire(board, sample_run(created_at=board.clock.server)).fire
    assert board.clock.seconds - waited == ANNOUNCED


def test_a_job_that_died_while_it_sent_counts_as_a_session_that_may_have_started() -> None:
    board = Board()
    assert job_of(board).claim(sample_brief()).fire
    first = fire(board)
    assert first.reason == "leader-lost"
    board.clock.seconds += 86_400
    later = sample_run(101, created_at=board.clock.server)
    waited = board.clock.seconds
    assert fire(board, later).reason == "earlier-unknown"
    assert board.clock.seconds == waited


def test_an_interrupted_claim_is_taken_back() -> None:
    board = Board()
    board.faults["branch_head"] = [None, KeyboardInterrupt()]  # type: ignore[list-item]
    with pytest.raises(KeyboardInterrupt):
        job_of(board).claim(sample_brief())
    assert board.stages() == ["CLAIMED", "WITHDRAWN"]
    assert fire(board).fire


def test_a_claim_that_took_too_long_is_not_sent() -> None:
    board = Board(hidden=2)

    def stall() -> None:
        board.clock.seconds += 301

    board.clock.at = stall
    verdict = job_of(board).claim(sample_brief())
    assert (verdict.fire, verdict.failed, verdict.reason) == (False, True, "ledger-unavailable")
    assert board.stages()[-1] == "WITHDRAWN"
