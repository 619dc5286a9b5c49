"""What must be read anew before a fire: is the failing commit still the one to repair, and whose is it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..model import Commit, GitHubError, History, PullRequest, Run, TriggerKind, Verdict
from .board import StatusBoard
from .guards import sessions_in, skip

# Only these make GitHub run the workflow anew for the commit that came after.
_BRANCH_EVENTS = ("push",)
_PULL_EVENTS = ("pull_request", "pull_request_target")


def stale(board: StatusBoard, run: Run) -> Verdict | None:
    """Ends the matter where the branch has moved on or the pull request is closed or has moved on.

    Scheduled and dispatched runs are never stale, as no later commit brings a run of its own; nor
    are tags and merge queues, whose branch is gone by rule. What can't be read keeps nothing back.
    """
    try:
        if run.event in _PULL_EVENTS and run.pull_request:
            pull = board.pull_request(run.pull_request.number)
            return closed_or_moved(run, pull) if pull else None
        if run.event in _BRANCH_EVENTS and run.head_branch and not run.from_fork:
            return moved(run, f"Branch {run.head_branch}", board.branch_head(run.head_branch))
    except GitHubError:
        pass
    return None


@dataclass(frozen=True, slots=True)
class Ahead:
    """The commits of a branch that are not on its base yet, oldest first, and the commit they build on."""

    commits: Sequence[Commit] = ()
    base: str = ""


def own_commits_ahead(board: StatusBoard, run: Run) -> Ahead:
    """Where a session wrote the head commit: the commits since a push's or a pull request's run was green, if
    others were since; where none ever was, the branch's own.

    A session that may push anywhere can begin a new branch for each try, and so leave no incident
    behind: then what counts is whose commits it builds on.
    """
    history = run.history or History()
    own = run.event in (*_BRANCH_EVENTS, *_PULL_EVENTS)  # a nightly run may be green though pushes were not
    green = history.last_green_of_event if own else history.last_green_run
    base = history.last_green_sha_of_event or run.default_branch
    if (green and green == history.last_green_run) or not base or not sessions_in(run.commit):
        return Ahead()
    try:
        compared = board.compare(base, run.head_sha)
    except GitHubError:
        return Ahead()
    return Ahead(compared.commits, compared.base)


def closed_or_moved(run: Run, pull: PullRequest) -> Verdict | None:
    """Whether the pull request, read anew, no longer has the failing commit at its head."""
    if pull.state == "closed" and not _began_closed(run):
        return skip(
            "pull-request-closed",
            f"Pull request #{pull.number} is closed, or merged: reopen one that is not, and re-run the failed"
            " jobs, to have it reported.",
        )
    # A merge queue's commit, and the base's in a run for `pull_request_target`, never were at the head.
    was = run.pull_request.head_sha if run.pull_request else run.head_sha
    if run.event != "pull_request" and was != run.head_sha:
        return None
    return moved(run, f"Pull request #{pull.number}", pull.head_sha)


def _began_closed(run: Run) -> bool:
    """Whether it was closed when the run began in which this runs, as one that the closing starts: no other
    will report it."""
    own = run.trigger in (TriggerKind.STEP, TriggerKind.FINAL_JOB)  # and what is known is the event's payload
    return own and run.pull_request is not None and run.pull_request.state == "closed"


def moved(run: Run, what: str, head: str | None) -> Verdict | None:
    """Whether a newer commit than the failing one is at the head; None: there is no head to compare."""
    if head is None or head == run.head_sha:
        return None
    return skip(
        "stale-head",
        f"{what} has moved on from {run.head_sha[:8]} to {head[:8]}, whose own run reports what still"
        " fails: re-run that one if it did not.",
    )
