"""The example for alerts: Alertmanager's messages, posted to the script, which really sends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.e2e.act import ROOT

from fire_routine.emulator import Endpoint

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a shell script replaces the installed command")
ALERT = {
    "status": "firing",
    "labels": {"alertname": "HighErrorRate", "service": "checkout"},
    "annotations": {"summary": "5 % of the requests fail"},
    "startsAt": "2026-11-29T03:00:00Z",
}


def message(group: str, **fields: Any) -> dict[str, Any]:
    """As Alertmanager posts it, version 4."""
    return {
        "version": "4", "groupKey": group, "status": "firing", "receiver": "claude", "truncatedAlerts": 0,
        "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "alerts": [ALERT], **fields,
    }  # fmt: skip


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def address(endpoint: Endpoint, tmp_path: Path) -> Iterator[str]:
    command = tmp_path / "fire-routine"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m fire_routine "$@"\n', "utf-8")
    command.chmod(0o755)
    environ = {
        "PATH": f"{tmp_path}{os.pathsep}{os.defpath}",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "ROUTINE_FIRE_URL": endpoint.url,
        "ROUTINE_FIRE_TOKEN": endpoint.token,
    }
    script = [sys.executable, str(ROOT / "examples/alertmanager.py"), "0"]
    with subprocess.Popen(script, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("listening on ").strip()
        process.terminate()


def post(address: str, **content: Any) -> int:
    return httpx.post(address, trust_env=False, timeout=300, **content).status_code


def test_an_alert_starts_one_session_however_often_it_is_repeated(address: str, endpoint: Endpoint) -> None:
    assert [post(address, json=message("a")) for _ in range(2)] == [202, 202]
    (request,) = endpoint.requests
    assert '"service": "checkout"' in request.text
    assert "summary: 5 % of the requests fail" in request.text
    assert post(address, json=message("another group")) == 202
    assert len(endpoint.sessions) == 2


def test_what_is_resolved_or_is_no_message_starts_none(address: str, endpoint: Endpoint) -> None:
    assert post(address, json=message("a", status="resolved")) == 202
    assert post(address, json={"status": "firing"}) == 400
    assert post(address, content=b"{") == 400
    assert post(address, content=b"") == 400
    assert endpoint.requests == []
