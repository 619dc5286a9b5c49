"""Jobs for keys beside those for failures, on one ledger; and what must never be of them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import timedelta

from tests.unit.ledger.simulator.boards import sample_run
from tests.unit.ledger.simulator.parts import Part
from tests.unit.ledger.simulator.schedule import Schedule
from tests.unit.ledger.simulator.troubles import PROFILES
from tests.unit.ledger.simulator.world import Report, Session

from fire_routine.ledger.log import ACTIONS_BOT
from fire_routine.ledger.terms import Terms, Timing
from fire_routine.model.event import Event

KEYS = ("a key", "another key")
COOL_DOWNS = (timedelta(0), timedelta(minutes=1), timedelta(hours=24))
BRANCHES = ("main", "topic")
LAG = timedelta(
    seconds=sum(Timing().looks)
)  # within which two deliveries are at once, whatever the cool-down


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

    def _draw_job(self, rng: random.Random, run_id: int, attempt: int, start: float) -> None:
        faults, name, branch = self.schedule.faults, rng.choice(KEYS), rng.choice(BRANCHES)
        dies_at = start + rng.expovariate(0.5) if rng.random() < faults.dies else None
        cancelled_at = start + rng.expovariate(0.5) if rng.random() < faults.cancelled else None
        self.jobs += 1
        sha = f"{run_id:07x}".ljust(40, "0")
        run = sample_run(run_id, attempt, head_branch=branch, head_sha=sha, created_at=None)
        run = replace(run, fired_for=Event(name, "issues"))
        by_workflow = self.schedule.world.setting.identities[0] == ACTIONS_BOT
        terms = Terms(cool_down=self.cool_down, key=name, default_token=by_workflow)
        part = Part(run, frozenset({name}), terms)
        self.schedule.world.enter(
            f"key {self.jobs}",
            start,
            lambda client: self.reports.append(part.play(client)),
            dies_at=dies_at,
            cancelled_at=cancelled_at,
        )

    def play(self) -> None:
        self.schedule.play()
        world = self.schedule.world
        self.sessions = world.of_keys = [one for one in world.sessions if one.failures & set(KEYS)]
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
                young = session.claimed_at - other.claimed_at < max(self.cool_down, LAG)
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
