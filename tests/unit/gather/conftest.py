"""What most tests of gather ask: a failed run on an emulated GitHub."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.emulated.github import GitHubEmulator
from tests.unit.gather.gathering import RUN, add_run, failed_job


@pytest.fixture
def emulator() -> Iterator[GitHubEmulator]:
    with GitHubEmulator() as github:
        add_run(github)
        github.add_job(RUN, failed_job(1, "test (3.11)"))
        github.add_job(RUN, {"id": 2, "name": "lint", "conclusion": "success"})
        github.add_annotation(1, {"message": "assert 1 == 2", "path": "tests/test_a.py", "start_line": 7})
        yield github
