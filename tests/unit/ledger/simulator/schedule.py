"""What happens to a workflow, drawn from a seed: runs, re-runs, green runs, deaths.

`play` lets it happen, in a simulated world, and `violations` lists what must never be.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from tests.support.fake_clock import NOON
from tests.unit.ledger.simulator.boards import sample_run
from tests.unit.ledger.simulator.parts import Part
from tests.unit.ledger.simulator.sweeps import Branches
from tests.unit.ledger.simulator.troubles import APP, Faults, Profile, Setting, draw_faults
from tests.unit.ledger.simulator.violations import Violations
from tests.unit.ledger.simulator.world import World, family

from fire_routine.ledger.log import ACTIONS_BOT
from fire_routine.ledger.terms import Terms, Timing
from fire_routine.model.run import History, Run

MIDNIGHT = 43_200.0  # seconds from the beginning, which is at noon
MOST_RERUNS = 3  # of one run
REPLACED_AFTER = timedelta(minutes=5)


@dataclass
class Schedule:
    """What happens, drawn from a seed."""

    seed: int
    faults: Faults
    terms: Terms
    jobs: int  # in all
    world: World
    event: str = "push"
    kinds: list[str] = field(default_factory=list)  # of failures
    drawn: list[Run] = field(default_factory=list)
    ends: float = 0.0
    rerun_first: bool = False
    _names: Counter[str] = field(default_factory=Counter)  # jobs of each attempt
    _branches: Branches = field(default_factory=Branches)  # what sweeps read
    replacing: bool = False  # sessions that left no trace within `REPLACED_AFTER` are replaced

    @classmethod
    def draw(
        cls,
        seed: int,
        faults: Faults | None = None,
        most_jobs: int = 32,
        large_matrix: bool = False,
        rerun_first: bool = False,
        replacing: bool = False,
        timing: Timing | None = None,
        setting: Setting | None = None,
    ) -> Schedule:
        """`calm`: no two runs within half a minute, no attempt before the one before is over.

        With `rerun_first`, each run has one attempt of its own, and those that the jobs or a person ask for.
        """
        rng = random.Random(seed)
        faults = faults or draw_faults(rng)
        most, hours = rng.choice((1, 2, 3, 3, 5)), rng.choice((24, 24, 0))
        cool_down = REPLACED_AFTER if replacing else timedelta(hours=hours)
        setting = setting or Setting()
        terms = Terms(most, cool_down, timing=timing or Timing())
        rerun_first = rerun_first and not setting.sweeps  # which is for a repository's own jobs
        world = World(seed, faults, setting)
        schedule = cls(seed, faults, terms, 0, world, rerun_first=rerun_first, replacing=replacing)
        world.begin_again = schedule._rerun
        start = MIDNIGHT - rng.uniform(2, 12) if setting.midnight else 0.0
        for story in range(setting.stories):
            schedule._draw_runs(rng, most_jobs, 30 if large_matrix else 0, story, start)
            if setting.again:
                schedule._draw_presses(rng)
        schedule._draw_sweeps(rng)
        for number in range(setting.others):
            time = 0.0 if number % 2 else rng.uniform(start, schedule.ends)
            run, forges = schedule.drawn[number % len(schedule.drawn)], number % 5 == 4
            world.baton.at(time, partial(world.write_another, run, schedule.kinds[0], forges))
        return schedule

    @classmethod
    def of(cls, seed: int, profile: Profile, **options: Any) -> Schedule:
        return cls.draw(seed, profile.faults, setting=profile.setting, **options)

    def _draw_runs(self, rng: random.Random, most_jobs: int, pause: float, story: int, time: float) -> None:
        run_id, sha = 1000 * story + 100, 100 * story
        kinds = [f"{kind:08x}" for kind in range(1, rng.choice((2, 3, 6)))]
        event = self.event = rng.choice(("push", "push", "schedule"))
        mixed = rng.random() < 0.2  # a nightly run and pushes, whose green runs end only their own incidents
        for _ in range(rng.choice((1, 1, 2, 3, 5))):
            run_id += 1
            if rng.random() < (0.4 if self.terms.cool_down and not self.replacing else 0.15):
                green_event = rng.choice(("push", "schedule")) if mixed else event
                self._draw_green(run_id, green_event, time)
                run_id += 1
            if mixed:
                event = rng.choice(("push", "schedule"))
            if event == "push" or rng.random() < 0.5:
                sha += 1
            run = self._run(run_id, f"{sha:07x}".ljust(40, "0"), event, time)
            self.drawn.append(run)
            attempts = 1 if self.rerun_first else rng.choice((1, 1, 2, 3))
            for attempt in range(1, 1 + attempts):
                self._draw_attempt(rng, run, attempt, time, kinds, most_jobs)
                time += pause + rng.choice((5, 45, 200, 900)) if attempt < attempts else 0
            if self.rerun_first and rng.random() < 0.2:
                self.world.baton.at(time + rng.choice((4, 8, 45, 200)), partial(self._rerun, run.id))
            time += pause + rng.choice((0, 0.3, 1, 3, 8, 30, 1000))
        self.kinds = kinds
        self.ends = time

    def _draw_sweeps(self, rng: random.Random) -> None:
        time = 0.0
        for number in range(self.world.setting.sweeps):
            if number % 2 == 0:
                time = self.ends * number / (self.world.setting.sweeps - 2) + rng.choice((20, 60, 400))
            start = time + rng.choice((0, 0.3, 1, 4)) * (number % 2)
            dies_at, cancelled_at = self._ends(rng, start)
            act = self._branches.sweep
            self.world.enter(
                f"sweep {number}", start, act, dies_at=dies_at, cancelled_at=cancelled_at, creator=APP
            )

    def _draw_green(self, run_id: int, event: str, time: float) -> None:
        self.world.greens.append((run_id, event, time))
        self.world.board.runs[run_id] = replace(
            self._run(run_id, "0" * 40, event, time), conclusion="success"
        )
        self.world.board.listed_from[run_id] = time

    def _draw_presses(self, rng: random.Random) -> None:
        """Two people send a run's failure once more, at about the same time, each by a run of its own."""
        run = self.drawn[-1]
        failures = frozenset(rng.sample(self.kinds, rng.randint(1, min(2, len(self.kinds)))))
        time = self.ends + rng.choice((1, 60, 900))
        for _ in range(2):
            asked = NOON + timedelta(seconds=int(time))
            self._draw_job(rng, run, failures, time + rng.uniform(4, 12), asked=asked)
            time += rng.choice((0, 0.3, 2, 12))

    def _draw_attempt(
        self, rng: random.Random, run: Run, attempt: int, time: float, kinds: list[str], most_jobs: int
    ) -> None:
        spread = rng.choice((0.0, 0.2, 1.0, 15.0))
        self.world.baton.at(time, lambda: self._begin(run))
        matrix_size = rng.choice((1, 2, 4, most_jobs))
        for _ in range(matrix_size):
            failures = frozenset(rng.sample(kinds, rng.randint(1, min(2, len(kinds)))))
            start = time + 2 + rng.uniform(0, spread)
            began = NOON + timedelta(seconds=int(time))
            self._draw_job(rng, replace(run, attempt=attempt, started_at=began), failures, start, matrix_size)

    def _rerun(self, run_id: int) -> None:
        """Another attempt, of which as many jobs come as of any: it passes, or fails alike or otherwise."""
        world = self.world
        now, run = world.baton.time, world.board.runs[run_id]
        attempt = world.board.latest_attempt(run_id) + 1
        if attempt > 1 + MOST_RERUNS or run_id in world.passed:
            return
        world.board.begin_again(run_id)
        rng = world.stream(f"attempt {run_id}.{attempt}")
        ends = now + rng.choice((4, 30, 120))
        world.running[run_id] = ends
        again = replace(run, attempt=attempt)
        passes = rng.random() < 0.5
        if passes:
            world.passed.add(run_id)
            world.baton.at(ends, lambda: self._turn_green(run))
            again = replace(again, conclusion="success", failed_jobs=())
        for _ in range(rng.choice((1, 2, 4))):
            failures = frozenset(rng.sample(self.kinds, rng.randint(1, min(2, len(self.kinds)))))
            self._draw_job(rng, again, frozenset() if passes else failures, ends + rng.uniform(0, 3))

    def _turn_green(self, run: Run) -> None:
        self.world.greens.append((run.id, run.event, self.world.baton.time))
        self.world.board.runs[run.id] = replace(run, conclusion="success")

    def _begin(self, run: Run) -> None:
        self.world.board.runs.setdefault(run.id, run)

    def _draw_job(
        self,
        rng: random.Random,
        run: Run,
        failures: frozenset[str],
        start: float,
        matrix_size: int = 1,
        asked: datetime | None = None,
    ) -> None:
        dies_at, cancelled_at = self._ends(rng, start)
        if self.faults.filtered and rng.random() < self.faults.filtered:
            run = replace(run, history=History())
        forms = self.world.setting.forms
        form = rng.choice(forms) if len(forms) > 1 else forms[0]
        if form == "several":
            failures = frozenset({"+".join(sorted(failures))})
        identities = self.world.setting.identities
        creator = rng.choice(identities) if len(identities) > 1 else identities[0]
        terms = replace(
            self.terms,
            again_since=asked,
            matrix_size=matrix_size if self.world.setting.matrix else 1,
            default_token=creator == ACTIONS_BOT,
        )
        part = Part(run, failures, terms, form, self.rerun_first)
        if self.world.setting.sweeps and asked is None:
            if run.conclusion != "success":
                self._branches.add(start, part)
            return
        attempt = f"{run.id}.{run.attempt}"
        self._names[attempt] += 1
        self.jobs += 1
        self.world.enter(
            f"job {self._names[attempt]} of {attempt}",
            start,
            lambda client: self.world.reports.append(part.play(client)),
            dies_at=dies_at,
            cancelled_at=cancelled_at,
            creator=creator,
        )

    def _ends(self, rng: random.Random, start: float) -> tuple[float | None, float | None]:
        """When an actor dies, and when it is cancelled."""

        def ends(chance: float) -> float | None:
            return start + rng.expovariate(1 / 2.0) if rng.random() < chance else None

        return ends(self.faults.dies), ends(self.faults.cancelled)

    def _run(self, run_id: int, sha: str, event: str, time: float) -> Run:
        return sample_run(
            run_id,
            event=event,
            workflow_path=f".github/workflows/ci{family(run_id) // 2 or ''}.yml",
            head_branch=f"main{family(run_id) % 2 or ''}",
            head_sha=sha,
            created_at=NOON + timedelta(seconds=int(time)),
            history=self._history(run_id, event),
        )

    def _history(self, run_id: int, event: str) -> History:
        """What is gathered of the green runs before; an old list lacks them."""
        greens = [one for one in self.world.greens if family(one[0]) == family(run_id) and one[0] < run_id]
        own = [green for green in greens if green[1] == event]
        if not greens:
            return History(never_green=True)
        return History(
            last_green_run=greens[-1][0],
            last_green_at=NOON + timedelta(seconds=int(greens[-1][2])),
            last_green_of_event=own[-1][0] if own else None,
        )

    def play(self) -> None:
        self.world.baton.run()

    def violations(self) -> list[str]:
        replaced_after = REPLACED_AFTER if self.replacing else None
        return Violations(
            self.world, self.terms, self.faults, self.event, replaced_after, self.rerun_first
        ).all()
