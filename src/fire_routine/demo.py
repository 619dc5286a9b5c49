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
import threading
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import parse_qsl, unquote, urlsplit

from .action import run_action
from .clock import REAL
from .emulator import Endpoint
from .model.outcome import Say
from .report import Workflow
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
        threading.Thread(target=github.serve_forever, daemon=True).start()
        say(f"GitHub, replaying a recorded failure: {github.url}")
        say(f"The routine's endpoint: {endpoint.home}")
        os.environ |= _environ(github, endpoint, Path(folder))
        status = run_action(os.environ, clock=replace(REAL, sleep=lambda _: None))
        github.shutdown()
        say(f"{github.asked} requests to GitHub, {len(endpoint.requests)} to the endpoint")
        if endpoint.sessions:
            _show(endpoint.sessions[-1].text, say)
    return status or int(not endpoint.sessions)


class RecordedGitHub(ThreadingHTTPServer):
    """The API of the recording's repository, on loopback."""

    def __init__(self, recording: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked = 0
        self.logs = recording / "logs"
        recorded = json.loads((recording / "recording.json").read_text("utf-8"))
        self.name: str = recorded["repository"]["full_name"]
        self.answers = _answers(recorded, f"{self.url}/{self.name}")
        self.run = self.answers[f"/actions/runs/{recorded['run']['id']}"]
        self._statuses: list[dict[str, Any]] = []  # newest first
        self._lock = threading.Lock()

    def statuses(self, sha: str) -> list[dict[str, Any]]:
        with self._lock:
            return [status for status in self._statuses if status["sha"] == sha]

    def add_status(self, sha: str, sent: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
            known = {"sha": sha, "id": len(self._statuses) + 1, "created_at": now}
            self._statuses.insert(0, {**sent, **known, "creator": {"login": "github-actions[bot]"}})
            return self._statuses[0]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that breaks off is no error of the demo's."""


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


class _Handler(BaseHTTPRequestHandler):
    server: RecordedGitHub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        path = unquote(url.path.removeprefix(f"/repos/{self.server.name}"))
        answer: Any = self.server.answers.get(path)
        if path.endswith("/statuses"):
            self._send(200, self.server.statuses(path.split("/")[-2]))
        elif path.endswith("/logs"):
            self._send(302, {}, f"{self.server.url}/stored/{path.split('/')[-2]}")
        elif path.startswith("/stored/"):
            self._send(200, (self.server.logs / f"{int(path[8:])}.log").read_bytes())
        elif path.endswith("/runs"):
            self._send(200, _filtered(answer["workflow_runs"], dict(parse_qsl(url.query))))
        else:
            self._send(404 if answer is None else 200, answer)

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._send(201, self.server.add_status(self.path.rpartition("/")[2], sent))

    def _send(self, status: int, answer: Any, location: str = "") -> None:
        self.server.asked += 1
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the demo counts the requests."""


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
        "GITHUB_API_URL": github.url,
        "GITHUB_SERVER_URL": github.url,
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
