"""Flaky failures with act: CI that really fails and passes, and the example's workflow that watches it."""

from __future__ import annotations

import re

from tests.e2e.act import ACTION, ROOT, make_project, run_act
from tests.e2e.mirror import RunMirror
from tests.e2e.stage import Stage, outputs
from tests.e2e.test_workflows import SHOW, TEST_JOB
from tests.support.emulated.repository import timestamp

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

    def __init__(self, stage: Stage) -> None:
        self.stage, self.github = stage, stage.github
        self.watcher = stage.folder / "watcher" / "project"
        make_project(self.watcher, {".github/workflows/on-failure.yml": watching(EXAMPLE)})
        self.project = stage.folder / "ci" / "project"
        files = {".github/workflows/ci.yml": TEST_JOB, "test_widgets.py": TEST}
        self.sha = make_project(self.project, files)
        self.github.set_branch("main", self.sha)
        self.github.add_run({"id": 1, "head_sha": self.sha, "name": "CI", "created_at": timestamp()})

    def attempt(self, price: str) -> None:
        """CI runs, in the latest attempt of the run."""
        run_act(
            self.project,
            self.stage.home,
            env={"PROJECT": str(self.project), "PRICE": price, "GITHUB_RUN_ID": "1"},
            watch=RunMirror(self.github, 1).watch,
            action=self.stage.action,
        )
        latest = self.github.runs[1]["run_attempt"]
        (end,) = {one["conclusion"] for one in self.github.jobs.values() if one["run_attempt"] == latest}
        assert end == ("success" if price == RIGHT else "failure")
        self.github.change_run(1, status="completed", conclusion=end)

    def watch(self) -> tuple[str, str]:
        """The action's outcome and reason, after GitHub's event for the run's end."""
        result = run_act(
            self.watcher,
            self.stage.home,
            event="workflow_run",
            payload={"action": "completed", "workflow_run": self.github.runs[1]},
            secrets={**self.stage.secrets, "GITHUB_TOKEN": self.github.token},
            env={"GITHUB_API_URL": self.github.url, "GITHUB_RUN_ID": "99", "GITHUB_RUN_ATTEMPT": "1"},
            action=self.stage.action,
        )
        shown = outputs(result, "fire")
        return shown["outcome"], shown["reason"]


def test_a_flake_is_re_run_and_recorded_and_starts_no_session(stage: Stage) -> None:
    repository = Repository(stage)
    repository.attempt(WRONG)
    assert repository.watch() == ("skipped", "rerun")
    repository.attempt(RIGHT)
    assert repository.watch() == ("skipped", "flake")
    assert stage.endpoint.requests == []
    words = [one["description"].partition(" · ")[0] for one in stage.github.statuses[repository.sha]]
    assert words == ["The failed jobs are being re-run", "Flaky: it passed when re-run"]
    assert len(stage.github.asked("POST .*/rerun-failed-jobs")) == 1
