"""Which earlier runs count: the last green one, and the runs of one incident. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ..github.parse import PastRun
from ..model import GitHubError, Incident, Run
from ..patterns import pattern

INCIDENT = 30  # commits of one incident, at most
RECENT = 20  # commits of earlier incidents, at most
PAGES = 4  # of 100 runs, that are searched for them
# A run that ended so long ago has been reported, or never will be: a workflow that waits for its end
# (`workflow_run`) has begun by then.
REPORTED_AFTER = timedelta(minutes=15)
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


def on_branch(runs: Iterable[PastRun], run: Run) -> Iterator[PastRun]:
    """Runs of the same branch; a fork may have one of the same name."""
    return (
        past
        for past in runs
        if past.head_repository == run.head_repository
        and _branch(past.head_branch) == _branch(run.head_branch)
    )


def earlier(runs: Iterable[PastRun], run: Run) -> list[PastRun]:
    """Runs that began before this one: GitHub numbers runs in the order in which they begin."""
    return [past for past in runs if past.id < run.id]


def greens_before(runs: Sequence[PastRun], run: Run) -> list[PastRun]:
    """The green runs of the branch before this one that name their commit; both lists: newest first."""
    return [
        past for past in earlier(on_branch(runs, run), run) if past.conclusion == "success" and past.head_sha
    ]


def is_red(runs: Sequence[PastRun]) -> bool:
    """Whether the newest finished run failed; `runs`: newest first."""
    ended = [past for past in runs if past.failed or past.conclusion == "success"]
    return bool(ended) and ended[0].failed


def incident(pages: Iterable[Sequence[PastRun]], run: Run, cool_down: timedelta = timedelta(0)) -> Incident:
    """The other runs of this one's incident. A run in progress is one of them: it may have started a session.

    `pages` hold the workflow's runs, newest first. They are read until a green run of the same event ends
    the incident, or it has as many commits as count. With a cool-down, they are read for that long at least.
    A green run that names no commit ends nothing.

    Raises:
        LookupError: one of the runs names no commit. It may have started a session for this very failure.
        GitHubError: a page can't be read that the incident needs.
    """
    runs: list[PastRun] = []
    ended: set[int] = set()
    over: dict[str, str] = {}  # the last green run before this one, of each event: its commit
    recent = _Recent(run, cool_down)
    for page in recent.pages(pages):
        for past in on_branch(page, run):
            if past.id == run.id or (past.conclusion == "success" and not past.head_sha):
                continue
            if past.conclusion != "success":
                if past.event in over or over.get(run.event, past.head_sha) != past.head_sha:
                    ended.add(past.id)
                else:
                    runs.append(past)
                continue
            ended.add(past.id)
            if past.id < run.id:
                over.setdefault(past.event, past.head_sha)
                continue
            ended.update(one.id for one in runs if _apart(one, past, run))
            runs = [one for one in runs if one.id not in ended]
        shas = _commits(runs, run)
        recent.is_incident_known = run.event in over or (len(shas) >= INCIDENT and page[-1].id < run.id)
    if not all(past.head_sha for past in runs):
        raise LookupError("a run of the incident names no commit")
    ids, shas = frozenset(past.id for past in runs), _commits(runs, run)[:INCIDENT]
    before = [past for past in recent.failed() if past.id not in ids]
    earlier_shas = [sha for sha in _commits(before, run) if sha not in shas]
    apart = [past for past in (*runs, *before) if past.head_sha != run.head_sha]
    return Incident(
        shas=tuple(shas),
        runs=ids,
        ended=frozenset(ended),
        busy=any(_is_busy(past, recent.listed) for past in apart),
        recent=tuple(earlier_shas[:RECENT]),
        recent_left_out=recent.is_cut or len(earlier_shas) > RECENT,
    )


@dataclass(slots=True)
class _Recent:
    """Runs of earlier incidents that may have started a session within the cool-down."""

    run: Run
    cool_down: timedelta
    listed: list[PastRun] = field(default_factory=list)
    is_incident_known: bool = False  # so that further pages are read for the cool-down alone
    is_cut: bool = False  # not all of these runs could be listed

    def pages(self, pages: Iterable[Sequence[PastRun]]) -> Iterator[Sequence[PastRun]]:
        """Those that are needed."""
        try:
            for page in pages:
                self.listed.extend(page)
                yield page
                if self.is_incident_known and self._reaches():
                    return
        except GitHubError:
            if not self.is_incident_known:
                raise
            self.is_cut = True
        else:
            self.is_cut = len(self.listed) >= PAGES * 100 and not self._reaches()

    def _reaches(self) -> bool:
        """Whether all of these runs are listed."""
        oldest = self.listed[-1].created_at if self.listed else None
        return not self.cool_down or (oldest is not None and oldest < self._since())

    def failed(self) -> list[PastRun]:
        """Those of its branch: they failed, in an earlier attempt at least."""
        if not self.cool_down or not self.listed:
            return []
        since = self._since()
        return [
            past
            for past in on_branch(self.listed, self.run)
            if (past.conclusion != "success" or past.attempt > 1)
            and past.head_sha
            and past.id != self.run.id
            and (past.updated_at is None or past.updated_at >= since)
        ]

    def _since(self) -> datetime:
        return _now(self.listed) - self.cool_down - REPORTED_AFTER


def _now(listed: Sequence[PastRun]) -> datetime:
    """The latest time, by GitHub's clock, of runs that have the one among them that asks."""
    return max((one.updated_at for one in listed if one.updated_at), default=datetime.max.replace(tzinfo=UTC))


def _is_busy(past: PastRun, listed: Sequence[PastRun]) -> bool:
    """Whether a run may be reported right now."""
    if past.conclusion is None or past.updated_at is None:
        return True
    return past.updated_at > _now(listed) - REPORTED_AFTER


def _apart(one: PastRun, green: PastRun, run: Run) -> bool:
    """Whether a green run between them separates a run from this one's incident.

    A green run of the same event does. So does one of this run's event, unless it is of the same commit,
    which then passed in the one and failed in the other.
    """
    return one.event == green.event or (green.event == run.event and one.head_sha != green.head_sha)


def _commits(runs: Sequence[PastRun], run: Run) -> list[str]:
    return [sha for sha in dict.fromkeys(past.head_sha for past in runs) if sha != run.head_sha]
