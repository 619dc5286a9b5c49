from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

import pytest

from fire_routine.demo import run_demo


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")  # what the demo sets is undone
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def test_the_demo_fires_once_and_shows_text_session_and_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A console of few characters and a proxy for the internet are no obstacle."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")

    assert run_demo(out) == 0

    out.seek(0)
    lines = out.read().splitlines()
    text = [line.removeprefix("  | ") for line in lines if line.startswith("  | ")]
    printed = "\n".join(lines)
    assert text[0].startswith("# CI failed: `test (3.12)`")
    assert any("DeprecationWarning: datetime.datetime.utcnow() is deprecated" in line for line in text)
    assert re.search(r"Claude is on it: http://127\.0\.0\.1:\d+/code/session_\w+", printed)
    assert "1 to the endpoint" in printed
    assert "preview https://github.com/YOUR-ORG/YOUR-REPO/actions/runs/ID" in printed
    assert lines[-1].startswith("Then add the action to a workflow")
    assert list(tmp_path.iterdir()) == []
    assert not any("\x1b" in line or "sk-ant-oat01" in line or "ghs_" in line for line in lines)
