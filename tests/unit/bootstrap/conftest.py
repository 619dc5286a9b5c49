from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.unit.bootstrap.support import QUICK_PIP, Action, action, python_with

from bootstrap.pythons import is_private


@pytest.fixture(autouse=True)
def _private(tmp_path: Path) -> None:
    """A start uses no folder below one that others can write to, such as /tmp: so neither can these tests."""
    if not is_private(tmp_path):
        pytest.skip(f"others may write to a folder above {tmp_path}: choose another HOME")


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python whose pip is quick."""
    return python_with(tmp_path_factory.mktemp("quick"), QUICK_PIP)


@pytest.fixture
def runner(tmp_path: Path, quick: str) -> Action:
    return action(tmp_path, quick)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, quick: str) -> Path:
    """A tool cache with the lock installed."""
    runner = action(tmp_path_factory.mktemp("installed"), quick)
    assert runner.run("action").returncode == 0
    return runner.tools


@pytest.fixture
def ready(runner: Action, installed: Path) -> Action:
    """A runner on which the lock is installed already."""
    shutil.copytree(installed, runner.tools, symlinks=True, dirs_exist_ok=True)
    return runner
