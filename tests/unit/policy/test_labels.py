"""A label of the pull request opts it out, by what GitHub shows just before the fire."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.ledger.boards import FORBIDDEN, SERVER_ERROR, Board, pull_request, sample_brief, sample_run

from fire_routine.decision import decide
from fire_routine.ledger import Ledger, Terms
from fire_routine.model import GitHubError, Note, Outcome, PullRequest, Result, Run, Verdict
from fire_routine.settings import Context, Settings

RUN = sample_run(event="pull_request", pull_request=pull_request())


class Job:
    """The whole decision on a board; what it decided is recorded as the action does."""

    def __init__(self, board: Board, run: Run = RUN, **settings: object) -> None:
        self.ledger = Ledger(board, Terms(), clock=board.clock.value)
        chosen = replace(Settings(), **settings)  # type: ignore[arg-type]
        self.verdict: Verdict = decide(chosen, Context(), run, sample_brief(), self.ledger, board)
        if not self.verdict.fire:
            self.ledger.settle(Outcome(Result.SKIPPED, self.verdict.reason))

    @property
    def notes(self) -> tuple[Note, ...]:
        return self.ledger.notes


def with_labels(*labels: str, **pulls: tuple[str, ...]) -> Board:
    """A GitHub with pull request 5 and these labels; `pull7=…` adds another one."""
    others = {int(name[4:]): pull_request(number=int(name[4:]), labels=own) for name, own in pulls.items()}
    return Board(pulls={5: pull_request(labels=labels), **others})


@pytest.mark.parametrize("label", ["no-claude", "No-Claude"])
def test_a_label_starts_nothing_and_leaves_nothing_on_the_commit(label: str) -> None:
    board = with_labels("bug", label)
    verdict = Job(board).verdict
    assert (verdict.fire, verdict.failed, verdict.reason) == (False, False, "skip-labels")
    assert verdict.message == (
        f"Pull request #5 has the label `{label}`, which `skip-labels` names. To report it, remove the label"
        " and re-run the failed jobs."
    )
    dry = Job(board, dry_run=True).verdict
    assert "it would be skipped (`skip-labels`): Pull request #5" in dry.message
    assert board.stages() == ""


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
    assert Job(board, run, skip_labels=labels).verdict.reason == reason


def test_without_the_input_no_pull_request_is_asked_for_its_labels() -> None:
    board = with_labels("no-claude")
    assert Job(board, sample_run(pull_request=pull_request()), skip_labels=()).verdict.fire
    assert "pull_request" not in board.calls


def test_the_labels_of_the_event_do_not_count() -> None:
    """They are those of when the run began."""
    as_it_began = replace(RUN, pull_request=pull_request(labels=("no-claude",)))
    assert Job(with_labels(), as_it_began).verdict.fire


def test_a_push_to_the_pull_requests_branch_is_opted_out_too() -> None:
    run = sample_run(event="push", head_branch="topic", pull_request=pull_request())
    assert Job(with_labels("no-claude"), run).verdict.reason == "skip-labels"


def test_of_very_many_pull_requests_five_are_read() -> None:
    board = with_labels()
    board.pulls = {number: pull_request(number=number) for number in range(1, 100)}
    run = sample_run(named_pull_requests=tuple(range(1, 100)))
    assert Job(board, run).verdict.fire
    assert board.calls.count("pull_request") == 2 * 5  # before the ledger, and after it


def test_a_label_counts_up_to_the_last_thing_before_the_fire() -> None:
    """Whenever it is added: at each of the job's requests in turn, and between any two of them."""
    requests = len(Counting(pull_request()).play().calls)
    boards = [Counting(pull_request(), at).play() for at in range(requests + 1)]
    # it is added before request number `at`, or after all
    assert [board.verdict.fire for board in boards] == [False] * requests + [True]
    assert {board.stages() for board in boards} == {"", "csw", "cs"}


def test_a_label_may_go_at_any_time_and_nothing_is_left_claimed() -> None:
    for at in range(20):
        board = Counting(pull_request(labels=("no-claude",)), at, without=True).play()
        assert board.verdict.fire is (board.stages()[-1:] == "s")


class Counting(Board):
    """A board on which the label is added, or taken off, before the request of this number."""

    def __init__(self, pull: PullRequest, at: int = -1, *, without: bool = False) -> None:
        super().__init__(pulls={5: pull})
        self.changes_at, self.without = at, without

    def play(self) -> Counting:
        self.verdict = Job(self).verdict
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
    job = Job(board)
    assert job.verdict.fire
    (note,) = job.notes
    assert (note.what, note.permission) == ("the labels of pull request #5", permission)
    assert bool(note.remedy) == bool(permission)
