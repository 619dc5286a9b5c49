"""A faulty GitHub and a faulty endpoint, simulated in virtual time.

The ledger under test is the real one; this is what it talks to.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.unit.decide.baton import Baton, Task
from tests.unit.decide.troubles import INDEX_BEHIND, Faults

from fire_routine.decide.ledger.entry import Stage, read_entry
from fire_routine.decide.ledger.status_api import Compared
from fire_routine.decide.ledger.store import ACTIONS_BOT
from fire_routine.model import (
    GitHubError,
    Incident,
    Note,
    Outcome,
    PullRequest,
    Result,
    Run,
    SessionState,
    SessionTrace,
    Status,
    Verdict,
)

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
_DENIALS = (
    ("GitHub answered 401: Bad credentials", 401),
    ("GitHub answered 403: Resource not accessible by integration", 403),
    ("GitHub answered 404: Not Found", 404),
    ("GitHub answered 422: No commit found for SHA", 422),
)
BRANCH = "main"
STATES = (SessionState.NONE, SessionState.BRANCH)  # of a session, by whether it left a trace


@dataclass(frozen=True)
class Session:
    """One that the endpoint really started."""

    id: str
    run: int
    attempt: int
    since: int
    failures: frozenset[str]
    place: int  # of its announcement among all statuses
    claimed_at: datetime
    began: datetime | None  # when its attempt began

    @property
    def url(self) -> str:
        return f"https://claude.ai/code/{self.id}"


@dataclass
class Report:
    """What one job reported at its end."""

    run: int
    attempt: int
    failures: frozenset[str]
    verdict: Verdict
    outcome: Outcome | None = None
    notes: tuple[Note, ...] = ()


class Cancelled(BaseException):
    """The runner asks the job to end."""


@dataclass
class World:
    """GitHub and the endpoint."""

    random: random.Random
    faults: Faults
    baton: Baton = field(default_factory=Baton)
    written: dict[str, list[tuple[float, Status]]] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)  # as they were started
    started: dict[int, float] = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    attempts: dict[int, list[float]] = field(default_factory=dict)  # when each run's further attempts began
    passed: set[int] = field(default_factory=set)  # runs that are green in their latest attempt
    asked: dict[int, int] = field(default_factory=dict)  # how often each run's re-run was asked for
    rerun: Callable[[int], None] = lambda _: None  # begins another attempt
    requests: int = 0
    ids: int = 0

    def statuses(self, sha: str, seen_at: float) -> list[Status]:
        found = [
            status
            for at, status in self.written.get(sha, [])
            if at <= seen_at and not (self.baton.time - at < 10 and self.random.random() < self.faults.flap)
        ]
        self.random.shuffle(found)
        return found

    def write(self, sha: str, state: str, description: str, url: str) -> tuple[float, Status]:
        """When the write is answered, and the status."""
        self.ids += 1
        now = EPOCH + timedelta(seconds=int(self.baton.time))
        status = Status(self.ids, state, description, url, now, ACTIONS_BOT)
        visible = self.baton.time + self.random.uniform(0, self.faults.commit)
        answered = visible
        if self.random.random() < 0.5:
            visible += self.random.uniform(0, self.faults.item_lag)
        self.written.setdefault(sha, []).append((visible, status))
        return answered, status

    def place(self, sha: str, mark: str) -> int:
        """Of the announcement of a request, of which a job gives way to any earlier one."""
        own = [status for _, status in self.written[sha] if f" {mark} " in status.description]
        entries = ((status.id, read_entry(status, sha)) for status in own)
        return min(at for at, entry in entries if entry and entry.record.stage is Stage.SENDING)

    def claimed_at(self, sha: str, mark: str) -> datetime:
        """When a claim was first written, by the server's clock."""
        times = (one.created_at for _, one in self.written[sha] if f" {mark} " in one.description)
        return next(time for time in times if time is not None)

    def out_of_order(self) -> bool:
        return any(start <= self.baton.time < end for start, end in self.faults.outages)


class Client:
    """The board as one job reaches it."""

    def __init__(self, world: World, task: Task, cancelled_at: float | None) -> None:
        self._world = world
        self._task = task
        self._cancelled_at = cancelled_at

    def now(self) -> float:
        return self._world.baton.time

    def sleep(self, seconds: float) -> None:
        self._pass(seconds)

    def _pass(self, seconds: float) -> None:
        self._task.pause(seconds)
        if self._cancelled_at is not None and self._cancelled_at <= self._world.baton.time:
            self._cancelled_at = None
            raise Cancelled

    def _travel(self) -> None:
        self._pass(self._world.random.uniform(0.02, 0.15))

    def _read(self) -> float:
        """One read; the time as of which it shows what was written."""
        world = self._world
        world.requests += 1
        self._travel()
        if world.out_of_order() or world.random.random() < world.faults.read_fails:
            self._pass(world.random.choice((0.1, 10.0)))
            raise GitHubError("GitHub answered 502", 502)
        self._deny()
        return world.baton.time - world.random.uniform(0, world.faults.lag)

    def _deny(self) -> None:
        if self._world.random.random() < self._world.faults.denied:
            raise GitHubError(*self._world.random.choice(_DENIALS))

    def statuses(self, sha: str) -> Sequence[Status]:
        found = self._world.statuses(sha, self._read())
        self._travel()
        return found

    def create_status(self, sha: str, state: str, description: str, target_url: str) -> Status:
        assert len(description.encode()) <= 140, description
        world, faults = self._world, self._world.faults
        world.requests += 1
        arrival = world.baton.time + world.random.uniform(0.02, 0.15)
        self._deny()
        kind = world.random.random()
        if world.out_of_order() or kind < faults.write_refused:
            self._pass(world.random.choice((0.1, 10.0)))
            raise GitHubError("GitHub answered 500", 500)
        kind -= faults.write_refused
        late = faults.write_unanswered <= kind < faults.write_unanswered + faults.write_late
        if late:
            arrival += world.random.uniform(0, 20)
        answers: list[tuple[float, Status]] = []
        # It is under way: from here on it arrives, even if its sender dies.
        for _ in range(2 if world.random.random() < faults.write_twice else 1):
            world.baton.at(arrival, lambda: answers.append(world.write(sha, state, description, target_url)))
        if late or kind < faults.write_unanswered:
            self._pass(world.random.choice((0.3, 10.0)))
            raise GitHubError("GitHub did not answer")
        self._pass(arrival - world.baton.time)
        answered, status = answers[-1]
        self._pass(answered - world.baton.time + world.random.uniform(0.02, 0.15))
        return status

    def incident(self, run: Run, cool_down: timedelta) -> Incident:
        seen_at = self._read() - self._world.random.uniform(0, self._world.faults.lists)
        if self._world.random.random() < self._world.faults.filtered:
            seen_at -= INDEX_BEHIND
        since = since_of(run)
        shown = [other for other in self._world.runs if self._world.started[other.id] <= seen_at]
        apart = [other for other in reversed(shown) if other.head_sha != run.head_sha]
        shas = list(dict.fromkeys(other.head_sha for other in apart if other.id > since))
        before = [other for other in apart if other.id <= since and cool_down]
        recent = dict.fromkeys(other.head_sha for other in before if other.head_sha not in shas)
        now = self._world.baton.time
        busy = any(
            now - self._world.started[other.id] < 900 for other in apart if other.id > since or cool_down
        )
        return Incident(tuple(shas)[:30], busy=busy, recent=tuple(recent)[:20])

    def traces(
        self, runs: Collection[int], _since: datetime | None
    ) -> tuple[Mapping[int, SessionTrace], Sequence[Note]]:
        """What became of sessions: those of every other run left no trace."""
        try:
            self._read()
        except GitHubError:
            return {run: SessionTrace(run, None) for run in runs}, ()
        return {run: SessionTrace(run, STATES[leaves_trace(run)]) for run in runs}, ()

    def latest_attempt(self, run_id: int) -> int:
        seen_at = self._read()
        return 1 + sum(began <= seen_at for began in self._world.attempts.get(run_id, []))

    def rerun_failed_jobs(self, run_id: int) -> None:
        """Unlike GitHub, this takes any number of requests: not to send two is up to the jobs."""
        world, faults = self._world, self._world.faults
        world.requests += 1
        world.asked[run_id] = world.asked.get(run_id, 0) + 1
        self._travel()
        kind = world.random.random()
        if world.out_of_order() or kind < faults.rerun_refused:
            raise GitHubError("GitHub answered 403: Resource not accessible by integration", 403)
        lost = kind - faults.rerun_refused < faults.rerun_lost
        arrival = world.baton.time
        if lost:
            arrival += world.random.choice((0.0, 20.0)) * world.random.random()
        if not lost or world.random.random() < 2 / 3:
            world.baton.at(arrival, lambda: world.rerun(run_id))
        self._travel()
        if lost:
            raise GitHubError("GitHub did not answer")

    def passed_in_rerun(self, run: Run, since: datetime) -> Sequence[str]:
        raise AssertionError(f"run {run.id} is not gathered in this world, nor what was green since {since}")

    def branch_head(self, branch: str) -> str | None:
        self._read()
        pushed = [run for run in self._world.runs if run.event == "push"]
        return pushed[-1].head_sha if pushed and branch == BRANCH else None

    def pull_request(self, number: int) -> PullRequest | None:
        raise AssertionError(f"no pull request {number} in this world")

    def compare(self, base: str, head: str) -> Compared:
        raise AssertionError(f"no session wrote {head} or {base}")

    def fire(self, run: Run, failures: frozenset[str], mark: str) -> Outcome:
        """The endpoint: what it did, and what its client could know of it."""
        world, faults = self._world, self._world.faults
        try:
            self._pass(world.random.uniform(0.05, 0.5))
            if world.random.random() < faults.slow_fire:
                self._pass(world.random.uniform(5, 115))
            kind = world.random.random()
            if kind < faults.fire_fails:
                return Outcome(Result.FAILED)
            if kind - faults.fire_fails < faults.fire_unknown and world.random.random() < 0.5:
                return Outcome(Result.UNKNOWN)
            session = Session(
                id=f"session_{len(world.sessions) + 1}",
                run=run.id,
                attempt=run.attempt,
                since=since_of(run),
                failures=failures,
                place=world.place(run.head_sha, mark),
                claimed_at=world.claimed_at(run.head_sha, mark),
                began=run.started_at,
            )
            world.sessions.append(session)
            self._pass(world.random.uniform(0.05, 0.5))
            if kind - faults.fire_fails < faults.fire_unknown:
                return Outcome(Result.UNKNOWN)
            return Outcome(Result.FIRED, session_id=session.id, session_url=session.url)
        except Cancelled:
            return Outcome(Result.UNKNOWN, reason="cancelled")


def leaves_trace(run_id: int) -> bool:
    """Whether the sessions of a run push a branch."""
    return bool(run_id % 2)


def since_of(run: Run) -> int:
    return (run.history.last_green_run if run.history else None) or 0
