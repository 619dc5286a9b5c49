"""A matrix whose legs all fail at once: the whole action in virtual time, for `bench/schedules.py`.

GitHub and the endpoint are the emulators, asked over real HTTP. Time is virtual: one leg runs, the others
wait. Each request to GitHub takes 0.1 to 0.3 virtual seconds and counts against the limits that GitHub
documents (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api).
"""

from __future__ import annotations

import random
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.support.emulated.github import GitHubEmulator  # noqa: E402
from tests.unit.ledger.simulator.baton import Baton, Task  # noqa: E402

from fire_routine import action, threads  # noqa: E402
from fire_routine.clock import REAL, Clock  # noqa: E402
from fire_routine.emulator import Endpoint  # noqa: E402
from fire_routine.gather import known_failures  # noqa: E402
from fire_routine.github import transport  # noqa: E402
from fire_routine.github.errors import refusal  # noqa: E402
from fire_routine.github.transport import Transport  # noqa: E402
from fire_routine.report.workflow import Workflow  # noqa: E402

PER_HOUR, POINTS_PER_MINUTE, CONTENT_PER_MINUTE = 1000, 900, 80
POINTS = {"GET": 1, "POST": 5}
START = 2.0  # seconds within which all legs start
SHA = "a" * 40

_leg = threading.local()  # `task` and `limits`, in the thread of a leg
_ask = Transport.ask


@dataclass
class Limits:
    """What GitHub counts of a repository's requests, and refuses beyond its limits."""

    rng: random.Random
    asked: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    _minute: list[tuple[float, str]] = field(default_factory=list)

    def admit(self, verb: str, now: float) -> None:
        self._minute = [(at, what) for at, what in self._minute if now - at < 60]
        points = sum(POINTS[what] for _, what in self._minute) + POINTS[verb]
        content = sum(what == "POST" for _, what in self._minute) + (verb == "POST")
        if self.asked.total() >= PER_HOUR or points > POINTS_PER_MINUTE or content > CONTENT_PER_MINUTE:
            self.refused += 1
            raise refusal(403, {"retry-after": "60"}, "You have exceeded a secondary rate limit.")
        self._minute.append((now, verb))
        self.asked[verb] += 1


class Reported(Workflow):
    """A report that stays in memory, for jobs that are threads of one process."""

    outcome = ""  # and its reason

    def say(self, line: str) -> None:
        pass

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        self.outcome = f"{outputs['outcome']} {outputs['reason']}".strip()


class Synchronous(Executor):
    """In place of the thread pool: a leg is one thread."""

    def __init__(self, count: int, name: str) -> None: ...

    def submit(self, call: Callable[..., Any], /, *arguments: Any, **more: Any) -> Future[Any]:
        answer: Future[Any] = Future()
        try:
            answer.set_result(call(*arguments, **more))
        except Exception as error:
            answer.set_exception(error)
        return answer


def _counted(self: Transport, verb: str, path: str, *more: Any) -> tuple[Mapping[str, str], Any]:
    limits: Limits = _leg.limits
    _leg.task.pause(limits.rng.uniform(0.05, 0.15))
    limits.admit(verb, _leg.task.baton.time)
    answer = _ask(self, verb, path, *more)
    _leg.task.pause(limits.rng.uniform(0.05, 0.15))
    return answer


@dataclass
class Crowd:
    """What came of one matrix."""

    legs: int
    sessions: int
    limits: Limits
    outcomes: Counter[str]
    longest: float  # seconds of a leg


def play(legs: int, seed: int) -> Crowd:
    """All legs fail; each has a step that reports it."""
    rng, baton, outcomes, ends = random.Random(seed), Baton(), Counter[str](), list[float]()
    limits = Limits(rng)
    with (
        GitHubEmulator("octo/widgets") as github,
        Endpoint() as endpoint,
    ):
        github.set_branch("main", SHA)
        github.add_run({"id": 7, "head_sha": SHA, "status": "in_progress", "conclusion": None})
        failed = {"number": 1, "name": "Run tests", "status": "completed", "conclusion": "failure"}
        for leg in range(legs):
            job = {"id": 1000 + leg, "name": f"test ({leg})", "status": "in_progress", "steps": [failed]}
            github.add_job(7, job)

        def work(leg: int) -> Callable[[Task], None]:
            def run(task: Task) -> None:
                _leg.task, _leg.limits = task, limits
                began = task.baton.time
                environ = _environ(github, endpoint, legs, leg)
                reported = Reported()
                clock = Clock(lambda: task.baton.time, REAL.now, task.pause, rng.random)
                action.run_action(environ, reported, clock=clock)
                outcomes[reported.outcome] += 1
                ends.append(task.baton.time - began)

            return run

        for leg in range(legs):
            baton.spawn(rng.uniform(0, START), work(leg))
        baton.run()
        return Crowd(legs, len(endpoint.sessions), limits, outcomes, max(ends))


def _environ(github: GitHubEmulator, endpoint: Endpoint, legs: int, leg: int) -> dict[str, str]:
    return {
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": github.full_name,
        "GITHUB_RUN_ID": "7",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_JOB": "test",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_SHA": SHA,
        "GITHUB_REF_NAME": "main",
        "GITHUB_WORKFLOW_REF": f"{github.full_name}/.github/workflows/ci.yml@refs/heads/main",
        "FIRE_ROUTINE_ROUTINE_URL": endpoint.url,
        "FIRE_ROUTINE_ROUTINE_TOKEN": endpoint.token,
        "FIRE_ROUTINE_GITHUB_TOKEN": github.token,
        "FIRE_ROUTINE_JOB_ID": str(1000 + leg),
        "FIRE_ROUTINE_JOB_STATUS": "failure",
        "FIRE_ROUTINE_JOB_TOTAL": str(legs),
    }


def table(sizes: Iterable[int], seed: int) -> bool:
    """Play a matrix of each size; whether each has one session and no leg was refused."""
    print(f"crowd: all legs of a matrix fail within {START:.0f} s (limits: {PER_HOUR} requests per hour,")
    print(f"  {POINTS_PER_MINUTE} points and {CONTENT_PER_MINUTE} new statuses per minute)")
    print("  legs  sessions  requests  of them POST  refused  longest leg  outcomes")
    with (
        patch.object(Transport, "ask", _counted),
        patch.object(threads, "ThreadPoolExecutor", Synchronous),
        patch.object(transport, "ThreadPoolExecutor", Synchronous),
        patch.object(known_failures, "ThreadPoolExecutor", Synchronous),
    ):
        right = [_line(legs, seed) for legs in sizes]
    return all(right)


def _line(legs: int, seed: int) -> bool:
    crowd = play(legs, seed)
    asked = crowd.limits.asked
    outcomes = ", ".join(f"{n} {what}" for what, n in sorted(crowd.outcomes.items()))
    print(
        f"  {legs:4}  {crowd.sessions:8}  {asked.total():8}  {asked['POST']:12}  {crowd.limits.refused:7}"
        f"  {crowd.longest:9.1f} s  {outcomes}"
    )
    return (crowd.sessions, crowd.limits.refused) == (1, 0) and asked.total() <= 600
