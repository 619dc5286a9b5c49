"""Which earlier runs count: the last green one, and the runs of one incident. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

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


def on_branch(runs: Iterable[PastRun], run: Run) -> Iterator[PastRun]:
    """Those of the run's own branch: a fork may have one of the same name."""
    return (
        past
        for past in runs
        if past.head_repository == run.head_repository
        and _branch(past.head_branch) == _branch(run.head_branch)
    )


def earlier(runs: Iterable[PastRun], run: Run) -> list[PastRun]:
    """Those that began before this one: GitHub numbers runs in the order in which they begin."""
    return [past for past in runs if past.id < run.id]


def greens_before(runs: Sequence[PastRun], run: Run) -> list[PastRun]:
    """The green runs of the branch before this one; `runs`, and they: newest first."""
    return [past for past in earlier(on_branch(runs, run), run) if past.conclusion == "success"]


def is_red(runs: Sequence[PastRun]) -> bool:
    """Whether the newest run that came to an end, of `runs`, newest first, failed."""
    ended = [past for past in runs if past.failed or past.conclusion == "success"]
    return bool(ended) and ended[0].failed


def incident(runs: Iterable[PastRun], run: Run) -> list[str]:
    """Head commits of the other runs between the green ones before and after this run, newest first.

    Those count as green that the same event started: a push may pass where the pull request's merge
    fails, and a nightly run does other things. A run that is still going counts: it may have started a
    session already. `runs`, newest first, are read no further than that takes.
    """
    shas: dict[str, None] = {}
    for past in on_branch(runs, run):
        if past.conclusion != "success":
            if past.head_sha != run.head_sha:
                shas[past.head_sha] = None
        elif past.event != run.event:
            continue
        elif past.id > run.id:
            shas.clear()
        else:
            break
        if past.id < run.id and len(shas) >= INCIDENT:
            break
    return list(shas)[:INCIDENT]
