"""Each example, run by act as it is: only the tests' placeholder becomes a test that fails."""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml
from tests.e2e.act import ACTION, REPOSITORY, ROOT, Result, make_project
from tests.e2e.stage import RUN_ID, Stage
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.month import Month

from fire_routine.emulator import Endpoint

CAUSE = "AssertionError: 21 != 22 : three widgets cost"
WATCHED = 99  # a run that another one is about
LOG = (
    "2026-11-24T10:00:00.0000000Z ##[group]Run make\n2026-11-24T10:00:00.1000000Z ##[endgroup]\n"
    "2026-11-24T10:00:01.0000000Z main.c:3:5: error: 'x' undeclared (first use in this function)\n"
    "2026-11-24T10:00:01.1000000Z ##[error]Process completed with exit code 2.\n"
)


def example(name: str) -> str:
    """The example's text, with a test that really fails."""
    text = (ROOT / f"examples/{name}.yml").read_text("utf-8")
    text = re.sub(r"OWNER/fire-routine@.*", ACTION, text)
    text = re.sub(r"\n +queue: max\b", "", text)  # GitHub knows it since 2026-05, act does not yet
    return text.replace('echo "your tests here"', 'git clone --quiet "$PROJECT" . && python3 test_widgets.py')


def failed_run(github: GitHubEmulator, **fields: Any) -> dict[str, Any]:
    """A finished run of another workflow, with the log of its failed job."""
    github.set_branch("main", "c" * 40)
    run = {"name": "CI", "event": "push", "head_branch": "main", "head_sha": "c" * 40}
    ended = {"status": "completed", "conclusion": "failure"}
    watched = github.add_run({"id": WATCHED, "workflow_id": 5, **run, **ended, **fields})
    github.add_job(WATCHED, {"id": 991, "name": "build", "conclusion": "failure"}, LOG)
    return watched


def fired(stage: Stage, result: Result, cause: str = CAUSE) -> str:
    """The text that was sent, of one session whose link is in the job summary."""
    (session,) = stage.endpoint.sessions
    assert any(session.url in str(event.get("content", "")) for event in result.events)
    assert cause in stage.text()
    return stage.text()


@pytest.mark.parametrize(
    ("name", "event"), [("final-job", "push"), ("nightly", "schedule"), ("merge-queue", "merge_group")]
)
def test_a_last_job_fires_with_the_cause(stage: Stage, name: str, event: str) -> None:
    text = fired(stage, stage.run(example(name), event=event))
    assert ("nightly run of the main branch" in text) == (name == "nightly")
    assert ("failed in the merge queue" in text) == (name == "merge-queue")


def test_a_step_sends_what_it_attaches(stage: Stage) -> None:
    result = stage.run(example("step"))
    fired(stage, result)
    assert result.job_result("test") == "failure"


@pytest.mark.parametrize("name", ["workflow-run", "monorepo"])
def test_a_watcher_fires_for_the_run_it_was_started_by(stage: Stage, name: str) -> None:
    run = failed_run(stage.github, name="Web")
    payload = {"action": "completed", "workflow_run": run}
    result = stage.run(
        example(name), event="workflow_run", payload=payload, run={"workflow_id": 6, "name": "On failure"}
    )
    text = fired(stage, result, "main.c:3:5: error: 'x' undeclared")
    assert ("`apps/web`" in text) == (name == "monorepo")


@pytest.mark.parametrize(("conclusion", "attempt"), [("failure", 1), ("success", 2)])
def test_a_failed_run_is_re_run_first_and_what_passes_then_is_looked_at(
    stage: Stage, conclusion: str, attempt: int
) -> None:
    run = failed_run(stage.github, conclusion=conclusion, run_attempt=attempt)
    payload = {"action": "completed", "workflow_run": run}
    result = stage.run(
        example("rerun-first"), event="workflow_run", payload=payload, run={"workflow_id": 6, "name": "x"}
    )
    assert result.job_result("fire") == "success", result.log
    assert len(stage.github.asked("POST .*/runs/99/rerun-failed-jobs")) == (attempt == 1)
    assert stage.endpoint.requests == []


def test_a_digest_needs_no_secret_and_opens_an_issue(stage: Stage) -> None:
    stage.secrets.clear()
    repository = {"full_name": stage.github.full_name, "default_branch": "main"}
    payload = {"action": "completed", "workflow_run": failed_run(stage.github), "repository": repository}
    run = {"workflow_id": 6, "name": "CI digest"}
    result = stage.run(example("digest"), event="workflow_run", payload=payload, run=run)
    assert "main.c:3:5: error: 'x' undeclared" in result.summary("digest")
    assert result.job_result("digest") == "success"
    assert stage.endpoint.requests == []
    (issue,) = stage.github.issues.values()
    assert "main.c:3:5: error: 'x' undeclared" in issue["body"]
    written = {request.path for request in stage.github.requests if request.method != "GET"}
    assert all("/issues" in path for path in written)


def test_an_old_run_is_shown_first(stage: Stage) -> None:
    failed_run(stage.github)
    payload = {"inputs": {"run-id": str(WATCHED), "dry-run": "true"}}
    result = stage.run(example("again"), event="workflow_dispatch", payload=payload, run={"workflow_id": 6})
    assert "main.c:3:5: error: 'x' undeclared" in result.summary("fire")
    assert stage.endpoint.requests == []


def test_slack_gets_the_cause_and_the_link(stage: Stage) -> None:
    with webhook() as (address, received):
        stage.secrets["SLACK_WEBHOOK_URL"] = address
        result = stage.run(example("slack"))
    fired(stage, result)
    ((path, message),) = received
    assert path == "/services/T0/B0/x"
    cause, link = (block["text"]["text"] for block in message["blocks"])
    reported = next(event["arg"] for event in result.events if event.get("name") == "cause")
    assert cause == f"CI failed ({reported})"
    assert link == f"<{stage.endpoint.sessions[0].url}|Open the session>"
    assert result.job_result("on-failure") == "success"


def test_slack_gets_nothing_where_nothing_was_fired(stage: Stage) -> None:
    stage.secrets["ROUTINE_FIRE_TOKEN"] = "sk-ant-oat01-of-another-routine"
    with webhook() as (address, received):
        stage.secrets["SLACK_WEBHOOK_URL"] = address
        result = stage.run(example("slack"))
    assert received == []
    assert result.job_result("on-failure") == "failure"


def test_a_reusable_workflow_fires_for_its_caller(stage: Stage, tmp_path: Path) -> None:
    shared = {
        ".github/workflows/reusable-workflow.yml": example("reusable-workflow"),
        "README.md": "The organisation's workflows.\n",
    }
    make_project(tmp_path / "shared", shared)
    served = f"YOUR-ORG/ci-workflows@main={tmp_path / 'shared'}"
    result = stage.run(example("reusable-caller"), arguments=["--local-repository", served])
    text = fired(stage, result)
    assert "docker compose up -d db" in text


def test_enterprise_server_is_asked_by_its_own_address_and_authority(
    tmp_path: Path, home: Path, action: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    variables = {"SSL_CERT_FILE": str(tmp_path / "authority.pem"), "NO_PROXY": "localhost"}
    with GitHubEmulator(REPOSITORY, prefix="/api/v3", tls=tls) as github, Endpoint() as endpoint:
        stage = Stage(tmp_path, home, action, github, endpoint)
        arguments = [word for item in variables.items() for word in ("--var", "=".join(item))]
        result = stage.run(example("enterprise-server"), arguments=arguments)
        fired(stage, result)
        assert all(request.path.startswith("/api/v3/") for request in github.requests if not request.storage)
        assert github.asked(f"/actions/runs/{RUN_ID}")


def test_the_weekly_report_is_in_the_job_summary(stage: Stage) -> None:
    whole: dict[Any, Any] = yaml.safe_load(example("weekly-report"))
    checkout, *rest = whole["jobs"]["report"]["steps"]
    assert checkout["with"]["repository"] == "OWNER/fire-routine"
    copied = {"run": 'cd "$TREE" && cp -R src requirements.txt "$OLDPWD"'}  # it needs no network
    whole["jobs"]["report"]["steps"] = [copied, *rest]
    whole["on"] = whole.pop(True)  # YAML 1.1 takes the key for a truth value
    Month.of(stage.github, datetime.now(UTC))
    result = stage.run(yaml.safe_dump(whole, sort_keys=False), event="schedule", env={"TREE": str(ROOT)})
    assert result.job_result("report") == "success", result.log
    summary = result.summary("report")
    assert summary.startswith(f"```text\n{REPOSITORY}: Claude sessions since ")
    assert "  2 sessions: 2 no trace" in summary
    assert re.search(r"https://claude\.ai/code/session_of_\d+\n", summary)
    assert summary.rstrip().endswith("\n```")
    assert {request.method for request in stage.github.requests} == {"GET"}


@contextmanager
def webhook() -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """A chat on loopback: the address to post to, and what was posted."""
    received: list[tuple[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, json.loads(body)))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: `received` holds what came."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/services/T0/B0/x", received
        server.shutdown()
