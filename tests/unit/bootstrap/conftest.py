from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.bootstrap.support import Action, action


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Action]:
    with action(tmp_path) as runner:
        yield runner


@pytest.fixture
def ready(runner: Action) -> Action:
    """A runner on which the lock is installed already."""
    assert runner.run("action").returncode == 0
    return runner


@pytest.fixture(autouse=True)
def _hang_up() -> Iterator[None]:
    """Under nohup, SIGHUP is ignored in every process that is started."""
    if not hasattr(signal, "SIGHUP"):
        yield
        return
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)
