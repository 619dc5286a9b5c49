"""What GitHub has on a repository's sessions: its runs, the ledger's entries, branches and pull requests.

A commit's statuses are one request of the REST API. GraphQL reads many commits at once, but only the latest
status of a context (https://docs.github.com/graphql/reference/objects#status), and all entries share one.
What is newest is read first, so that the oldest is left out where there is too much.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from ..decide.ledger.entry import Entry, Stage, read_entry
from ..github import fields
from ..github.client import GitHub
from ..github.fields import Json
from ..github.traces import session_traces
from ..model import RUN_FAILED, GitHubError, Note, SessionTrace, Status
from ..threads import result, threads

SECONDS = 300.0  # for all requests
PATIENCE = 60.0  # seconds in which a transient fault or a short rate limit is waited for
REQUESTS = 600  # at most; a workflow's own token has 1,000 per hour, for all of the repository's workflows
RESERVE = 0.1  # of a rate limit: left to others
RUN_PAGES = 150  # of 100 runs each
SEARCH = 1_000  # results of one search: https://docs.github.com/rest/actions/workflow-runs
COMMITS = 300
PULL_PAGES = 30  # of 100 pull requests each
_READERS = 8  # requests at a time
_STARTED = (Stage.SENDING, Stage.FIRED, Stage.UNKNOWN)  # a session was, or may have been, started

Show = Callable[[str], object]


class LimitError(GitHubError):
    """No more requests are made. One line."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run as its latest attempt left it."""

    id: int
    attempt: int
    workflow: str  # its name
    workflow_id: int
    event: str
    conclusion: str | None  # None: it is going on
    branch: str
    repository: str | None  # of its head; None: the fork is gone
    sha: str
    url: str
    created_at: datetime
    ended_at: datetime

    @property
    def failed(self) -> bool:
        return self.conclusion in RUN_FAILED


@dataclass(slots=True)
class Facts:
    """All that was read."""

    runs: Sequence[ListedRun] = ()  # newest first
    entries: list[Entry] = field(default_factory=list)  # of the trusted creator
    others: Counter[str] = field(default_factory=Counter)  # entries of other creators, by login
    traces: Mapping[int, SessionTrace] = field(default_factory=dict)  # of sessions, by the run's id
    left_out: list[str] = field(default_factory=list)  # what, and why


class BoundedGitHub(GitHub):
    """GitHub, for a limited number of requests. Raises `LimitError` for any further one."""

    def __init__(self, api_url: str, token: str, repository: str, **options: Any) -> None:
        super().__init__(api_url, token, repository, **options)
        self._budget = _Budget(REQUESTS)  # shared by copies

    def _ask(
        self, verb: str, path: str, parameters: Mapping[str, Any] | None = None, body: object = None
    ) -> tuple[Mapping[str, str], Any]:
        self._budget.take()
        try:
            headers, data = super()._ask(verb, path, parameters, body)
        except GitHubError as error:
            if error.rate_limited and (error.retry_after is None or error.retry_after > PATIENCE):
                self._budget.end(str(error))
            raise
        self._budget.note(headers)
        return headers, data


class _Budget:
    """Thread-safe."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._most = most
        self._over = ""
        self._lock = threading.Lock()

    def take(self) -> None:
        with self._lock:
            if not self._left:
                self._over = self._over or f"a report takes at most {self._most} requests"
            if self._over:
                raise LimitError(self._over)
            self._left -= 1

    def note(self, headers: Mapping[str, str]) -> None:
        """https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"""
        limit, left, reset = (
            int(value) if (value := headers.get(f"x-ratelimit-{name}", "")).isdecimal() else None
            for name in ("limit", "remaining", "reset")
        )
        if limit is not None and left is not None and left < limit * RESERVE:
            until = f" until {datetime.fromtimestamp(reset, UTC):%H:%M} UTC" if reset else ""
            self.end(f"the last {left:,} of {limit:,} requests{until} are left to the repository's workflows")

    def end(self, why: str) -> None:
        with self._lock:
            self._over = self._over or why


def read(github: GitHub, creator: str, since: datetime, show: Show = lambda _: None) -> Facts:
    """All that the report needs, within `SECONDS` and `REQUESTS`.

    Args:
        creator: the login whose entries count.
        show: gets the state of the work.

    Raises:
        GitHubError: the runs, or the statuses of all commits, can't be read.
    """
    now = github.clock.monotonic()
    github = github.within(now + SECONDS).insisting(now + PATIENCE)
    facts = Facts()
    _read_runs(github, since, facts, show)
    _read_entries(github, creator, since, facts, show)
    notes: tuple[Note, ...] = ()
    if started := {entry.record.run for entry in facts.entries if entry.record.stage in _STARTED}:
        show("Reading branches and pull requests")
        facts.traces, notes = session_traces(github, started, since=since, pages=PULL_PAGES, checks=False)
    facts.left_out += [f"{note.what}: {note.why}" for note in (*notes, *github.take_left_out())]
    return facts


# --- runs -------------------------------------------------------------------------------------------


def _read_runs(github: GitHub, since: datetime, facts: Facts, show: Show) -> None:
    """All runs since then: later green ones count too, and those that were re-run."""
    found: dict[int, ListedRun] = {}
    created, page = f">={_stamp(since)}", 1
    why = f"a report lists at most {RUN_PAGES * 100:,} runs"
    for _ in range(RUN_PAGES):
        show(f"Listing runs: {len(found):,}")
        try:
            listing = github.list_page(
                "/actions/runs", "the runs", "workflow_runs", _listed_run,
                created=created, per_page=100, page=page, exclude_pull_requests="true",
            )  # fmt: skip
        except GitHubError as error:
            if not found:
                raise
            why = str(error)
            break
        found |= {run.id: run for run in listing.items}
        if not listing.items or page * 100 >= listing.total < SEARCH:
            why = ""
            break
        page += 1
        if page * 100 > SEARCH:  # the rest is another search, up to the oldest run of this one
            until = min(run.created_at for run in found.values())
            if created.endswith(f"..{_stamp(until)}"):  # all of them were created in that second
                until -= timedelta(seconds=1)
            created, page = f"{_stamp(since)}..{_stamp(until)}", 1
    facts.runs = sorted(found.values(), key=lambda run: (run.created_at, run.id), reverse=True)
    if why:
        facts.left_out.append(f"runs before {facts.runs[-1].created_at:%Y-%m-%d %H:%M} UTC: {why}")


def _listed_run(data: Json) -> ListedRun:
    created = fields.time(data.get("created_at"))
    if created is None:
        raise ValueError("created_at is not a time")
    conclusion = data.get("conclusion")
    return ListedRun(
        id=fields.identity(data),
        attempt=fields.whole(data, "run_attempt") or 1,
        workflow=fields.text(data, "name"),
        workflow_id=fields.whole(data, "workflow_id"),
        event=fields.text(data, "event"),
        conclusion=conclusion if isinstance(conclusion, str) else None,
        branch=fields.text(data, "head_branch"),
        repository=fields.text(fields.part(data, "head_repository"), "full_name") or None,
        sha=fields.needed(data, "head_sha"),
        url=fields.text(data, "html_url"),
        created_at=created,
        ended_at=fields.time(data.get("updated_at")) or created,
    )


# --- the ledger -------------------------------------------------------------------------------------


def _read_entries(github: GitHub, creator: str, since: datetime, facts: Facts, show: Show) -> None:
    problems = Counter[str]()
    for sha, found in _statuses(github, _commits(facts), show):
        if isinstance(found, GitHubError):
            problems[str(found)] += 1
            continue
        for status in found:
            entry = read_entry(status, sha)
            if entry is None or (entry.created_at and entry.created_at < since):
                continue
            writer = status.creator or "ghost"  # as GitHub shows an account that is gone
            if writer.casefold() == creator.casefold():
                facts.entries.append(entry)
            else:
                facts.others[writer] += 1
    facts.left_out += [f"the ledger on {_commit_count(number)}: {why}" for why, number in problems.items()]


def _commits(facts: Facts) -> list[str]:
    """The commits that may have entries, the likely ones first."""
    # A failed attempt may have been re-run, and be green by now. A run that is cancelled may have timed out.
    likely = (run for run in facts.runs if run.failed or run.attempt > 1)
    others = (run for run in facts.runs if run.conclusion in (None, "cancelled"))
    shas = list(dict.fromkeys(run.sha for runs in (likely, others) for run in runs))
    if (more := len(shas) - COMMITS) > 0:
        facts.left_out.append(f"the ledger on {_commit_count(more)}: a report reads at most {COMMITS:,}")
    return shas[:COMMITS]


def _statuses(
    github: GitHub, shas: Sequence[str], show: Show
) -> list[tuple[str, Sequence[Status] | GitHubError]]:
    """Each commit's statuses, or why they can't be read."""
    number = count(1)

    def ask(sha: str) -> tuple[str, Sequence[Status] | GitHubError]:
        show(f"Reading the ledger: commit {next(number)} of {len(shas)}")
        try:
            return sha, github.statuses(sha)
        except GitHubError as error:
            return sha, error

    first = [ask(sha) for sha in shas[:1]]  # alone: without the permission, no other one is asked for
    for _, found in first:
        if isinstance(found, GitHubError) and found.status not in (404, 422):  # such a commit is gone
            raise found
    with threads(_READERS, "statuses") as pool:
        return first + [result(asked) for asked in [pool.submit(ask, sha) for sha in shas[1:]]]


def _commit_count(number: int) -> str:
    return f"{number:,} commit{'' if number == 1 else 's'}"


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
