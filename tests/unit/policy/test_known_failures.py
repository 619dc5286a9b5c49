"""Where all that failed is known, nothing is fired and nothing is claimed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.ledger.boards import Board, sample_brief, sample_run

from fire_routine.decision import decide
from fire_routine.ledger import Ledger, Terms
from fire_routine.model import Action, FailedJob, Failure, Fingerprint, GitHubError, KnownFailure, Verdict
from fire_routine.settings import Context, Settings

ENTRY = KnownFailure(
    ".github/known-failures.toml",
    12,
    "pool",
    Action.SKIP,
    "Slow at night.",
    "https://github.com/o/r/issues/7",
)
FAILURE = Failure(Fingerprint("1" * 16), (FailedJob(1, "test", "failure", ""),), None)
KNOWN = replace(FAILURE, known=ENTRY)
RERUN = replace(FAILURE, known=replace(ENTRY, action=Action.RERUN))


def decided(*failures: Failure, board: Board | None = None, **run: Any) -> Verdict:
    board = board or Board()
    ledger = Ledger(board, Terms(), clock=board.clock.value)
    return decide(Settings(), Context(), sample_run(**run), sample_brief(), ledger, board, failures)


def test_a_known_failure_starts_nothing_and_asks_nothing() -> None:
    board = Board()
    verdict = decided(KNOWN, board=board)
    assert (verdict.fire, verdict.failed, verdict.reason) == (False, False, "known-failure")
    assert verdict.message == (
        "Known by `.github/known-failures.toml, line 12`: `Slow at night, https://github.com/o/r/issues/7`."
        ' To report it anyway, set `action = "note"` there, on the default branch, and re-run the failed'
        " jobs."
    )
    assert board.calls == []


def test_an_entry_without_a_note_is_named_alone() -> None:
    entry = replace(ENTRY, note="", issue_url="")
    message = decided(replace(FAILURE, known=entry)).message
    assert message.startswith("Known by `.github/known-failures.toml, line 12`. To report")


@pytest.mark.parametrize(
    "failures",
    [
        (),
        (FAILURE,),
        (FAILURE, KNOWN),
        (replace(KNOWN, known_in_part=True), KNOWN),
        (replace(FAILURE, known=replace(ENTRY, action=Action.NOTE)), KNOWN),
        (replace(FAILURE, gate=True),),
    ],
)
def test_what_is_not_wholly_known_is_fired(failures: tuple[Failure, ...]) -> None:
    assert decided(*failures).fire


def test_a_gate_is_not_fired_for_alone() -> None:
    assert decided(KNOWN, replace(FAILURE, gate=True)).reason == "known-failure"


def test_several_entries_are_named_and_those_beyond_counted() -> None:
    failures = [replace(FAILURE, known=replace(ENTRY, line=line)) for line in (3, 3, 9, 15, 21, 27)]
    message = decided(*failures).message
    assert [f"line {line}`" in message for line in (3, 9, 15, 21, 27)] == [True, True, True, False, False]
    assert "2 more entries match." in message


def test_entries_that_re_run_ask_for_that_and_name_themselves() -> None:
    board = Board()
    verdict = decided(RERUN, KNOWN, board=board)
    assert (verdict.fire, verdict.reason) == (False, "rerun")
    assert board.rerun == [100]
    assert verdict.message.startswith("Known by `.github/known-failures.toml, line 12`: `Slow at night")
    assert "The failed jobs are re-run once" in verdict.message


@pytest.mark.parametrize("changes", [{"attempt": 2}, {"status": "in_progress", "conclusion": None}, {}])
def test_where_nothing_can_be_re_run_it_is_fired(changes: dict[str, Any]) -> None:
    board = Board(faults={"rerun_failed_jobs": [GitHubError("GitHub answered 403", 403)]})
    assert decided(RERUN, board=board, **changes).fire
    assert board.calls.count("rerun_failed_jobs") == (not changes)  # only then it is refused
