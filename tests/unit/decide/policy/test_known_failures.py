"""Where all that failed is known, nothing is fired and nothing is claimed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.decide.boards import Board, sample_brief, sample_run

from fire_routine.decide import Election, Terms, decide
from fire_routine.model import Action, FailedJob, Failure, Fingerprint, KnownFailure, Verdict
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


def decided(*failures: Failure, board: Board | None = None, dry_run: bool = False) -> Verdict:
    board = board or Board()
    election = Election(board, Terms(), now=board.clock, sleep=board.clock.sleep)
    settings = Settings(dry_run=dry_run)
    return decide(settings, Context(), sample_run(), sample_brief(), election, board, failures)


def test_a_known_failure_starts_nothing_and_asks_nothing() -> None:
    board = Board()
    verdict = decided(KNOWN, board=board)
    assert (verdict.fire, verdict.failed, verdict.reason) == (False, False, "known-failure")
    assert verdict.message == (
        "Known by `.github/known-failures.toml, line 12`: Slow at night: https://github.com/o/r/issues/7. To"
        ' report it anyway, set `action = "note"` there, on the default branch, and re-run the failed jobs.'
    )
    assert board.calls == []


def test_an_entry_without_a_note_is_named_alone() -> None:
    entry = replace(ENTRY, note="", issue_url="")
    message = decided(replace(FAILURE, known=entry)).message
    assert message.startswith("Known by `.github/known-failures.toml, line 12`. To report")


@pytest.mark.parametrize(
    "other",
    [
        FAILURE,
        replace(KNOWN, known_in_part=True),
        replace(FAILURE, known=replace(ENTRY, action=Action.NOTE)),
    ],
)
def test_what_is_not_wholly_known_is_fired(other: Failure) -> None:
    assert decided(other, KNOWN).fire


def test_a_gate_is_not_fired_for_alone() -> None:
    gate = replace(FAILURE, gate=True)
    assert decided(KNOWN, gate).reason == "known-failure"
    assert decided(gate).fire


def test_several_entries_are_named_and_those_beyond_counted() -> None:
    failures = [replace(FAILURE, known=replace(ENTRY, line=line)) for line in (3, 3, 9, 15, 21, 27)]
    message = decided(*failures).message
    assert [f"line {line}`" in message for line in (3, 9, 15, 21, 27)] == [True, True, True, False, False]
    assert "2 more entries match." in message


def test_a_dry_run_reports_it() -> None:
    assert "it would be skipped (`known-failure`): Known by" in decided(KNOWN, dry_run=True).message


def test_a_run_without_known_failures_is_fired() -> None:
    assert decided().fire
    assert decided(FAILURE).fire
