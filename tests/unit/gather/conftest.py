"""What most tests of gather ask: a failed run."""

from __future__ import annotations

import pytest
from tests.support.emulated.github import GitHubEmulator
from tests.unit.gather.gathering import RUN, add_run, failed_job


@pytest.fixture
def failed_run(emulator: GitHubEmulator) -> None:
    """A run of two jobs, of which `test (3.11)` failed with an annotation."""
    add_run(emulator)
    emulator.add_job(RUN, failed_job(1, "test (3.11)"))
    emulator.add_job(RUN, {"id": 2, "name": "lint", "conclusion": "success"})
    emulator.add_annotation(1, {"message": "assert 1 == 2", "path": "tests/test_a.py", "start_line": 7})
