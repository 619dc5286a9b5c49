"""A failed run and its parts, to be varied by the tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from fire_routine.model.evidence import Block, Digest, Fingerprint, Line
from fire_routine.model.run import Annotation, ChangedFile, Commit, History, Job, PullRequest, Run, Step

STARTED = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)
SHA = "1234567890abcdef1234567890abcdef12345678"
EXIT_1 = Annotation("failure", "Process completed with exit code 1.", path=".github", line=1)


def job(number: int, name: str = "test", step: str = "Run the tests", **changes: Any) -> Job:
    values: dict[str, Any] = {
        "id": 1000 + number,
        "name": name,
        "conclusion": "failure",
        "url": f"https://github.com/octo/widgets/actions/runs/77/job/{1000 + number}",
        "started_at": STARTED,
        "completed_at": STARTED + timedelta(seconds=200 + number),
        "steps": (
            Step(1, "Set up job", "success", STARTED, STARTED + timedelta(seconds=2)),
            Step(5, step, "failure", STARTED + timedelta(seconds=2), STARTED + timedelta(seconds=132)),
        ),
        "annotations": (EXIT_1,),
    }
    return Job(**{**values, **changes})


def digest(fingerprint: str, *lines: str, noise: int = 0, **changes: Any) -> Digest:
    """The lines as what matters, after `noise` lines that matter less."""
    before = [Line(10 + number, f"noise {number} of the build", 1.0, "noise") for number in range(noise)]
    told = [Line(number, line, 10.0, "test", block=0) for number, line in enumerate(lines, 5000)]
    values: dict[str, Any] = {
        "lines": (*before, *told),
        "blocks": (Block(10.0, "test"),) if told else (),
        "total_lines": 6000,
        "fingerprint": Fingerprint(fingerprint) if fingerprint else None,
        "step": "Run the tests",
        "command": "make test",
        "shell": "bash -e {0}",
        "exit_code": 2,
    }
    return Digest(**{**values, **changes})


def run(jobs: Sequence[Job] = (), **changes: Any) -> Run:
    values: dict[str, Any] = {
        "repository": "octo/widgets",
        "id": 77,
        "attempt": 2,
        "workflow": "CI",
        "workflow_id": 5,
        "workflow_path": ".github/workflows/ci.yml",
        "event": "push",
        "status": "completed",
        "conclusion": "failure",
        "head_branch": "topic",
        "head_sha": SHA,
        "head_repository": "octo/widgets",
        "actor": "mona",
        "url": "https://github.com/octo/widgets/actions/runs/77",
        "created_at": STARTED,
        "default_branch": "main",
        "commit": Commit(SHA, "Speed up the widgets", "mona"),
        "failed_jobs": tuple(jobs),
    }
    return Run(**{**values, **changes})


def pull_request(**changes: Any) -> PullRequest:
    values: dict[str, Any] = {
        "number": 12,
        "title": "Faster widgets",
        "url": "https://github.com/octo/widgets/pull/12",
        "state": "open",
        "base_branch": "main",
        "head_branch": "topic",
        "head_sha": SHA,
        "head_repository": "octo/widgets",
    }
    return PullRequest(**{**values, **changes})


def history(**changes: Any) -> History:
    values: dict[str, Any] = {
        "last_green_run": 70,
        "last_green_sha": "f" * 40,
        "last_green_at": STARTED - timedelta(days=1),
        "commits": (Commit("a" * 40, "Rework the widget\n\nIn full.", "hubot"),),
        "files": (
            ChangedFile("README.md", 1, 1),
            ChangedFile("src/app/widget.py", 12, 3),
            ChangedFile("src/app/gadget.py", 4, 0, "added"),
        ),
        "total_commits": 1,
    }
    return History(**{**values, **changes})
