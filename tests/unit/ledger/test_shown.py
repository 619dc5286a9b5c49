"""What people and the next session read of what the ledger knows."""

from __future__ import annotations

from tests.unit.ledger.simulator.boards import OLDER, Board, sample_run
from tests.unit.ledger.simulator.jobs import Job

from fire_routine.ledger.rerun import Reruns
from fire_routine.model.evidence import Fingerprint

A, B = "a" * 16, "b" * 16


def test_of_the_longest_names_a_status_has_what_fits() -> None:
    board, failures = Board(), [letter * 16 for letter in "abcde"]
    path = f".github/workflows/{'w' * 20}.yml"
    assert Job(board, sample_run(workflow_path=path)).fire(*failures).fire
    last = sample_run(99_999_999_999, 999, head_sha=OLDER, workflow_path=path)
    assert Job(board, last).claim(*failures).reason == "duplicate"
    (shown,) = board.commits[OLDER]
    assert shown.description.startswith("Covered")
    assert len(shown.description.encode()) <= 140


def test_of_a_re_run_the_failures_that_are_new_and_the_same_are_counted() -> None:
    board = Board()
    assert Job(board, rerun_first=True).claim(A).reason == "rerun"
    again = Job(board, sample_run(attempt=2))
    found = Reruns(again.log, again.run).known([Fingerprint(A), Fingerprint(B)])
    assert found and (found.attempt, found.same, found.new, found.gone) == (1, 1, 1, 0)
