"""One failure, one session: what is written, what each way to fail does, and what people see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.ledger.simulator.boards import (
    FORBIDDEN,
    LIMITED,
    NEXT,
    NO_ANSWER,
    OLDER,
    PLACE,
    SERVER_ERROR,
    SHA,
    URL,
    Board,
    fired,
    green_at,
    pull_request,
)
from tests.unit.ledger.simulator.jobs import Job, Verdict

from fire_routine.ledger import terms
from fire_routine.ledger.entry import LEDGER, Stage
from fire_routine.ledger.terms import Timing
from fire_routine.model.outcome import GitHubError, Outcome, Result
from fire_routine.model.reason import Reason

A, B = "a" * 16, "b" * 16
UNKNOWN = Outcome(Result.UNKNOWN)


def limit(seconds: float) -> GitHubError:
    """GitHub's rate limit, and how long it asks to wait."""
    return GitHubError("GitHub answered 403: rate limit", 403, rate_limited=True, retry_after=seconds)


def test_a_lone_fire_claims_announces_and_records_its_session() -> None:
    board, printed = Board(), list[str]()
    verdict = Job(board, printed=printed).fire(A)
    assert (verdict.fire, verdict.session_number) == (True, 1)
    assert board.stages() == "csf"
    assert {status.state for status in board.commits[PLACE]} == {"success"}
    assert {status.context for status in board.commits[PLACE]} == {f"{LEDGER} 2026-03-01"}
    assert board.words() == ["Claude session started"]
    assert board.commits[SHA][-1].target_url == board.commits[PLACE][-1].target_url == fired().session_url
    assert f"commit {PLACE}" in printed[0] and "`ledger-commit`" in printed[0]
    claimed, announced, _ = (entry.status.created_at for entry in board.entries())
    assert claimed and announced and timedelta(seconds=3) <= announced - claimed < timedelta(seconds=5)
    assert board.calls.count("statuses") <= 6


def test_the_same_failure_on_the_next_commit_gets_a_link_to_its_session(board: Board) -> None:
    Job(board).fire(A)
    verdict = Job(board, NEXT).claim(A)
    assert (verdict.fire, verdict.reason, verdict.session_id) == (False, "duplicate", "session_1")
    assert board.words(OLDER) == ["Covered by an earlier session"]
    assert board.commits[OLDER][-1].target_url == fired().session_url
    assert board.stages() == "csf"
    assert Job(board, NEXT).fire(B).session_number == 2
    assert "greens" not in board.calls  # no list of runs is asked for


def test_an_outcome_that_is_unknown_blocks_and_stays_unknown(board: Board) -> None:
    Job(board).fire(A, outcome=UNKNOWN)
    board.clock.seconds += 7200
    for _ in range(2):
        verdict = Job(board, replace(NEXT, history=green_at(95))).claim(A)
        assert (verdict.reason, verdict.session_url) == ("earlier-unknown", "")
    assert set(board.words(OLDER)) == {"An earlier session may cover this"}


def test_a_refused_request_blocks_nothing_later(board: Board) -> None:
    Job(board).fire(A, outcome=Outcome(Result.FAILED, Reason.RATE_LIMITED, retry_after=1800))
    assert board.words() == ["No session: rate limited until 12:30 UTC"]
    assert Job(board).fire(A).fire


def test_the_same_failure_may_start_a_session_after_a_green_run_and_the_cool_down(board: Board) -> None:
    Job(board).fire(A)
    board.clock.seconds += 9 * 86400
    later = replace(NEXT, created_at=board.clock.server(), history=green_at(7))
    verdict = Job(board, later).claim(A)  # where the green run is missing in the list
    assert (verdict.reason, verdict.session_id) == ("duplicate", "session_1")
    assert board.calls.count("greens") == 1
    board.runs[101] = replace(NEXT, conclusion="success")
    assert not Job(board, later).claim(A).fire  # its own run's earlier attempt separates nothing
    board.runs = {100: replace(NEXT, id=100, conclusion="success")}
    assert Job(board, later).fire(A).fire


def test_where_a_green_run_matters_a_token_that_may_not_list_runs_fires_nothing(board: Board) -> None:
    Job(board).fire(A)
    board.faults["greens"] = [FORBIDDEN] * 99
    board.clock.seconds = 23 * 3600
    assert Job(board, replace(NEXT, created_at=board.clock.server())).claim(A).reason == "duplicate"
    board.clock.seconds = 25 * 3600
    job = Job(board, replace(NEXT, created_at=board.clock.server()))
    assert job.claim(A).reason == "ledger-unavailable"
    assert [note.permission for note in job.notes] == ["actions: read"]


@pytest.mark.parametrize(("minutes", "words"), [(59, "59 min"), (3 * 60, "3 h")])
def test_within_the_cool_down_a_failure_that_came_back_is_called_that(
    board: Board, minutes: int, words: str
) -> None:
    Job(board).fire(A)
    board.clock.seconds = minutes * 60 + 1
    verdict = Job(board, replace(NEXT, history=green_at(100))).claim(A)
    assert verdict.reason == "duplicate" and f"came back {words}" in verdict.message
    assert board.words(OLDER) == [f"Back {words} after its Claude session"]


def test_the_ledger_is_read_no_further_back_than_where_anything_counts(board: Board) -> None:
    for _ in range(950):
        board.add(PLACE, "81 %", URL, "coverage", by="octocat")
    board.clock.seconds += 10 * 86400
    history = replace(green_at(95), last_green_at=board.clock.server())
    run = replace(NEXT, created_at=board.clock.server(), history=history)
    Job(board, run).claim(A)
    assert board.calls.count("statuses") <= 6
    board.calls.clear()
    Job(board, replace(run, history=None)).claim(A)
    assert board.calls.count("statuses") >= 10


def test_a_session_is_found_behind_two_thousand_others_or_the_summary_says_how_far_was_read(
    board: Board,
) -> None:
    Job(board).fire(A)
    for number in range(2300):
        board.clock.seconds += 10
        board.add(PLACE, f"{number} %", URL, "coverage", by="octocat")
    now = board.clock.server()
    history = replace(green_at(95), last_green_at=now - timedelta(hours=10))
    for run in (replace(NEXT, created_at=now, history=history), NEXT):
        job = Job(board, run)
        assert (job.claim(A).reason, job.notes) == ("duplicate", ())
    for number in range(200):
        board.add(PLACE, f"{number} %", URL, "coverage", by="octocat")
    job = Job(board, NEXT)
    assert job.fire(A).fire
    assert [note.what for note in job.notes] == ["the older entries of the ledger"]


@pytest.mark.parametrize(("stage", "told"), [(Stage.SEEN, "duplicate"), (Stage.FIRED, "")])
def test_the_ledger_is_read_on_past_what_held_nothing_back_but_not_past_three_hundred_sessions(
    board: Board, stage: Stage, told: str
) -> None:
    Job(board).fire(A)
    context = f"{LEDGER} 2026-03-01"
    for number in range(1500):
        entry = f"{stage} other.yml {number}.1 000000 0000000 {number:08} bbbbbbbb"
        board.add(PLACE, entry, URL, context)
    board.clock.seconds += 600
    job = Job(board, NEXT)
    assert job.fire(A).reason == told
    assert bool(job.notes) == (not told)


def test_entries_of_others_do_not_end_the_reading(board: Board) -> None:
    Job(board).fire(A)
    for number in range(1500):
        entry = f"f other.yml {number}.1 000000 0000000 {number:08} bbbbbbbb"
        board.add(PLACE, entry, URL, f"{LEDGER} 2026-03-01", by="mallory")
    board.clock.seconds += 600
    assert Job(board, NEXT).claim(A).reason == "duplicate"


def test_a_pull_request_that_was_opened_after_its_branchs_session_has_none_of_its_own(board: Board) -> None:
    Job(board).fire(A)
    for number in range(110):
        board.add(PLACE, f"{number} %", URL, "coverage", by="octocat")
    board.clock.seconds += 2 * 86400
    opened = pull_request(created_at=board.clock.server())
    run = replace(NEXT, event="pull_request", pull_request=opened, created_at=board.clock.server())
    assert Job(board, run).claim(A).reason == "duplicate"


def test_a_full_context_is_followed_by_another(board: Board) -> None:
    full = GitHubError(
        "GitHub answered 422: This SHA and context has reached the maximum number of statuses.", 422
    )
    board.faults["create_status"] = [full]
    assert Job(board).fire(A).fire
    assert board.commits[PLACE][0].context == f"{LEDGER} 2026-03-01 2"


def test_the_lower_claim_fires_and_the_other_yields() -> None:
    board, first = Board(), list[Verdict]()
    board.before_write = lambda: first.append(Job(board, NEXT).fire(A))
    verdict = Job(board).fire(A)
    assert [one.fire for one in first] == [True]
    assert (verdict.fire, verdict.reason) == (False, "duplicate")
    assert board.stages() == "csfcsw"


def test_what_a_dead_job_left_holds_another_up_for_a_bounded_time(board: Board) -> None:
    board.write(Stage.CLAIMED)
    assert Job(board).fire(A).fire
    assert 35 < board.clock.seconds < 60
    board = Board()
    board.write(Stage.ANNOUNCED)  # a session that may be at work
    assert Job(board).claim(A).reason == "earlier-unknown"
    assert 48 <= board.clock.seconds < 60


def test_a_request_without_a_result_is_in_doubt_after_five_minutes(board: Board) -> None:
    """Its job is gone. Nobody waits for it any more, and a person may send again; else it still blocks."""
    board.write(Stage.ANNOUNCED)
    board.clock.seconds += 200
    asked = board.clock.server()
    assert Job(board, NEXT, again_since=asked).claim(A).reason == "earlier-unknown"
    assert board.clock.seconds > 240  # it has been waited for
    board.clock.seconds = began = 301
    verdict = Job(board, NEXT).claim(A)
    assert (verdict.reason, board.clock.seconds) == ("earlier-unknown", began)
    assert "no result was reported" in verdict.message
    assert board.words(OLDER) == ["An earlier session may cover this"]
    assert Job(board, NEXT, again_since=board.clock.server()).fire(A).fire


def test_the_time_for_which_others_are_waited_for_is_not_taken_from_githubs(board: Board) -> None:
    """A leg has a minute for GitHub. Here it waits for more than that, and then GitHub fails once."""
    board.write(Stage.ANNOUNCED, "first000")

    def pass_on() -> None:
        if board.clock.seconds > 40 and board.stages() == "s":
            board.write(Stage.WITHDRAWN, "first000")
            board.write(Stage.ANNOUNCED, "second00")
        elif board.clock.seconds > 80 and board.stages() == "sws":
            board.write(Stage.WITHDRAWN, "second00")
            board.faults["statuses"] = [SERVER_ERROR]

    board.clock.at = pass_on
    assert Job(board, matrix_size=2).claim(A).fire


def test_a_job_that_is_cancelled_before_its_request_leaves_the_session_to_another(board: Board) -> None:
    leader = Job(board, matrix_size=2)
    assert leader.claim(A).fire
    cancelled = Outcome(Result.FAILED, Reason.INTERRUPTED)
    board.clock.at = lambda: leader.settle(cancelled) if board.clock.seconds > 10 else None
    assert Job(board, matrix_size=2).fire(A).fire
    assert board.stages() == "cswcsf"
    assert "No session: the job was cancelled" in board.words()


def test_a_job_that_gives_way_begins_again_when_the_other_came_to_nothing(board: Board) -> None:
    board.before_write = lambda: board.write(Stage.ANNOUNCED)
    board.clock.at = lambda: board.write(Stage.WITHDRAWN) if board.clock.seconds > 10 else None
    assert Job(board).fire(A).fire
    assert board.stages().startswith("scsw")


def test_a_refused_request_of_a_sibling_ends_those_that_waited(board: Board) -> None:
    board.write(Stage.ANNOUNCED, run=100)
    board.clock.at = lambda: board.write(Stage.REFUSED, run=100) if board.clock.seconds < 1 else None
    assert Job(board).claim(A).reason == "earlier-failed"


def test_claims_lapse_by_the_time_of_the_own_announcement(board: Board) -> None:
    """A read that shows it may not show yet what was announced after it."""
    board.before_write = lambda: board.write(Stage.CLAIMED, claim_id="lower000")

    def late() -> None:  # the read of the announcement comes long after it
        if board.stages() == "ccs":
            board.clock.seconds += 36

    board.clock.at = late
    board.faults["statuses"] = [None] * 5 + [SERVER_ERROR]
    Job(board).claim(A)
    assert board.stages().startswith("ccsw")


def test_a_caller_that_does_not_wait_ends_at_once(board: Board) -> None:
    board.write(Stage.ANNOUNCED)
    verdict = Job(board, timing=Timing(waits=())).claim(A)
    assert (verdict.reason, board.clock.seconds) == ("duplicate", 0.0)
    assert "is being started right now" in verdict.message


def test_the_numbers_of_the_protocol_fit_together() -> None:
    timing = Timing()
    # A claim is announced 10 s before others may pass it over, and watched until it lapses.
    assert terms.ANNOUNCE_WITHIN + 10 <= terms.LAPSE < terms.WATCH_CLAIM
    # A request that is watched is not in doubt.
    assert timing.watch_request < terms.DOUBT
    # What is read again is not settled.
    assert sum(timing.looks) + sum(terms.LOOKS_AFTER) < terms.SETTLED.total_seconds()


@pytest.mark.parametrize("stages", ["c", "cs"])
def test_an_interruption_takes_the_claim_back(board: Board, stages: str) -> None:
    def interrupt() -> None:
        if board.stages() == stages:
            raise KeyboardInterrupt

    board.clock.at = interrupt
    job = Job(board)
    with pytest.raises(KeyboardInterrupt):
        job.claim(A)
    job.settle(Outcome(Result.FAILED, Reason.INTERRUPTED))
    assert board.stages() == stages + "w"


# --- GitHub fails ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("matrix_size", "reason"), [(1, ""), (2, "ledger-unavailable")])
@pytest.mark.parametrize("began", [0, 2])
def test_a_lone_job_outlasts_ninety_seconds_of_errors(matrix_size: int, reason: str, began: int) -> None:
    class Failing(Board):
        def _call(self, method: str) -> None:
            super()._call(method)
            if began <= self.clock.seconds < began + 90:
                raise SERVER_ERROR

    board = Failing()
    assert Job(board, matrix_size=matrix_size).fire(A).reason == reason
    assert (board.stages()[-1:] == "f") == (not reason)


def test_nothing_is_sent_while_github_is_down(board: Board) -> None:
    board.faults["statuses"] = [SERVER_ERROR] * 50
    verdict = Job(board).claim(A)
    assert (verdict.fire, verdict.failed, verdict.reason) == (False, True, "ledger-unavailable")
    assert "502" in verdict.message


@pytest.mark.parametrize("fault", [SERVER_ERROR, NO_ANSWER])
@pytest.mark.parametrize("anyway", [False, True])
def test_a_write_without_an_answer_is_looked_for_before_it_is_made_again(
    fault: GitHubError, anyway: bool
) -> None:
    board = Board(written_anyway=anyway)
    board.faults["create_status"] = [fault]
    assert Job(board).fire(A).fire
    assert board.stages() == "csf"


def test_an_announcement_that_is_not_shown_sends_nothing(board: Board) -> None:
    board.clock.at = lambda: setattr(board, "hidden", 1)
    assert Job(board).claim(A).reason == "ledger-unavailable"
    assert board.stages()[-1] == "w"


@pytest.mark.parametrize(("faults", "noted"), [(1, []), (10, ["the record of this result"])])
def test_the_result_is_written_again_and_else_noted(board: Board, faults: int, noted: list[str]) -> None:
    job = Job(board)
    assert job.claim(A).fire
    board.faults["create_status"] = [SERVER_ERROR] * faults
    job.settle(fired())
    assert [note.what for note in job.notes] == noted
    assert (board.stages() == "csf") == (not noted)


@pytest.mark.parametrize(
    ("fault", "matrix_size", "fires"), [(limit(60), 1, True), (limit(60), 2, False), (LIMITED, 1, False)]
)
def test_a_lone_job_waits_where_the_rate_limit_asks_for_it_and_a_leg_does_not(
    board: Board, fault: GitHubError, matrix_size: int, fires: bool
) -> None:
    board.faults["create_status"] = [fault]  # the last one does not say for how long
    verdict = Job(board, matrix_size=matrix_size).claim(A)
    assert (verdict.fire, verdict.reason) == (fires, "" if fires else "ledger-unavailable")
    assert (board.clock.seconds > 60) == fires


@pytest.mark.parametrize(
    ("method", "permission"),
    [
        ("create_status", "statuses: write"),
        ("statuses", "statuses: write"),
        ("first_commit", "contents: read"),
    ],
)
@pytest.mark.parametrize("matrix_size", [1, 2])
def test_without_a_permission_nothing_is_fired_and_it_is_named(
    board: Board, method: str, permission: str, matrix_size: int
) -> None:
    board.faults[method] = [FORBIDDEN] * 99
    job = Job(board, matrix_size=matrix_size)
    verdict = job.claim(A)
    assert (verdict.failed, verdict.reason) == (True, "ledger-unavailable")
    assert f"`{permission}`" in verdict.message
    assert [note.permission for note in job.notes] == [permission]
    assert board.commits == {}


def test_a_denial_that_ends_is_an_outage(board: Board) -> None:
    board.faults["create_status"] = [FORBIDDEN] * 3
    job = Job(board)
    assert job.fire(A).fire
    assert (board.stages(), job.notes) == ("csf", ())


def test_a_place_that_is_not_shown_is_asked_for_again_and_never_replaced(board: Board) -> None:
    board.faults["first_commit"] = [SERVER_ERROR, SERVER_ERROR]
    job = Job(board)
    job.log.look_up()
    assert job.fire(A).fire
    board = Board()
    board.faults["first_commit"] = [SERVER_ERROR] * 20
    assert Job(board).claim(A).reason == "ledger-unavailable"
    assert board.commits == {}


def test_a_pinned_place_costs_no_request() -> None:
    board = Board(ledger_commit="9" * 40)
    assert Job(board, ledger_commit="9" * 40).fire(A).fire
    assert "first_commit" not in board.calls
    assert len(board.commits["9" * 40]) == 3


def test_a_job_that_gives_way_again_and_again_fires_nothing_and_says_why() -> None:
    board, rivals = Board(), list[str]()

    def come() -> None:
        rivals.append(f"other{len(rivals):03}")
        board.write(Stage.ANNOUNCED, rivals[-1])

    def go() -> None:
        if rivals and board.before_write is None and board.stages().endswith("w"):
            board.write(Stage.WITHDRAWN, rivals[-1])
            board.before_write = come

    board.before_write, board.clock.at = come, go
    verdict = Job(board).claim(A)
    assert (verdict.fire, verdict.reason) == (False, "ledger-unavailable")
    assert "one job after the other took its claim back" in verdict.message
