"""The report: each session with what became of it, re-runs, and what deduplication saved. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..decide.election.claims import Claim, claims
from ..decide.ledger.entry import Stage
from ..decide.ledger.links import session_link
from ..gather.past_runs import queued
from ..model import SessionState, SessionTrace
from .reading import Facts, ListedRun

NO_TRACE = timedelta(minutes=40)  # after which a session without a branch is taken for one that does nothing
REPORTED = timedelta(minutes=30)  # by then a finished re-run has been reported, or never will be
PASSED, GOING_ON = "passed", "going on"  # how re-runs end that are not stuck
_COVERED = (Stage.COVERED, Stage.DOUBTFUL, Stage.RETURNED)


@dataclass(frozen=True, slots=True)
class Row:
    """A failed attempt, by its claim in the ledger."""

    claim: Claim
    file: str  # the workflow's
    run: ListedRun | None  # None: it is not listed

    @property
    def at(self) -> datetime:
        """When the session was started, or the re-run asked for."""
        return _time(self.claim)


@dataclass(frozen=True, slots=True)
class SessionRow(Row):
    """A session, and what became of it."""

    trace: SessionTrace
    green_at: datetime | None  # the workflow's first green run after it, on the same branch
    fixed: bool  # merged, and green since
    early: bool  # younger than `NO_TRACE`

    @property
    def url(self) -> str:
        """The session's; empty where it is not known."""
        return self.claim.url if self.claim.stage is Stage.FIRED else ""

    @property
    def spans(self) -> tuple[timedelta | None, timedelta | None, timedelta | None]:
        """From its start to the pull request, to its merge, and to green."""
        pull = self.trace.pull_request
        moments = (pull and pull.created_at, pull and pull.merged_at, self.green_at)
        first, second, third = (max(when - self.at, timedelta()) if when else None for when in moments)
        return first, second, third

    @property
    def state(self) -> str:
        """`fixed` or the trace's; without a trace also `early`, `uncertain` or `unknown`."""
        if self.fixed:
            return "fixed"
        if self.trace.state in (SessionState.NONE, None) and self.claim.stage is not Stage.FIRED:
            return "uncertain"
        if self.trace.state is SessionState.NONE and self.early:
            return "early"
        return str(self.trace.state or "unknown")


@dataclass(frozen=True, slots=True)
class RerunRow(Row):
    """A run whose failed jobs were re-run before anything was fired."""

    ended: str


@dataclass(frozen=True, slots=True)
class Report:
    """All rows are sorted, the newest first."""

    repository: str
    creator: str
    since: datetime
    until: datetime
    sessions: Sequence[SessionRow]
    flakes: Sequence[RerunRow]
    stuck: Sequence[RerunRow]
    saved: int  # sessions that were not started because one was at work already; an estimate
    others: Mapping[str, int]  # entries of creators that don't count
    left_out: Sequence[str]

    def count(self, state: str) -> int:
        return sum(row.state == state for row in self.sessions)

    @property
    def started(self) -> int:
        """Sessions that certainly started."""
        return len(self.sessions) - self.count("uncertain")


def build(
    facts: Facts, repository: str, creator: str, since: datetime, until: datetime, trusted_url: str = ""
) -> Report:
    """`trusted_url`: where it is on loopback, sessions' links on its host count too."""
    runs = {run.id: run for run in facts.runs}
    files = {entry.record.mark: entry.record.workflow for entry in facts.entries}
    dated = [entry for entry in facts.entries if entry.created_at]
    found = claims(dated, lambda url: session_link(url, trusted_url))[::-1]
    sessions = [claim for claim in found if claim.started and (claim.settled or claim.old(until))]
    greens = _Greens(facts.runs)

    def session(claim: Claim) -> SessionRow:
        run = runs.get(claim.run)
        trace = _own_trace(claim, sessions, facts.traces)
        merged_at = trace.pull_request.merged_at if trace.pull_request else None
        later = list(greens.after(run, claim, trace)) if run else []
        return SessionRow(
            claim,
            files[claim.mark],
            run,
            trace,
            green_at=min((green.ended_at for green in later), default=None),
            fixed=merged_at is not None and any(green.created_at >= merged_at for green in later),
            early=until - _time(claim) < NO_TRACE,
        )

    reruns = [
        RerunRow(claim, files[claim.mark], runs.get(claim.run), _ended(claim, runs.get(claim.run), until))
        for claim in found
        if claim.stage is Stage.FLAKE or (claim.stage is Stage.RERUN and not _went_on(claim, found))
    ]
    return Report(
        repository,
        creator,
        since,
        until,
        sessions=list(map(session, sessions)),
        flakes=[rerun for rerun in reruns if rerun.ended == PASSED],
        stuck=[rerun for rerun in reruns if rerun.ended not in (PASSED, GOING_ON)],
        saved=_saved(found, sessions, runs),
        others=facts.others,
        left_out=facts.left_out,
    )


def _time(claim: Claim) -> datetime:
    if claim.created_at is None:
        raise ValueError("a claim without a time")
    return claim.created_at


# --- sessions ---------------------------------------------------------------------------------------


def _own_trace(claim: Claim, sessions: Iterable[Claim], traces: Mapping[int, SessionTrace]) -> SessionTrace:
    """What the run's sessions left, if it is this one's: of several, the last before the pull request's."""
    trace = traces.get(claim.run) or SessionTrace(claim.run, None)
    created = trace.pull_request.created_at if trace.pull_request else None
    siblings = [one for one in sessions if one.run == claim.run]
    before = [one for one in siblings if created is None or _time(one) <= created]
    is_own = trace.state is None or claim is (before or siblings)[0]
    return trace if is_own else SessionTrace(claim.run, SessionState.NONE)


class _Greens:
    """A repository's green runs, by workflow, branch, repository of the head, and event."""

    def __init__(self, runs: Iterable[ListedRun]) -> None:
        self._runs: dict[tuple[object, ...], list[ListedRun]] = {}
        for run in runs:
            if run.conclusion == "success":
                self._runs.setdefault((*_place(run), run.event), []).append(run)
                self._runs.setdefault(_place(run), []).append(run)

    def after(self, failed: ListedRun, claim: Claim, trace: SessionTrace) -> Iterator[ListedRun]:
        """The workflow's after the session's start, on its branch or where its fix was merged."""
        for run in self._runs.get((*_place(failed), failed.event), ()):
            if (run.id, run.attempt) > (failed.id, claim.attempt) and run.ended_at > _time(claim):
                yield run
        pull = trace.pull_request
        if pull is not None and pull.merged_at is not None:
            for run in self._runs.get((failed.workflow_id, pull.base_branch, pull.head_repository), ()):
                if run.created_at >= pull.merged_at:
                    yield run


def _place(run: ListedRun) -> tuple[object, ...]:
    """Where it ran. A merge queue has a new branch each time, which counts as one."""
    queue = queued(run.branch)
    branch = (queue["base"], queue["number"]) if queue else run.branch
    return run.workflow_id, branch, run.repository


# --- no session -------------------------------------------------------------------------------------


def _went_on(claim: Claim, found: Iterable[Claim]) -> bool:
    """Whether the run has entries of a later attempt, or of this one after a request without an answer."""
    later = [one for one in found if one.run == claim.run and one.id > claim.id]
    return any(one.attempt > claim.attempt or one.started or one.passed_on for one in later)


def _ended(claim: Claim, run: ListedRun | None, now: datetime) -> str:
    """What came of a re-run that was asked for."""
    if claim.stage is Stage.FLAKE:
        return PASSED
    if run is None:
        return "the run is not listed"
    begun = run.attempt > claim.attempt
    if now - max(run.ended_at, _time(claim)) < REPORTED or (begun and run.conclusion is None):
        return GOING_ON
    if not begun:
        return "GitHub started no further attempt"
    if run.conclusion == "success":
        return "passed, and was not recorded as a flake"
    return f"ended with {run.conclusion}, and nothing was recorded"


def _saved(found: Iterable[Claim], sessions: Iterable[Claim], runs: Mapping[int, ListedRun]) -> int:
    """How many failed attempts had their session already: each would have started one of its own.

    An attempt that the ledger shows as covered counts, and a failed re-run of a run that has a session. Jobs
    of one attempt that lost the race to its session leave no reliable trace, so they are not counted.
    """
    own = {(claim.run, claim.attempt) for claim in found}
    fired = {(claim.run, claim.attempt) for claim in sessions}
    covered = {(claim.run, claim.attempt) for claim in found if claim.stage in _COVERED} - fired
    for number, attempt in fired:
        if run := runs.get(number):
            end = run.attempt + (run.conclusion != "success")
            covered |= {(number, later) for later in range(attempt + 1, end)} - own
    return len(covered)
