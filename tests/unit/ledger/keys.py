"""Jobs for keys beside those for failures, on one ledger; and what must never be of them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import timedelta

from tests.unit.ledger.baton import Task
from tests.unit.ledger.boards import Job, Verdict, sample_run
from tests.unit.ledger.schedule import Schedule
from tests.unit.ledger.troubles import PROFILES
from tests.unit.ledger.world import Cancelled, Client, Report, Session

from fire_routine.model import Event, Outcome, Reason, Result

KEYS = ("kaaaaaaa", "kbbbbbbb")
COOL_DOWNS = (timedelta(0), timedelta(minutes=1), timedelta(hours=24))
BRANCHES = ("main", "topic")


@dataclass
class Keyed:
    """Deliveries of events, some of them at once, in the workflow of a schedule's failures."""

    schedule: Schedule
    cool_down: timedelta
    jobs: int = 0
    reports: list[Report] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)

    @classmethod
    def beside(cls, schedule: Schedule, seed: int) -> Keyed:
        rng = random.Random(f"keys {seed}")
        keyed = cls(schedule, rng.choice(COOL_DOWNS))
        time, run = 0.0, 5_000
        for _ in range(rng.choice((1, 2, 4, 8))):
            run += 1
            attempts = rng.choice((1, 1, 2))
            for attempt in range(1, attempts + 1):
                for _ in range(rng.choice((1, 1, 2, 4))):
                    keyed._draw_job(rng, run, attempt, time + rng.uniform(0, 1))
                time += rng.choice((0.0, 0.3, 4, 30, 90, 900))
        return keyed

    def _draw_job(self, rng: random.Random, run: int, attempt: int, start: float) -> None:
        faults, name, branch = self.schedule.faults, rng.choice(KEYS), rng.choice(BRANCHES)
        dies_at = start + rng.expovariate(0.5) if rng.random() < faults.dies else None
        cancelled_at = start + rng.expovariate(0.5) if rng.random() < faults.cancelled else None
        self.jobs += 1

        def job(task: Task) -> None:
            self._job(task, name, run, attempt, branch, cancelled_at)

        self.schedule.world.baton.spawn(start, job, dies_at)

    def _job(
        self, task: Task, name: str, run_id: int, attempt: int, branch: str, cancelled_at: float | None
    ) -> None:
        world = self.schedule.world
        client = Client(world, task, cancelled_at)
        run = sample_run(run_id, head_branch=branch, head_sha=f"{run_id:07x}".ljust(40, "0"), created_at=None)
        run = replace(run, attempt=attempt, fired_for=Event("a key", "issues"))
        marks: list[str] = []

        def new_mark() -> str:
            marks.append(f"{world.random.randrange(10**8):08d}")
            return marks[-1]

        cool_down, token = self.cool_down, self.schedule.terms.default_token
        ledger = Job(
            client,
            run,
            clock=client.clock,
            mark=new_mark,
            cool_down=cool_down,
            for_key=True,
            default_token=token,
        )
        outcome = None
        try:
            verdict = ledger.claim(name)
        except Cancelled:
            verdict = Verdict(False, Reason.CANCELLED, "cancelled")
        if verdict.fire:
            if world.random.random() < self.schedule.faults.labelled:
                outcome = Outcome(Result.SKIPPED, Reason.SKIP_LABELS)
            else:
                outcome = client.fire(run, frozenset({name}), marks[-1])
            try:
                ledger.settle(outcome)
            except Cancelled:
                ledger.settle(outcome)
        self.reports.append(Report(run_id, attempt, frozenset({name}), verdict, outcome, ledger.notes))

    def play(self) -> None:
        self.schedule.play()
        world = self.schedule.world
        self.sessions = [one for one in world.sessions if one.failures & set(KEYS)]
        world.sessions = [one for one in world.sessions if one not in self.sessions]

    def violations(self) -> list[str]:
        """Of the keys, and of the failures beside them."""
        return [*self.schedule.violations(), *self._doubles(), *self._losses()]

    def _doubles(self) -> list[str]:
        found = []
        ordered = sorted(self.sessions, key=lambda session: session.place)
        for place, session in enumerate(ordered):
            for other in ordered[:place]:
                same = (other.run, other.attempt) == (session.run, session.attempt)
                young = session.claimed_at - other.claimed_at < self.cool_down
                if other.failures == session.failures and (same or young):
                    found.append(f"{session} is the second for its key, after {other}")
        return found

    def _losses(self) -> list[str]:
        """Where nothing goes wrong, whoever does not fire has a session of its key to leave it to."""
        if not self.schedule.faults.none:
            return []
        have = {name for session in self.sessions for name in session.failures}
        return [
            f"a key was left alone: {report.verdict}"
            for report in self.reports
            if not report.verdict.fire and not report.failures <= have
        ]


def played(seed: int, kind: str = "storm", most_jobs: int = 6) -> Keyed:
    """A schedule with keys beside it; `kind`: of trouble, by its name."""
    keyed = Keyed.beside(Schedule.of(seed, PROFILES[kind], most_jobs=most_jobs), seed)
    keyed.play()
    return keyed
