"""What the ledger shows of the same failures before, and which sessions may be replaced."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.unit.ledger.boards import NOON, OLDER, SHA, Board, fired, green_at, sample_brief, sample_run

from fire_routine.decide import Election, Terms
from fire_routine.decide.election.lookback import without_trace
from fire_routine.model import (
    EarlierSession,
    GitHubError,
    Note,
    Outcome,
    Past,
    PullRequest,
    Result,
    Run,
    SessionState,
    SessionTrace,
    Verdict,
)

DAY = timedelta(hours=24)
LINK = "https://claude.ai/code/session_{}"


@dataclass
class Traces:
    """What became of the sessions of each run, and what was asked for."""

    states: dict[int, SessionState | None] = field(default_factory=dict)
    asked: list[tuple[set[int], datetime | None]] = field(default_factory=list)

    def __call__(
        self, runs: Collection[int], since: datetime | None
    ) -> tuple[Mapping[int, SessionTrace], tuple[Note, ...]]:
        if runs:
            self.asked.append((set(runs), since))
        return {run: self.trace(run) for run in runs}, ()

    def trace(self, run: int) -> SessionTrace:
        state = self.states.get(run, SessionState.NONE)
        pull = None
        if state not in (None, SessionState.NONE, SessionState.BRANCH):
            merged = NOON if state is SessionState.MERGED else None
            pull = PullRequest(
                run, "Fix", f"https://github.com/octo/cat/pull/{run}", "", "", "", "", "octo/cat"
            )
            pull = replace(pull, merged_at=merged)
        return SessionTrace(run, state, "", pull)


@pytest.fixture
def board() -> Board:
    return Board(others=[OLDER, SHA])


def election_of(board: Board, traces: Traces, **terms: object) -> Election:
    return Election(
        board,
        Terms(**{"cool_down": DAY, **terms}),  # type: ignore[arg-type]
        now=board.clock,
        sleep=board.clock.sleep,
        trace=traces,
        today=lambda: board.clock.server,
    )


def claim(
    board: Board,
    run: Run,
    traces: Traces | None = None,
    *fingerprints: str,
    outcome: Outcome | None = None,
    **terms: object,
) -> tuple[Verdict, Past]:
    """A whole job; if it fires, its session has the number of the run."""
    election = election_of(board, traces or Traces(), **terms)
    run = replace(run, started_at=board.clock.server)
    board.heads["main"] = run.head_sha
    verdict = election.claim(run, sample_brief(*fingerprints))
    if verdict.fire:
        election.settle(outcome or fired(f"session_{run.id}"))
    return verdict, election.past


def later(number: int = 101, sha: str = SHA, **changes: Any) -> Run:
    return sample_run(number, head_sha=sha, **changes)


def test_a_first_failure_looks_for_nothing(board: Board) -> None:
    traces = Traces()
    verdict, past = claim(board, sample_run(), traces)
    assert (verdict.fire, past, traces.asked) == (True, Past(), [])


def test_a_duplicate_looks_for_its_session(board: Board) -> None:
    claim(board, sample_run(head_sha=OLDER))
    board.clock.seconds += 2400
    traces = Traces({100: SessionState.OPEN})
    verdict, past = claim(board, later(), traces)
    assert (verdict.reason, len(traces.asked)) == ("duplicate", 1)
    assert traces.asked[0][0] == {100}
    (session,) = past.sessions
    assert (session.url, session.run, session.state) == (LINK.format(100), 100, SessionState.OPEN)
    assert session.waited == "40 min"
    assert session.same_failure
    assert past.seen == ((100, session.started_at),)


def test_another_failure_looks_for_every_session_of_the_incident(board: Board) -> None:
    claim(board, sample_run(head_sha=OLDER), None, "1" * 16)
    claim(board, later(101, OLDER), None, "2" * 16, outcome=Outcome(Result.UNKNOWN, "cut-off"))
    verdict, past = claim(board, later(102), Traces(), "3" * 16)
    assert verdict.fire
    assert [(one.run, one.certain) for one in past.sessions] == [(100, True), (101, False)]
    assert not any(one.same_failure for one in past.sessions)
    assert past.seen == ()


def test_jobs_of_the_same_attempt_look_for_nothing(board: Board) -> None:
    claim(board, sample_run())
    traces = Traces()
    verdict, past = claim(board, sample_run(), traces, legs=2)
    assert (verdict.reason, past, traces.asked) == ("duplicate", Past(), [])


def test_legs_of_a_large_matrix_look_for_nothing(board: Board) -> None:
    claim(board, sample_run(head_sha=OLDER))
    traces = Traces()
    verdict, past = claim(board, later(), traces, legs=33)
    assert (verdict.reason, past, traces.asked) == ("duplicate", Past(), [])


def test_the_run_of_a_session_that_is_only_reported_is_found(board: Board) -> None:
    third = "c" * 40
    board.others = [SHA, OLDER]
    claim(board, sample_run(head_sha=OLDER))
    claim(board, later())
    board.others = [SHA, OLDER, third]
    verdict, past = claim(board, later(102, third))
    assert (verdict.reason, [one.run for one in past.sessions]) == ("duplicate", [100])


def test_a_commit_that_can_not_be_read_costs_only_what_it_shows(board: Board) -> None:
    claim(board, sample_run(head_sha=OLDER))
    claim(board, later())
    third = "c" * 40
    board.others = [SHA, OLDER, third]
    board.faults["incident"] = [None, GitHubError("down"), GitHubError("down")]
    verdict, past = claim(board, later(102, third))
    assert (verdict.reason, past.sessions) == ("duplicate", ())


def test_what_ended_it_then_is_a_pull_request_of_an_earlier_incident(board: Board) -> None:
    claim(board, sample_run(head_sha=OLDER))
    board.ended, board.recent, board.others = [100], [OLDER], []
    board.clock.seconds += DAY.total_seconds() * 2
    verdict, past = claim(board, later(history=green_at(100)), Traces({100: SessionState.MERGED}))
    assert verdict.fire
    assert past.ended_by and past.ended_by.number == 100
    assert [run for run, _ in past.seen] == [100]
    assert [one.run for one in past.sessions] == [100]


class TestReplacing:
    """A session without a trace after the cool-down may be replaced by one more."""

    @pytest.fixture
    def board(self) -> Board:
        board = Board(others=[OLDER, SHA])
        claim(board, sample_run(head_sha=OLDER))
        board.clock.seconds += DAY.total_seconds() + 60
        return board

    def test_the_next_run_replaces_it(self, board: Board) -> None:
        verdict, past = claim(board, later())
        assert (verdict.fire, verdict.session_number) == (True, 2)
        assert [one.run for one in past.sessions] == [100]

    def test_and_no_other_does(self, board: Board) -> None:
        claim(board, later())
        verdict, _ = claim(board, later(102))
        assert (verdict.reason, verdict.session_url) == ("duplicate", LINK.format(101))

    def test_two_at_once_start_one_session(self, board: Board) -> None:
        rival = later(102)
        decided: list[Verdict] = []
        board.before_write = lambda: decided.append(claim(board, rival)[0])
        decided.append(claim(board, later())[0])
        assert sorted(one.fire for one in decided) == [False, True]

    def test_the_replacement_may_be_replaced_in_turn_until_there_were_enough(self, board: Board) -> None:
        reasons = []
        for number in range(101, 105):
            verdict, _ = claim(board, later(number))
            reasons.append(verdict.reason)
            board.clock.seconds += DAY.total_seconds() + 60
        assert reasons == ["", "", "max-sessions", "max-sessions"]
        assert "the one on this failure left no trace" in verdict.message

    @pytest.mark.parametrize(
        ("state", "cool_down"),
        [(state, DAY) for state in (None, *SessionState) if state is not SessionState.NONE]
        + [(SessionState.NONE, timedelta(0)), (SessionState.NONE, 2 * DAY)],
    )
    def test_nothing_else_is_replaced(
        self, board: Board, state: SessionState | None, cool_down: timedelta
    ) -> None:
        verdict, _ = claim(board, later(), Traces({100: state}), cool_down=cool_down)
        assert verdict.reason == "duplicate"

    def test_an_earlier_start_of_the_attempt_does_not_show_that_time_has_passed(self, board: Board) -> None:
        """This machine's clock does not count."""
        board.heads["main"] = SHA
        for began in (NOON + timedelta(hours=1), None):
            for created in (NOON, None):
                run = replace(later(), started_at=began, created_at=created)
                assert election_of(board, Traces()).claim(run, sample_brief()).reason == "duplicate"


def test_only_a_session_with_a_link_and_a_time_is_without_trace() -> None:
    known = EarlierSession("https://claude.ai/code/a", 1, 1, NOON, trace=SessionTrace(1, SessionState.NONE))
    for one, found in (
        (known, {known.url}),
        (replace(known, url=""), set()),
        (replace(known, started_at=None), set()),
        (replace(known, trace=None), set()),
    ):
        assert without_trace(Past((one,)), DAY, NOON + DAY) == found
    assert without_trace(Past((known,)), DAY, None) == frozenset()
