"""The examples for events, run by act as they are: each fires for its event."""

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


def delivered(stage: Stage, name: str, event: str, whole: Json, **options: Any) -> Result:
    """A run of the example for the event."""
    stage.secrets = {f"EVENT_{secret}": value for secret, value in stage.secrets.items()}
    text = re.sub(r"OWNER/fire-routine@.*", ACTION, (ROOT / f"examples/{name}.yml").read_text("utf-8"))
    return stage.run(
        text.replace("--retry-delay 20", "--retry-delay 1"),
        event=event,
        payload=of_repository(whole, REPOSITORY),
        **options,
    )


ISSUE = {"number": 12, "title": "Crash on save", "body": "It crashes.", "user": STRANGER}
DEPLOYED = {"environment": "production", "ref": "main", "sha": FIRST}
FAILED = {"state": "failure"}


def alert(number: str) -> Json:
    found = {"id": number, "title": "Too many errors"}
    return payload("repository_dispatch", action="alert", client_payload=found)


@pytest.mark.parametrize(
    ("name", "event", "whole", "said"),
    [
        (
            "on-label", "issues", payload("issues", issue=ISSUE, label={"name": "claude"}),
            "# Issue #12 `Crash on save`, labelled `claude`, in",
        ),
        (
            "deployment-failed", "deployment_status",
            payload("deployment_status", deployment_status=FAILED, deployment=DEPLOYED),
            "# Deployment to `production` failed in",
        ),
        ("alert", "repository_dispatch", alert("a1"), "# Dispatch `alert` in"),
    ],
)  # fmt: skip
def test_an_example_fires_for_its_event(stage: Stage, name: str, event: str, whole: Json, said: str) -> None:
    stage.github.roles = {"mona": "triage"}
    result = delivered(stage, name, event, whole)
    assert result.job_result("ask") == "success", result.log
    assert stage.text().startswith(said)
    comments = [one["body"] for one in stage.github.comments.get(12, [])]
    assert [stage.endpoint.sessions[0].url in body for body in comments] == [True] * (name == "on-label")


def test_a_probe_fires_while_its_site_is_down(stage: Stage) -> None:
    down = ["--var", "PROBE_ADDRESS=http://127.0.0.1:9/"]
    result = delivered(stage, "probe", "schedule", SCHEDULE, arguments=down)
    assert result.job_result("probe") == "success", result.log
    assert stage.text().startswith("# `Claude, on a site that is down` asks for a session in")
    assert "http://127.0.0.1:9/ does not answer." in stage.text()
    assert "127.0.0.1 port 9" in stage.text()


def test_a_probe_of_a_site_that_answers_fires_nothing(stage: Stage) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as site:
        threading.Thread(target=site.serve_forever, args=(0.02,), daemon=True).start()
        arguments = ["--var", f"PROBE_ADDRESS=http://127.0.0.1:{site.server_port}/"]
        result = delivered(stage, "probe", "schedule", SCHEDULE, arguments=arguments)
        site.shutdown()
    assert result.job_result("probe") == "success"
    assert stage.endpoint.requests == []


def test_an_alert_without_an_id_is_refused(stage: Stage) -> None:
    result = delivered(stage, "alert", "repository_dispatch", alert(""))
    assert result.job_result("ask") == "failure"
    assert stage.endpoint.sessions == []
