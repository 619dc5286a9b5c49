"""A status API that lags, fails or refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.ledger.boards import (
    NOON,
    OLDER,
    SHA,
    Board,
    fired,
    sample_brief,
    sample_run,
    without_logs,
    written_by,
)
from tests.unit.ledger.jobs import FORBIDDEN, LIMITED, NO_ANSWER, SERVER_ERROR, fire, job_of

from fire_routine.decide.election.candidacy import ANNOUNCED, SETTLED
from fire_routine.decide.ledger.entry import Stage
from fire_routine.decide.ledger.store import FULL
from fire_routine.model import (
    Fingerprint,
    GitHubError,
    History,
    Outcome,
    Result,
    Status,
)

# --- a board that lags, fails, refuses -----------------------------------------------------------------


def test_a_claim_that_is_not_shown_yet_is_waited_for() -> None:
    board = Board()
    job = job_of(board)
    board.hidden = 3
    assert job.claim(sample_brief()).fire


def test_a_claim_that_is_never_shown_is_taken_back_and_nothing_sent() -> None:
    board = Board(hidden=1000)
    verdict = job_of(board).claim(sample_brief())
    assert (verdict.fire, verdict.failed, verdict.reason) == (False, True, "ledger-unavailable")
    assert board.stages() == ["CLAIMED", "WITHDRAWN"]


def test_a_claim_that_was_shown_once_is_not_forgotten_by_a_read_that_lags() -> None:
    board = Board()
    leader = job_of(board)
    assert leader.claim(sample_brief()).fire

    def lag_then_give_up() -> None:
        board.hidden = 1
        board.clock.at = lambda: None
        leader.settle(Outcome(Result.SKIPPED))

    board.clock.at = lag_then_give_up
    run = sample_run(101)
    assert fire(board, run).fire


def test_other_commits_are_read_once_a_claim_has_had_time_to_be_seen_there_too() -> None:
    board = Board(others=[OLDER], heads={})
    assert fire(board).fire
    assert board.clock.seconds == SETTLED + ANNOUNCED
    assert board.calls.index("create_status") < len(board.calls) - 1 - board.calls[::-1].index("statuses")


def test_a_refusal_after_the_claim_was_taken_does_not_let_it_fire_unrecorded() -> None:
    for method, faults in (
        ("statuses", [None, *[FORBIDDEN] * 5]),
        ("create_status", [None, *[FORBIDDEN] * 5]),
        ("statuses", [None, *[GitHubError("GitHub answered 404", 404)] * 5]),
    ):
        board = Board(faults={method: list(faults)})
        verdict = job_of(board).claim(sample_brief())
        assert (verdict.fire, verdict.reason) == (False, "ledger-unavailable")
        assert board.stages()[-1] == "WITHDRAWN"


@pytest.mark.parametrize("written", [True, False])
@pytest.mark.parametrize("fault", [SERVER_ERROR, NO_ANSWER, LIMITED])
def test_a_write_that_failed_half_way_leads_to_one_claim(fault: GitHubError, written: bool) -> None:
    board = Board(faults={"create_status": [fault]}, written_anyway=written)
    assert fire(board).fire
    assert len({entry.record.mark for entry in board.entries()}) == 1
    if written and not fault.rate_limited:  # at a limit nothing is written, so nothing is looked for
        assert board.stages() == ["CLAIMED", "SENDING", "FIRED"]
    assert board.stages()[-1] == "FIRED"


@pytest.mark.parametrize("method", ["statuses", "create_status", "incident"])
def test_an_api_that_is_down_keeps_the_fire_back_and_is_reported(method: str) -> None:
    board = Board(faults={method: [SERVER_ERROR] * 50})
    verdict = job_of(board).claim(sample_brief())
    assert (verdict.fire, verdict.failed, verdict.reason) == (False, True, "ledger-unavailable")
    assert "GitHub answered 502" in verdict.message
    assert len(board.calls) < 20


def test_a_board_that_is_down_does_not_keep_once_per_always_back() -> None:
    board = Board(faults={"statuses": [SERVER_ERROR] * 50})
    job = job_of(board, once_per="always")
    assert job.claim(sample_brief()).fire
    assert "502" in job.notes[0].why


@pytest.mark.parametrize("method", ["statuses", "create_status"])
def test_a_token_that_may_not_write_fires_once_per_job_and_is_noted_once(method: str, tmp_path: Path) -> None:
    board = Board(faults={method: [FORBIDDEN] * 50})
    job = job_of(board, temp=tmp_path)
    assert job.claim(sample_brief()).fire
    job.settle(fired())
    assert [note.remedy for note in job.notes] == ["Add `statuses: write` to the job's `permissions`."]
    again = job_of(board, temp=tmp_path).claim(sample_brief())
    assert (again.fire, again.reason) == (False, "duplicate")
    assert job_of(board, sample_run(attempt=2), temp=tmp_path).claim(sample_brief()).fire


def test_a_token_that_may_not_write_still_respects_what_it_can_read() -> None:
    board = Board()
    fire(board)
    board.faults = {"create_status": [FORBIDDEN] * 50}
    assert fire(board, sample_run(101)).reason == "duplicate"


def test_an_unrecorded_fire_that_failed_may_be_made_again_in_the_job(tmp_path: Path) -> None:
    board = Board(faults={"create_status": [FORBIDDEN] * 50})
    job = job_of(board, temp=tmp_path)
    job.claim(sample_brief())
    job.settle(Outcome(Result.FAILED))
    assert job_of(board, temp=tmp_path).claim(sample_brief()).fire


def test_without_the_incidents_runs_only_its_own_commit_counts_and_that_is_noted() -> None:
    board = Board(faults={"incident": [FORBIDDEN] * 50})
    job = job_of(board)
    assert job.claim(sample_brief()).fire
    assert [note.remedy for note in job.notes] == ["Add `actions: read` to the job's `permissions`."]


def test_a_commit_of_the_incident_that_is_gone_has_no_entries() -> None:
    board = Board(others=[OLDER], faults={"statuses": [None, GitHubError("No commit found", 422)]})
    assert fire(board).fire
    assert board.stages() == ["CLAIMED", "SENDING", "FIRED"]


def test_a_result_that_can_not_be_written_leaves_a_note_and_no_second_session() -> None:
    board = Board()
    job = job_of(board)
    assert job.claim(sample_brief()).fire
    board.faults = {"create_status": [SERVER_ERROR] * 5}
    job.settle(fired())
    assert "502" in job.notes[0].why
    board.faults = {}
    assert not fire(board).fire


def test_a_result_is_written_again_where_the_first_time_failed() -> None:
    board = Board()
    job = job_of(board)
    assert job.claim(sample_brief()).fire
    board.faults = {"create_status": [SERVER_ERROR, NO_ANSWER]}
    job.settle(fired())
    assert board.stages()[-1] == "FIRED"
    assert not job.notes


@pytest.mark.parametrize("status", [401, 404])
def test_one_denied_read_does_not_turn_the_ledger_off(status: int) -> None:
    board = Board()
    assert fire(board).fire
    board.faults = {"statuses": [GitHubError(f"GitHub answered {status}", status)]}
    assert fire(board, sample_run(attempt=2)).reason == "duplicate"


def test_a_token_that_is_none_sends_nothing_and_is_named() -> None:
    bad = GitHubError("GitHub answered 401: Bad credentials", 401)
    board = Board(faults=dict.fromkeys(("statuses", "create_status", "incident"), [bad] * 99))
    verdict = job_of(board).claim(sample_brief())
    assert (verdict.fire, verdict.failed, verdict.reason) == (False, True, "ledger-unavailable")
    assert "`github-token`" in verdict.message


def test_a_claim_is_taken_back_once_the_board_is_there_again() -> None:
    board = Board(
        faults={"statuses": [None] + [SERVER_ERROR] * 5, "create_status": [None] + [SERVER_ERROR] * 3}
    )
    verdict = job_of(board).claim(sample_brief())
    assert (verdict.reason, board.stages()) == ("ledger-unavailable", ["CLAIMED", "WITHDRAWN"])
    assert "re-run for 10" not in verdict.message
    assert fire(board, sample_run(attempt=2)).fire


def test_one_denied_claim_does_not_turn_the_ledger_off() -> None:
    board = Board(faults={"create_status": [GitHubError("GitHub answered 404", 404)]})
    assert fire(board).fire
    assert board.stages() == ["CLAIMED", "SENDING", "FIRED"]


def test_other_commits_that_could_be_seen_in_the_end_leave_no_note() -> None:
    board = Board(faults={"incident": [FORBIDDEN]})
    job = job_of(board)
    assert job.claim(sample_brief()).fire
    assert job.notes == ()


def test_a_duplicate_on_its_own_commit_is_reported_though_the_others_can_not_be_read() -> None:
    board = Board()
    fire(board)
    board.faults = {"incident": [SERVER_ERROR] * 50}
    assert fire(board, sample_run(attempt=2)).reason == "duplicate"


def test_a_signal_while_a_claim_is_taken_back_leaves_it_taken_back() -> None:
    board = Board(faults={"statuses": [None] + [SERVER_ERROR] * 5, "create_status": [None, SERVER_ERROR]})

    def cancel() -> None:
        if board.calls.count("create_status") == 2:
            raise KeyboardInterrupt

    board.clock.at = cancel
    with pytest.raises(KeyboardInterrupt):
        job_of(board).claim(sample_brief())
    assert board.stages() == ["CLAIMED", "WITHDRAWN"]


def test_a_session_that_was_started_without_a_log_has_its_commits_failure_and_no_others() -> None:
    board = Board(others=[OLDER], heads={})
    blind = job_of(board)
    brief = sample_brief("a" * 16)
    assert blind.claim(without_logs(brief)).fire
    blind.settle(fired())
    same_commit = fire(board, sample_run(101), "b" * 16)
    assert (same_commit.reason, same_commit.session_id) == ("duplicate", "session_1")
    assert "Without its log" in same_commit.message
    board.others = [SHA]
    assert fire(board, sample_run(102, head_sha="c" * 40), "b" * 16).fire


def test_what_is_only_guessed_does_not_become_a_failure_that_had_its_session() -> None:
    board = Board(others=[OLDER], heads={})
    fire(board, sample_run(head_sha=OLDER))
    brief = sample_brief("a" * 16)
    blind = job_of(board, sample_run(101)).claim(without_logs(brief))
    assert blind.reason == "duplicate"
    assert [(entry.record.stage, entry.record.failures) for entry in board.entries()] == [
        (Stage.COVERED, (Fingerprint("11111111"),))
    ]


def test_a_known_failure_is_reported_with_its_session_though_another_is_only_guessed() -> None:
    board = Board(heads={})
    fire(board, session="session_1")
    fire(board, sample_run(101), "2" * 16, session="session_2")
    brief = without_logs(sample_brief("1" * 16, "a" * 16), "a" * 16)
    verdict = job_of(board, sample_run(102)).claim(brief)
    assert verdict.session_id == "session_1"
    assert "Without its log" not in verdict.message


def test_other_commits_that_were_seen_once_are_not_forgotten() -> None:
    board = Board(others=["b" * 40, "c" * 40, "d" * 40, OLDER[:-1] + "e"], heads={})
    fire(board, sample_run(99, head_sha=board.others[-1]))
    board.faults = {"incident": [None, FORBIDDEN]}
    assert fire(board, sample_run(101)).reason == "duplicate"


def test_an_announcement_that_can_not_be_taken_back_is_reported() -> None:
    board = Board(written_anyway=True)
    board.faults = {
        "create_status": [None] + [SERVER_ERROR] * 50,
        "statuses": [None, None] + [SERVER_ERROR] * 50,
    }
    verdict = job_of(board).claim(sample_brief())
    assert verdict.reason == "ledger-unavailable"
    assert "which blocks re-runs" in verdict.message


def test_a_result_that_is_denied_once_is_written_anyway() -> None:
    board = Board()
    job = job_of(board)
    assert job.claim(sample_brief()).fire
    board.faults = {"create_status": [GitHubError("GitHub answered 404", 404)]}
    job.settle(Outcome(Result.FAILED))
    assert board.stages()[-1] == "FAILED"


def test_a_nightly_run_that_was_green_is_no_loop_of_the_sessions_that_were_merged_since() -> None:
    board = Board(ahead=(written_by("session_1"), written_by("session_2")), heads={})
    past = History(last_green_run=199, last_green_of_event=150, last_green_sha_of_event="8" * 40)
    nightly = sample_run(200, event="schedule", commit=written_by("session_3"), history=past)
    assert fire(board, replace(nightly, default_branch="main")).fire


def test_a_failure_that_is_recognised_is_reported_without_doubt() -> None:
    board = Board()
    fire(board)
    assert "Without its log" not in fire(board, sample_run(101)).message


def test_a_claim_that_can_not_be_taken_back_is_reported() -> None:
    board = Board(
        faults={"statuses": [None] + [SERVER_ERROR] * 5, "create_status": [None] + [SERVER_ERROR] * 50}
    )
    verdict = job_of(board).claim(sample_brief())
    assert "blocks a re-run for 10 minutes" in verdict.message
    assert len(board.calls) < 20


def test_a_full_commit_takes_no_more_claims() -> None:
    board = Board()
    board.commits[SHA] = [Status(n, "pending", f"{n} of another tool", "", NOON) for n in range(1, FULL + 1)]
    verdict = job_of(board).claim(sample_brief())
    assert (verdict.fire, verdict.reason) == (False, "ledger-unavailable")
    assert "900 of at most 1,000" in verdict.message
