"""Flaky failures with act: CI that really fails and passes, and the example's workflow that watches it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.act import ACTION, REPOSITORY, ROOT, make_project, run_act
from tests.e2e.mirror import RunMirror
from tests.e2e.stage import outputs
from tests.e2e.test_workflows import SHOW, TEST_JOB
from tests.emulated.github import GitHubEmulator
from tests.emulated.repository import timestamp

from fire_routine.emulator import Endpoint

TEST = """\
import os
import unittest


class Widgets(unittest.TestCase):
    def test_price(self):
        self.assertEqual(3 * 7, int(os.environ["PRICE"]), "three widgets cost")


if __name__ == "__main__":
    unittest.main()
"""
RIGHT, WRONG = "21", "22"  # the price in the environment: the same code passes and fails
EXAMPLE = (ROOT / "examples/rerun-first.yml").read_text("utf-8")


def watching(example: str) -> str:
    """The example with the action of this checkout, and a step that shows its outputs."""
    workflow, uses = re.subn(r"uses: OWNER/fire-routine@.*", f"uses: {ACTION}\n        id: fire", example)
    assert uses == 1
    return workflow + SHOW


class Repository:
    """A repository whose CI act runs, and the workflow that watches it."""

    def __init__(
        self, folder: Path, home: Path, action: Path, github: GitHubEmulator, endpoint: Endpoint
    ) -> None:
        self.folder, self.home, self.action = folder, home, action
        self.github, self.endpoint = github, endpoint
        self.watcher = folder / "watcher" / "project"
        make_project(self.watcher, {".github/workflows/on-failure.yml": watching(EXAMPLE)})

    def push(self, run_id: int, price: str) -> None:
        """A commit whose CI is a new run."""
        files = {".github/workflows/ci.yml": TEST_JOB, "test_widgets.py": TEST, "commit": str(run_id)}
        sha = make_project(self.folder / str(run_id) / "project", files)
        self.github.set_branch("main", sha)
        self.github.add_run({"id": run_id, "head_sha": sha, "name": "CI", "created_at": timestamp()})
        self.attempt(run_id, price)

    def attempt(self, run_id: int, price: str) -> None:
        """CI runs, in the latest attempt of the run."""
        project = self.folder / str(run_id) / "project"
        run_act(
            project,
            self.home,
            env={"PROJECT": str(project), "PRICE": price, "GITHUB_RUN_ID": str(run_id)},
            watch=RunMirror(self.github, run_id).watch,
            action=self.action,
        )
        latest = self.github.runs[run_id]["run_attempt"]
        jobs = [job for job in self.github.jobs.values() if job["run_id"] == run_id]
        (end,) = {job["conclusion"] for job in jobs if job["run_attempt"] == latest}
        assert end == ("success" if price == RIGHT else "failure")
        self.github.change_run(run_id, status="completed", conclusion=end)

    def watch(self, run_id: int) -> dict[str, str]:
        """The action's outputs, after GitHub's event for the run's end; none where the job is skipped."""
        result = run_act(
            self.watcher,
            self.home,
            event="workflow_run",
            payload={"action": "completed", "workflow_run": self.github.runs[run_id]},
            secrets={
                "ROUTINE_FIRE_URL": self.endpoint.url,
                "ROUTINE_FIRE_TOKEN": self.endpoint.token,
                "GITHUB_TOKEN": self.github.token,
            },
            env={"GITHUB_API_URL": self.github.url, "GITHUB_RUN_ID": "99", "GITHUB_RUN_ATTEMPT": "1"},
            action=self.action,
        )
        return outputs(result, "fire") if result.outputs("fire") else {}

    def words(self, run_id: int) -> list[str]:
        """What people read on the run's commit."""
        statuses = self.github.statuses.get(self.github.runs[run_id]["head_sha"], [])
        return [status["description"].partition(" · ")[0] for status in statuses]


@pytest.fixture
def repository(tmp_path: Path, home: Path, action: Path) -> Iterator[Repository]:
    with GitHubEmulator(REPOSITORY) as github, Endpoint() as endpoint:
        yield Repository(tmp_path, home, action, github, endpoint)


def test_a_flake_is_re_run_and_recorded_and_starts_no_session(repository: Repository) -> None:
    repository.push(1, WRONG)
    first = repository.watch(1)
    assert (first["outcome"], first["reason"]) == ("skipped", "rerun")
    repository.attempt(1, RIGHT)
    second = repository.watch(1)
    assert (second["outcome"], second["reason"]) == ("skipped", "flake")
    assert repository.endpoint.requests == []
    assert repository.words(1) == ["The failed jobs are being re-run", "Flaky: it passed when re-run"]


def test_a_real_failure_is_re_run_and_starts_one_session_that_compares_both_attempts(
    repository: Repository,
) -> None:
    repository.push(1, WRONG)
    assert repository.watch(1)["reason"] == "rerun"
    repository.attempt(1, WRONG)
    assert repository.watch(1)["outcome"] == "fired"
    (session,) = repository.endpoint.sessions
    assert "Re-run: the same failure again (attempt 1 failed" in session.text
    assert "AssertionError: 21 != 22 : three widgets cost" in session.text
    assert repository.words(1)[-1] == "Claude session started"
    assert len(repository.github.asked("POST .*/rerun-failed-jobs")) == 1
