"""Keeps a GitHub emulator up to date with a workflow that act is running.

What a job really prints becomes its raw log on the emulator, marked and stamped as a runner writes
it; its steps and conclusion follow as they happen. So the action, in a later job or step of the same
workflow, finds on "GitHub" what just failed next to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.repository import timestamp

_EXIT_STATUS = re.compile(r"exit status (\d+)")


class RunMirror:
    """The run that act performs, as GitHub would show it."""

    def __init__(self, github: GitHubEmulator, run_id: int) -> None:
        self._github = github
        self._run_id = run_id
        self._jobs: dict[str, int] = {}  # act's job name → the job's id
        self._steps: dict[tuple[int, str], int] = {}  # (job, act's step id) → the step's number

    def watch(self, event: Mapping[str, Any]) -> None:
        """One of act's events."""
        if "jobID" not in event:
            return
        job = self._job(event)
        self._step(job, event)
        if event.get("raw_output"):
            self._github.append_log(job, str(event["msg"]))
        elif event.get("level") == "error" and (status := _EXIT_STATUS.fullmatch(str(event["msg"]))):
            self._github.append_log(job, f"##[error]Process completed with exit code {status[1]}.")
        if "jobResult" in event:
            self._github.finish_job(job, str(event["jobResult"]))

    def _job(self, event: Mapping[str, Any]) -> int:
        name = str(event["job"])
        if name not in self._jobs:
            legs = ", ".join(str(value) for value in event.get("matrix", {}).values())
            shown = f"{event['jobID']} ({legs})" if legs else str(event["jobID"])
            self._jobs[name] = self._new(shown)
        return self._jobs[name]

    def _new(self, name: str) -> int:
        number = self._run_id * 1000 + len(self._jobs) + 1
        self._github.add_job(self._run_id, {"id": number, "name": name}, log="")
        return number

    def _step(self, job: int, event: Mapping[str, Any]) -> None:
        path = event.get("stepID", ())
        if event.get("stage") != "Main" or len(path) != 1:  # set-up, or a step inside an action
            return
        number = self._steps.setdefault((job, path[0]), len(self._steps) + 2)  # "Set up job" is the first
        script = str(event["step"])
        name = f"Run {script.partition(chr(10))[0]}"
        if "stepResult" in event:
            done = {"status": "completed", "conclusion": event["stepResult"], "completed_at": timestamp()}
            self._github.add_step(job, {"number": number, "name": name, **done})
        elif str(event.get("msg", "")).startswith("⭐"):
            self._github.add_step(job, {"number": number, "name": name, "status": "in_progress"})
            shown = "\n".join(f"\x1b[36;1m{line}\x1b[0m" for line in script.splitlines())
            self._github.append_log(job, f"##[group]{name}\n{shown}\nshell: bash -e {{0}}\n##[endgroup]")
