"""A project, both emulators, and act, for one workflow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.act import Result, make_project, run_act
from tests.e2e.mirror import RunMirror
from tests.support.emulated.github import GitHubEmulator

from fire_routine.emulator import Endpoint

RUN_ID = 4711
FAILING_TEST = """\
import unittest


class Widgets(unittest.TestCase):
    def test_price(self):
        self.assertEqual(3 * 7, 22, "three widgets cost")


if __name__ == "__main__":
    unittest.main()
"""


@dataclass
class Stage:
    """What one run of a workflow needs; `home` and `action` may serve others at the same time."""

    folder: Path
    home: Path
    action: Path
    github: GitHubEmulator
    endpoint: Endpoint
    secrets: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.secrets |= {"ROUTINE_FIRE_URL": self.endpoint.url, "ROUTINE_FIRE_TOKEN": self.endpoint.token}

    def run(
        self,
        workflow: str,
        *,
        event: str = "push",
        payload: Mapping[str, Any] | None = None,
        run: Mapping[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Result:
        """Run a workflow's file. `run`: of the run as GitHub shows it; `options`: see `run_act`."""
        files = {".github/workflows/ci.yml": workflow, "test_widgets.py": FAILING_TEST}
        sha = make_project(self.folder / "project", files)
        if "main" not in self.github.branches:
            self.github.set_branch("main", sha)
        self.github.add_run({"id": RUN_ID, "head_sha": sha, "event": event, **(run or {})})
        env = {
            "GITHUB_API_URL": self.github.url,
            "GITHUB_RUN_ID": str(RUN_ID),
            "GITHUB_RUN_ATTEMPT": "1",
            "PROJECT": str(self.folder / "project"),
            **(env or {}),
        }
        result = run_act(
            self.folder / "project",
            self.home,
            event=event,
            payload=payload,
            secrets={**self.secrets, "GITHUB_TOKEN": self.github.token},
            env=env,
            watch=RunMirror(self.github, RUN_ID).watch,
            action=self.action,
            **options,
        )
        for secret in (self.endpoint.token, self.github.token):
            assert secret not in result.log
        return result

    def text(self) -> str:
        (request,) = self.endpoint.requests
        return request.text


def outputs(result: Result, job: str = "on-failure") -> dict[str, str]:
    """The action's outputs as the next step of the job saw them."""
    shown = json.loads(result.outputs(job)["shown"])
    return {str(name): str(value) for name, value in shown.items()}
