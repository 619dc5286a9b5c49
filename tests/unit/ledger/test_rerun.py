"""The re-run before a session, and the record of flakes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.ledger.simulator.boards import (
    FORBIDDEN,
    NO_ANSWER,
    OLDER,
    SERVER_ERROR,
    SHA,
    Board,
    sample_brief,
    sample_run,
)
from tests.unit.ledger.simulator.jobs import Job, Verdict

from fire_routine.ledger.rerun import Reruns
from fire_routine.model.outcome import GitHubError

RUNNING = GitHubError("GitHub answered 403: This workflow is already running", 403)
A, B = "a" * 16, "b" * 16
GREEN = sample_run(attempt=2, conclusion="success")


def rerun(board: Board) -> Verdict:
    return Job(board, rerun_first=True).claim(A)


@pytest.mark.parametrize("answer", [RUNNING, NO_ANSWER])
def test_a_re_run_that_began_is_left_alone_whatever_github_answers(answer: GitHubError) -> None:
    board = Board(rerun_anyway=True)
    board.faults["rerun_failed_jobs"] = [answer]  # another job asked between the look and the request
    assert rerun(board).reason == "rerun"


@pytest.mark.parametrize("fault", [FORBIDDEN, SERVER_ERROR, NO_ANSWER])
def test_a_re_run_that_github_does_not_begin_is_a_fire_with_a_note(board: Board, fault: GitHubError) -> None:
    board.faults["rerun_failed_jobs"] = [fault]
    job = Job(board, rerun_first=True)
    assert job.fire(A).fire
    assert board.stages() == "csf"
    assert ("`actions: write`" in job.notes[0].advice) == (fault is FORBIDDEN)


def test_of_a_re_run_the_failures_that_are_new_and_the_same_are_counted(board: Board) -> None:
    assert rerun(board).reason == "rerun"
    again = Job(board, sample_run(attempt=2))
    found = Reruns(again.log, again.run).known(sample_brief(A, B))
    assert found and (found.attempt, found.same, found.new, found.gone) == (1, 1, 1, 0)


def test_a_failure_that_has_its_session_is_not_re_run_and_the_second_attempt_fires(board: Board) -> None:
    Job(board).fire(A)
    assert Job(board, sample_run(101), rerun_first=True).claim(A).reason == "duplicate"
    assert board.rerun == []
    board = Board()
    rerun(board)
    assert Job(board, sample_run(attempt=2), rerun_first=True).fire(A).fire


def test_a_run_that_a_person_re_ran_and_that_is_green_then_is_a_flake(board: Board) -> None:
    Job(board).fire(A)
    green = Job(board, GREEN)
    for _ in range(2):
        verdict = green.record_flake()
        assert verdict and verdict.reason == "flake"
        assert verdict.session_id == "session_1"
    assert board.words().count("Flaky: it passed when re-run") == 1


def test_a_green_attempt_of_which_nothing_is_known_is_no_flake(board: Board) -> None:
    green = Job(board, GREEN)
    assert green.record_flake() is None
    board.faults["statuses"] = [SERVER_ERROR] * 10
    assert green.record_flake() is None
    assert "record of a flaky failure" in green.notes[0].what


def test_flakes_of_the_last_days_are_counted(board: Board) -> None:
    rerun(board)
    green = Job(board, GREEN)
    green.record_flake()
    board.passed = [SHA, OLDER]
    later = sample_run(300, attempt=2, head_sha="c" * 40)
    found = Reruns(Job(board, later).log, later).known(sample_brief(A))
    assert found and (found.flakes, found.attempt) == (1, None)
    assert any(call.startswith("passed_in_rerun CI 2026-02-15") for call in board.calls)
    assert Reruns(Job(board, later).log, later).known(sample_brief(B)) is None
    assert timedelta(days=found.days) == timedelta(days=14)


@pytest.mark.parametrize("unread", ["statuses", "passed_in_rerun CI 2026-02-15"])
def test_what_re_runs_showed_is_left_out_where_it_can_not_be_read(board: Board, unread: str) -> None:
    rerun(board)
    again = Job(board, sample_run(attempt=2))
    board.faults[unread] = [SERVER_ERROR] * 9
    found = Reruns(again.log, again.run).known(sample_brief(A))
    assert (found is None) == (unread == "statuses")
    assert [note.what for note in again.notes] == ["some of what re-runs showed of this failure"]
