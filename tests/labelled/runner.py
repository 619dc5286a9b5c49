"""Runs the jobs of a workflow file as a runner does, and writes a job's raw log while it does.

A small part of the workflow language: jobs one after the other; `strategy.matrix` of one or more lists;
`run:` steps with bash; `uses:` steps that the caller plays, `env:`, `${{ matrix.… }}`, `timeout-minutes`,
`continue-on-error`, `if: always()`. What a step prints is written as it comes, stamped;
workflow commands in it become marks, as on GitHub
(https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
"""

from __future__ import annotations

import itertools
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_COMMAND = re.compile(r"::(error|warning|notice|debug|group|endgroup)(?: .*?)?::(.*)")
_EXPRESSION = re.compile(r"\$\{\{\s*matrix\.(\w+)\s*\}\}")
BASH = "/usr/bin/bash"


@dataclass
class JobResult:
    name: str
    failed: bool = False
    log: bytes = b""


class Log:
    """A raw job log: a byte order mark, then lines with their times in units of 100 ns."""

    def __init__(self) -> None:
        self.content = bytearray(b"\xef\xbb\xbf")

    def write(self, text: str) -> None:
        for line in text.split("\n"):
            now = time.time_ns()
            second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now // 10**9))
            self.content += f"{second}.{now // 100 % 10**7:07}Z {line}\n".encode()


# Plays an action: does its work in the workspace, and writes what it prints.
Action = Callable[[Path, Log], None]


@dataclass(frozen=True)
class Hosted:
    """What a hosted runner adds to a log: the output of actions, and lines before and after the steps."""

    actions: Mapping[str, Action] = field(default_factory=dict)  # by the `uses:` of their steps
    before: str = "Prepare workflow directory\nPrepare all required actions"
    after: str = "Cleaning up orphan processes"


def run_jobs(
    workflow: Mapping[str, Any],
    home: Path,
    workspace: Path,
    environ: Mapping[str, str],
    hosted: Hosted = Hosted(),
) -> Iterator[JobResult]:
    """Run every job of `workflow` in an empty `workspace` of its own."""
    for key, job in workflow["jobs"].items():
        for values in _legs(job.get("strategy", {}).get("matrix", {})):
            env = {**workflow.get("env", {}), **job.get("env", {})}
            _empty(workspace)
            yield _Job(job, job.get("name", key), values, env, home, workspace, environ, hosted).run()


def _legs(matrix: Mapping[str, list[str]]) -> Iterator[dict[str, str]]:
    for values in itertools.product(*matrix.values()):
        yield dict(zip(matrix, values, strict=True))


def _empty(folder: Path) -> None:
    subprocess.run(["rm", "-rf", folder], check=True)
    folder.mkdir(parents=True)


class _Job:
    def __init__(
        self,
        job: Mapping[str, Any],
        name: str,
        matrix: Mapping[str, str],
        env: Mapping[str, str],
        home: Path,
        workspace: Path,
        environ: Mapping[str, str],
        hosted: Hosted,
    ) -> None:
        legs = f" ({', '.join(matrix.values())})" if matrix else ""
        self._steps = job["steps"]
        self._matrix, self._env = matrix, env
        self._home, self._workspace, self._environ = home, workspace, environ
        self._hosted = hosted
        self._log = Log()
        self._result = JobResult(name + legs)

    def run(self) -> JobResult:
        self._log.write(f"{self._hosted.before}\nComplete job name: {self._result.name}")
        for step in self._steps:
            if not self._result.failed or step.get("if") == "always()":
                self._step(step)
        self._log.write(self._hosted.after)
        self._result.log = bytes(self._log.content)
        return self._result

    def _step(self, step: Mapping[str, Any]) -> None:
        if "uses" in step:
            self._hosted.actions[step["uses"]](self._workspace, self._log)
            return
        script = _EXPRESSION.sub(lambda match: self._matrix[match[1]], step["run"]).rstrip("\n")
        title = f"Run {script.partition(chr(10))[0]}"
        env = {**self._env, **step.get("env", {})}
        self._head(title, script, env)
        minutes = step.get("timeout-minutes")
        code = self._execute(script, env, minutes)
        if not code:
            return
        if code == -signal.SIGKILL and minutes:
            message = f"The action '{step.get('name', title)}' has timed out after {minutes} minutes."
        else:  # as a shell reports a signal
            message = f"Process completed with exit code {code if code > 0 else 128 - code}."
        self._log.write(f"##[error]{message}")
        self._result.failed = self._result.failed or not step.get("continue-on-error")

    def _head(self, title: str, script: str, env: Mapping[str, str]) -> None:
        write = self._log.write
        write(f"##[group]{title}")
        for line in script.split("\n"):
            write(f"\x1b[36;1m{line}\x1b[0m")
        write(f"shell: {BASH} -e {{0}}")
        if env:
            write("\n".join(["env:", *(f"  {name}: {value}" for name, value in env.items())]))
        write("##[endgroup]")

    def _execute(self, script: str, env: Mapping[str, str], minutes: float | None) -> int:
        """Run a step's script; one that takes too long is killed with all that it started."""
        file = self._home / "work/_temp/step.sh"
        file.write_text(script + "\n", "utf-8")
        with subprocess.Popen(
            [BASH, "-e", file],
            cwd=self._workspace,
            env={**self._environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process:
            assert process.stdout is not None
            alarm = threading.Timer((minutes or 360) * 60, os.killpg, (process.pid, signal.SIGKILL))
            alarm.start()
            for line in _lines(process.stdout.fileno()):
                self._print(line)
            alarm.cancel()
        return process.returncode

    def _print(self, line: str) -> None:
        if command := _COMMAND.fullmatch(line.lstrip()):
            line = f"##[{command[1]}]{_unescaped(command[2])}".rstrip("\n")
        self._log.write(line)


def _lines(descriptor: int) -> Iterator[str]:
    """Lines as they come; a carriage return ends one too, as it does for the runner."""
    rest = b""
    while chunk := os.read(descriptor, 65_536):
        *lines, rest = re.split(rb"\r\n|\n|\r(?!$)", rest + chunk)
        for line in lines:
            yield line.decode("utf-8", "replace")
    if rest:
        yield rest.rstrip(b"\r").decode("utf-8", "replace")


def _unescaped(text: str) -> str:
    for escaped, plain in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escaped, plain)
    return text
