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


def _run(encoding: str = "utf-8") -> tuple[int, list[str]]:
    stream = io.BytesIO()
    out = io.TextIOWrapper(stream, encoding=encoding)
    status = run_demo(out)
    out.flush()
    return status, stream.getvalue().decode(encoding).splitlines()


def test_the_demo_fires_once_and_shows_text_session_and_summary(tmp_path: Path) -> None:
    status, lines = _run()

    text = [line.removeprefix("  | ") for line in lines if line.startswith("  | ")]
    printed = "\n".join(lines)
    session = re.search(r"Claude is on it: http://127\.0\.0\.1:\d+/code/session_\w+", printed)
    assert status == 0
    assert text[0].startswith("# CI failed: `test (3.12)`")
    assert any("DeprecationWarning: datetime.datetime.utcnow() is deprecated" in line for line in text)
    assert session is not None
    assert "1 to the endpoint" in printed
    assert "preview https://github.com/YOUR-ORG/YOUR-REPO/actions/runs/ID" in printed
    assert list(tmp_path.iterdir()) == []
    assert not any("\x1b" in line or "sk-ant-oat01" in line or "ghs_" in line for line in lines)


def test_a_console_of_few_characters_and_a_proxy_for_the_internet_are_no_obstacle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    status, lines = _run("ascii")

    assert status == 0
    assert any(line.startswith("Claude is on it: ") for line in lines)
    assert lines[-1].startswith("Then add the action to a workflow")
