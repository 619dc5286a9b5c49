"""What the tests of the whole action share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.job import LOG, SHA, Job

from fire_routine.emulator import Endpoint


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    with GitHubEmulator("octo/widgets") as github, Endpoint() as endpoint:
        github.set_branch("main", SHA)
        github.add_run({"id": 7, "head_sha": SHA, "status": "in_progress"})
        github.add_job(7, {"id": 71, "name": "build", "conclusion": "failure"}, LOG)
        github.add_job(7, {"id": 72, "name": "on-failure"})
        yield Job(github, endpoint, tmp_path)
