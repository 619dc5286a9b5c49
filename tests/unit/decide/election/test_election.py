"""The ledger: one job at a time against a board that behaves, lags, fails and refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.decide.boards import (
    NOON,
    OLDER,
    SHA,
    Board,
    Clock,
    fired,
    green_at,
    pull_request,
    sample_brief,
    sample_run,
    without_logs,
    written_by,
)

from fire_routine.decide import Election, Terms
from fire_routine.decide.election.candidacy import ANNOUNCED, SETTLED
from fire_routine.decide.election.poll import PAUSES, SENDING_PAUSES
from fire_routine.decide.ledger.entry import Record, Stage, ref_of
from fire_routine.decide.ledger.store import FULL
from fire_routine.model import (
    Brief,
    Fingerprint,
    GitHubError,
    History,
    Note,
    Outcome,
    Result,
    Run,
    Status,
    Verdict,
)

SERVER_ERROR = GitHubError("GitHub answered 502", 502)
NO_ANSWER = GitHubError("GitHub did not answer within 10 s")
FORBIDDEN = GitHubError("GitHub answered 403: Resource not accessible by integration", 403)
LIMITED = GitHubError("GitHub answered 403: secondary rate limit", 403, rate_limited=True)


class Job:
    """One job's ledger, and the run that it is about."""

    def __init__(self, ledger: Election, run: Run) -> None:
        self.ledger, self.run = ledger, run

    def claim(self, brief: Brief) -> Verdict:
        return self.ledger.claim(self.run, brief)

    def look(self, brief: Brief) -> Verdict | None:
        return self.ledger.preview(self.run, brief)

    def look_first(self, *, spread: bool = False) -> Verdict | None:
        return self.ledger.look_first(self.run, spread=spread)

    def settle(self, outcome: Outcome) -> None:
        self.ledger.settle(outcome)

    @property
    def notes(self) -> tuple[Note, ...]:
        return self.ledger.notes


def ledger_of(
    board: Board,
    run: Run | None = None,
    temp: Path | None = None,
    printed: list[str] | None = None,
    **terms: Any,
) -> Job:
    ledger = Election(
        board,
        Terms(**terms),
        temp=temp,
        now=board.clock,
        sleep=board.clock.sleep,
        say=printed.append if printed is not None else lambda _: None,
    )
    return Job(ledger, run or sample_run())


def fire(board: Board, run: Run | None = None, *fingerprints: str, session: str = "session_1") -> Verdict:
    """A whole fire that ends well, if the ledger lets it."""
    ledger = ledger_of(board, run)
    verdict = ledger.claim(sample_brief(*fingerprints))
    if verdict.fire:
        ledger.settle(fired(session))
    return verdict


def sending(run: Run) -> Record:
    return Record(
        Stage.SENDING, "ci.yml", run.id, 1, (Fingerprint("11111111"),), 1, f"{run.id:08d}", ref_of(run)
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
    job = ledger_of(board)
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
    late = ledger_of(board, run)

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
        ledger = ledger_of(board, run, once_per="run")
        verdict = ledger.claim(sample_brief())
        assert verdict.fire is expected
        if verdict.fire:
            ledger.settle(fired())


def test_once_per_always_fires_and_records_up_to_max_sessions() -> None:
    board = Board()
    verdicts = []
    for _ in range(4):
        ledger = ledger_of(board, once_per="always")
        verdicts.append(ledger.claim(sample_brief()))
        if verdicts[-1].fire:
            ledger.settle(fired())
    assert [verdict.fire for verdict in verdicts] == [True, True, True, False]
    assert verdicts[-1].reason == "max-sessions"
    assert board.stages().count("FIRED") == 3


# --- what died or was cut off --------------------------------------------------------------------------


def test_a_failed_fire_does_not_block_a_later_one() -> None:
    board = Board()
    ledger = ledger_of(board)
    ledger.claim(sample_brief())
    ledger.settle(Outcome(Result.FAILED))
    assert fire(board).fire


def test_an_unknown_fire_blocks_the_same_failure_and_shows_where_to_look() -> None:
    board = Board()
    ledger = ledger_of(board)
    ledger.claim(sample_brief())
    ledger.settle(Outcome(Result.UNKNOWN))
    verdict = fire(board, sample_run(attempt=2))
    assert (verdict.fire, verdict.reason) == (False, "earlier-unknown")
    assert "https://claude.ai/code" in verdict.message
    assert fire(board, sample_run(101), "2" * 16).fire


def test_a_claim_of_a_job_that_died_before_it_sent_anything_is_waited_for_and_taken_over() -> None:
    board = Board()
    dead = ledger_of(board)
    board.faults["branch_head"] = [None, KeyboardInterrupt()]  # type: ignore[list-item]
    board.faults["create_status"] = [None, SERVER_ERROR]
    with pytest.raises(KeyboardInterrupt):
        dead.claim(sample_brief())
    assert board.stages() == ["CLAIMED"]
    printed: list[str] = []
    waited = board.clock.seconds
    assert ledger_of(board, printed=printed).claim(sample_brief()).fire
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
    assert ledger_of(board).claim(sample_brief()).fire
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
        ledger_of(board).claim(sample_brief())
    assert board.stages() == ["CLAIMED", "WITHDRAWN"]
    assert fire(board).fire


def test_a_claim_that_took_too_long_is_not_sent() -> None:
    board = Board(hidden=2)

    def stall() -> None:
        board.clock.seconds += 301

    board.clock.at = stall
    verdict = ledger_of(board).claim(sample_brief())
    assert (verdict.fire, verdict.failed, verdict.reason) == (False, True, "ledger-unavailable")
    assert board.stages()[-1] == "WITHDRAWN"


# --- several at once -----------------------------------------------------------------------------------


def test_the_earliest_claim_has_the_fire_and_the_others_wait_for_its_session() -> None:
    board = Board()
    leader = ledger_of(board)
    assert leader.claim(sample_brief()).fire

    def settle() -> None:
        board.clock.at = lambda: None
        leader.settle(fired())

    board.clock.at = settle
    verdict = ledger_of(board).claim(sample_brief())
    assert (verdict.reason, verdict.session_id) == ("duplicate", "session_1")


def test_who_lost_to_a_sibling_leaves_the_last_word_to_it() -> None:
    board = Board()
    leader, loser = ledger_of(board), ledger_of(board)

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
    assert ledger_of(board).claim(sample_brief()).fire
    waited = board.clock.seconds
    verdict = ledger_of(board).claim(sample_brief())
    assert (verdict.reason, verdict.session_url) == ("leader-lost", "")
    assert board.clock.seconds - waited == sum(SENDING_PAUSES)


def test_a_run_that_waited_for_one_that_was_taken_back_fires_itself() -> None:
    board = Board()
    first = ledger_of(board)
    first.claim(sample_brief())

    def give_up() -> None:
        board.clock.at = lambda: None
        first.settle(Outcome(Result.SKIPPED))

    board.clock.at = give_up
    assert fire(board, sample_run(101)).fire


# --- a board that lags, fails, refuses -----------------------------------------------------------------


def test_a_claim_that_is_not_shown_yet_is_waited_for() -> None:
    board = Board()
    ledger = ledger_of(board)
    board.hidden = 3
    assert ledger.claim(sample_brief()).fire


def test_a_claim_that_is_never_shown_is_taken_back_and_nothing_sent() -> None:
    board = Board(hidden=1000)
    verdict = ledger_of(board).claim(sample_brief())
    assert (verdict.fire, verdict.failed, verdict.reason) == (False, True, "ledger-unavailable")
    assert board.stages() == ["CLAIMED", "WITHDRAWN"]


def test_a_claim_that_was_shown_once_is_not_forgotten_by_a_read_that_lags() -> None:
    board = Board()
    leader = ledger_of(board)
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
        verdict = ledger_of(board).claim(sample_brief())
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
    verdict = ledger_of(board).claim(sample_brief())
    assert (verdict.fire, verdict.failed, verdict.reason) == (False, True, "ledger-unavailable")
    assert "GitHub answered 502" in verdict.message
    assert len(board.calls) < 20


def test_a_board_that_is_down_does_not_keep_once_per_always_back() -> None:
    board = Board(faults={"statuses": [SERVER_ERROR] * 50})
    ledger = ledger_of(board, once_per="always")
    assert ledger.claim(sample_brief()).fire
    assert "502" in ledger.notes[0].why


@pytest.mark.parametrize("method", ["statuses", "create_status"])
def test_a_token_that_may_not_write_fires_once_per_job_and_is_noted_once(method: str, tmp_path: Path) -> None:
    board = Board(faults={method: [FORBIDDEN] * 50})
    ledger = ledger_of(board, temp=tmp_path)
    assert ledger.claim(sample_brief()).fire
    ledger.settle(fired())
    assert [note.remedy for note in ledger.notes] == ["Add `statuses: write` to the job's `permissions`."]
    again = ledger_of(board, temp=tmp_path).claim(sample_brief())
    assert (again.fire, again.reason) == (False, "duplicate")
    assert ledger_of(board, sample_run(attempt=2), temp=tmp_path).claim(sample_brief()).fire


def test_a_token_that_may_not_write_still_respects_what_it_can_read() -> None:
    board = Board()
    fire(board)
    board.faults = {"create_status": [FORBIDDEN] * 50}
    assert fire(board, sample_run(101)).reason == "duplicate"


def test_an_unrecorded_fire_that_failed_may_be_made_again_in_the_job(tmp_path: Path) -> None:
    board = Board(faults={"create_status": [FORBIDDEN] * 50})
    ledger = ledger_of(board, temp=tmp_path)
    ledger.claim(sample_brief())
    ledger.settle(Outcome(Result.FAILED))
    assert ledger_of(board, temp=tmp_path).claim(sample_brief()).fire


def test_without_the_incidents_runs_only_its_own_commit_counts_and_that_is_noted() -> None:
    board = Board(faults={"incident": [FORBIDDEN] * 50})
    ledger = ledger_of(board)
    assert ledger.claim(sample_brief()).fire
    assert [note.remedy for note in ledger.notes] == ["Add `actions: read` to the job's `permissions`."]


def test_a_commit_of_the_incident_that_is_gone_has_no_entries() -> None:
    board = Board(others=[OLDER], faults={"statuses": [None, GitHubError("No commit found", 422)]})
    assert fire(board).fire
    assert board.stages() == ["CLAIMED", "SENDING", "FIRED"]


def test_a_result_that_can_not_be_written_leaves_a_note_and_no_second_session() -> None:
    board = Board()
    ledger = ledger_of(board)
    assert ledger.claim(sample_brief()).fire
    board.faults = {"create_status": [SERVER_ERROR] * 5}
    ledger.settle(fired())
    assert "502" in ledger.notes[0].why
    board.faults = {}
    assert not fire(board).fire


def test_a_result_is_written_again_where_the_first_time_failed() -> None:
    board = Board()
    ledger = ledger_of(board)
    assert ledger.claim(sample_brief()).fire
    board.faults = {"create_status": [SERVER_ERROR, NO_ANSWER]}
    ledger.settle(fired())
    assert board.stages()[-1] == "FIRED"
    assert not ledger.notes


@pytest.mark.parametrize("status", [401, 404])
def test_one_denied_read_does_not_turn_the_ledger_off(status: int) -> None:
    board = Board()
    assert fire(board).fire
    board.faults = {"statuses": [GitHubError(f"GitHub answered {status}", status)]}
    assert fire(board, sample_run(attempt=2)).reason == "duplicate"


def test_a_token_that_is_none_sends_nothing_and_is_named() -> None:
    bad = GitHubError("GitHub answered 401: Bad credentials", 401)
    board = Board(faults=dict.fromkeys(("statuses", "create_status", "incident"), [bad] * 99))
    verdict = ledger_of(board).claim(sample_brief())
    assert (verdict.fire, verdict.failed, verdict.reason) == (False, True, "ledger-unavailable")
    assert "`github-token`" in verdict.message


def test_a_claim_is_taken_back_once_the_board_is_there_again() -> None:
    board = Board(
        faults={"statuses": [None] + [SERVER_ERROR] * 5, "create_status": [None] + [SERVER_ERROR] * 3}
    )
    verdict = ledger_of(board).claim(sample_brief())
    assert (verdict.reason, board.stages()) == ("ledger-unavailable", ["CLAIMED", "WITHDRAWN"])
    assert "re-run for 10" not in verdict.message
    assert fire(board, sample_run(attempt=2)).fire


def test_one_denied_claim_does_not_turn_the_ledger_off() -> None:
    board = Board(faults={"create_status": [GitHubError("GitHub answered 404", 404)]})
    assert fire(board).fire
    assert board.stages() == ["CLAIMED", "SENDING", "FIRED"]


def test_other_commits_that_could_be_seen_in_the_end_leave_no_note() -> None:
    board = Board(faults={"incident": [FORBIDDEN]})
    ledger = ledger_of(board)
    assert ledger.claim(sample_brief()).fire
    assert ledger.notes == ()


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
        ledger_of(board).claim(sample_brief())
    assert board.stages() == ["CLAIMED", "WITHDRAWN"]


def test_a_session_that_was_started_without_a_log_has_its_commits_failure_and_no_others() -> None:
    board = Board(others=[OLDER], heads={})
    blind = ledger_of(board)
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
    blind = ledger_of(board, sample_run(101)).claim(without_logs(brief))
    assert blind.reason == "duplicate"
    assert [(entry.record.stage, entry.record.failures) for entry in board.entries()] == [
        (Stage.COVERED, (Fingerprint("11111111"),))
    ]


def test_a_known_failure_is_reported_with_its_session_though_another_is_only_guessed() -> None:
    board = Board(heads={})
    fire(board, session="session_1")
    fire(board, sample_run(101), "2" * 16, session="session_2")
    brief = without_logs(sample_brief("1" * 16, "a" * 16), "a" * 16)
    verdict = ledger_of(board, sample_run(102)).claim(brief)
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
    verdict = ledger_of(board).claim(sample_brief())
    assert verdict.reason == "ledger-unavailable"
    assert "which blocks re-runs" in verdict.message


def test_a_result_that_is_denied_once_is_written_anyway() -> None:
    board = Board()
    ledger = ledger_of(board)
    assert ledger.claim(sample_brief()).fire
    board.faults = {"create_status": [GitHubError("GitHub answered 404", 404)]}
    ledger.settle(Outcome(Result.FAILED))
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
    verdict = ledger_of(board).claim(sample_brief())
    assert "blocks a re-run for 10 minutes" in verdict.message
    assert len(board.calls) < 20


def test_a_full_commit_takes_no_more_claims() -> None:
    board = Board()
    board.commits[SHA] = [Status(n, "pending", f"{n} of another tool", "", NOON) for n in range(1, FULL + 1)]
    verdict = ledger_of(board).claim(sample_brief())
    assert (verdict.fire, verdict.reason) == (False, "ledger-unavailable")
    assert "900 of at most 1,000" in verdict.message


# --- stale ----------------------------------------------------------------------------------------------


def test_a_branch_that_moved_on_while_it_was_claimed_takes_the_claim_back() -> None:
    board = Board(others=[OLDER])
    board.clock.at = lambda: board.heads.update(main="f" * 40)
    verdict = ledger_of(board).claim(sample_brief())
    assert (verdict.fire, verdict.reason) == (False, "stale-head")
    assert board.stages() == ["CLAIMED", "WITHDRAWN"]


def test_a_branch_that_has_moved_on_before_is_not_claimed_for() -> None:
    board = Board(heads={"main": "f" * 40})
    assert ledger_of(board).claim(sample_brief()).reason == "stale-head"
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
    assert ledger_of(board, run).claim(sample_brief()).reason == "pull-request-closed"


def test_looking_writes_nothing() -> None:
    board = Board()
    assert ledger_of(board).look(sample_brief()) is None
    fire(board)
    before = board.stages()
    verdict = ledger_of(board, sample_run(101)).look(sample_brief())
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
