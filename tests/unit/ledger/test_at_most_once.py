"""The holes that a lagging, denying or forged board could open: none of them starts a second session."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.ledger.boards import (
    OLDER,
    SHA,
    Board,
    fired,
    pull_request,
    sample_brief,
    sample_run,
    without_logs,
    written_by,
)
from tests.unit.ledger.jobs import FORBIDDEN, LIMITED, SERVER_ERROR, fire, job_of

from fire_routine.decide.election.candidacy import ANNOUNCED, ANNOUNCED_TO_OTHERS, SETTLED
from fire_routine.decide.election.first_look import LOOK_BEFORE, SPREAD
from fire_routine.decide.election.poll import CALM, PAUSES
from fire_routine.decide.ledger.entry import Record, Stage, ref_of
from fire_routine.model import Fingerprint, GitHubError, Outcome, Result, Run, TriggerKind

EVIL = "evil-app[bot]"


def outage(status: int, message: str = "Not Found") -> GitHubError:
    return GitHubError(f"GitHub answered {status}: {message}", status)


def record(stage: Stage, run: Run, mark: str = "otherjob", **changes: object) -> Record:
    base = Record(stage, "ci.yml", run.id, run.attempt, (Fingerprint("11111111"),), 1, mark, ref_of(run))
    return replace(base, **changes)  # type: ignore[arg-type]


def post(board: Board, what: Record, url: str = "https://claude.ai/code/session_1", sha: str = SHA) -> None:
    board.create_status(sha, "success", str(what), url)


# --- announcements ----------------------------------------------------------------------------------


def test_who_announced_later_gives_way_to_an_announcement_that_was_not_visible_before() -> None:
    board, run = Board(), sample_run()
    rival = record(Stage.SENDING, run)

    def rival_announces() -> None:
        board.before_write = None
        post(board, replace(rival, stage=Stage.CLAIMED))
        post(board, rival)
        board.commits[SHA], hidden = board.commits[SHA][:-2], board.commits[SHA][-2:]

        def appear() -> None:
            board.clock.at = lambda: post(board, replace(rival, stage=Stage.FIRED))
            board.commits[SHA] += hidden

        board.clock.at = appear

    job = job_of(board, run)
    board.clock.at = lambda: None
    board.before_write = lambda: setattr(board, "before_write", rival_announces)
    verdict = job.claim(sample_brief())
    assert (verdict.reason, verdict.session_id) == ("duplicate", "session_1")
    assert "WITHDRAWN" in board.stages()


def test_who_gave_way_to_a_job_that_then_gives_up_fires_itself() -> None:
    board, run = Board(), sample_run()
    rival = record(Stage.SENDING, run)

    def rival_announces() -> None:
        board.before_write = None
        post(board, rival)

    def give_up() -> None:
        if "WITHDRAWN" in board.stages():
            board.clock.at = lambda: None
            post(board, replace(rival, stage=Stage.WITHDRAWN))

    board.before_write = lambda: setattr(board, "before_write", rival_announces)
    board.clock.at = give_up
    job = job_of(board, run)
    assert job.claim(sample_brief()).fire
    job.settle(fired())
    assert board.stages().count("FIRED") == 1


def test_its_own_announcement_must_be_shown_before_anything_is_sent() -> None:
    board = Board()

    def hide() -> None:
        if board.stages()[-1:] == ["SENDING"]:
            board.hidden = 1000

    board.clock.at = hide
    verdict = job_of(board).claim(sample_brief())
    assert (verdict.reason, board.stages()[-1]) == ("ledger-unavailable", "WITHDRAWN")


@pytest.mark.parametrize(("busy", "pause"), [(False, ANNOUNCED), (True, ANNOUNCED_TO_OTHERS)])
def test_a_run_of_another_commit_that_may_fire_now_is_waited_for_as_long_as_reads_lag(
    busy: bool, pause: float
) -> None:
    board = Board(others=[OLDER], busy=busy, heads={})
    assert fire(board).fire
    assert board.clock.seconds == SETTLED + pause


def test_a_session_on_another_commit_that_becomes_visible_late_is_seen_in_the_last_look() -> None:
    board = Board(others=[OLDER], busy=True, heads={})
    older = sample_run(99, head_sha=OLDER)

    def appear() -> None:
        if board.clock.seconds > 30:
            board.clock.at = lambda: None
            post(board, record(Stage.FIRED, older), sha=OLDER)

    board.clock.at = appear
    assert fire(board).reason == "duplicate"
    assert board.stages() == ["CLAIMED", "SENDING", "WITHDRAWN"]


# --- a leader that dies -------------------------------------------------------------------------------


def test_a_claim_of_another_run_that_never_gets_on_is_taken_over() -> None:
    board, other = Board(), sample_run(99)
    post(board, record(Stage.CLAIMED, other))
    assert fire(board, sample_run(101)).fire
    assert board.clock.seconds == sum(PAUSES) + ANNOUNCED


def test_a_leader_that_was_only_slow_gives_way_to_the_job_that_took_over() -> None:
    board, run = Board(), sample_run()
    slow = job_of(board, run)
    took_over: list[bool] = []

    def stall() -> None:
        if board.stages() == ["CLAIMED"]:
            board.clock.at = lambda: None
            board.before_write = None
            took_over.append(fire(board, run).fire)

    board.hidden = 2  # so that it has to look again
    board.clock.at = stall
    verdict = slow.claim(sample_brief())
    assert took_over == [True]
    assert (verdict.fire, verdict.session_id) == (False, "session_1")


# --- denials ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403, 404, 422])
@pytest.mark.parametrize("method", ["statuses", "create_status", "incident"])
def test_an_outage_that_answers_like_a_denial_keeps_the_fire_back(method: str, status: int) -> None:
    board = Board(faults={method: [outage(status)] * 50})
    verdict = job_of(board).claim(sample_brief())
    assert (verdict.fire, verdict.failed, verdict.reason) == (False, True, "ledger-unavailable")


@pytest.mark.parametrize("status", [401, 403, 404, 422])
@pytest.mark.parametrize("method", ["statuses", "create_status", "incident"])
def test_an_outage_of_some_seconds_changes_nothing(method: str, status: int) -> None:
    board = Board(faults={method: [outage(status)] * 3})
    assert fire(board).fire
    assert not fire(board, sample_run(101)).fire


@pytest.mark.parametrize("method", ["statuses", "create_status"])
def test_a_permission_is_missing_only_once_github_has_stated_it_for_ten_seconds(method: str) -> None:
    board = Board(faults={method: [FORBIDDEN] * 4})
    assert fire(board).fire
    assert board.stages()[-1] == "FIRED"
    board = Board(faults={method: [FORBIDDEN] * 50})
    job = job_of(board)
    assert job.claim(sample_brief()).fire
    assert board.clock.seconds >= 10
    assert [note.remedy for note in job.notes] == ["Add `statuses: write` to the job's `permissions`."]


def test_a_job_that_sees_the_ledgers_entries_does_not_believe_that_it_may_not_write() -> None:
    board = Board()
    fire(board)
    board.faults = {"create_status": [FORBIDDEN] * 50}
    assert fire(board, sample_run(101), "2" * 16).reason == "ledger-unavailable"


@pytest.mark.parametrize("once_per", ["incident", "run", "always"])
@pytest.mark.parametrize("fault", [FORBIDDEN, SERVER_ERROR])
def test_a_leg_of_a_matrix_never_fires_unrecorded(once_per: str, fault: GitHubError) -> None:
    board = Board(faults={"statuses": [fault] * 50, "create_status": [fault] * 50})
    verdict = job_of(board, legs=2, once_per=once_per).claim(sample_brief())
    assert (verdict.fire, verdict.reason) == (False, "ledger-unavailable")


@pytest.mark.parametrize("status", [401, 403, 404, 422, 500])
def test_another_commits_denial_is_asked_again_for_twenty_seconds(status: int) -> None:
    board = Board(others=[OLDER], heads={})
    fire(board, sample_run(99, head_sha=OLDER))
    board.faults = {"statuses": [None, *[outage(status)] * 6]}
    before = board.clock.seconds
    assert fire(board).reason == "duplicate"
    assert board.clock.seconds - before == 20


@pytest.mark.parametrize("status", [401, 403, 500])
def test_another_commit_that_stays_denied_keeps_the_fire_back(status: int) -> None:
    board = Board(others=[OLDER], heads={})
    board.faults = {"statuses": [None, *[outage(status)] * 50]}
    assert fire(board).reason == "ledger-unavailable"


@pytest.mark.parametrize("status", [404, 422])
def test_another_commit_that_is_gone_has_no_entries_and_is_noted_once(status: int) -> None:
    class WithoutOlder(Board):
        def statuses(self, sha: str) -> list:  # type: ignore[type-arg]
            if sha == OLDER:
                raise outage(status)
            return list(super().statuses(sha))

    board = WithoutOlder(others=[OLDER], heads={})
    job = job_of(board)
    assert job.claim(sample_brief()).fire
    (note,) = job.notes
    assert "bbbbbbbb" in note.what
    assert board.clock.seconds == 20 + SETTLED + ANNOUNCED


# --- whose entries count ------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", Stage)
def test_an_entry_that_someone_else_wrote_keeps_nothing_back(stage: Stage) -> None:
    board, run = Board(creator=EVIL), sample_run()
    post(board, record(stage, run, number=9999))
    board.creator = "github-actions[bot]"
    assert job_of(board, run).look_first() is None
    assert fire(board, run).fire


def test_no_one_else_can_take_a_session_back() -> None:
    board = Board()
    fire(board)
    mark = board.entries()[0].record.mark
    for creator in (EVIL, "github-actions[bot]"):
        board.creator = creator
        post(board, record(Stage.WITHDRAWN, sample_run(), mark=mark))
    assert fire(board, sample_run(101)).reason == "duplicate"


def test_with_another_token_the_entries_of_its_own_owner_count() -> None:
    board = Board(creator="mona")
    assert job_of(board, default_token=False).claim(sample_brief()).fire
    for default_token in (True, False):
        again = job_of(board, sample_run(attempt=2), default_token=default_token)
        assert again.look_first() is None  # not known before its first status
        assert again.claim(sample_brief()).reason == "leader-lost"


def test_with_another_token_entries_of_the_actions_own_do_not_count() -> None:
    board = Board()
    fire(board)
    board.creator = "mona"
    assert job_of(board, sample_run(101), default_token=False).claim(sample_brief()).fire


def test_an_entry_whose_creator_is_not_named_may_be_its_own() -> None:
    board = Board(creator=None)
    assert fire(board).fire
    assert fire(board, sample_run(101)).reason == "duplicate"


@pytest.mark.parametrize(
    "link",
    [
        "https://claude.ai.evil.example/code/session_1",
        "https://claude.ai@evil.example/code/session_1",
        "http://claude.ai/code/session_1",
        "javascript:alert(1)",
        "https://evil.example/)![x](https://evil.example/p.png",
        "http://127.0.0.1:8000/code/session_1",  # the routine is not on loopback
        "",
    ],
)
def test_a_link_that_does_not_lead_to_a_session_is_neither_shown_nor_copied(link: str) -> None:
    board = Board(others=[OLDER], heads={})
    post(board, record(Stage.FIRED, sample_run(99, head_sha=OLDER)), link, OLDER)
    verdict = fire(board)
    assert (verdict.reason, verdict.session_url, verdict.session_id) == ("duplicate", "", "")
    assert board.stages() == ["COVERED"]
    assert board.commits[SHA][0].target_url == sample_run().url


def test_a_link_on_the_loopback_host_of_the_routine_is_a_sessions() -> None:
    board = Board()
    link = "http://127.0.0.1:8000/code/session_1"
    post(board, record(Stage.FIRED, sample_run()), link)
    routine = "http://127.0.0.1:8000/v1/claude_code/routines/trig_1/fire"
    assert job_of(board, routine_url=routine).claim(sample_brief()).session_url == link
    other = job_of(board, routine_url=routine.replace("127.0.0.1", "localhost"))
    assert other.claim(sample_brief()).session_url == ""


def test_trailers_of_a_message_anyone_may_have_written_count_only_for_known_sessions() -> None:
    board = Board()
    trailers = sample_run(commit=written_by("session_7", "session_8", "session_9"))
    assert fire(board, trailers).fire


# --- incidents on one commit ----------------------------------------------------------------------------


def test_a_tag_on_the_commit_of_a_branch_has_a_session_of_its_own() -> None:
    board = Board(heads={})
    assert fire(board, sample_run(600)).fire
    assert fire(board, sample_run(601, head_branch="v1.2.3")).fire
    assert fire(board, sample_run(602, head_branch="v1.2.3")).reason == "duplicate"


def test_pull_requests_on_one_base_commit_share_neither_failures_nor_max_sessions() -> None:
    board = Board(heads={}, pulls={number: pull_request(number=number) for number in (5, 6)})
    for number in (5, 6):
        pull = pull_request(number=number)
        run = sample_run(610 + number, event="pull_request_target", pull_request=pull)
        job = job_of(board, run, max_sessions=1)
        assert job.claim(sample_brief()).fire
        job.settle(fired(f"session_{number}"))


# --- the first look, and the crowd ------------------------------------------------------------------------


def test_an_attempt_that_has_its_session_costs_one_request() -> None:
    board = Board()
    fire(board)
    board.calls.clear()
    verdict = job_of(board).look_first()
    assert verdict is not None
    assert (verdict.reason, verdict.session_id) == ("duplicate", "session_1")
    assert board.calls == ["statuses"]


@pytest.mark.parametrize("run", [sample_run(attempt=2), sample_run(101)])
def test_the_first_look_leaves_other_attempts_and_runs_to_the_whole_story(run: Run) -> None:
    board = Board()
    fire(board)
    assert job_of(board, run).look_first() is None


def test_a_later_attempt_is_covered_at_once_where_the_session_was_started_without_a_log() -> None:
    board = Board()
    job = job_of(board)
    job.claim(without_logs(sample_brief()))
    job.settle(fired())
    assert job_of(board, sample_run(attempt=2)).look_first() is not None


def test_always_never_ends_by_the_first_look() -> None:
    board = Board()
    fire(board)
    assert job_of(board, once_per="always").look_first() is None


def test_a_claim_of_a_sibling_is_waited_for_without_gathering() -> None:
    board, run = Board(), sample_run()
    claim = record(Stage.CLAIMED, run)
    post(board, claim)
    steps = iter([Stage.SENDING, Stage.FIRED])

    def go_on() -> None:
        stage = next(steps, None)
        if stage:
            post(board, replace(claim, stage=stage))

    board.clock.at = go_on
    verdict = job_of(board, run).look_first()
    assert verdict is not None
    assert verdict.session_id == "session_1"
    assert set(board.calls) == {"statuses", "create_status"}


def test_a_sibling_that_died_with_its_claim_is_not_waited_for_twice() -> None:
    board, run = Board(), sample_run()
    post(board, record(Stage.CLAIMED, run))
    job = job_of(board, run)
    assert job.look_first() is None
    assert board.clock.seconds == sum(PAUSES)
    assert job.claim(sample_brief()).fire
    assert board.clock.seconds == sum(PAUSES) + ANNOUNCED


def test_the_first_look_of_a_lone_job_costs_no_time_where_the_board_is_down() -> None:
    for fault in (SERVER_ERROR, FORBIDDEN, LIMITED):
        board = Board(faults={"statuses": [fault]})
        assert job_of(board).look_first() is None
        assert board.clock.seconds == 0


def test_a_leg_that_can_not_read_the_ledger_gathers_nothing() -> None:
    board = Board(faults={"statuses": [LIMITED] * 50})
    verdict = job_of(board, legs=256).look_first()
    assert verdict is not None
    assert verdict.reason == "ledger-unavailable"


@pytest.mark.parametrize(("legs", "looks"), [(2, 2), (LOOK_BEFORE, 2), (LOOK_BEFORE + 1, 1)])
def test_the_legs_of_a_matrix_wait_for_a_random_time_and_report_it(legs: int, looks: int) -> None:
    waits = []
    for _ in range(200):
        board, printed = Board(), list[str]()
        assert job_of(board, legs=legs, printed=printed).look_first(spread=True) is None
        assert len(board.calls) == looks
        waits.append(board.clock.seconds)
        assert bool(printed) == bool(board.clock.seconds)
        assert all(f"one of {legs} of a matrix: waiting for" in line for line in printed)
    assert max(waits) < SPREAD * 7
    assert len(set(waits)) > 50
    assert sum(wait > max(waits) / 2 for wait in waits) > 100 or legs == 2


def test_a_lone_step_and_a_final_job_never_wait() -> None:
    for legs, spread in ((1, True), (256, False)):
        board = Board()
        assert job_of(board, legs=legs).look_first(spread=spread) is None
        assert board.clock.seconds == 0


def test_a_leg_that_fails_after_the_session_was_started_does_not_wait() -> None:
    board = Board()
    fire(board)
    before = board.clock.seconds
    assert job_of(board, legs=32).look_first(spread=True) is not None
    assert board.clock.seconds == before


@pytest.mark.parametrize(("legs", "ends"), [(1, False), (2, True)])
def test_a_leg_does_not_repeat_a_request_that_was_refused_for_a_sibling(legs: int, ends: bool) -> None:
    board = Board()
    job = job_of(board)
    job.claim(sample_brief())
    job.settle(Outcome(Result.FAILED, "unauthorized"))
    verdict = job_of(board, legs=legs).look_first()
    assert (verdict.reason if verdict else "") == ("earlier-failed" if ends else "")


@pytest.mark.parametrize(("legs", "ends"), [(CALM, False), (CALM + 1, True)])
@pytest.mark.parametrize("stage", [Stage.COVERED, Stage.DOUBTFUL, Stage.LIMITED])
def test_of_a_very_large_matrix_one_leg_speaks_for_all(stage: Stage, legs: int, ends: bool) -> None:
    board, run = Board(), sample_run()
    post(board, record(stage, run, number=3))
    assert (job_of(board, run, legs=legs).look_first() is not None) is ends


def test_the_run_may_be_looked_at_from_a_workflow_of_its_own(tmp_path: Path) -> None:
    board = Board()
    fire(board)
    watched = sample_run(trigger=TriggerKind.WORKFLOW_RUN)
    assert job_of(board, watched, temp=tmp_path).look_first() is not None
