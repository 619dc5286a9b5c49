"""What the workflows need, made once for each process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.e2e.act import REPOSITORY, copy_action
from tests.e2e.installed import make_ready
from tests.e2e.stage import Stage
from tests.support.emulated.github import GitHubEmulator

from fire_routine.emulator import Endpoint


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all, as on a self-hosted runner. The locked packages are ready there: no network is needed."""
    home = tmp_path_factory.mktemp("home")
    make_ready(home / ".cache")
    return home


@pytest.fixture(scope="session")
def action(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_action(tmp_path_factory.mktemp("action") / "tree")


@pytest.fixture
def stage(tmp_path: Path, home: Path, action: Path) -> Iterator[Stage]:
    with ExitStack() as stack:
        github = stack.enter_context(GitHubEmulator(REPOSITORY))
        endpoint = stack.enter_context(Endpoint())
        yield Stage(tmp_path, home, action, github, endpoint)
