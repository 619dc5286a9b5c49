"""Which earlier runs count: the last green one, and the runs of one incident. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..model import Run
from ..patterns import pattern
from .answers import PastRun

INCIDENT = 30  # commits of one incident, at most
_QUEUE = pattern(r"gh-readonly-queue/(?P<base>.+)/pr-(?P<number>[0-9]+)-[0-9a-f]+")


def queued(branch: str | None) -> re.Match[str] | None:
    """A merge queue's branch: `base` and `number` of the pull request it is made for.

    https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
    """
    return _QUEUE.fullmatch(branch or "")


def base_branch(run: Run) -> str:
    """The branch a pull request or a merge queue is to be merged into; empty for any other run."""
    queue = queued(run.head_branch)
    if queue:
        return queue["base"]
    return run.pull_request.base_branch if run.pull_request else ""


def branch_filters(run: Run) -> dict[str, str]:
    """What to list a workflow's runs by, so that those of this run's branch are among them."""
    # A merge queue has a new branch each time, so its runs are told by their event.
    return {"event": "merge_group"} if queued(run.head_branch) else {"branch": run.head_branch or ""}


def _branch(name: str | None) -> tuple[str, ...]:
    queue = queued(name)
    return (queue["base"], queue["number"]) if queue else (name or "",)


def on_branch(runs: Sequence[PastRun], run: Run) -> list[PastRun]:
    """Those of the run's own branch: a fork may have one of the same name."""
    return [
        past
        for past in runs
        if past.head_repository == run.head_repository
        and _branch(past.head_branch) == _branch(run.head_branch)
    ]


def earlier(runs: Sequence[PastRun], run: Run) -> list[PastRun]:
    return [past for past in runs if past.id != run.id and past.created_at <= run.created_at]


def last_green(runs: Sequence[PastRun], run: Run) -> PastRun | None:
    """The newest green run of the branch before this one; `runs`: newest first."""
    greens = [past for past in earlier(on_branch(runs, run), run) if past.conclusion == "success"]
    return greens[0] if greens else None


def is_red(runs: Sequence[PastRun]) -> bool:
    """Whether the newest run that came to an end, of `runs`, newest first, failed."""
    ended = [past for past in runs if past.failed or past.conclusion == "success"]
    return bool(ended) and ended[0].failed


def incident(runs: Sequence[PastRun], run: Run) -> list[str]:
    """Head commits of the other runs between the green ones before and after this run, newest first.

    A run that is still going counts: it may have started a session already.
    """
    shas: list[str] = []
    for past in on_branch(runs, run):
        if past.id == run.id:
            continue
        if past.conclusion != "success":
            shas.append(past.head_sha)
        elif past.created_at > run.created_at:
            shas.clear()
        else:
            break
    return [sha for sha in dict.fromkeys(shas) if sha != run.head_sha][:INCIDENT]
