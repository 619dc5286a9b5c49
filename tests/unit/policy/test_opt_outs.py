"""What people decided beforehand: a label of the pull request, and known failures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.ledger.simulator.boards import FORBIDDEN, SERVER_ERROR, Board, pull_request, sample_run
from tests.unit.ledger.simulator.jobs import decided

from fire_routine.model.evidence import Action, Failure, Fingerprint, KnownFailure
from fire_routine.model.outcome import GitHubError
from fire_routine.model.run import Job, PullRequest

RUN = sample_run(event="pull_request", pull_request=pull_request())


def with_labels(*labels: str, **pulls: tuple[str, ...]) -> Board:
    """A GitHub with pull request 5 and these labels; `pull7=…` adds another one."""
    others = {int(name[4:]): pull_request(number=int(name[4:]), labels=own) for name, own in pulls.items()}
    return Board(pulls={5: pull_request(labels=labels), **others})


@pytest.mark.parametrize(
    ("board", "labels", "reason"),
    [
        (with_labels("claude", "no-claude-please"), ("no-claude",), ""),
        (with_labels(), ("no-claude",), ""),
        (with_labels("no-claude"), ("hold", "wip"), ""),
        (with_labels("WIP"), ("hold", "wip"), "skip-labels"),
        (with_labels("bug", pull7=("no-claude",)), ("no-claude",), "skip-labels"),  # any of several
    ],
)
def test_the_labels_are_those_of_the_input(board: Board, labels: tuple[str, ...], reason: str) -> None:
    run = replace(RUN, named_pull_requests=(5, 7) if 7 in board.pulls else ())
    assert decided(board, run, skip_labels=labels).reason == reason


def test_the_labels_of_the_event_do_not_count() -> None:
    """They are those of when the run began."""
    as_it_began = replace(RUN, pull_request=pull_request(labels=("no-claude",)))
    assert decided(with_labels(), as_it_began).fire


@pytest.mark.parametrize(("labels", "asked"), [(("no-claude",), 2 * 5), ((), 0)])
def test_of_very_many_pull_requests_five_are_read_and_without_labels_none(
    labels: tuple[str, ...], asked: int
) -> None:
    board = with_labels()
    board.pulls = {number: pull_request(number=number) for number in range(1, 100)}
    run = sample_run(named_pull_requests=tuple(range(1, 100)))
    assert decided(board, run, skip_labels=labels).fire
    assert board.calls.count("pull_request") == asked  # before the ledger, and after it


def test_a_label_counts_up_to_the_last_thing_before_the_fire() -> None:
    """Whenever it is added: at each of the job's requests in turn, and between any two of them."""
    requests = len(Counting(pull_request()).play().calls)
    boards = [Counting(pull_request(), at).play() for at in range(requests + 1)]
    # it is added before request number `at`, or after all
    assert [board.verdict.fire for board in boards] == [False] * requests + [True]
    assert {board.stages() for board in boards} == {"", "csw", "cs"}


class Counting(Board):
    """A board on which the label is added, or taken off, before the request of this number."""

    def __init__(self, pull: PullRequest, at: int = -1, *, without: bool = False) -> None:
        super().__init__(pulls={5: pull})
        self.changes_at, self.without = at, without

    def play(self) -> Counting:
        self.verdict = decided(self, RUN)
        return self

    def _call(self, method: str) -> None:
        if len(self.calls) == self.changes_at:
            self.pulls[5] = pull_request(labels=() if self.without else ("no-claude",))
        super()._call(method)


@pytest.mark.parametrize(
    ("fault", "permission"),
    [(FORBIDDEN, "pull-requests: read"), (SERVER_ERROR, ""), (None, "pull-requests: read")],
)
def test_labels_that_can_not_be_read_are_reported_and_keep_nothing_back(
    fault: GitHubError | None, permission: str
) -> None:
    board = with_labels("no-claude") if fault else Board()  # where the pull request is not found
    board.faults = {"pull_request": [fault] * 9}
    assert decided(board, RUN).fire
    (note,) = board.notes
    assert (note.what, note.permission) == ("the labels of pull request #5", permission)
    assert bool(note.advice) == bool(permission)


# --- known failures ---------------------------------------------------------------------------------

ENTRY = KnownFailure(
    ".github/known-failures.toml",
    12,
    "pool",
    Action.SKIP,
    "Slow at night.",
    "https://github.com/o/r/issues/7",
)
FAILURE = Failure(Fingerprint("1" * 16), (Job(1, "test", "failure", ""),), None)
KNOWN = replace(FAILURE, known=ENTRY)
RERUN = replace(FAILURE, known=replace(ENTRY, action=Action.RERUN))


def test_an_entry_without_a_note_is_named_alone() -> None:
    entry = replace(ENTRY, note="", issue_url="")
    message = decided(Board(), None, [replace(FAILURE, known=entry)]).message
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
    assert decided(Board(), None, failures).fire


def test_a_gate_is_not_fired_for_alone() -> None:
    assert decided(Board(), None, [KNOWN, replace(FAILURE, gate=True)]).reason == "known-failure"


def test_several_entries_are_named_and_those_beyond_counted() -> None:
    failures = [replace(FAILURE, known=replace(ENTRY, line=line)) for line in (3, 3, 9, 15, 21, 27)]
    message = decided(Board(), None, failures).message
    assert [f"line {line}`" in message for line in (3, 9, 15, 21, 27)] == [True, True, True, False, False]
    assert "2 more entries match." in message


@pytest.mark.parametrize("changes", [{"attempt": 2}, {"status": "in_progress", "conclusion": None}, {}])
def test_where_nothing_can_be_re_run_it_is_fired(changes: dict[str, Any]) -> None:
    board = Board(faults={"rerun_failed_jobs": [GitHubError("GitHub answered 403", 403)]})
    assert decided(board, sample_run(**changes), [RERUN]).fire
    assert board.calls.count("rerun_failed_jobs") == (not changes)  # only then it is refused
