"""What must be read again before a fire: is the failing commit still the one to repair, and who wrote it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...model import Commit, GitHubError, History, Message, PullRequest, Run, TriggerKind, Verdict
from ..ledger.status_api import StatusApi
from .guards import skip
from .trailers import sessions_in

# Only these make GitHub run the workflow again for the next commit.
_BRANCH_EVENTS = ("push",)
_PULL_EVENTS = ("pull_request", "pull_request_target")


def stale(api: StatusApi, run: Run) -> Verdict | None:
    """Skip a run whose branch has moved on, or whose pull request is closed or has moved on.

    Scheduled and dispatched runs are never stale, because no later commit brings a run of its own. Nor are
    tags and merge queues, whose branch is always gone. What can't be read keeps nothing back.
    """
    try:
        if run.event in _PULL_EVENTS and run.pull_request:
            pull = api.pull_request(run.pull_request.number)
            return closed_or_moved(run, pull) if pull else None
        if run.event in _BRANCH_EVENTS and run.head_branch and not run.from_fork:
            return moved(run, f"Branch {run.head_branch}", api.branch_head(run.head_branch))
    except GitHubError:
        pass
    return None


@dataclass(frozen=True, slots=True)
class Ahead:
    """The commits of a branch that are not on its base yet, oldest first, and the commit they build on."""

    commits: Sequence[Commit] = ()
    base: str = ""


def own_commits_ahead(api: StatusApi, run: Run) -> Ahead:
    """If a session wrote the head commit: the commits on which it builds.

    They begin with the last green run of a push or a pull request, if other events were green since. If none
    ever was green, they are the branch's own.

    A session that may push anywhere can begin a new branch for each try, and so never be in an earlier
    incident. Then the authors of the commits that it builds on count.
    """
    history = run.history or History()
    own = run.event in (*_BRANCH_EVENTS, *_PULL_EVENTS)  # a nightly run may be green while pushes fail
    green = history.last_green_of_event if own else history.last_green_run
    base = history.last_green_sha_of_event or run.default_branch
    if (green and green == history.last_green_run) or not base or not sessions_in(run.commit):
        return Ahead()
    try:
        compared = api.compare(base, run.head_sha)
    except GitHubError:
        return Ahead()
    return Ahead(compared.commits, compared.base)


def closed_or_moved(run: Run, pull: PullRequest) -> Verdict | None:
    """Whether the pull request, read again, no longer has the failing commit at its head."""
    if pull.state == "closed" and not _began_closed(run):
        return skip(
            "pull-request-closed",
            Message(
                "Pull request #{number} is closed or merged. To report it, reopen it if you can, and re-run"
                " the failed jobs.",
                number=pull.number,
            ),
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
        Message(
            "{what} has moved on from {old} to {new}, whose own run reports what still fails. Re-run that one"
            " if it did not.",
            what=what,
            old=run.head_sha[:8],
            new=head[:8],
        ),
    )
