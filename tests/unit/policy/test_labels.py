"""A label of the pull request opts it out, by what GitHub shows just before the fire."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.ledger.boards import Board, pull_request, sample_brief, sample_run

from fire_routine.decision import decide
from fire_routine.ledger import Ledger, Terms
from fire_routine.model import GitHubError, Note, Outcome, PullRequest, Result, Run, Verdict
from fire_routine.settings import Context, Settings

FORBIDDEN = GitHubError("GitHub answered 403: Resource not accessible by integration", 403)
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
    assert board.stages() == ""


def test_other_labels_and_none_keep_nothing_back() -> None:
    assert Job(with_labels("claude", "no-claude-please")).verdict.fire
    assert Job(with_labels()).verdict.fire


def test_the_labels_are_those_of_the_input() -> None:
    assert Job(with_labels("no-claude"), skip_labels=("hold", "wip")).verdict.fire
    assert Job(with_labels("WIP"), skip_labels=("hold", "wip")).verdict.reason == "skip-labels"


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


def test_any_of_several_pull_requests_opts_out() -> None:
    run = replace(RUN, named_pull_requests=(5, 7))
    verdict = Job(with_labels("bug", pull7=("no-claude",)), run).verdict
    assert verdict.reason == "skip-labels"
    assert "Pull request #7" in verdict.message


def test_of_very_many_pull_requests_five_are_read() -> None:
    board = with_labels()
    board.pulls = {number: pull_request(number=number) for number in range(1, 100)}
    run = sample_run(named_pull_requests=tuple(range(1, 100)))
    assert Job(board, run).verdict.fire
    assert board.calls.count("pull_request") == 2 * 5  # before the ledger, and after it


def test_a_label_that_is_added_during_the_ledger_takes_the_claim_back() -> None:
    board = with_labels()

    def label_it() -> None:
        board.pulls[5] = pull_request(labels=("no-claude",))

    board.clock.at = label_it  # the first pause is after the announcement
    assert Job(board).verdict.reason == "skip-labels"
    assert board.stages() == "csw"
    board.clock.at, board.pulls[5] = lambda: None, pull_request()
    assert Job(board).verdict.fire  # a re-run without the label


def test_a_label_counts_up_to_the_last_thing_before_the_fire() -> None:
    """Whenever it is added: at each of the job's requests in turn, and between any two of them."""
    requests = len(Counting(pull_request()).play().calls)
    fired = [Counting(pull_request(), at).play().verdict.fire for at in range(requests + 1)]
    assert fired == [False] * requests + [True]  # it is added before request number `at`, or after all


def test_a_label_may_go_at_any_time_and_nothing_is_left_claimed() -> None:
    labels = ("no-claude",)
    for at in range(20):
        board = Counting(pull_request(labels=labels), at, without=True).play()
        assert board.verdict.fire is (board.stages()[-1:] == "s")


def test_of_two_jobs_none_fires_for_a_labelled_pull_request() -> None:
    board = with_labels()
    other: list[Job] = []

    def label_it() -> None:
        board.pulls[5] = pull_request(labels=("no-claude",))
        other.append(Job(board, replace(RUN, id=101)))

    board.before_write = label_it  # between the job's first look and its claim
    assert Job(board).verdict.reason == other[0].verdict.reason == "skip-labels"
    assert "FIRED" not in board.stages()


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


def test_a_label_that_is_removed_in_time_keeps_nothing_back() -> None:
    board = with_labels("no-claude")
    assert not Job(board).verdict.fire
    board.pulls[5] = pull_request()
    assert Job(board).verdict.fire


def test_labels_that_can_not_be_read_are_reported_and_keep_nothing_back() -> None:
    board = with_labels("no-claude")
    board.faults = {"pull_request": [FORBIDDEN] * 9}
    job = Job(board)
    assert job.verdict.fire
    (note,) = job.notes
    assert note.what == "the labels of pull request #5"
    assert note.permission == "pull-requests: read"


def test_a_short_fault_asks_for_no_permission() -> None:
    board = with_labels()
    board.faults = {"pull_request": [GitHubError("GitHub answered 502", 502)] * 9}
    (note,) = Job(board).notes
    assert (note.permission, note.remedy) == ("", "")


def test_a_pull_request_that_is_not_found_is_reported() -> None:
    job = Job(Board())
    assert job.verdict.fire
    assert [note.what for note in job.notes] == ["the labels of pull request #5"]


def test_a_dry_run_reports_the_label() -> None:
    board = with_labels("no-claude")
    verdict = Job(board, dry_run=True).verdict
    assert "it would be skipped (`skip-labels`): Pull request #5" in verdict.message
    assert board.stages() == ""
