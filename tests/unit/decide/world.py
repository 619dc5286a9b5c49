"""A world of failing runs, a faulty GitHub and a faulty endpoint, by seed.

The ledger under test is the real one; what it talks to is simulated in virtual time. `Schedule`
draws a history of runs, re-runs, green runs and deaths, `play` lets it happen, and `violations`
lists what must never be.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tests.unit.decide.baton import Baton, Task

from fire_routine.decide import Election, Terms
from fire_routine.decide.ledger.entry import Stage, read_entry
from fire_routine.decide.ledger.status_api import Compared
from fire_routine.decide.ledger.store import ACTIONS_BOT
from fire_routine.model import (
    Brief,
    FailedJob,
    Fingerprint,
    GitHubError,
    History,
    Incident,
    Outcome,
    PullRequest,
    Result,
    Run,
    Status,
    Verdict,
)
from fire_routine.settings import Settings

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
_DENIALS = (
    ("GitHub answered 401: Bad credentials", 401),
    ("GitHub answered 403: Resource not accessible by integration", 403),
    ("GitHub answered 404: Not Found", 404),
    ("GitHub answered 422: No commit found for SHA", 422),
)
BRANCH = "main"


@dataclass
class Faults:
    """Chances of each fault, and how late what was written may be read (seconds)."""

    lag: float = 0.0  # a read shows the state of up to this long ago, all of it
    commit: float = (
        0.0  # a status becomes visible, and its write is answered, up to so long after it got its id
    )
    item_lag: float = (
        0.0  # half of the statuses become visible up to so long after their writes were answered
    )
    flap: float = 0.0  # chance that a read leaves out a status of the last 10 seconds
    read_fails: float = 0.0
    denied: float = 0.0  # a read or write is answered 401, 403, 404 or 422
    write_twice: float = 0.0  # written twice, with two ids
    write_refused: float = 0.0  # an error, nothing written
    write_unanswered: float = 0.0  # written, and an error
    write_late: float = 0.0  # an error, and written up to 20 s later
    outages: list[tuple[float, float]] = field(default_factory=list)
    fire_fails: float = 0.0
    fire_unknown: float = 0.0  # the answer is lost; half of these started a session
    slow_fire: float = 0.0  # takes up to two minutes
    dies: float = 0.0  # kill -9 at a random moment
    cancelled: float = 0.0  # SIGTERM at a random moment

    @property
    def none(self) -> bool:
        return self.lag <= 3 and self == Faults(lag=self.lag)


# How GitHub's reads may lag, and what else may go wrong: one trouble each.
PROFILES = {
    "clean": Faults(),
    "in order, 30 s": Faults(lag=30.0),
    "id, 3 s": Faults(commit=3.0),
    "item, 1 s": Faults(item_lag=1.0),
    "writes": Faults(write_refused=0.06, write_unanswered=0.12, write_late=0.06, write_twice=0.1),
    "crashes": Faults(dies=0.4, cancelled=0.15, slow_fire=0.2),
    "denials": Faults(denied=0.03),
}


@dataclass(frozen=True)
class Session:
    """One that the endpoint really started."""

    id: str
    run: int
    attempt: int
    since: int
    failures: frozenset[str]
    place: int  # of its claim among all statuses

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
        return min(status.id for _, status in self.written[sha] if f" {mark} " in status.description)

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

    def incident(self, run: Run) -> Incident:
        self._read()
        since = _since(run)
        others = [other for other in self._world.runs if other.id > since and other.head_sha != run.head_sha]
        shas = dict.fromkeys(other.head_sha for other in reversed(others))
        now = self._world.baton.time
        busy = any(now - self._world.started[other.id] < 900 for other in others)
        return Incident(tuple(shas)[:30], busy=busy)

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
                since=_since(run),
                failures=failures,
                place=world.place(run.head_sha, mark),
            )
            world.sessions.append(session)
            self._pass(world.random.uniform(0.05, 0.5))
            if kind - faults.fire_fails < faults.fire_unknown:
                return Outcome(Result.UNKNOWN)
            return Outcome(Result.FIRED, session_id=session.id, session_url=session.url)
        except Cancelled:
            return Outcome(Result.UNKNOWN, reason="cancelled")


def _since(run: Run) -> int:
    return (run.history.last_green_run if run.history else None) or 0


@dataclass
class Schedule:
    """What happens, drawn from a seed."""

    seed: int
    faults: Faults
    settings: Settings
    jobs: int  # in all
    world: World
    event: str = "push"

    @classmethod
    def draw(
        cls, seed: int, faults: Faults | None = None, most_jobs: int = 32, calm: bool = False
    ) -> Schedule:
        """`calm`: no two runs within half a minute, no attempt before the one before is over."""
        rng = random.Random(seed)
        faults = faults or draw_faults(rng)
        settings = Settings(
            max_sessions=rng.choice((1, 2, 3, 3, 5)), once_per=rng.choice(("incident",) * 4 + ("run",))
        )
        schedule = cls(seed, faults, settings, 0, World(rng, faults))
        schedule._draw_runs(rng, most_jobs, 30 if calm else 0)
        return schedule

    @classmethod
    def matrix(cls, legs: int, seed: int = 0) -> Schedule:
        """One run whose legs all fail in the same tenth of a second, each with a failure of its own."""
        rng, faults = random.Random(seed), Faults()
        schedule = cls(seed, faults, Settings(), 0, World(rng, faults))
        run = schedule._run(100, "1" * 40, "push", 0.0, 0)
        schedule.world.baton.at(0.0, lambda: schedule._begin(run))
        for leg in range(legs):
            schedule._draw_job(rng, run, frozenset({f"{leg:08x}"}), 5 + rng.uniform(0, 0.1))
        return schedule

    def _draw_runs(self, rng: random.Random, most_jobs: int, pause: float) -> None:
        time, run_id, sha, green = 0.0, 100, 0, 0
        kinds = [f"{kind:08x}" for kind in range(1, rng.choice((2, 3, 6)))]
        event = self.event = rng.choice(("push", "push", "schedule"))
        for _ in range(rng.choice((1, 1, 2, 3, 5))):
            run_id += 1
            if rng.random() < 0.15:
                green = run_id
                run_id += 1
            if event == "push" or rng.random() < 0.5:
                sha += 1
            run = self._run(run_id, f"{sha:040x}", event, time, green)
            attempts = rng.choice((1, 1, 2, 3))
            for attempt in range(1, 1 + attempts):
                self._draw_attempt(rng, run, attempt, time, kinds, most_jobs)
                time += pause + rng.choice((5, 45, 200, 900)) if attempt < attempts else 0
            time += pause + rng.choice((0, 0.3, 1, 3, 8, 30, 1000))

    def _draw_attempt(
        self, rng: random.Random, run: Run, attempt: int, time: float, kinds: list[str], most_jobs: int
    ) -> None:
        spread = rng.choice((0.0, 0.2, 1.0, 15.0))
        self.world.baton.at(time, lambda: self._begin(run))
        for _ in range(rng.choice((1, 2, 4, most_jobs))):
            failures = frozenset(rng.sample(kinds, rng.randint(1, min(2, len(kinds)))))
            start = time + 2 + rng.uniform(0, spread)
            self._draw_job(rng, replace(run, attempt=attempt), failures, start)

    def _begin(self, run: Run) -> None:
        if run.id not in self.world.started:
            self.world.started[run.id] = self.world.baton.time
            self.world.runs.append(run)

    def _draw_job(self, rng: random.Random, run: Run, failures: frozenset[str], start: float) -> None:
        def ends(chance: float) -> float | None:
            return start + rng.expovariate(1 / 2.0) if rng.random() < chance else None

        dies_at, cancelled_at = ends(self.faults.dies), ends(self.faults.cancelled)
        self.jobs += 1
        self.world.baton.spawn(start, lambda task: self._job(task, run, failures, cancelled_at), dies_at)

    def _job(self, task: Task, run: Run, failures: frozenset[str], cancelled_at: float | None) -> None:
        world = self.world
        client = Client(world, task, cancelled_at)
        prints = tuple(map(Fingerprint, sorted(failures)))
        brief = Brief("text", prints, prints[0])
        marks: list[str] = []

        def new_mark() -> str:
            marks.append(f"{world.random.randrange(10**8):08d}")
            return marks[-1]

        terms = Terms(self.settings.once_per, self.settings.max_sessions)
        election = Election(client, terms, now=client.now, sleep=client.sleep, mark=new_mark)
        try:
            verdict = election.claim(run, brief)
        except Cancelled:
            verdict = Verdict(fire=False, reason="cancelled", message="cancelled")
        outcome = None
        if verdict.fire:
            outcome = client.fire(run, failures, marks[-1])
            try:
                election.settle(outcome)
            except Cancelled:
                election.settle(outcome)
        world.reports.append(Report(run.id, run.attempt, failures, verdict, outcome))

    def _run(self, run_id: int, sha: str, event: str, time: float, green: int) -> Run:
        return Run(
            repository="octo/cat",
            id=run_id,
            attempt=1,
            workflow="CI",
            workflow_id=7,
            workflow_path=".github/workflows/ci.yml",
            event=event,
            status="completed",
            conclusion="failure",
            head_branch=BRANCH,
            head_sha=sha,
            head_repository="octo/cat",
            actor="mona",
            url=f"https://github.com/octo/cat/actions/runs/{run_id}",
            created_at=EPOCH + timedelta(seconds=int(time)),
            failed_jobs=(FailedJob(1, "test", "failure", ""),),
            history=History(
                last_green_run=green or None, never_green=not green, last_green_of_event=green or None
            ),
        )

    def play(self) -> None:
        self.world.baton.run()

    # --- what must never be -------------------------------------------------------------------------

    def violations(self) -> list[str]:
        return [*self._doubles(), *self._unreported(), *self._false_pointers(), *self._losses()]

    def _doubles(self) -> list[str]:
        found: list[str] = []
        incidents: dict[int, list[Session]] = {}
        # The endpoint may be slow with one, so what counts is the order in which they were claimed.
        for session in sorted(self.world.sessions, key=lambda session: session.place):
            earlier = incidents.setdefault(session.since, [])
            known = frozenset[str]().union(*(other.failures for other in earlier))
            if self.settings.once_per == "incident" and session.failures <= known:
                found.append(f"{session} is the second for its failures")
            if any((other.run, other.attempt) == (session.run, session.attempt) for other in earlier):
                found.append(f"{session} is the second of its attempt")
            if self.settings.once_per == "run" and any(other.run == session.run for other in earlier):
                found.append(f"{session} is the second of its run")
            if len(earlier) >= self.settings.max_sessions:
                found.append(f"{session} exceeds max-sessions")
            earlier.append(session)
        return found

    def _unreported(self) -> list[str]:
        """Sessions that neither a job's outcome nor the ledger reports."""
        outcomes = [report.outcome for report in self.world.reports if report.outcome]
        fired = {outcome.session_url for outcome in outcomes if outcome.result is Result.FIRED}
        unknown = {
            (report.run, report.attempt)
            for report in self.world.reports
            if report.outcome and report.outcome.result is Result.UNKNOWN
        }
        recorded = {
            (entry.record.run, entry.record.attempt)
            for sha, written in self.world.written.items()
            for _, status in written
            if (entry := read_entry(status, sha))
            and entry.record.stage in (Stage.SENDING, Stage.UNKNOWN, Stage.FIRED)
        }
        return [
            f"{session} is reported nowhere"
            for session in self.world.sessions
            if session.url not in fired
            and (session.run, session.attempt) not in unknown
            and (session.run, session.attempt) not in recorded
        ]

    def _false_pointers(self) -> list[str]:
        urls = {session.url for session in self.world.sessions}
        pointed = {report.verdict.session_url for report in self.world.reports if report.verdict.session_url}
        return [f"{url} is pointed to and was never started" for url in pointed - urls]

    def _losses(self) -> list[str]:
        """Where nothing goes wrong, whoever does not fire has a session to leave it to, or is stale."""
        if not self.faults.none:
            return []
        return [
            f"run {report.run}, attempt {report.attempt} was left alone: {report.verdict}"
            for report in self.world.reports
            if not report.verdict.fire and not self._is_cared_for(report)
        ]

    def _is_cared_for(self, report: Report) -> bool:
        sessions = self.world.sessions
        if self.event == "push" and any(run.id > report.run for run in self.world.runs):
            return True
        if report.verdict.reason == "max-sessions":
            return len(sessions) >= self.settings.max_sessions
        if any((session.run, session.attempt) == (report.run, report.attempt) for session in sessions):
            return True
        if self.settings.once_per == "run":
            return any(session.run == report.run for session in sessions)
        return report.failures <= frozenset[str]().union(*(session.failures for session in sessions))


def draw_faults(rng: random.Random) -> Faults:
    """A kind of bad day: none, one trouble alone, or all of them."""

    def some(most: float) -> float:
        return rng.choice((0.0, 0.0, most / 4, most))

    faults = Faults(
        lag=rng.choice((0.0, 0.2, 1.0, 3.0, 30.0)),
        commit=rng.choice((0.0, 0.0, 0.3, 3.0)),
        item_lag=rng.choice((0.0, 0.0, 1.0)),
        read_fails=some(0.3),
        write_refused=some(0.25),
        write_unanswered=some(0.25),
        write_late=some(0.2),
        write_twice=some(0.1),
        denied=some(0.03),
        fire_fails=some(0.4),
        fire_unknown=some(0.4),
        slow_fire=some(0.3),
        dies=some(0.5),
        cancelled=some(0.3),
    )
    if rng.random() < 0.15:
        start = rng.uniform(0, 60)
        faults.outages = [(start, start + rng.choice((2, 20, 400)))]
    return faults
