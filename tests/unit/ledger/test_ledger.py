"""One failure, one session: what is written, what each way to fail does, and what people see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.ledger.boards import (
    DAY,
    FORBIDDEN,
    LIMITED,
    NO_ANSWER,
    NOON,
    OLDER,
    PLACE,
    SERVER_ERROR,
    SHA,
    URL,
    Board,
    Job,
    Page,
    fired,
    green_at,
    sample_run,
)

from fire_routine.ledger.candidate import TIMING
from fire_routine.ledger.entry import LEDGER, Record, Stage, ref_of
from fire_routine.model import Fingerprint, GitHubError, Outcome, Result, TriggerKind, Verdict

A, B = "a" * 16, "b" * 16
UNKNOWN = Outcome(Result.UNKNOWN)
NEXT = sample_run(101, head_sha=OLDER, url="https://github.com/octo/cat/actions/runs/101")


def write(board: Board, stage: Stage, mark: str = "other000", run: int = 90, **changes: object) -> None:
    """Another job's entry in the ledger."""
    record = Record(stage, "ci.yml", run, 1, ref_of(sample_run()), "7654321", mark, ("aaaaaaaa",))
    record = replace(record, **changes)  # type: ignore[arg-type]
    url = "https://claude.ai/code/session_0" if stage is Stage.FIRED else URL
    board.add(PLACE, str(record), url, f"{LEDGER} 2026-03-01")


# --- a fire ---------------------------------------------------------------------------------------------


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
    claimed, announced, _ = (entry.created_at for entry in board.entries())
    assert claimed and announced and timedelta(seconds=3) < announced - claimed < timedelta(seconds=5)
    assert board.calls.count("statuses") == 1 + len(TIMING.looks) + 1


def test_the_same_failure_on_the_next_commit_gets_a_link_to_its_session() -> None:
    board = Board()
    Job(board).fire(A)
    verdict = Job(board, NEXT).claim(A)
    assert (verdict.fire, verdict.reason, verdict.session_id) == (False, "duplicate", "session_1")
    assert board.words(OLDER) == ["Covered by an earlier session"]
    assert board.commits[OLDER][-1].target_url == fired().session_url
    assert board.stages() == "csf"
    assert Job(board, NEXT).fire(B).session_number == 2


def test_no_list_of_runs_is_asked_for_a_new_failure() -> None:
    board = Board()
    Job(board).fire(A)
    Job(board, NEXT).fire(B)
    assert "greens" not in board.calls


def test_an_outcome_that_is_unknown_blocks_and_stays_unknown() -> None:
    board = Board()
    Job(board).fire(A, outcome=UNKNOWN)
    board.clock.seconds += 7200
    for _ in range(2):
        verdict = Job(board, replace(NEXT, history=green_at(95))).claim(A)
        assert (verdict.reason, verdict.session_url) == ("earlier-unknown", "")
    assert board.words(OLDER)[-1] == "An earlier session may cover this"


def test_a_refused_request_blocks_nothing_later() -> None:
    board = Board()
    Job(board).fire(A, outcome=Outcome(Result.FAILED, "rate-limited", retry_after=1800))
    assert board.words() == ["No session: rate limited until 12:30 UTC"]
    assert Job(board).fire(A).fire


def test_the_same_failure_may_start_a_session_after_a_green_run_and_the_cool_down() -> None:
    board = Board()
    Job(board).fire(A)
    board.clock.seconds += 2 * 86400
    later = replace(NEXT, created_at=board.clock.server())
    assert Job(board, later).claim(A).reason == "duplicate"
    board.greens_listed = {101: "push"}
    assert not Job(board, later).claim(A).fire  # its own run's earlier attempt separates nothing
    board.greens_listed = {100: "push"}
    assert Job(board, later).fire(A).fire


def test_within_the_cool_down_a_failure_that_came_back_is_called_that() -> None:
    board = Board()
    Job(board).fire(A)
    board.clock.seconds += 3 * 3600
    verdict = Job(board, replace(NEXT, history=green_at(100))).claim(A)
    assert verdict.reason == "duplicate" and "came back 3 h" in verdict.message
    assert board.words(OLDER) == ["Back 3 h after its Claude session"]


def test_the_ledger_is_read_no_further_back_than_where_anything_counts() -> None:
    board = Board()
    for _ in range(950):
        board.add(PLACE, "81 %", URL, "coverage", by="octocat")
    board.clock.seconds += 10 * 86400
    history = replace(green_at(95), last_green_at=board.clock.server())
    run = replace(NEXT, created_at=board.clock.server(), history=history)
    Job(board, run).claim(A)
    assert board.calls.count("statuses") == 1 + len(TIMING.looks) + 1
    board.calls.clear()
    Job(board, replace(run, history=None)).claim(A)
    assert board.calls.count("statuses") >= 10


def test_a_full_context_is_followed_by_another() -> None:
    board = Board()
    full = GitHubError(
        "GitHub answered 422: This SHA and context has reached the maximum number of statuses.", 422
    )
    board.faults["create_status"] = [full]
    assert Job(board).fire(A).fire
    assert board.commits[PLACE][0].context == f"{LEDGER} 2026-03-01 2"


def test_a_page_from_an_older_list_is_asked_for_again() -> None:
    """Otherwise the entries between it and the page before would be missing."""

    class Flapping(Board):
        def statuses(self, sha: str, page: int = 1) -> Page:
            found = super().statuses(sha, page)
            return Page([], False, None) if page == 2 and self.calls.count("statuses") < 4 else found

    board = Flapping()
    write(board, Stage.FIRED)
    for _ in range(120):
        board.add(PLACE, "81 %", URL, "coverage", by="octocat")
    assert Job(board).claim(A).reason == "duplicate"


# --- several jobs ---------------------------------------------------------------------------------------


def test_the_lower_claim_fires_and_the_other_yields() -> None:
    board, first = Board(), list[Verdict]()
    board.before_write = lambda: first.append(Job(board, NEXT).fire(A))
    verdict = Job(board).fire(A)
    assert [one.fire for one in first] == [True]
    assert (verdict.fire, verdict.reason) == (False, "duplicate")
    assert board.stages() == "csfcsw"


def test_a_claim_that_its_job_left_lapses() -> None:
    board = Board()
    write(board, Stage.CLAIMED)
    began = board.clock.seconds
    assert Job(board).fire(A).fire
    assert 35 < board.clock.seconds - began < 60


def test_an_announcement_that_its_job_left_is_a_session_that_may_be_at_work() -> None:
    board = Board()
    write(board, Stage.ANNOUNCED)
    verdict = Job(board).claim(A)
    assert verdict.reason == "earlier-unknown"
    assert 48 <= board.clock.seconds < 60


def test_a_job_that_gives_way_begins_again_when_the_other_came_to_nothing() -> None:
    board = Board()
    board.before_write = lambda: write(board, Stage.ANNOUNCED)
    board.clock.at = lambda: write(board, Stage.WITHDRAWN) if board.clock.seconds > 10 else None
    assert Job(board).fire(A).fire
    assert board.stages().startswith("scsw")


def test_a_refused_request_of_a_sibling_ends_those_that_waited() -> None:
    board = Board()
    write(board, Stage.ANNOUNCED, run=100)
    board.clock.at = lambda: write(board, Stage.REFUSED, run=100) if board.clock.seconds < 1 else None
    assert Job(board).claim(A).reason == "earlier-failed"


def test_a_claim_that_took_too_long_is_made_again() -> None:
    """Others no longer count it, and so it must not announce."""
    board, slow = Board(), [330.0]

    def stop() -> None:
        if board.stages() == "c" and slow:
            board.clock.seconds += slow.pop()

    board.clock.at = stop
    verdict = Job(board).fire(A)
    assert verdict.fire
    assert board.stages() == "cwcsf"
    assert "No session from this job" not in board.words()


def test_an_announcement_that_has_to_wait_for_the_rate_limit_is_not_made_late() -> None:
    limited = GitHubError("GitHub answered 403: rate limit", 403, rate_limited=True, retry_after=60)
    board = Board()
    board.faults["create_status"] = [None, limited]
    assert Job(board).fire(A).fire
    assert board.stages() == "cwcsf"


def test_claims_lapse_by_the_time_of_the_own_announcement() -> None:
    """A read that shows it may not show yet what was announced after it."""
    board = Board()
    board.before_write = lambda: write(board, Stage.CLAIMED, mark="lower000")

    def late() -> None:  # the read of the announcement comes long after it
        if board.stages() == "ccs":
            board.clock.seconds += 36

    board.clock.at = late
    board.faults["statuses"] = [None] * 5 + [SERVER_ERROR]
    Job(board).claim(A)
    assert board.stages().startswith("ccsw")


# --- GitHub fails ---------------------------------------------------------------------------------------


def test_nothing_is_sent_while_github_is_down() -> None:
    board = Board()
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


def test_an_announcement_that_is_not_shown_sends_nothing() -> None:
    board = Board()
    job = Job(board)
    board.clock.at = lambda: setattr(board, "hidden", 1)
    verdict = job.claim(A)
    assert verdict.reason == "ledger-unavailable"
    assert board.stages()[-1] == "w"


def test_the_result_is_written_again_and_else_noted() -> None:
    board = Board()
    job = Job(board)
    assert job.claim(A).fire
    board.faults["create_status"] = [SERVER_ERROR]
    job.ledger.settle(fired())
    assert (board.stages(), job.ledger.notes) == ("csf", ())
    board = Board()
    job = Job(board)
    assert job.claim(A).fire
    board.faults["create_status"] = [SERVER_ERROR] * 9
    job.ledger.settle(fired())
    assert "record of this result" in job.ledger.notes[0].what


def test_a_lone_job_waits_where_the_rate_limit_asks_for_it_and_a_leg_does_not() -> None:
    limited = GitHubError("GitHub answered 403: rate limit", 403, rate_limited=True, retry_after=60)
    board = Board()
    board.faults["create_status"] = [limited]
    assert Job(board).fire(A).fire
    assert board.clock.seconds > 60
    board = Board()
    board.faults["create_status"] = [limited]
    assert Job(board, legs=2).claim(A).reason == "ledger-unavailable"
    board = Board()
    board.faults["create_status"] = [LIMITED]  # it does not say for how long
    assert Job(board).claim(A).reason == "ledger-unavailable"


@pytest.mark.parametrize("method", ["create_status", "statuses"])
def test_without_permission_a_lone_job_fires_unrecorded_once(method: str, tmp_path: Path) -> None:
    board = Board()
    board.faults[method] = [FORBIDDEN] * 99
    job = Job(board, temp=tmp_path)
    assert job.claim(A).fire
    assert "`statuses: write`" in job.ledger.notes[0].remedy
    assert board.clock.seconds >= 10  # that long it may be an outage
    again = Job(board, temp=tmp_path).claim(A)
    assert (again.fire, again.reason) == (False, "duplicate")
    leg = Job(board, legs=2).claim(A)
    assert (leg.failed, leg.reason) == (True, "ledger-unavailable")


def test_a_denial_that_ends_is_an_outage() -> None:
    board = Board()
    board.faults["create_status"] = [FORBIDDEN] * 3
    job = Job(board)
    assert job.fire(A).fire
    assert (board.stages(), job.ledger.notes) == ("csf", ())


# --- the place ------------------------------------------------------------------------------------------


def test_a_place_that_is_not_shown_is_asked_for_again_and_never_replaced() -> None:
    board = Board()
    board.faults["first_commit"] = [SERVER_ERROR, SERVER_ERROR]
    job = Job(board)
    job.ledger.find()
    assert job.fire(A).fire
    board = Board()
    board.faults["first_commit"] = [SERVER_ERROR] * 20
    assert Job(board).claim(A).reason == "ledger-unavailable"
    assert board.commits == {}


def test_a_pinned_place_costs_no_request() -> None:
    board = Board(place="9" * 40)
    assert Job(board, place="9" * 40).fire(A).fire
    assert "first_commit" not in board.calls
    assert len(board.commits["9" * 40]) == 3


def test_a_token_that_may_not_read_commits_keeps_its_ledger_on_the_failing_commit() -> None:
    board = Board()
    board.faults["first_commit"] = [FORBIDDEN] * 20
    job = Job(board)
    assert job.fire(A).fire
    assert [entry.record.stage for entry in board.entries(SHA)] == ["c", "s", "f"]
    assert job.ledger.notes[0].permission == "contents: read"


# --- whose entries count --------------------------------------------------------------------------------


def test_only_entries_of_the_own_identity_count() -> None:
    board = Board(creator="octocat")
    Job(board, default_token=False).fire(A)
    board.creator = "github-actions[bot]"
    assert Job(board).fire(A).fire


def test_with_another_token_the_identity_is_that_of_the_first_answer() -> None:
    board = Board(creator="octocat")
    assert Job(board, default_token=False).fire(A).fire
    verdict = Job(board, NEXT, default_token=False).claim(A)
    assert verdict.reason == "duplicate"


def test_an_entry_whose_creator_is_gone_counts_only_where_this_job_wrote_it() -> None:
    board = Board()
    write(board, Stage.FIRED)
    board.commits[PLACE][-1] = replace(board.commits[PLACE][-1], creator=None)
    board.creator = None  # GitHub names none for the job's own entries, either
    assert Job(board).fire(A).fire


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/code/session_1",
        "https://claude.ai/new?q=paste+your+token",
        "https://claude.ai/code/session_1/../../new",
        "https://claude.ai/redirect/https://evil.example",
    ],
)
def test_a_link_that_leads_elsewhere_is_not_shown(url: str) -> None:
    board = Board()
    write(board, Stage.FIRED)
    board.commits[PLACE][-1] = replace(board.commits[PLACE][-1], target_url=url)
    verdict = Job(board).claim(A)
    assert (verdict.reason, verdict.session_url) == ("duplicate", "")


# --- again ----------------------------------------------------------------------------------------------


def test_again_starts_one_more_session_and_a_re_run_of_it_none() -> None:
    board = Board()
    Job(board).fire(A)
    board.clock.seconds += 600
    asked = board.clock.server()
    board.clock.seconds += 5
    assert Job(board, again_since=asked, max_sessions=1).fire(A).fire
    board.clock.seconds += 60
    assert Job(board, again_since=asked, max_sessions=1).claim(A).reason == "duplicate"  # the run, re-run
    assert Job(board, again_since=board.clock.server()).fire(A).fire  # a later press
    assert board.stages() == "csfcsfcsf"


def test_a_press_while_another_is_served_starts_nothing() -> None:
    board, others = Board(), list[Verdict]()
    Job(board).fire(A)
    board.clock.seconds += 600
    asked = board.clock.server()
    board.before_write = lambda: others.append(Job(board, again_since=asked).fire(A))
    assert not Job(board, again_since=asked).claim(A).fire
    assert [one.fire for one in others] == [True]


# --- the first look of a step ---------------------------------------------------------------------------


def look(board: Board, legs: int = 8) -> Verdict | None:
    return Job(board, sample_run(trigger=TriggerKind.STEP), legs=legs).ledger.look_first(sample_run())


def test_a_leg_ends_at_once_if_its_attempt_has_its_session() -> None:
    board = Board()
    Job(board, legs=8).fire(A)
    verdict = look(board)
    assert verdict and (verdict.reason, verdict.session_id) == ("duplicate", "session_1")
    assert look(Board()) is None


def test_a_leg_waits_for_a_sibling_that_is_starting() -> None:
    board = Board()
    job = Job(board, legs=8)
    assert job.claim(A).fire
    assert board.words() == ["A Claude session is about to start"]
    board.clock.at = lambda: job.ledger.settle(fired())
    verdict = look(board)
    assert verdict and verdict.session_id == "session_1"


def test_in_a_crowd_one_leg_that_is_covered_decides_for_all() -> None:
    board = Board()
    Job(board, NEXT).fire(A)
    Job(board, legs=40).claim(A)
    found = look(board, legs=40)
    assert found and (found.reason, found.session_id) == ("duplicate", "session_1")
    assert look(board, legs=8) is None


def test_a_first_look_that_fails_keeps_a_lone_step_from_nothing() -> None:
    board = Board()
    board.faults["statuses"] = [SERVER_ERROR] * 9
    assert look(board, legs=1) is None
    board.faults["statuses"] = [SERVER_ERROR] * 9
    verdict = look(board, legs=8)
    assert verdict and verdict.reason == "ledger-unavailable"


# --- what was found, smallest first -----------------------------------------------------------------------


def test_a_step_and_a_log_are_one_failure_on_later_nights_and_in_re_runs() -> None:
    board, step = Board(), "8a04727f00000000"
    running = Fingerprint(step, running=True, by_step=(step,))
    logged = Fingerprint("72393426aaaaaaaa", by_step=(step,))
    assert Job(board).fire(running).fire
    assert not Job(board, sample_run(101)).claim(logged, running).fire
    assert not Job(board, sample_run(attempt=2)).claim(logged).fire
    other = Board()
    assert Job(other).fire(logged).fire
    assert not Job(other, sample_run(101)).claim(running).fire


def test_thirty_newer_runs_do_not_push_a_session_out_of_sight() -> None:
    board = Board()
    Job(board, max_sessions=1).fire(A)
    for number in range(40):
        Job(board, sample_run(200 + number, head_sha=f"{number:040x}"), max_sessions=1).claim(A)
    assert board.stages() == "csf"


def test_a_missing_green_run_means_a_duplicate_with_a_link_and_never_a_second_session() -> None:
    board = Board()
    Job(board).fire(A)
    board.clock.seconds += 9 * 86400
    verdict = Job(board, replace(NEXT, created_at=NOON + 9 * DAY)).claim(A)
    assert (verdict.reason, verdict.session_id) == ("duplicate", "session_1")
    assert board.calls.count("greens") == 1


def test_a_job_that_gives_way_again_and_again_fires_nothing_and_says_why() -> None:
    board, rivals = Board(), list[str]()

    def come() -> None:
        rivals.append(f"other{len(rivals):03}")
        write(board, Stage.ANNOUNCED, rivals[-1])

    def go() -> None:
        if rivals and board.before_write is None and board.stages().endswith("w"):
            write(board, Stage.WITHDRAWN, rivals[-1])
            board.before_write = come

    board.before_write, board.clock.at = come, go
    verdict = Job(board).claim(A)
    assert (verdict.fire, verdict.reason) == (False, "ledger-unavailable")
    assert "one job after the other took its claim back" in verdict.message


def test_what_people_see_of_a_session_fits_a_status_with_the_longest_names() -> None:
    board, failures = Board(), [letter * 16 for letter in "abcde"]
    path = f".github/workflows/{'w' * 20}.yml"
    assert Job(board, sample_run(workflow_path=path)).fire(*failures).fire
    last = sample_run(99_999_999_999, 999, head_sha=OLDER, workflow_path=path)
    assert Job(board, last).claim(*failures).reason == "duplicate"
    (shown,) = board.commits[OLDER]
    assert len(shown.description.encode()) <= 140
    assert shown.description.startswith("Covered")


def test_a_failure_that_came_back_within_the_hour_shows_the_minutes() -> None:
    board = Board()
    Job(board).fire(A)
    board.clock.seconds += 59 * 60
    Job(board, replace(NEXT, history=green_at(100))).claim(A)
    assert board.words(OLDER) == ["Back 59 min after its Claude session"]


def test_a_lone_step_does_not_wait_for_the_legs_of_a_matrix() -> None:
    board = Board()
    assert Job(board, legs=8).claim(A).fire
    began = board.clock.seconds
    assert look(board, legs=1) is None
    assert board.clock.seconds == began
