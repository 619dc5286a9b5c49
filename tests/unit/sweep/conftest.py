"""An organisation on an emulated GitHub, and a routine's endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.ids import sha_of
from tests.support.emulated.job import LOG, no_pauses
from tests.support.emulated.repository import Repository, timestamp

from fire_routine.emulator import TOKEN, Endpoint
from fire_routine.github.client import GitHub
from fire_routine.settings import Context, Settings
from fire_routine.sweep.run import Order, Sweep, Swept

BOT = "sweeper[bot]"


@dataclass
class Organisation:
    github: GitHubEmulator
    endpoint: Endpoint
    said: list[str] = field(default_factory=list)
    numbers: int = 100
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    later: timedelta = timedelta()  # what has passed since; the clocks stand still

    def now(self) -> datetime:
        return self.began + self.later

    def repository(self, name: str, **about: Any) -> Repository:
        made = self.github.add_repository(name, **about)
        made.creator = BOT
        made.set_branch("main", sha_of(name))
        return made

    def run(
        self,
        repository: Repository,
        conclusion: str = "failure",
        ago: float = 2.0,
        log: str = LOG,
        **run: Any,
    ) -> int:
        """A run of the branch that ended `ago` hours ago, with one job."""
        self.numbers += 1
        ended = timestamp(self.now() - timedelta(hours=ago))
        known = {"head_sha": repository.branches["main"], "head_branch": "main", "run_number": self.numbers}
        times = {"created_at": ended, "updated_at": ended, "run_started_at": ended}
        fields = {"id": self.numbers, "conclusion": conclusion, **known, **times, **run}
        repository.add_run(fields)
        job = {"id": self.numbers * 10, "name": "build", "conclusion": conclusion}
        repository.add_job(self.numbers, job, log)
        return self.numbers

    def sweep(self, *globs: str, **order: Any) -> Swept:
        settings = {"routine_url": self.endpoint.url, "routine_token": TOKEN} | order.pop("settings", {})
        context = Context(api_url=self.github.url, server_url=self.github.url, default_token=False)
        given = Order(
            globs or ("acme/*",),
            timedelta(hours=72),
            timedelta(minutes=30),
            order.pop("limit", 1),
            Settings(github_token=self.github.token, **settings),
            context,
        )
        clock = no_pauses(self.now)
        with GitHub(self.github.url, self.github.token, "", clock=clock, environ={}) as github:
            return Sweep(replace(given, **order), github, clock, self.said.append).run()


def states(swept: Swept) -> list[tuple[str, str]]:
    return [(str(row.state), row.repository) for row in swept.rows]


@pytest.fixture
def organisation() -> Iterator[Organisation]:
    with GitHubEmulator("acme/ci-sweep") as github, Endpoint() as endpoint:
        github.creator = BOT
        made = Organisation(github, endpoint)
        github.now = made.now
        yield made
