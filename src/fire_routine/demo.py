"""`fire-routine demo`: the action as it runs in a workflow, on a recorded failure, all on this machine.

A GitHub that replays the recording and a routine's endpoint serve on loopback; the action asks and fires
them over real HTTP. Nothing leaves the machine, and only a temporary folder is written.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO

from .action import run_action
from .clock import Clock
from .commands.terminal import is_terminal
from .emulator import pages
from .emulator.endpoint import Endpoint
from .emulator.github import ReplayedGitHub
from .report import Workflow
from .settings import PREFIX

RECORDING = Path(__file__).parent / "emulator/recordings/pytest-matrix"
MAX_CHARACTERS = 4096  # little, so that it shows what is kept of the logs
FIRST_LINES = 60  # of the text, that are shown
SUMMARY = "/summary"  # where the job summary is a page


def run_demo(
    out: TextIO,
    *,
    keep: bool = False,
    ending: threading.Event | None = None,
    open_page: Callable[[str], object] | None = None,
) -> int:
    """Fire on the recorded failure and show the result; the exit status of the action.

    Args:
        keep: afterwards serve the summary and the session, until Ctrl-C or `ending`.
        open_page: shows a web address to the user; by default their browser does, on a terminal.
    """
    with tempfile.TemporaryDirectory(prefix="fire-routine-demo-") as name, ExitStack() as stack:
        folder = Path(name)
        say = Workflow({}, out).say
        stack.enter_context(_no_proxy_on_loopback())
        github = stack.enter_context(ReplayedGitHub.of(RECORDING))
        endpoint = stack.enter_context(Endpoint())
        say(f"GitHub, replaying a recorded failure: {github.url}")
        say(f"The routine's endpoint: {endpoint.home}")
        status = run_action(_environ(github, endpoint, folder), out, clock=Clock(sleep=lambda _: None))
        say(f"{len(github.requests)} requests to GitHub, {len(endpoint.requests)} to the endpoint")
        if not endpoint.sessions:
            return status or 1
        session = endpoint.sessions[-1]
        _show(session.text, say)
        if keep:
            summary = (folder / "summary.md").read_text("utf-8")
            endpoint.documents[SUMMARY] = pages.document("Job summary", summary)
            _serve(endpoint, session.url, say, ending or threading.Event(), open_page or _opener(out))
        else:
            command = program()
            say(f"To look at the job summary and the session as pages: {command} demo --keep")
            _next(say)
    return status


def program() -> str:
    """How the user runs the commands: from a checkout, or installed."""
    checkout = Path(sys.argv[0]).name == "entrypoint.py"
    return f"python3 {sys.argv[0]}" if checkout else "fire-routine"


def _serve(
    endpoint: Endpoint,
    session: str,
    say: Callable[[str], None],
    ending: threading.Event,
    open_page: Callable[[str], object],
) -> None:
    say(f"The job summary: {endpoint.home}{SUMMARY}")
    say(f"The session: {session}")
    _next(say)
    say("Ctrl-C ends it.")
    open_page(f"{endpoint.home}{SUMMARY}")
    with suppress(KeyboardInterrupt):
        ending.wait()


def _next(say: Callable[[str], None]) -> None:
    say("Next, see the text for a failed run of your own; nothing is sent:")
    say(f"  GH_TOKEN=$(gh auth token) {program()} preview https://github.com/OWNER/REPO/actions/runs/ID")
    say("Then add the action to a workflow: see the quick start in the README.")


def _opener(out: TextIO) -> Callable[[str], object]:
    """The user's browser, where there is a desktop; elsewhere nothing."""
    desktop = sys.platform in ("darwin", "win32") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    return webbrowser.open if is_terminal(out) and desktop else lambda _address: None


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


def _environ(github: ReplayedGitHub, endpoint: Endpoint, folder: Path) -> Mapping[str, str]:
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


def _show(text: str, say: Callable[[str], None]) -> None:
    """The text's first lines, as the session got them."""
    lines = text.splitlines()
    say(f"The session got this text (max-characters: {MAX_CHARACTERS}):")
    for line in lines[:FIRST_LINES]:
        say(f"  | {line}")
    if len(lines) > FIRST_LINES:
        say(f"  … {len(lines) - FIRST_LINES} more lines")
