"""`fire-routine demo`: the action as it runs in a workflow, on a recorded failure, all on this machine.

GitHub's part is played by a server on loopback: it answers reads from the recording (its format:
recordings/README.md), and keeps the statuses that are posted. The endpoint is the emulator. The action asks
and fires them over real HTTP. Nothing leaves the machine, and only a temporary folder is written.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import parse_qsl, unquote, urlsplit

from .action import run_action
from .clock import REAL
from .emulator import Endpoint, Loopback, Reply
from .model.outcome import Say
from .report.workflow import Workflow
from .settings import PREFIX

RECORDING = Path(__file__).parent / "recordings/pytest-matrix"
MAX_CHARACTERS = 4096  # little, so that it shows what is kept of the logs
FIRST_LINES = 60  # of the text, that are shown
GITHUB_TOKEN = "ghs_demo"  # noqa: S105 - opens nothing
_FILTERS = {"branch": "head_branch", "head_sha": "head_sha", "event": "event", "status": "conclusion"}


def run_demo(out: TextIO) -> int:
    """Fire on the recorded failure and show the result; the exit status of the action.

    It runs in a process of its own: what is set in the environment stays.
    """
    # Clients find a proxy in the process's environment, and a proxy can't reach the servers here.
    before = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(filter(None, (before, "127.0.0.1")))
    say = Workflow().say
    with (
        redirect_stdout(out),
        tempfile.TemporaryDirectory(prefix="fire-routine-demo-") as folder,
        RecordedGitHub(RECORDING) as github,
        Endpoint() as endpoint,
    ):
        say(f"GitHub, replaying a recorded failure: {github.home}")
        say(f"The routine's endpoint: {endpoint.home}")
        os.environ |= _environ(github, endpoint, Path(folder))
        status = run_action(os.environ, clock=replace(REAL, sleep=lambda _: None))
        say(f"{github.asked} requests to GitHub, {len(endpoint.requests)} to the endpoint")
        if endpoint.sessions:
            _show(endpoint.sessions[-1].text, say)
    return status or int(not endpoint.sessions)


class RecordedGitHub(Loopback):
    """The API of the recording's repository."""

    def __init__(self, recording: Path) -> None:
        super().__init__()
        self.asked = 0
        self.logs = recording / "logs"
        recorded = json.loads((recording / "recording.json").read_text("utf-8"))
        self.name: str = recorded["repository"]["full_name"]
        self.answers = _answers(recorded, f"{self.home}/{self.name}")
        self.run = self.answers[f"/actions/runs/{recorded['run']['id']}"]
        self._statuses: list[dict[str, Any]] = []  # newest first

    def page(self, path: str) -> Reply:
        self.asked += 1
        url = urlsplit(path)
        path = unquote(url.path.removeprefix(f"/repos/{self.name}"))
        answer: Any = self.answers.get(path)
        if path.endswith("/statuses"):
            answer = [status for status in list(self._statuses) if status["sha"] == path.split("/")[-2]]
        elif path.endswith("/logs"):
            return Reply(302, headers={"Location": f"{self.home}/stored/{path.split('/')[-2]}"})
        elif path.startswith("/stored/"):
            return Reply(200, message=(self.logs / f"{int(path[8:])}.log").read_bytes().decode())
        elif path.endswith("/runs"):
            answer = _filtered(answer["workflow_runs"], dict(parse_qsl(url.query)))
        return Reply(404 if answer is None else 200, message=json.dumps(answer))

    def receive(self, path: str, _headers: Mapping[str, str], body: bytes) -> Reply:
        """A status, which alone is posted."""
        self.asked += 1
        with self._lock:
            now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
            known = {"sha": path.rpartition("/")[2], "id": len(self._statuses) + 1, "created_at": now}
            status = {**json.loads(body), **known, "creator": {"login": "github-actions[bot]"}}
            self._statuses.insert(0, status)
        return Reply(201, message=json.dumps(status))


def _answers(recorded: Mapping[str, Any], page: str) -> dict[str, Any]:
    """What a GET of each path below the repository's answers. `page`: the repository's address for people."""
    own = {**recorded["repository"], "html_url": page}
    about = {"repository": own, "head_repository": own, "actor": {"login": "octocat"}}
    runs = [{**run, **about, "html_url": f"{page}/actions/runs/{run['id']}"} for run in recorded["runs"]]
    pulls = [
        {**pull, "html_url": f"{page}/pull/{pull['number']}", "head": {**pull["head"], "repo": own}}
        for pull in recorded["pulls"]
    ]
    compare, first = recorded["compare"], recorded["pulls"][0]["base"]["sha"]
    answers: dict[str, Any] = {
        "": own,
        "/pulls": pulls,
        f"/compare/{compare['base_commit']['sha']}...{recorded['run']['head_sha']}": compare,
        "/commits": [{"sha": first, "parents": []}],  # of the default branch: only its first is listed
    }
    for run in runs:
        answers[f"/actions/workflows/{run['workflow_id']}/runs"] = {"workflow_runs": runs}
        jobs = [
            {**job, "html_url": f"{run['html_url']}/job/{job['id']}"}
            for job in recorded["jobs"]
            if job["run_id"] == run["id"]
        ]
        for path in (f"/actions/runs/{run['id']}", f"/actions/runs/{run['id']}/attempts/1"):
            answers |= {path: run, f"{path}/jobs": {"total_count": len(jobs), "jobs": jobs}}
    answers |= {f"/pulls/{pull['number']}": pull for pull in pulls}
    return answers | {
        f"/check-runs/{job}/annotations": found for job, found in recorded["annotations"].items()
    }


def _filtered(runs: list[dict[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
    """The listing of the runs that a query names."""
    wanted = {_FILTERS[key]: value for key, value in query.items() if key in _FILTERS}
    found = [run for run in runs if all(value in (run[key], "completed") for key, value in wanted.items())]
    return {"total_count": len(found), "workflow_runs": found}


def _environ(github: RecordedGitHub, endpoint: Endpoint, folder: Path) -> Mapping[str, str]:
    """What action.yml and the runner set in a workflow that runs when the recorded one has finished."""
    event = folder / "event.json"
    event.write_text(json.dumps({"action": "completed", "workflow_run": github.run}), "utf-8")
    return {
        f"{PREFIX}ROUTINE_URL": endpoint.url,
        f"{PREFIX}ROUTINE_TOKEN": endpoint.token,
        f"{PREFIX}GITHUB_TOKEN": GITHUB_TOKEN,
        f"{PREFIX}MAX_CHARACTERS": str(MAX_CHARACTERS),
        "GITHUB_API_URL": github.home,
        "GITHUB_SERVER_URL": github.home,
        "GITHUB_REPOSITORY": github.name,
        "GITHUB_RUN_ID": str(github.run["id"] + 1),
        "GITHUB_EVENT_NAME": "workflow_run",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "RUNNER_TEMP": str(folder),
    }


def program() -> str:
    """How the user runs the commands: from a checkout, or installed."""
    checkout = Path(sys.argv[0]).name == "entrypoint.py"
    return f"python3 {sys.argv[0]}" if checkout else "fire-routine"


def _show(text: str, say: Say) -> None:
    """The text's first lines, as the session got them, and what to do next."""
    lines = text.splitlines()
    say(f"The session got this text (max-characters: {MAX_CHARACTERS}):")
    for line in lines[:FIRST_LINES]:
        say(f"  | {line}")
    if len(lines) > FIRST_LINES:
        say(f"  … {len(lines) - FIRST_LINES} more lines")
    say("Next, see the text for a failed run of your own; nothing is sent:")
    say(
        f"  GH_TOKEN=$(gh auth token) {program()} preview https://github.com/YOUR-ORG/YOUR-REPO/actions/runs/ID"
    )
    say("Then add the action to a workflow: see the quick start in the README.")
