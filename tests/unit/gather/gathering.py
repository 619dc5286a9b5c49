"""A repository with a failed run, for the tests of gather."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.support.emulated.github import TOKEN, GitHubEmulator
from tests.support.emulated.ids import sha_of

from fire_routine import clock
from fire_routine.gather.context import with_context
from fire_routine.gather.event import find_target
from fire_routine.gather.run import gather_run
from fire_routine.github.client import GitHub
from fire_routine.model.run import Job, Run
from fire_routine.settings import Context, Settings

RUN = 500
HEAD = sha_of("head")
PATIENCE = 300.0  # seconds for what ends without it, on a busy machine too
IMPATIENT = clock.Clock(sleep=lambda _seconds: None)


def later() -> float:
    """A deadline that is never reached."""
    return time.monotonic() + PATIENCE


def github_of(emulator: GitHubEmulator, token: str = TOKEN, **options: Any) -> GitHub:
    options.setdefault("environ", {})
    options.setdefault("clock", IMPATIENT)
    return GitHub(emulator.url, token, emulator.full_name, **options)


def context_of(emulator: GitHubEmulator, **fields: Any) -> Context:
    base = Context(
        repository=emulator.full_name,
        run_id=RUN,
        run_attempt=1,
        job="fire",
        workflow="CI",
        workflow_ref=f"{emulator.full_name}/.github/workflows/ci.yml@refs/heads/main",
        ref_name="main",
        event_name="push",
        event={"repository": {"default_branch": "main"}},
        sha=HEAD,
        actor="octocat",
        api_url=emulator.url,
        server_url=emulator.url,
    )
    return replace(base, **fields)


def add_run(emulator: GitHubEmulator, run_id: int = RUN, **fields: Any) -> None:
    """The failed run, in a workflow numbered 7, on `main` unless `fields` say otherwise."""
    base = {
        "id": run_id,
        "workflow_id": 7,
        "head_sha": HEAD,
        "conclusion": "failure",
        "created_at": "2026-03-02T10:00:00Z",
    }
    emulator.add_run({**base, **fields})


def earlier(emulator: GitHubEmulator, run_id: int, day: int, **fields: Any) -> None:
    """A run of an earlier day, on a commit of its own."""
    base = {"created_at": f"2026-02-{day:02}T10:00:00Z", "head_sha": sha_of(f"commit {run_id}")}
    add_run(emulator, run_id, **{**base, **fields})


def failed_job(job_id: int, name: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": job_id,
        "name": name,
        "conclusion": "failure",
        "started_at": "2026-03-02T10:00:05Z",
        "completed_at": "2026-03-02T10:01:05Z",
        "steps": [
            {"name": "Set up job", "conclusion": "success"},
            {"name": "Run tests", "conclusion": "failure"},
            {"name": "Upload", "conclusion": "skipped"},
        ],
        **fields,
    }


def gathered(
    emulator: GitHubEmulator,
    context: Context | None = None,
    settings: Settings | None = None,
    token: str = TOKEN,
) -> Run:
    """The run with its context, as a text about it needs it."""
    context = context or context_of(emulator)
    target = find_target(settings or Settings(), context)
    with github_of(emulator, token) as github:
        return with_context(github, gather_run(github, target, context, later()), later())


def whole(_job: Job, chunks: Iterator[bytes]) -> bytes:
    return b"".join(chunks)
