from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.bootstrap.support import Action, action, put_uv_on_path


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Action]:
    """A runner with pip alone."""
    with action(tmp_path) as runner:
        yield runner


@pytest.fixture
def quick(bare: Action) -> Action:
    """A runner with uv."""
    put_uv_on_path(bare)
    return bare
