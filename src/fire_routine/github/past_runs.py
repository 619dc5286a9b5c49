"""Which earlier runs count: those of the same branch, and the green ones among them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..model.run import RUN_FAILED, GreenRuns, Run
from ..patterns import pattern

_QUEUE = pattern(r"gh-readonly-queue/(?P<base>.+)/pr-(?P<number>[0-9]+)-[0-9a-f]+")


def queued(branch: str | None) -> re.Match[str] | None:
    """A merge queue's branch: `base` and `number` of the pull request it is made for.

    https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
    """
    return _QUEUE.fullmatch(branch or "")


def base_branch(run: Run) -> str:
    """The branch that a pull request or a merge queue is merged into; empty for any other run."""
    queue = queued(run.head_branch)
    if queue:
        return queue["base"]
    return run.pull_request.base_branch if run.pull_request else ""


def branch_filters(run: Run) -> dict[str, str]:
    """Filters for a listing of a workflow's runs that has those of this run's branch among them."""
    # A merge queue has a new branch each time, so its runs are found by their event.
    return {"event": "merge_group"} if queued(run.head_branch) else {"branch": run.head_branch or ""}


def _branch(name: str | None) -> tuple[str, ...]:
    queue = queued(name)
    return (queue["base"], queue["number"]) if queue else (name or "",)


def on_branch(runs: Iterable[Run], run: Run) -> Iterator[Run]:
    """Runs of the same branch; a fork may have one of the same name."""
    return (
        past
        for past in runs
        if past.head_repository == run.head_repository
        and _branch(past.head_branch) == _branch(run.head_branch)
    )


def earlier(runs: Iterable[Run], run: Run) -> list[Run]:
    """Runs that began before this one: GitHub numbers runs in the order in which they begin."""
    return [past for past in runs if past.id < run.id]


def greens_before(runs: Sequence[Run], run: Run) -> list[Run]:
    """The green runs of the branch before this one that name their commit; both lists: newest first."""
    return [
        past for past in earlier(on_branch(runs, run), run) if past.conclusion == "success" and past.head_sha
    ]


def newest_red(runs: Sequence[Run]) -> Run | None:
    """The newest finished run, if that failed; `runs`: newest first."""
    ended = next((past for past in runs if past.conclusion in ("success", *RUN_FAILED)), None)
    return ended if ended and ended.conclusion in RUN_FAILED else None


def green_runs(runs: Iterable[Run], run: Run) -> GreenRuns:
    """Those of the run's branch."""
    own = list(on_branch(runs, run))
    return GreenRuns(
        runs={past.id: past.event for past in own if past.conclusion == "success"},
        events={past.id: past.event for past in own},
    )


def rerun_between(runs: Iterable[Run], run: Run, first: int, last: int) -> list[Run]:
    """Those of the run's branch between two ids whose later attempt has no result yet."""
    return [
        past
        for past in on_branch(runs, run)
        if first <= past.id <= last and past.id != run.id and past.attempt > 1 and past.conclusion is None
    ]
