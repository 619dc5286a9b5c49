"""`fire-routine demo`: the action as it runs in a workflow, on a recorded failure, all on this machine.

A GitHub that replays the recording and a routine's endpoint serve on loopback; the action asks and fires
them over real HTTP. Nothing leaves the machine, and only a temporary folder is written.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from .action import run_action
from .emulator.endpoint import Endpoint
from .emulator.github import GitHubEmulator
from .report import Workflow
from .settings import PREFIX

RECORDING = Path(__file__).parent / "emulator/recordings/pytest-matrix"
MAX_CHARACTERS = 4096  # little, so that it shows what is kept of the logs
FIRST_LINES = 60  # of the text, that are shown


def run_demo(out: TextIO) -> int:
    """Fire on the recorded failure and show what came of it; the exit status of the action."""
    folder = Path(tempfile.mkdtemp(prefix="fire-routine-demo-"))  # stays: the summary is to be looked at
    say = Workflow({}, out).say
    with _no_proxy_on_loopback(), GitHubEmulator.of(RECORDING) as github, Endpoint() as endpoint:
        say(f"GitHub, replaying a recorded failure: {github.url}")
        say(f"the routine's endpoint: {endpoint.home}")
        status = run_action(_environ(github, endpoint, folder), out)
        say(f"{len(github.requests)} requests to GitHub, {len(endpoint.requests)} to the endpoint")
        sessions = list(endpoint.sessions)
    if not sessions:
        return status or 1
    _show(sessions[-1].text, folder, say)
    say(f"session: {sessions[-1].url} (emulated, and gone with the demo)")
    say(f"job summary: {folder / 'summary.md'}")
    return status


@contextmanager
def _no_proxy_on_loopback() -> Iterator[None]:
    """Clients find a proxy in the process's environment, and a proxy can't reach the emulators."""
    names = ("NO_PROXY", "no_proxy")
    before = {name: os.environ.get(name) for name in names}
    excepted = ",".join(filter(None, (before["no_proxy"] or before["NO_PROXY"], "127.0.0.1")))
    os.environ.update(dict.fromkeys(names, excepted))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _environ(github: GitHubEmulator, endpoint: Endpoint, folder: Path) -> Mapping[str, str]:
    """What action.yml and the runner set in a workflow that runs when the recorded one has finished."""
    run = json.loads((RECORDING / "recording.json").read_text("utf-8"))["run"]
    event, summary = folder / "event.json", folder / "summary.md"
    event.write_text(json.dumps({"action": "completed", "workflow_run": run}), "utf-8")
    summary.touch()
    return {
        f"{PREFIX}ROUTINE_URL": endpoint.url,
        f"{PREFIX}ROUTINE_TOKEN": endpoint.token,
        f"{PREFIX}GITHUB_TOKEN": github.token,
        f"{PREFIX}MAX_CHARACTERS": str(MAX_CHARACTERS),
        "GITHUB_API_URL": github.url,
        "GITHUB_SERVER_URL": github.url,
        "GITHUB_REPOSITORY": github.full_name,
        "GITHUB_RUN_ID": str(run["id"] + 1),
        "GITHUB_EVENT_NAME": "workflow_run",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_STEP_SUMMARY": str(summary),
        "RUNNER_TEMP": str(folder),
    }


def _show(text: str, folder: Path, say: Callable[[str], None]) -> None:
    """The text's first lines, as the session got them, and where the others are."""
    lines = text.splitlines()
    say(f"the session got this text (with max-characters: {MAX_CHARACTERS}):")
    for line in lines[:FIRST_LINES]:
        say(f"  | {line}")
    file = next(folder.glob("fire-routine-*.md"), None)
    if file is not None and len(lines) > FIRST_LINES:
        say(f"  ... {len(lines) - FIRST_LINES} lines more: {file}")
