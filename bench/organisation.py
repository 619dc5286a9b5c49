#!/usr/bin/env python3
"""A month of sweeps over an organisation, in virtual time: what is fired, what waits, what GitHub is asked.

    python3 src/entrypoint.py bench/organisation.py [--days 30] [--repositories 500] [--ticks 15m,5h,dropped]

The command's own code reads, chooses, gathers and fires, against the emulated GitHub, which is called in this
process, and the emulated endpoint, over HTTP. The account has 30 sessions an hour, 100 a day. One tick in
five starts two sweeps, one in ten is killed. `--kills` kills a sweep at each of its requests in turn, before
and after it had its effect, and lets others follow. `--red` sweeps a repository of 16 workflows that never
turn green, each quarter of an hour: its ledger must not grow by sweeps. `--returns`
sweeps one of 12 workflows whose failures come and go, each hour, where people merge nothing: no failure may
have two open pull requests.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.acme import DAY, HOUR, MINUTE, NAMED, SWEEPER, Estate, Incident  # noqa: E402
from bench.legs import Synchronous  # noqa: E402
from tests.support.emulated import graph  # noqa: E402
from tests.support.emulated.github import GitHubEmulator  # noqa: E402
from tests.support.emulated.routes import NOT_FOUND, Answer, answer  # noqa: E402
from tests.unit.ledger.simulator.baton import Baton, Killed, Task  # noqa: E402

from fire_routine import threads  # noqa: E402
from fire_routine.clock import Clock  # noqa: E402
from fire_routine.emulator import Endpoint, Reply, limit  # noqa: E402
from fire_routine.gather import known_failures  # noqa: E402
from fire_routine.github import transport  # noqa: E402
from fire_routine.github.client import GitHub  # noqa: E402
from fire_routine.github.errors import refusal  # noqa: E402
from fire_routine.github.transport import GRAPHQL, Transport  # noqa: E402
from fire_routine.model.outcome import GitHubError  # noqa: E402
from fire_routine.settings import PREFIX, Context, read_settings  # noqa: E402
from fire_routine.sweep.plan import Red, State  # noqa: E402
from fire_routine.sweep.run import Order, Sweep, Swept  # noqa: E402

LATENCY = 0.1  # seconds of a request
AN_HOUR, A_DAY = 30, 100  # sessions: of the routine, and of the account
PER_HOUR = 5000  # requests of an App's installation
SINCE, AFTER = timedelta(hours=72), timedelta(minutes=30)
RANKS = (1, 4, 16, 64)
# Sessions of a sweep, by when sweeps start: of each quarter of an hour, half are dropped, and those of a day.
LIMITS = {"15m": 1, "1h": 4, "5h": 20, "dropped": 2}
BROKEN = 5  # workflows, where sweeps are killed
RED = 16  # workflows that never turn green
# What holds their sessions back, and the inputs for that
HELD_BACK = {
    "max-sessions": {"MAX_SESSIONS": "1", "DAILY_LIMIT": "0"},
    "daily-limit": {"MAX_SESSIONS": "100", "DAILY_LIMIT": "4"},
    "no-run": {},
}
WORKFLOWS = 12  # whose failures come and go, more than `max-open-fixes`
TO_PUSH = re.compile(r"git checkout -B (\S+) ")
_own = threading.local()  # `task`, in the thread of a sweep


class Account(Endpoint):
    """The endpoint with its limits, by a clock of its own; some answers are lost on the way."""

    world: World

    def receive(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        world, now = self.world, self.world.baton.time
        started = [at for at in world.started if now - at < DAY]
        recent = [at for at in started if now - at < HOUR]
        if len(recent) >= AN_HOUR:
            return limit(round(recent[-AN_HOUR] + HOUR - now) + 1)
        if len(started) >= A_DAY:
            return limit(round(started[-A_DAY] + DAY - now) + 1)
        reply = super().receive(path, headers, body)
        if reply.status == 200:
            world.has_started(self.sessions[-1].text, now)
            if world.rng.random() < world.lost:
                reply = Reply(502, "", "Bad Gateway")
        world.kill_at_step()
        return reply


@dataclass
class World:
    """The organisation, the account, and what was seen of the sweeps."""

    seed: int
    days: float
    repositories: int = 500
    runs: int = 20_000
    quiet: bool = False
    lost: float = 0.01  # of the endpoint's answers
    broken: float = 0.002  # of GitHub's
    limit: int = 1
    checked: bool = False  # answers to queries are compared with the emulator's
    inputs: Mapping[str, str] = field(default_factory=dict)  # of the sweeps
    kill: int = 0  # the step at which a sweep dies; 0: none
    started: list[float] = field(default_factory=list)
    sessions: list[Incident] = field(default_factory=list)
    second: list[str] = field(default_factory=list)  # sessions of a failure that had one
    hours: Counter[int] = field(default_factory=Counter)  # requests, by the hour
    steps: int = 0
    counted: Counter[str] = field(default_factory=Counter)
    asked: list[int] = field(default_factory=list)  # requests of each sweep
    spent: list[float] = field(default_factory=list)  # seconds of each
    last: Swept | None = None
    overlooked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng, self.baton = random.Random(self.seed), Baton()
        self.github, self.endpoint = GitHubEmulator("acme/ci-sweep"), Account()
        self.endpoint.world = self
        self.github.now, self.github.installed = self.baton.clock.server, False
        bursts = self.repositories >= 100 and not self.quiet
        rng, clock = random.Random(self.seed), self.baton.clock.server
        self.estate = Estate(
            self.baton.at, self.days * DAY, clock, self.github.site, rng, self.repositories, self.runs,
            bursts=bursts, quiet=self.quiet,
        )  # fmt: skip
        self.github.repositories += self.estate.repos.values()

    # --- what a request meets -----------------------------------------------------------------------

    def ask(self, verb: str, path: str, parameters: Mapping[str, Any], body: Any, _: float) -> Answer:
        self.task = task = _own.task
        self.kill_at_step()
        task.pause(LATENCY / 2)
        hour = int(self.baton.time // HOUR)
        self.hours[hour] += 1
        _own.asked += 1
        if self.hours[hour] > PER_HOUR:
            raise refusal(403, {"x-ratelimit-remaining": "0", "x-ratelimit-limit": str(PER_HOUR)}, "limit")
        if self.rng.random() < self.broken:
            raise refusal(502, {}, "Server Error")
        found = self._answer(verb, path, {name: str(value) for name, value in parameters.items()}, body)
        self.task = task
        self.kill_at_step()
        task.pause(LATENCY / 2)
        self.task = task  # whose turn it is
        left = {"x-ratelimit-limit": str(PER_HOUR), "x-ratelimit-remaining": str(PER_HOUR - self.hours[hour])}
        date = self.baton.clock.server().strftime("%a, %d %b %Y %H:%M:%S GMT")
        headers = {name.lower(): value for name, value in found.headers.items()} | left | {"date": date}
        if found.status >= 400:
            raise refusal(found.status, headers, found.body["message"])
        return Answer(found.status, found.body, headers)

    def _answer(self, verb: str, path: str, query: Mapping[str, str], body: Any) -> Answer:
        if path == GRAPHQL:
            shown = self.estate.query(body["query"], body["variables"])
            if self.checked:
                whole, _ = graph.answer(self.estate.repos.values(), SWEEPER, body)
                assert shown == whole, "the bench's answer is not the emulator's"
            return Answer(200, shown)
        if not path.startswith("/repos/"):
            return self.github.account(path, query)
        _, _, owner, name, *rest = path.split("/", 4)
        repo = self.estate.repos[f"{owner}/{unquote(name)}"]
        if repo.unreadable and rest[0].startswith("actions/runs/"):
            return NOT_FOUND
        return answer(repo, verb, "/" + rest[0] if rest else "", query, body or {})

    def kill_at_step(self) -> None:
        self.steps += 1
        if self.steps == self.kill:
            self.task.dead = True

    def has_started(self, text: str, now: float) -> None:
        self.started.append(now)
        found = NAMED.search(text)
        assert found, text[:300]
        repo = self.estate.repos[found["repository"]]
        self.counted["in repositories with jobs of their own"] += repo.own_jobs
        incident = self.estate.of_run[found["repository"], int(found["run"])]
        replaced = incident.sessions and not incident.traced and now - (incident.fired_at or now) >= DAY
        self.counted["in place of one without a trace"] += replaced
        incident.sessions += not replaced
        incident.fired_at = incident.fired_at or now
        branch = TO_PUSH.search(text)
        assert branch, text[-300:]
        self.estate.leave(repo, int(found["run"]), branch[1], incident, now)
        self.sessions.append(incident)
        if incident.sessions > 1:
            self.second.append(f"{found[0]} at {now / DAY:.2f} days, after {incident.fired_at / DAY:.2f}")

    # --- sweeps ------------------------------------------------------------------------------------

    def sweep(self, when: float, dies_at: float | None = None) -> None:
        def work(task: Task) -> None:
            _own.task, _own.asked = task, 0
            self.task = task

            def sleep(seconds: float) -> None:
                task.pause(seconds)
                self.task = task

            clock = Clock(lambda: self.baton.time, self.baton.clock.server, sleep, self.rng.random)
            try:
                self._swept(clock)
            except Killed:
                self.counted["killed"] += 1
                raise
            except GitHubError:
                self.counted["that GitHub ended"] += 1

        self.baton.spawn(when, work, dies_at)

    def _swept(self, clock: Clock) -> None:
        routine = {"ROUTINE_URL": self.endpoint.url, "ROUTINE_TOKEN": self.endpoint.token}
        given = {**routine, "GITHUB_TOKEN": self.github.token, **self.inputs}
        settings = read_settings({PREFIX + name: value for name, value in given.items()})
        context = Context(api_url=self.github.url, server_url=self.github.site.html, default_token=False)
        order = Order(["acme/*"], SINCE, AFTER, self.limit, settings, context)
        before, began = self.estate.red(SINCE, AFTER), self.baton.time
        with GitHub(self.github.url, self.github.token, "", clock=clock, environ={}) as github:
            self.last = swept = Sweep(order, github, clock).run()
        self.asked.append(_own.asked)
        self.spent.append(self.baton.time - began)
        self.counted["sweeps"] += 1
        self.counted.update(row.state for row in swept.rows)
        held_back = (*HELD_BACK, "max-open-fixes")
        self.counted.update(row.reason for row in swept.rows if row.reason in held_back)
        self.counted["left out"] += len(swept.left_out)
        listed = {(row.repository, row.run.id) for row in swept.rows}
        now = self.estate.red(SINCE, AFTER)
        for (name, run), _ in before.items():
            if (name, run) in now and (name, run) not in listed and name not in swept.left_out:
                self.overlooked.append(f"{name} {run} at {began / DAY:.2f} days")
        self._rank(swept.rows)

    def _rank(self, rows: list[Red]) -> None:
        due = [row for row in rows if row.state in (State.FIRED, State.NOT_CHOSEN, State.WAITING)]
        for rank, row in enumerate(due, start=1):
            incident = self.estate.of_run.get((row.repository, row.run.id))
            if incident and incident.listed_at is None:
                incident.listed_at, incident.rank = self.baton.time, rank


@contextmanager
def staged(world: World) -> Iterator[World]:
    """With what a sweep asks led to the world."""

    def ask(_: Transport, *asked: Any) -> tuple[Mapping[str, str], Any]:
        found = world.ask(*asked)
        return found.headers, found.body

    with ExitStack() as stack:
        stack.enter_context(world.github)
        stack.enter_context(world.endpoint)
        stack.enter_context(patch.object(Transport, "ask", ask))
        for module in (threads, transport, known_failures):
            stack.enter_context(patch.object(module, "ThreadPoolExecutor", Synchronous))
        yield world


# --- a month -------------------------------------------------------------------------------------------


def ticks(kind: str, days: float, rng: random.Random) -> Iterator[float]:
    """When sweeps are started, in seconds."""
    when, outage = 0.5 * DAY, 0.3 * days * DAY
    while when < days * DAY:
        if kind != "dropped" or (rng.random() < 0.5 and not outage < when < outage + DAY):
            yield when
        when += rng.uniform(4, 6) * HOUR if kind == "5h" else HOUR if kind == "1h" else 15 * MINUTE


def month(kind: str, arguments: argparse.Namespace) -> World:
    given = (arguments.seed, arguments.days, arguments.repositories, arguments.runs)
    world, rng = World(*given, limit=LIMITS[kind]), random.Random(arguments.seed)
    for when in ticks(kind, arguments.days, rng):
        dies_at = when + rng.uniform(0, 45) if rng.random() < 0.1 else None
        world.sweep(when, dies_at)
        if rng.random() < 0.2:  # a nudge
            world.sweep(when + rng.uniform(0, 30))
    with staged(world):
        world.baton.run()
    return world


def table(kinds: list[str], arguments: argparse.Namespace) -> bool:
    rows, waits = [], []
    for kind in kinds:
        began = time.process_time()
        world = month(kind, arguments)
        hours = [world.hours[hour] for hour in range(round(arguments.days * 24))]
        began_runs, counted = world.estate.began, world.counted
        rows.append(
            {
                "ticks": kind,
                "--limit": LIMITS[kind],
                "sweeps": counted["sweeps"],
                "killed": counted["killed"],
                "ended by GitHub": counted["that GitHub ended"],
                "runs a day": round(began_runs["runs"] / arguments.days),
                "failures a day": round(began_runs["failures"] / arguments.days),
                "runs read in vain": counted["no-run"],
                "sessions": len(world.sessions),
                "second ones": len(world.second),
                "replaced": counted["in place of one without a trace"],
                "overlooked": len(world.overlooked),
                "where jobs are": counted["in repositories with jobs of their own"],
                "listed as unknown": counted["unknown"],
                "requests an hour": round(statistics.mean(hours)),
                "worst hour": max(hours),
                "processor s": round(time.process_time() - began),
            }
        )
        waits.append((kind, world))
        for line in [*world.overlooked, *world.second][:9]:
            print(f"  look at {line}")
    print(f"{arguments.days:g} days, {arguments.repositories} repositories")
    for name in rows[0]:
        print(f"  {name:20}" + "".join(f"{row[name]:>12}" for row in rows))
    print("wait for a session, from its first list, by its place in that")
    for kind, world in waits:
        print(f"  {kind}")
        for line in _waits(world):
            print(f"    {line}")
    return not any(row["second ones"] or row["overlooked"] or row["where jobs are"] for row in rows)


def _waits(world: World) -> Iterator[str]:
    incidents = [one for one in set(world.estate.of_run.values()) if one.listed_at is not None]
    low = 1
    for high in (*RANKS, 10**6):
        found = [one for one in incidents if low <= one.rank <= high]
        waited = sorted(
            max(0, one.fired_at - one.listed_at) for one in found if one.fired_at and one.listed_at
        )
        place = f"{low} to {high}" if high < 10**6 else f"from {low}"
        told = f"{place:10} {len(found):6} failures, {len(waited):5} with a session"
        half, last = (waited[len(waited) // 2], waited[-1]) if waited else (0, 0)
        yield told + (f"  half within {_span(half)}, all within {_span(last)}" if waited else "")
        low = high + 1


def _span(seconds: float) -> str:
    return f"{seconds / MINUTE:.0f} min" if seconds < 2 * HOUR else f"{seconds / HOUR:.1f} h"


# --- a quiet sweep -------------------------------------------------------------------------------------


def quiet(arguments: argparse.Namespace) -> bool:
    """Nothing is red, and no branch has more than was asked for."""
    given = (arguments.seed, 1.0, arguments.repositories, arguments.runs)
    world = World(*given, quiet=True, lost=0, broken=0, checked=True)
    world.sweep(0.9 * DAY)
    with staged(world):
        processor = time.process_time()
        world.baton.run()
        processor = time.process_time() - processor
    took = world.spent[-1]
    print(f"a quiet sweep: {world.asked[-1]} requests, {took:.1f} s at {LATENCY * 1000:.0f} ms each")
    return world.asked[-1] <= 60 and took <= 20


# --- workflows that never turn green -------------------------------------------------------------------


def never_green(reason: str, arguments: argparse.Namespace) -> bool:
    """Whether the ledger has an entry for each session's step, and one for what is held back while listed."""
    days, began = arguments.days, time.process_time()
    world = World(arguments.seed, days, 0, 0, lost=0, limit=4, inputs=HELD_BACK[reason])
    repo = world.estate.stay_red(RED, unreadable=reason == "no-run")
    world.github.repositories.append(repo)
    for when in ticks("15m", days, random.Random(arguments.seed)):
        world.sweep(when)
    with staged(world):
        world.baton.run()
    written = repo.statuses.get(repo.commits[-1], ())
    stages = Counter(str(one["description"])[0] for one in written)
    notes, sessions = stages["w"] + stages["n"], len(world.sessions)
    most = {"max-sessions": RED, "daily-limit": 4 * round(days), "no-run": 0}[reason]
    print(
        f"{RED} workflows red for {days:g} days, held back by {reason}: {world.counted['sweeps']} sweeps,"
        f" {world.counted[reason]} told so, {sessions} sessions of at most {most}, {len(world.second)} second"
        f" ones, {len(written)} entries, {notes} of them notes, {sum(world.asked)} requests"
        f" ({time.process_time() - began:.0f} s)"
    )
    lists = RED * (1 + days * DAY / SINCE.total_seconds())
    grows = notes > lists or len(written) - notes > 3 * sessions
    return not (world.second or grows or sessions > most or not world.counted[reason])


# --- failures that come and go, and people who merge nothing --------------------------------------------


def returns(arguments: argparse.Namespace) -> bool:
    """Whether no failure has two open pull requests of sessions, and the repository no more than allowed."""
    began = time.process_time()
    world = World(arguments.seed, arguments.days, 0, 0, lost=0, limit=4)
    repo = world.estate.come_and_go(WORKFLOWS)
    world.github.repositories.append(repo)
    for when in ticks("1h", arguments.days, random.Random(arguments.seed)):
        world.sweep(when)
    with staged(world):
        world.baton.run()
    most = max(len(flow.returns.pulls) for flow in repo.flows if flow.returns)
    print(
        f"{WORKFLOWS} failures that come and go for {arguments.days:g} days, no pull request is merged:"
        f" {world.counted['sweeps']} sweeps, {world.estate.began['failures']} failures,"
        f" {len(repo.pulls)} open pull requests, at most {most} a failure,"
        f" {world.counted['max-open-fixes']} rows held back by `max-open-fixes`, {sum(world.asked)} requests"
        f" ({time.process_time() - began:.0f} s)"
    )
    return most == 1 and len(repo.pulls) == 10


# --- a sweep killed at each of its requests ----------------------------------------------------------------


def kills(arguments: argparse.Namespace) -> bool:
    """Whether later sweeps fire or list everything that a killed one left, and nothing twice."""
    kill, bad, ends = 0, 0, Counter[str]()
    while True:
        kill += 1
        world = World(arguments.seed, 1.0, 12, 240, quiet=True, lost=0, broken=0, limit=3, kill=kill)
        world.estate.break_for_good(BROKEN, 0.8 * DAY)
        for later in (0, 0.05, 1, 15, 30, 45, 60):  # two at once, and others
            world.sweep(0.9 * DAY + later * MINUTE)
        with staged(world):
            world.baton.run()
        if not world.counted["killed"]:
            break
        second = len(world.second)
        rows = world.last.rows if world.last else []
        ends.update(f"{row.state} ({row.reason})" for row in rows)
        if second or world.overlooked or len(rows) != BROKEN:
            bad += 1
            print(f"  killed at step {kill}: {second} second ones, {len(rows)} listed {world.overlooked[:3]}")
    print(
        f"killed before and after each request: {kill - 1} sweeps, {bad} bad; what the last one then listed:"
    )
    for what, number in ends.most_common():
        print(f"  {number:6} {what}")
    return not bad


def main() -> int:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--repositories", type=int, default=500)
    parser.add_argument("--runs", type=int, default=20_000, help="a day")
    parser.add_argument("--ticks", default=",".join(LIMITS), help="when sweeps start")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", action="store_true", help="only these")
    parser.add_argument("--red", action="store_true", help="only workflows that never turn green")
    parser.add_argument("--returns", action="store_true", help="only failures that come and go")
    arguments = parser.parse_args()
    if arguments.returns:
        return int(not returns(arguments))
    if arguments.red:
        held = [never_green(reason, arguments) for reason in HELD_BACK]
        return int(not all(held))
    if arguments.kills:
        return int(not kills(arguments))
    right = quiet(arguments)
    return int(not (table(arguments.ticks.split(","), arguments) and right))


if __name__ == "__main__":
    sys.exit(main())
