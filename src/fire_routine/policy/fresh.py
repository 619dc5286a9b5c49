"""What is read again before a fire: the branch, the pull request and its labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ..model.outcome import GitHubError, Skip
from ..model.reason import Reason
from ..model.run import Note, PullRequest, Run, TargetKind
from ..sanitize import code

if TYPE_CHECKING:
    from ..github.client import GitHub

# Only these make GitHub run the workflow again for the next commit.
_BRANCH_EVENTS = ("push",)
_PULL_EVENTS = ("pull_request", "pull_request_target")
MOST_LABELLED = 5  # pull requests of one run whose labels are read


# --- the branch ---------------------------------------------------------------------------------------


def stale(github: GitHub, run: Run) -> Skip | None:
    """Skip a run whose branch has moved on, or whose pull request is closed or has moved on.

    A push to the default branch is never stale. That branch may move faster than its runs end, and then every
    run would leave the failure to the next one. The ledger makes the later ones duplicates.

    Scheduled and dispatched runs are never stale, because no later commit brings a run of its own. Nor are
    tags and merge queues, whose branch is always gone. What can't be read keeps nothing back.
    """
    with suppress(GitHubError):
        if run.event in _PULL_EVENTS and run.pull_request:
            pull = github.pull_request(run.pull_request.number)
            return _closed_or_moved(run, pull) if pull else None
        is_default = run.head_branch == run.default_branch
        if run.event in _BRANCH_EVENTS and run.head_branch and not run.from_fork and not is_default:
            return _moved(run, f"Branch {code(run.head_branch)}", github.branch_head(run.head_branch))
    return None


def _closed_or_moved(run: Run, pull: PullRequest) -> Skip | None:
    """Whether the pull request, read again, no longer has the failing commit at its head."""
    if pull.state == "closed" and not _began_closed(run):
        return Skip(
            Reason.PULL_REQUEST_CLOSED,
            f"Pull request #{pull.number} is closed or merged. To report it, reopen it if you can, and re-run"
            " the failed jobs.",
        )
    # A merge queue's commit, and the base's in a run for `pull_request_target`, never were at the head.
    was = run.pull_request.head_sha if run.pull_request else run.head_sha
    if run.event != "pull_request" and was != run.head_sha:
        return None
    return _moved(run, f"Pull request #{pull.number}", pull.head_sha)


def _began_closed(run: Run) -> bool:
    """Whether it was closed when the run began in which this runs, as one that the closing starts: no other
    will report it."""
    own = run.target_kind in (
        TargetKind.STEP,
        TargetKind.FINAL_JOB,
    )  # and what is known is the event's payload
    return own and run.pull_request is not None and run.pull_request.state == "closed"


def _moved(run: Run, what: str, head: str | None) -> Skip | None:
    """Whether a newer commit than the failing one is at the head; None: there is no head to compare."""
    if head is None or head == run.head_sha:
        return None
    return Skip(
        Reason.STALE_HEAD,
        f"{what} has moved on from {run.head_sha[:8]} to {head[:8]}, whose own run reports what still fails."
        " Re-run that one if it did not.",
    )


# --- labels -------------------------------------------------------------------------------------------


def labelled(
    github: GitHub, run: Run, skip_labels: Sequence[str], note: Callable[[Note], object]
) -> Skip | None:
    """Skip a run if any of its pull requests has one of the labels.

    Labels that can't be read don't prevent a fire: mostly a permission is missing, and it would prevent every
    fire. `note` gets a line about each. As for GitHub, upper and lower case are equal.
    """
    unwanted = {label.casefold() for label in skip_labels}
    own = [run.pull_request.number] if run.pull_request else []
    numbers = list(dict.fromkeys((*own, *run.named_pull_requests)))
    for number in numbers[:MOST_LABELLED] if unwanted else ():
        try:
            pull = github.pull_request(number)
            if pull is None:
                raise GitHubError("GitHub answered 404: Not Found", 404)
        except GitHubError as error:
            note(_unread(number, error))
            continue
        label = next((label for label in pull.labels if label.casefold() in unwanted), "")
        if label:
            return Skip(
                Reason.SKIP_LABELS,
                f"Pull request #{number} has the label {code(label)}, which `skip-labels` names. To report"
                " it, remove the label and re-run the failed jobs.",
            )
    return None


def _unread(number: int, error: GitHubError) -> Note:
    return Note(
        what=f"the labels of pull request #{number}",
        why=f"{code(error)}. It is reported as if it had no label of `skip-labels`.",
        permission="pull-requests: read" if error.denied else "",
    )
