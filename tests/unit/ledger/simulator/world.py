"""What the simulator's actors act on: one GitHub and one endpoint, faulty, in virtual time.

The ledger under test is the real one; this is what it talks to.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from random import Random

from tests.unit.ledger.simulator.baton import Baton, Task
from tests.unit.ledger.simulator.boards import FORBIDDEN, FULL, NO_ANSWER, PLACE, SERVER_ERROR, Board, Page
from tests.unit.ledger.simulator.jobs import Verdict
from tests.unit.ledger.simulator.troubles import Faults, Setting

from fire_routine.clock import Clock
from fire_routine.ledger.entry import LEDGER, Entry, Record, Stage, commit_of, label, ref_of
from fire_routine.ledger.log import ACTIONS_BOT
from fire_routine.ledger.names import read_names
from fire_routine.model.outcome import GitHubError, Outcome, Result, SessionState, SessionTrace, Status
from fire_routine.model.reason import Reason
from fire_routine.model.run import GreenRuns, Note, Run

# Without the traceback of the last time: each is raised over and over
_DENIALS = (
    GitHubError("GitHub answered 401: Bad credentials", 401),
    FORBIDDEN,
    GitHubError("GitHub answered 404: Not Found", 404),
    GitHubError("GitHub answered 422: No commit found for SHA", 422),
)
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
    at: float  # when it was started, in seconds
    began: datetime | None  # when its attempt began
    sha: str
    form: str  # how its job names failures
    asked: datetime | None  # with `again`: when it was asked for
    creator: str  # of its claim

    @property
    def url(self) -> str:
        return f"https://claude.ai/code/{self.id}"


@dataclass
class Report:
    """What one actor reported of one run."""

    run: int
    attempt: int
    failures: frozenset[str]
    verdict: Verdict
    outcome: Outcome | None = None
    notes: tuple[Note, ...] = ()
    form: str = "log"
    asked: datetime | None = None
    creator: str = ""


@dataclass
class World:
    """GitHub, the endpoint, and what became of all of it."""

    seed: int
    faults: Faults
    setting: Setting = field(default_factory=Setting)
    baton: Baton = field(default_factory=Baton)
    board: Board = field(default_factory=Board)
    greens: list[tuple[int, str, float]] = field(default_factory=list)  # id, event, and when it was green
    sessions: list[Session] = field(default_factory=list)
    of_keys: list[Session] = field(default_factory=list)  # once it is played, those that are none of failures
    reports: list[Report] = field(default_factory=list)
    passed: set[int] = field(default_factory=set)  # runs that are green in their latest attempt
    running: dict[int, float] = field(default_factory=dict)  # until when each run's re-run goes on
    begin_again: Callable[[int], None] = lambda _: None  # begins another attempt of a run
    posts: list[float] = field(default_factory=list)  # times of the last minute's writes
    requests: int = 0

    def __post_init__(self) -> None:
        self.board.clock, self.board.room = self.baton.clock, self.setting.room

    def stream(self, name: str) -> Random:
        """Random numbers of one actor's own: what one does differently does not change the others' luck."""
        return Random(f"{self.seed} {name}")

    def enter(
        self,
        name: str,
        start: float,
        act: Callable[[Client], None],
        *,
        dies_at: float | None = None,
        cancelled_at: float | None = None,
        creator: str = "",
    ) -> None:
        """Let an actor come in: a job, or anything else that asks GitHub and the endpoint.

        Args:
            name: its own, of which its random numbers are drawn.
            act: what it does. A `Job` plays one run with its client; a caller of many plays several.
            creator: who writes its statuses; the repository's first identity, if empty.
        """

        def work(task: Task) -> None:
            act(Client(self, task, self.stream(name), creator or self.setting.identities[0], cancelled_at))

        self.baton.spawn(start, work, dies_at)

    def write_another(self, run: Run, failure: str, forges: bool) -> None:
        """Another tool's status on the ledger's commit, or an entry that somebody forged."""
        description, context = "The build passed", "ci/build"
        if forges:
            names = read_names(failure)
            forged = Record(
                Stage.FIRED, label(run), run.id, 1, ref_of(run), commit_of(run), "forged00", names
            )
            description, context = str(forged), f"{LEDGER} {self.board.clock.server():%Y-%m-%d}"
        self.board.add(
            PLACE, description, "https://ci.test/1", context, by="mallory", shown_from=self.baton.time
        )

    def entries(self, *, shown: bool = False) -> list[Entry]:
        """The ledger's entries, or what people see on failing commits, without forged ones."""
        entries = [entry for sha in self.board.commits for entry in self.board.entries(sha, shown=shown)]
        return [entry for entry in entries if entry.record.claim_id != "forged00"]

    def claim(self, claim_id: str) -> Entry:
        """The first entry of a mark."""
        return next(entry for entry in self.entries() if entry.record.claim_id == claim_id)

    def separated_by_green(self, one: Session, later: Session) -> bool:
        """Whether a green run of one of their events lies between their runs, as the later one is started."""
        first, last = sorted((one.run, later.run))
        if family(one.run) != family(later.run):
            return True
        if one.run == later.run:
            return False
        events = (one.event, later.event)
        return any(
            first <= green <= last and green != later.run and event in events and at <= later.at
            for green, event, at in self.greens
        )

    @property
    def out_of_order(self) -> bool:
        return any(start <= self.baton.time < end for start, end in self.faults.outages)


class Cancelled(BaseException):
    """The runner asks the job to end."""


class Client:
    """GitHub and the endpoint as one actor reaches them: slowly, and with faults that are drawn.

    What GitHub holds and answers is the board's.
    """

    def __init__(
        self, world: World, task: Task, random: Random, creator: str, cancelled_at: float | None
    ) -> None:
        """`creator`: who its statuses are by."""
        self.world = world
        self.random = random
        self.creator = creator
        self._board = world.board
        self._faults = world.faults
        self._task = task
        self._cancelled_at = cancelled_at

    @property
    def clock(self) -> Clock:
        baton = self.world.baton
        return Clock(lambda: baton.time, baton.clock.server, self._pass, self.random.random)

    def _pass(self, seconds: float) -> None:
        self._task.pause(seconds)
        if self._cancelled_at is not None and self._cancelled_at <= self.world.baton.time:
            self._cancelled_at = None
            raise Cancelled

    def _travel(self) -> None:
        self._pass(self.random.uniform(0.02, 0.15))

    def branch_head(self, _branch: str) -> str | None:
        """Branches are never moved on."""
        return None

    # --- reading ----------------------------------------------------------------------------------

    def _read(self) -> float:
        """One read; the time whose state it shows."""
        self.world.requests += 1
        self._travel()
        if self.world.out_of_order or self.random.random() < self._faults.read_fails:
            self._pass(self.random.choice((0.1, 10.0)))
            raise SERVER_ERROR.with_traceback(None)
        self._deny()
        return self.world.baton.time - self.random.uniform(0, self._faults.lag)

    def _deny(self) -> None:
        if self.random.random() < self._faults.denied:
            raise self.random.choice(_DENIALS).with_traceback(None)

    def _missed(self, sha: str) -> set[int]:
        """Statuses of the last 10 seconds that a read leaves out, by their ids."""
        if not self._faults.flap:
            return set()
        now, shown_from = self.world.baton.time, self._board.shown_from
        newest = islice(reversed(self._board.commits.get(sha, [])), 200)
        young = (status.id for status in newest if now - shown_from[status.id] < 10)
        return {number for number in young if self.random.random() < self._faults.flap}

    def statuses(self, sha: str, page: int = 1) -> Page:
        found = self._board.statuses(sha, page, as_of=self._read(), without=self._missed(sha))
        self._travel()
        return found

    def login(self) -> str:
        assert self.creator != ACTIONS_BOT, "the workflow's own token is known"
        self._read()
        if self.random.random() < 0.3:
            raise FORBIDDEN.with_traceback(None)
        return self.creator

    def first_commit(self, login: str = "") -> str:
        self._read()
        if self.random.random() < self._faults.place_hidden:
            raise GitHubError("GitHub does not show the first commit of the default branch")
        return self._board.first_commit(login)

    def greens(self, run: Run, back_to: int) -> GreenRuns:
        """The unfiltered list, which may lag; a branch has too few runs for the filtered one."""
        return self._board.greens(
            run, back_to, as_of=self._read() - self.random.uniform(0, self._faults.lists)
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

    def open_fixes(self) -> tuple[list[SessionTrace], bool]:
        """No session opens a pull request in this world."""
        return [], True

    def latest_attempt(self, run_id: int) -> int:
        return self._board.latest_attempt(run_id, as_of=self._read())

    def passed_in_rerun(self, run: Run, since: datetime) -> Sequence[str]:
        raise AssertionError(f"run {run.id} is not gathered in this world, nor what was green since {since}")

    # --- writing ----------------------------------------------------------------------------------

    def create_status(self, sha: str, state: str, description: str, target_url: str, context: str) -> Status:
        assert len(description.encode()) <= 140, description
        self._pass(0.0)  # of a dead job nothing has an effect
        world, faults, random = self.world, self._faults, self.random
        world.requests += 1
        arrival = world.baton.time + random.uniform(0.02, 0.15)
        self._deny()
        if self._board.is_full(sha, context):
            self._travel()
            raise FULL.with_traceback(None)
        world.posts = [at for at in world.posts if world.baton.time - at < 60]
        if faults.content and len(world.posts) >= faults.content:
            self._travel()
            problem = "GitHub answered 403: You have exceeded a secondary rate limit."
            raise GitHubError(problem, 403, rate_limited=True, retry_after=60.0)
        world.posts.append(world.baton.time)
        kind = random.random()
        if world.out_of_order or kind < faults.write_refused:
            self._pass(random.choice((0.1, 10.0)))
            raise SERVER_ERROR.with_traceback(None)
        kind -= faults.write_refused
        late = faults.write_unanswered <= kind < faults.write_unanswered + faults.write_late
        if late:
            arrival += random.uniform(0, 20)
        written: list[Status] = []
        # It is under way: from here on it arrives, even if its sender dies.
        for _ in range(2 if random.random() < faults.write_twice else 1):
            answered = arrival + random.uniform(0, faults.commit)
            shown_from = answered + (random.uniform(0, faults.item_lag) if random.random() < 0.5 else 0.0)

            def arrive(shown_from: float = shown_from) -> None:
                entry = (sha, description, target_url, context, state, self.creator)
                written.append(self._board.add(*entry, shown_from=shown_from))

            world.baton.at(arrival, arrive)
        if late or kind < faults.write_unanswered:
            self._pass(random.choice((0.3, 10.0)))
            raise NO_ANSWER.with_traceback(None)
        self._pass(arrival - world.baton.time)
        status = written[-1]
        self._pass(answered - world.baton.time + random.uniform(0.02, 0.15))
        return status

    def rerun_failed_jobs(self, run_id: int) -> None:
        """GitHub refuses to re-run what is running, and what was green."""
        world, faults, random = self.world, self._faults, self.random
        world.requests += 1
        self._travel()
        kind = random.random()
        if world.out_of_order or kind < faults.rerun_refused:
            raise FORBIDDEN.with_traceback(None)
        if world.baton.time < world.running.get(run_id, 0.0) or run_id in world.passed:
            raise GitHubError("GitHub answered 403: This workflow is already running", 403)
        lost = kind - faults.rerun_refused < faults.rerun_lost
        arrival = world.baton.time
        if lost:
            arrival += random.choice((0.0, 20.0)) * random.random()
        if not lost or random.random() < 2 / 3:
            self._board.rerun.append(run_id)
            world.running[run_id] = arrival + 1.0  # from the moment at which GitHub takes the request
            world.baton.at(arrival, lambda: world.begin_again(run_id))
        self._travel()
        if lost:
            raise NO_ANSWER.with_traceback(None)

    # --- the endpoint -----------------------------------------------------------------------------

    def fire(
        self,
        run: Run,
        failures: frozenset[str],
        claim_id: str,
        form: str = "log",
        asked: datetime | None = None,
    ) -> Outcome:
        """What the endpoint did, as far as its client can know."""
        world, faults, random = self.world, self._faults, self.random
        try:
            self._pass(random.uniform(0.05, 0.5))
            if random.random() < faults.slow_fire:
                self._pass(random.uniform(5, 115))
            kind = random.random()
            if kind < faults.fire_fails:
                return Outcome(Result.FAILED)
            if kind - faults.fire_fails < faults.fire_unknown and random.random() < 0.5:
                return Outcome(Result.UNKNOWN)
            claim = world.claim(claim_id)
            assert claim.status.created_at is not None
            session = Session(
                id=f"session_{len(world.sessions) + 1}",
                run=run.id,
                attempt=run.attempt,
                event=run.event,
                failures=failures,
                place=claim.status.id,
                claimed_at=claim.status.created_at,
                at=world.baton.time,
                began=run.started_at,
                sha=run.head_sha,
                form=form,
                asked=asked,
                creator=self.creator,
            )
            world.sessions.append(session)
            self._pass(random.uniform(0.05, 0.5))
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
