"""The examples for events, run by act as they are: one session for two deliveries of an event."""

from __future__ import annotations

import re
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.e2e.act import ACTION, REPOSITORY, ROOT, Result
from tests.e2e.stage import Stage
from tests.support.emulated.events import STRANGER, Json, of_repository, payload
from tests.support.emulated.repository import FIRST

SCHEDULE = {"schedule": "7,37 * * * *", "repository": {"owner": {}}}


def delivered(number: int, stage: Stage, name: str, event: str, whole: Json, **options: Any) -> Result:
    """A run of its own for the event."""
    folder = stage.folder / str(number)
    folder.mkdir()
    own = Stage(folder, stage.home, stage.action, stage.github, stage.endpoint)
    own.secrets = {f"EVENT_{secret}": value for secret, value in own.secrets.items()}
    text = re.sub(r"OWNER/fire-routine@.*", ACTION, (ROOT / f"examples/{name}.yml").read_text("utf-8"))
    run = 4711 + number
    stage.github.add_run({"id": run, "event": event, "path": ".github/workflows/ci.yml"})
    return own.run(
        text.replace("--retry-delay 20", "--retry-delay 1"),
        event=event,
        payload=of_repository(whole, REPOSITORY),
        env={"GITHUB_RUN_ID": str(run)},
        **options,
    )


def issue(number: int) -> Json:
    found = {"number": number, "title": "Crash on save", "body": "It crashes.", "user": STRANGER}
    return payload("issues", issue=found, label={"name": "claude"})


def deployment(environment: str) -> Json:
    found = {"environment": environment, "ref": "main", "sha": FIRST}
    return payload("deployment_status", deployment_status={"state": "failure"}, deployment=found)


def alert(number: str) -> Json:
    found = {"id": number, "title": "Too many errors"}
    return payload("repository_dispatch", action="alert", client_payload=found)


@pytest.mark.parametrize(
    ("name", "event", "first", "other", "said"),
    [
        ("on-label", "issues", issue(12), issue(13), "# Issue #12 `Crash on save`, labelled `claude`, in"),
        (
            "deployment-failed", "deployment_status", deployment("production"), deployment("staging"),
            "# Deployment to `production` failed in",
        ),
        ("alert", "repository_dispatch", alert("a1"), alert("a2"), "# Dispatch `alert` in"),
    ],
)  # fmt: skip
def test_two_deliveries_of_an_event_are_one_session_and_another_key_is_its_own(
    stage: Stage, name: str, event: str, first: Json, other: Json, said: str
) -> None:
    stage.github.roles = {"mona": "triage"}
    result = delivered(1, stage, name, event, first)
    assert result.job_result("ask") == "success", result.log
    assert stage.text().startswith(said)
    assert delivered(2, stage, name, event, first).job_result("ask") == "success"
    (session,) = stage.endpoint.sessions
    comments = [one["body"] for one in stage.github.comments.get(12, [])]
    assert [session.url in body for body in comments] == ([True] if name == "on-label" else [])
    delivered(3, stage, name, event, other)
    assert len(stage.endpoint.sessions) == 2


def test_a_probe_fires_once_while_its_site_is_down(stage: Stage) -> None:
    down = ["--var", "PROBE_ADDRESS=http://127.0.0.1:9/"]
    for number in (1, 2):
        result = delivered(number, stage, "probe", "schedule", SCHEDULE, arguments=down)
        assert result.job_result("probe") == "success", result.log
    assert stage.text().startswith("# `Claude, on a site that is down` asks for a session in")
    assert "http://127.0.0.1:9/ does not answer." in stage.text()
    assert "127.0.0.1 port 9" in stage.text()


def test_a_probe_of_a_site_that_answers_fires_nothing(stage: Stage) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as site:
        threading.Thread(target=site.serve_forever, args=(0.02,), daemon=True).start()
        arguments = ["--var", f"PROBE_ADDRESS=http://127.0.0.1:{site.server_port}/"]
        result = delivered(1, stage, "probe", "schedule", SCHEDULE, arguments=arguments)
        site.shutdown()
    assert result.job_result("probe") == "success"
    assert stage.endpoint.requests == []


def test_an_alert_without_an_id_is_refused(stage: Stage) -> None:
    result = delivered(1, stage, "alert", "repository_dispatch", alert(""))
    assert result.job_result("ask") == "failure"
    assert stage.endpoint.sessions == []
