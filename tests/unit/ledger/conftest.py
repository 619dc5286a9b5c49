"""What most tests of the ledger begin with."""

from __future__ import annotations

import pytest
from tests.unit.ledger.simulator.boards import Board


@pytest.fixture
def board() -> Board:
    """A GitHub in memory, on which nothing was written yet."""
    return Board()
