"""Real jobs for `bench/schedules.py`: processes of the action, against both emulators, over real HTTP.

A helper process imports everything once and forks the jobs. This lets many begin in the same second on a
small machine. Each is a process of its own and can be killed.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.context
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.support.emulated.github import GitHubEmulator  # noqa: E402

from fire_routine.emulator import Endpoint, Reply  # noqa: E402
from fire_routine.ledger.entry import Entry, read_entry  # noqa: E402
from fire_routine.model.outcome import Status  # noqa: E402

LONGEST_SOCKET = 60  # characters of a folder for a socket's file: its whole path may have about 100
LOST = Reply(502, "", "Bad Gateway")  # what comes of a session whose answer was lost
_LOG = """\
2026-11-24T10:00:00.0000000Z ##[group]Run pytest
2026-11-24T10:00:00.1000000Z shell: bash -e {{0}}
2026-11-24T10:00:00.2000000Z ##[endgroup]
2026-11-24T10:00:01.0000000Z FAILED tests/test_{what}.py::test_it - AssertionError: {what} is wrong
2026-11-24T10:00:01.2000000Z ##[error]Process completed with exit code 1.
"""


class SlowEndpoint(Endpoint):
    """Takes its time, so that a job can die before, while and after a session starts; may lose answers."""

    pauses: Sequence[float] = ()
    lost: Sequence[bool] = ()
    _count = 0

    def receive(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        turn, self._count = self._count, self._count + 1
        pause = self.pauses[turn % len(self.pauses)] if self.pauses else 0.0
        time.sleep(pause)
        reply = super().receive(path, headers, body)
        time.sleep(pause)
        return LOST if self.lost and self.lost[turn % len(self.lost)] and reply.status == 200 else reply


@dataclass
class Job:
    """One process and its outputs."""

    run: int
    attempt: int
    folder: Path
    process: Any = None
    killed: bool = False

    @property
    def outputs(self) -> dict[str, str]:
        """As the step's outputs, `name<<delimiter`, value and delimiter on lines of their own."""
        file = self.folder / "output"
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        return {
            line.partition("<<")[0]: lines[number + 1]
            for number, line in enumerate(lines[:-1])
            if "<<" in line and lines[number + 1] != line.partition("<<")[2]
        }


def work(environ: dict[str, str], begin: float) -> None:
    """What a job's process does, from the same moment as its siblings."""
    from fire_routine.action import run_action

    os.environ.clear()
    os.environ.update(environ)
    time.sleep(max(0.0, begin - time.time()))
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        sys.exit(run_action(environ))


@dataclass
class Stage:
    """Both emulators, and a repository whose workflow fails."""

    github: GitHubEmulator
    endpoint: SlowEndpoint
    folder: Path
    context: multiprocessing.context.ForkServerContext
    jobs: list[Job] = field(default_factory=list)

    def push(self, run: int, sha: str, branch: str = "main", what: str = "ours", **more: Any) -> None:
        """A commit whose run fails."""
        self.github.set_branch(branch, sha)
        self.add_run(run, sha, branch=branch, what=what, **more)

    def add_run(
        self,
        run: int,
        sha: str,
        *,
        attempt: int = 1,
        branch: str = "main",
        what: str = "ours",
        message: str = "Try",
    ) -> None:
        partial = {
            "id": run,
            "run_attempt": attempt,
            "head_sha": sha,
            "head_branch": branch,
            "status": "completed",
            "conclusion": "failure",
            "head_commit": {"message": message},
            "created_at": f"2026-11-24T10:{run % 60:02d}:00Z",
        }
        self.github.add_run(partial)
        job = {"id": run * 1000 + attempt, "name": "test", "conclusion": "failure", "run_attempt": attempt}
        self.github.add_job(run, job, _LOG.format(what=what))

    def start(
        self,
        run: int,
        sha: str,
        begin: float,
        *,
        attempt: int = 1,
        branch: str = "main",
        inputs: Mapping[str, str] = {},
    ) -> Job:
        job = Job(run, attempt, self.folder / f"job-{len(self.jobs)}")
        job.folder.mkdir()
        environ = {
            "PATH": os.environ.get("PATH", ""),
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.github.url,
            "GITHUB_REPOSITORY": self.github.full_name,
            "GITHUB_RUN_ID": str(run),
            "GITHUB_RUN_ATTEMPT": str(attempt),
            "GITHUB_JOB": "on-failure",
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_SHA": sha,
            "GITHUB_REF_NAME": branch,
            "GITHUB_OUTPUT": str(job.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(job.folder / "summary"),
            "RUNNER_TEMP": str(job.folder),
            "FIRE_ROUTINE_ROUTINE_URL": self.endpoint.url,
            "FIRE_ROUTINE_ROUTINE_TOKEN": self.endpoint.token,
            "FIRE_ROUTINE_GITHUB_TOKEN": self.github.token,
            **{f"FIRE_ROUTINE_{name.upper()}": value for name, value in (inputs or {}).items()},
        }
        job.process = self.context.Process(target=work, args=(environ, begin))
        job.process.start()
        self.jobs.append(job)
        return job

    def entries(self) -> list[Entry]:
        """The ledger of all commits."""
        with self.github.lock:
            statuses = [status for listed in self.github.statuses.values() for status in listed]
        read = (
            read_entry(
                Status(status["id"], status["state"], status["description"], status["target_url"] or "")
            )
            for status in statuses
        )
        return [entry for entry in read if entry]


def warm() -> multiprocessing.context.ForkServerContext:
    """Start the helper process. To be called while this one has no threads yet."""
    if len(tempfile.gettempdir()) > LONGEST_SOCKET and Path("/tmp").is_dir():
        tempfile.tempdir = "/tmp"
    context = multiprocessing.get_context("forkserver")
    preload = ["bench.crowd", "fire_routine.action", "httpx", "github"]
    context.set_forkserver_preload(preload)
    idle = context.Process(target=time.sleep, args=(0,))
    idle.start()
    idle.join()
    return context


@contextmanager
def staged(context: multiprocessing.context.ForkServerContext) -> Iterator[Stage]:
    folder = Path(tempfile.mkdtemp(prefix="fire-routine-bench-"))
    try:
        with GitHubEmulator("octo/widgets") as github, SlowEndpoint() as endpoint:
            stage = Stage(github, endpoint, folder, context)
            try:
                yield stage
            finally:
                for job in stage.jobs:
                    job.process.kill()
                    job.process.join()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
