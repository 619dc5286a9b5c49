"""The action as a step of an emulated run: its environment, and what a run of it leaves."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from tests.support.emulated.github import GitHubEmulator

from fire_routine.action import run_action
from fire_routine.clock import REAL, Clock
from fire_routine.emulator import TOKEN, Endpoint

LOG = """\
2026-11-24T10:00:00.0000000Z ##[group]Run cargo test
2026-11-24T10:00:00.1000000Z shell: bash -e {0}
2026-11-24T10:00:00.2000000Z ##[endgroup]
2026-11-24T10:00:01.0000000Z error[E0308]: mismatched types
2026-11-24T10:00:01.0000000Z  --> src/lib.rs:4:5
2026-11-24T10:00:01.2000000Z ##[error]Process completed with exit code 101.
"""
SHA = "a" * 40


def environment(github: GitHubEmulator, url: str, temp: Path) -> dict[str, str]:
    """What a runner and action.yml give a job of run 7, whose files are in `temp`. `url`: the routine's."""
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": github.full_name,
        "GITHUB_RUN_ID": "7",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_JOB": "on-failure",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_SHA": SHA,
        "GITHUB_REF_NAME": "main",
        "GITHUB_OUTPUT": str(temp / "output"),
        "GITHUB_STEP_SUMMARY": str(temp / "summary"),
        "RUNNER_TEMP": str(temp),
        "FIRE_ROUTINE_ROUTINE_URL": url,
        "FIRE_ROUTINE_ROUTINE_TOKEN": TOKEN,
        "FIRE_ROUTINE_GITHUB_TOKEN": github.token,
    }


SLOWER = 20.0  # so much time more than the action's limits give has what needs none of it, on a busy machine


class _Hurry:
    """The emulated GitHub does not lag, so nothing waits: a pause only moves the clock."""

    paused = 0.0

    def sleep(self, seconds: float) -> None:
        self.paused += seconds

    def monotonic(self) -> float:
        return REAL.monotonic() / SLOWER + self.paused


def no_pauses(now: Callable[[], datetime] = REAL.now) -> Clock:
    """A clock of one's own: two that share one would use up each other's patience."""
    hurry = _Hurry()
    return replace(REAL, now=now, sleep=hurry.sleep, monotonic=hurry.monotonic)


def run_step(environ: Mapping[str, str]) -> tuple[int, str]:
    """The action as a runner starts it: its exit code, and what it prints. One at a time in a process."""
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as printed:
        for name in ("GITHUB_ACTIONS", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
            patch.delenv(name, raising=False)
            if name in environ:
                patch.setenv(name, environ[name])
        code = run_action(environ, clock=no_pauses())
    return code, printed.getvalue()


class Job:
    """A final job of run 7, with its environment."""

    def __init__(self, github: GitHubEmulator, endpoint: Endpoint, temp: Path) -> None:
        self.github, self.endpoint, self.temp = github, endpoint, temp
        self.environ = environment(github, endpoint.url, temp)
        self.log = ""

    def run(self) -> int:
        """As a step of its own, with files of its own; the exit code."""
        for name in ("output", "summary"):
            (self.temp / name).unlink(missing_ok=True)
        code, self.log = run_step(self.environ)
        return code

    def ended(self) -> str:
        """Outcome and reason of a run, whose exit code fits them."""
        code = self.run()
        outcome, reason = self.outputs["outcome"], self.outputs.get("reason", "")
        assert code == (outcome in ("failed", "unknown"))
        return f"{outcome} {reason}".strip()

    def ended_in(self, environ: Mapping[str, str]) -> str:
        """Outcome and reason of a run with these variables besides, which the next run lacks again."""
        before = self.environ
        self.environ = {**before, **environ}
        try:
            return self.ended()
        finally:
            self.environ = before

    @property
    def outputs(self) -> dict[str, str]:
        lines = (self.temp / "output").read_text("utf-8").splitlines()
        return {
            line.partition("<<")[0]: lines[number + 1]
            for number, line in enumerate(lines)
            if "<<" in line and lines[number + 1] != line.partition("<<")[2]
        }

    @property
    def summary(self) -> str:
        return (self.temp / "summary").read_text("utf-8")
