"""A faulty GitHub and a faulty endpoint, simulated in virtual time.

The ledger under test is the real one; this is what it talks to.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from tests.unit.ledger.baton import Baton, Task
from tests.unit.ledger.boards import FORBIDDEN, NO_ANSWER, PLACE, SERVER_ERROR, Page, Verdict
from tests.unit.ledger.troubles import Faults, Setting

from fire_routine.clock import Clock
from fire_routine.ledger.entry import (
    LEDGER,
    SHOWN,
    Entry,
    Record,
    Stage,
    commit_of,
    label,
    read_entry,
    ref_of,
)
from fire_routine.ledger.log import ACTIONS_BOT
from fire_routine.ledger.names import read_names
from fire_routine.model import (
    GitHubError,
    GreenRuns,
    Note,
    Outcome,
    Reason,
    Result,
    Run,
    SessionState,
    SessionTrace,
    Status,
)

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
# Without the traceback of the last time: each is raised over and over
_DENIALS = (
    GitHubError("GitHub answered 401: Bad credentials", 401),
    FORBIDDEN,
    GitHubError("GitHub answered 404: Not Found", 404),
    GitHubError("GitHub answered 422: No commit found for SHA", 422),
)
FULL = GitHubError(
    "GitHub answered 422: This SHA and context has reached the maximum number of statuses.",
    422,
)
BRANCH = "main"
STATES = (SessionState.NONE, SessionState.BRANCH)  # of a session, by whether it left a trace


@dataclass(frozen=True)
class Session:
    """One that the endpoint really started."""

    id: str
    run: int
    attempt: int
    event: str
    failures: frozenset[str]
    place: int  # of its claim among all entries
    claimed_at: datetime
    began: datetime | None  # when its attempt began
    sha: str
    form: str  # how its job names failures
    asked: datetime | None  # with `again`: when it was asked for

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
    form: str = "log"
    asked: datetime | None = None


class Cancelled(BaseException):
    """The runner asks the job to end."""


@dataclass
class World:
    """GitHub and the endpoint."""

    random: random.Random
    faults: Faults
    setting: Setting = field(default_factory=Setting)
    baton: Baton = field(default_factory=Baton)
    written: dict[str, list[tuple[float, Status]]] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)  # as they were started
    greens: list[tuple[int, str, float]] = field(default_factory=list)  # id, event, and when it was green
    started: dict[int, float] = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    attempts: dict[int, list[float]] = field(default_factory=dict)  # when each run's further attempts began
    passed: set[int] = field(default_factory=set)  # runs that are green in their latest attempt
    asked: dict[int, int] = field(default_factory=dict)  # how often jobs re-ran each run
    running: dict[int, float] = field(default_factory=dict)  # until when each run's re-run goes on
    rerun: Callable[[int], None] = lambda _: None  # begins another attempt
    posts: list[float] = field(default_factory=list)  # times of the last minute's writes
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

    @property
    def creator(self) -> str:
        """Who writes the entries."""
        return "octo-app[bot]" if self.setting.own_token else ACTIONS_BOT

    def is_full(self, sha: str, context: str) -> bool:
        written = self.written.get(sha, [])
        return sum(status.context == context for _, status in written) >= self.setting.room

    def write_another(self, run: Run, failures: Sequence[str]) -> None:
        """Another tool's status on the ledger's commit, or an entry that somebody forged."""
        self.ids += 1
        now = EPOCH + timedelta(seconds=int(self.baton.time))
        description, context = "The build passed", "ci/build"
        if self.ids % 5 == 0:
            names = read_names(failures[0])
            forged = Record(
                Stage.FIRED, label(run), run.id, 1, ref_of(run), commit_of(run), "forged00", names
            )
            description, context = str(forged), f"{LEDGER} {now:%Y-%m-%d}"
        status = Status(self.ids, "success", description, "https://ci.test/1", now, "mallory", context)
        self.written.setdefault(PLACE, []).append((self.baton.time, status))

    def write(self, sha: str, state: str, description: str, url: str, context: str) -> tuple[float, Status]:
        """When the write is answered, and the status."""
        self.ids += 1
        now = EPOCH + timedelta(seconds=int(self.baton.time))
        status = Status(self.ids, state, description, url, now, self.creator, context)
        visible = self.baton.time + self.random.uniform(0, self.faults.commit)
        answered = visible
        if self.random.random() < 0.5:
            visible += self.random.uniform(0, self.faults.item_lag)
        self.written.setdefault(sha, []).append((visible, status))
        return answered, status

    def entries(self, *, shown: bool = False) -> list[Entry]:
        """The ledger's entries, or what people see on failing commits, in the order of their ids."""
        read = (
            read_entry(status, sha)
            for sha, written in self.written.items()
            for _, status in written
            if (status.context == SHOWN) == shown and status.creator == self.creator
        )
        return sorted((entry for entry in read if entry), key=lambda entry: entry.id)

    def claim(self, mark: str) -> Entry:
        """The first entry of a mark."""
        return next(entry for entry in self.entries() if entry.record.mark == mark)

    def apart(self, one: Session, other: Session) -> bool:
        """Whether a green run of one of their events lies between their runs."""
        first, last = sorted((one.run, other.run))
        if family(one.run) != family(other.run):
            return True
        events = (one.event, other.event)
        return any(first < green < last and event in events for green, event, _ in self.greens)

    def out_of_order(self) -> bool:
        return any(start <= self.baton.time < end for start, end in self.faults.outages)


class Client:
    """GitHub as one job reaches it."""

    def __init__(self, world: World, task: Task, cancelled_at: float | None) -> None:
        self._world = world
        self._task = task
        self._cancelled_at = cancelled_at

    @property
    def clock(self) -> Clock:
        baton = self._world.baton
        return Clock(
            lambda: baton.time,
            lambda: EPOCH + timedelta(seconds=baton.time),
            self._pass,
            self._world.random.random,
        )

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
            raise SERVER_ERROR.with_traceback(None)
        self._deny()
        return world.baton.time - world.random.uniform(0, world.faults.lag)

    def _deny(self) -> None:
        if self._world.random.random() < self._world.faults.denied:
            raise self._world.random.choice(_DENIALS).with_traceback(None)

    def statuses(self, sha: str, page: int = 1) -> Page:
        found = sorted(self._world.statuses(sha, self._read()), key=lambda status: -status.id)
        date = EPOCH + timedelta(seconds=int(self._world.baton.time))
        self._travel()
        size = 101 - page
        return Page(found[(page - 1) * size : page * size], len(found) > page * size, date)

    def login(self) -> str:
        assert self._world.setting.own_token, "the workflow's own token is known"
        self._read()
        if self._world.random.random() < 0.3:
            raise FORBIDDEN.with_traceback(None)
        return self._world.creator

    def first_commit(self) -> str:
        self._read()
        if self._world.random.random() < self._world.faults.place_hidden:
            raise GitHubError("GitHub does not show the first commit of the default branch")
        return PLACE

    def create_status(self, sha: str, state: str, description: str, target_url: str, context: str) -> Status:
        assert len(description.encode()) <= 140, description
        self._pass(0.0)  # of a dead job nothing has an effect
        world, faults = self._world, self._world.faults
        world.requests += 1
        arrival = world.baton.time + world.random.uniform(0.02, 0.15)
        self._deny()
        if world.is_full(sha, context):
            self._travel()
            raise FULL.with_traceback(None)
        world.posts = [at for at in world.posts if world.baton.time - at < 60]
        if faults.content and len(world.posts) >= faults.content:
            self._travel()
            problem = "GitHub answered 403: You have exceeded a secondary rate limit."
            raise GitHubError(problem, 403, rate_limited=True, retry_after=60.0)
        world.posts.append(world.baton.time)
        kind = world.random.random()
        if world.out_of_order() or kind < faults.write_refused:
            self._pass(world.random.choice((0.1, 10.0)))
            raise SERVER_ERROR.with_traceback(None)
        kind -= faults.write_refused
        late = faults.write_unanswered <= kind < faults.write_unanswered + faults.write_late
        if late:
            arrival += world.random.uniform(0, 20)
        answers: list[tuple[float, Status]] = []
        # It is under way: from here on it arrives, even if its sender dies.
        write = partial(world.write, sha, state, description, target_url, context)
        for _ in range(2 if world.random.random() < faults.write_twice else 1):
            world.baton.at(arrival, lambda: answers.append(write()))
        if late or kind < faults.write_unanswered:
            self._pass(world.random.choice((0.3, 10.0)))
            raise NO_ANSWER.with_traceback(None)
        self._pass(arrival - world.baton.time)
        answered, status = answers[-1]
        self._pass(answered - world.baton.time + world.random.uniform(0.02, 0.15))
        return status

    def greens(self, run: Run, back_to: int) -> GreenRuns:
        """The unfiltered list, which may lag; a branch has too few runs for the filtered one."""
        world = self._world
        seen_at = self._read() - world.random.uniform(0, world.faults.lists)
        first = min(run.id, back_to)
        last = 1000 * (family(run.id) + 1)
        shown = [green for green in world.greens if first <= green[0] < last and green[2] <= seen_at]
        return GreenRuns(
            runs={green: event for green, event, _ in shown},
            events={
                one.id: one.event
                for one in world.runs
                if one.id >= first and family(one.id) == family(run.id)
            },
        )

    def traces(
        self, runs: Collection[int], _since: datetime | None, _prefix: str
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
        """GitHub refuses to re-run what is running, and what was green."""
        world, faults = self._world, self._world.faults
        world.requests += 1
        self._travel()
        kind = world.random.random()
        if world.out_of_order() or kind < faults.rerun_refused:
            raise FORBIDDEN.with_traceback(None)
        if world.baton.time < world.running.get(run_id, 0.0) or run_id in world.passed:
            raise GitHubError("GitHub answered 403: This workflow is already running", 403)
        lost = kind - faults.rerun_refused < faults.rerun_lost
        arrival = world.baton.time
        if lost:
            arrival += world.random.choice((0.0, 20.0)) * world.random.random()
        if not lost or world.random.random() < 2 / 3:
            world.asked[run_id] = world.asked.get(run_id, 0) + 1
            world.running[run_id] = arrival + 1.0  # from the moment at which GitHub takes the request
            world.baton.at(arrival, lambda: world.rerun(run_id))
        self._travel()
        if lost:
            raise NO_ANSWER.with_traceback(None)

    def passed_in_rerun(self, run: Run, since: datetime) -> Sequence[str]:
        raise AssertionError(f"run {run.id} is not gathered in this world, nor what was green since {since}")

    def fire(
        self, run: Run, failures: frozenset[str], mark: str, form: str = "log", asked: datetime | None = None
    ) -> Outcome:
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
            claimed_at = world.claim(mark).created_at
            assert claimed_at is not None
            session = Session(
                id=f"session_{len(world.sessions) + 1}",
                run=run.id,
                attempt=run.attempt,
                event=run.event,
                failures=failures,
                place=world.claim(mark).id,
                claimed_at=claimed_at,
                began=run.started_at,
                sha=run.head_sha,
                form=form,
                asked=asked,
            )
            world.sessions.append(session)
            self._pass(world.random.uniform(0.05, 0.5))
            if kind - faults.fire_fails < faults.fire_unknown:
                return Outcome(Result.UNKNOWN)
            return Outcome(Result.FIRED, session_id=session.id, session_url=session.url)
        except Cancelled:
            return Outcome(Result.UNKNOWN, reason=Reason.CANCELLED)


def family(run_id: int) -> int:
    """Which workflow and branch a run is of."""
    return run_id // 1000


def leaves_trace(run_id: int) -> bool:
    """Whether the sessions of a run push a branch."""
    return bool(run_id % 2)
