"""The runner's files, where a test needs a runner."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _outside_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the runner's files `output` and `summary`."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for variable, name in (("GITHUB_OUTPUT", "output"), ("GITHUB_STEP_SUMMARY", "summary")):
        (tmp_path / name).touch()
        monkeypatch.setenv(variable, str(tmp_path / name))
    return tmp_path
