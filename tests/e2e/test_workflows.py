"""The action as users write it, in workflows run by the real act runner."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.e2e.act import ACTION, REPOSITORY, ROOT, Result, copy_action, make_project, run_act
from tests.e2e.installed import locked_name, make_ready
from tests.e2e.mirror import RunMirror
from tests.emulated.github import GitHubEmulator

from fire_routine.emulator.endpoint import Endpoint

RUN_ID = 4711
FAILING_TEST = """\
import unittest


class Widgets(unittest.TestCase):
    def test_price(self):
        self.assertEqual(3 * 7, 22, "three widgets cost")


if __name__ == "__main__":
    unittest.main()
"""
FIRE = f"""\
      - uses: {ACTION}
        id: fire
        with:
          routine-url: ${{{{ secrets.ROUTINE_FIRE_URL }}}}
          routine-token: ${{{{ secrets.ROUTINE_FIRE_TOKEN }}}}
"""
SHOW = """\
      - if: always()
        id: show
        env:
          OUTPUTS: ${{ toJSON(steps.fire.outputs) }}
        run: printf 'shown=%s\\n' "$(printf '%s' "$OUTPUTS" | tr -d '\\n')" >> "$GITHUB_OUTPUT"
"""
TEST_JOB = """\
name: CI
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: git clone --quiet "$PROJECT" .
      - run: python3 test_widgets.py
"""
EXAMPLE: dict[str, Any] = yaml.safe_load((ROOT / "examples/final-job.yml").read_text("utf-8"))
CONDITION = EXAMPLE["jobs"]["on-failure"]["if"]  # as users write it
LAST = f"""\
  on-failure:
    needs: [test]
    if: {CONDITION}
    runs-on: ubuntu-latest
    steps:
{FIRE}{SHOW}"""
FINAL_JOB = TEST_JOB + LAST
MATRIX = """\
name: CI
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false
      matrix:
        widget: [round, square, flat]
    steps:
      - run: git clone --quiet "$PROJECT" .
      - run: python3 test_widgets.py
"""


class Stage:
    """A project, both emulators, and act, for one workflow."""

    def __init__(
        self, folder: Path, home: Path, action: Path, github: GitHubEmulator, endpoint: Endpoint
    ) -> None:
        self.folder, self.home, self.action = folder, home, action
        self.github, self.endpoint = github, endpoint
        self.secrets = {"ROUTINE_FIRE_URL": endpoint.url, "ROUTINE_FIRE_TOKEN": endpoint.token}

    def run(
        self,
        workflow: str,
        *,
        event: str = "push",
        payload: Mapping[str, Any] | None = None,
        run: Mapping[str, Any] | None = None,
    ) -> Result:
        files = {".github/workflows/ci.yml": workflow, "test_widgets.py": FAILING_TEST}
        sha = make_project(self.folder / "project", files)
        if "main" not in self.github.branches:
            self.github.set_branch("main", sha)
        self.github.add_run({"id": RUN_ID, "head_sha": sha, "event": event, **(run or {})})
        result = run_act(
            self.folder / "project",
            self.home,
            event=event,
            payload=payload,
            secrets={**self.secrets, "GITHUB_TOKEN": self.github.token},
            env={
                "GITHUB_API_URL": self.github.url,
                "GITHUB_RUN_ID": str(RUN_ID),
                "GITHUB_RUN_ATTEMPT": "1",
                "PROJECT": str(self.folder / "project"),
            },
            watch=RunMirror(self.github, RUN_ID).watch,
            action=self.action,
        )
        for secret in (self.endpoint.token, self.github.token):
            assert secret not in result.log
        return result

    def text(self) -> str:
        (request,) = self.endpoint.requests
        return request.text


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


def outputs(result: Result, job: str = "on-failure") -> dict[str, str]:
    """The action's outputs as the next step of the job saw them."""
    shown = json.loads(result.outputs(job)["shown"])
    return {str(name): str(value) for name, value in shown.items()}


def test_final_job_fires_once_with_the_cause(stage: Stage) -> None:
    result = stage.run(FINAL_JOB)
    assert "AssertionError: 21 != 22 : three widgets cost" in stage.text()
    assert "python3 test_widgets.py" in stage.text()
    (session,) = stage.endpoint.sessions
    got = outputs(result)
    assert got["outcome"] == "fired"
    assert got["session-id"] == session.id
    assert got["session-url"] == session.url
    assert session.url in result.summary("on-failure")
    assert [level for level, _ in result.annotations("on-failure")] == ["notice"]


def test_final_job_does_not_start_where_nothing_failed(stage: Stage) -> None:
    result = stage.run(FINAL_JOB.replace("python3 test_widgets.py", "true"))
    assert result.job_result("test") == "success"
    assert result.job_result("on-failure") in ("", "skipped")
    assert stage.endpoint.requests == []


def test_failure_step_fires_with_steps_and_names_what_would_give_the_log(stage: Stage) -> None:
    step = FIRE.replace("uses:", "if: failure()\n        uses:")
    result = stage.run(TEST_JOB + step + SHOW)
    assert outputs(result, "test")["outcome"] == "fired"
    assert "python3 test_widgets.py" in stage.text()
    assert "final job" in stage.text()


def test_failure_step_sends_the_attached_file(stage: Stage) -> None:
    tests = TEST_JOB.replace("python3 test_widgets.py", "python3 test_widgets.py > test.log 2>&1")
    step = FIRE.replace("uses:", "if: failure()\n        uses:") + "          attach: test.log\n"
    stage.run(tests + step)
    assert "AssertionError: 21 != 22 : three widgets cost" in stage.text()


def test_workflow_run_reports_the_finished_run(stage: Stage) -> None:
    workflow = f"""\
name: On failure
on:
  workflow_run:
    workflows: [CI]
    types: [completed]
jobs:
  on-failure:
    runs-on: ubuntu-latest
    steps:
{FIRE}{SHOW}"""
    watched = {
        "id": 99, "name": "CI", "event": "push", "head_branch": "main", "head_sha": "c" * 40,
        "status": "completed", "conclusion": "failure", "run_attempt": 2,
    }  # fmt: skip
    run = stage.github.add_run(watched)
    stage.github.set_branch("main", "c" * 40)
    log = "2026-11-24T10:00:00.0000000Z ##[group]Run make\n2026-11-24T10:00:00.1000000Z ##[endgroup]\n"
    log += "2026-11-24T10:00:01.0000000Z main.c:3:5: error: 'x' undeclared (first use in this function)\n"
    log += "2026-11-24T10:00:01.1000000Z ##[error]Process completed with exit code 2.\n"
    stage.github.add_job(99, {"id": 991, "name": "build", "conclusion": "failure"}, log)
    result = stage.run(
        workflow,
        event="workflow_run",
        payload={"action": "completed", "workflow_run": run},
        run={"workflow_id": run["workflow_id"] + 1, "name": "On failure"},
    )
    assert outputs(result)["outcome"] == "fired"
    assert "main.c:3:5: error: 'x' undeclared" in stage.text()
    assert "attempt 2" in stage.text()


def test_matrix_of_equal_failures_is_one_session_and_one_section(stage: Stage) -> None:
    result = stage.run(MATRIX + LAST)
    assert outputs(result)["outcome"] == "fired"
    assert stage.text().count("AssertionError: 21 != 22") == 1
    for leg in ("round", "square", "flat"):
        assert f"test ({leg})" in stage.text()


def test_matrix_of_failure_steps_starts_one_session(stage: Stage) -> None:
    step = FIRE.replace("uses:", "if: failure()\n        uses:")
    result = stage.run(MATRIX + step + SHOW)
    assert len(stage.endpoint.sessions) == 1
    shown = [json.loads(str(e["arg"])) for e in result.events if e.get("name") == "shown"]
    assert sorted(each["outcome"] for each in shown) == ["fired", "skipped", "skipped"]
    assert {each["session-id"] for each in shown} == {stage.endpoint.sessions[0].id}


def test_fork_without_secrets_is_skipped(stage: Stage) -> None:
    stage.secrets = {}
    head = {"ref": "patch", "sha": "e" * 40, "repo": {"full_name": "stranger/widgets", "fork": True}}
    base = {"ref": "main", "repo": {"full_name": REPOSITORY}}
    pull = {"number": 7, "title": "Cheaper", "state": "open", "head": head, "base": base}
    result = stage.run(
        FINAL_JOB,
        event="pull_request",
        payload={"pull_request": pull},
        run={"head_repository": "stranger/widgets"},
    )
    assert outputs(result)["outcome"] == "skipped"
    assert result.job_result("on-failure") == "success"
    assert stage.endpoint.requests == []


def test_missing_secrets_fail_in_a_trusted_run(stage: Stage) -> None:
    stage.secrets = {}
    result = stage.run(FINAL_JOB)
    got = outputs(result)
    assert got["outcome"] == "failed"
    assert result.job_result("on-failure") == "failure"
    assert any("routine-url" in message for _, message in result.annotations("on-failure"))


def test_wrong_token_fails_with_the_remedy(stage: Stage) -> None:
    stage.secrets["ROUTINE_FIRE_TOKEN"] = "sk-ant-oat01-of-another-routine"
    result = stage.run(FINAL_JOB)
    got = outputs(result)
    assert (got["outcome"], got["http-status"], got["error-type"]) == (
        "failed",
        "401",
        "authentication_error",
    )
    assert result.job_result("on-failure") == "failure"
    assert any("token" in message for level, message in result.annotations("on-failure") if level == "error")
    assert "sk-ant-oat01-of-another-routine" not in result.log


def test_unreachable_endpoint_fails_and_is_reported(stage: Stage) -> None:
    with Endpoint() as gone:
        stage.secrets["ROUTINE_FIRE_URL"] = gone.url
    result = stage.run(FINAL_JOB.replace("        with:\n", "        with:\n          max-wait: 0\n"))
    got = outputs(result)
    assert (got["outcome"], got["http-status"]) == ("failed", "")
    assert result.job_result("on-failure") == "failure"


def test_on_error_warn_lets_the_job_pass(stage: Stage) -> None:
    stage.secrets["ROUTINE_FIRE_TOKEN"] = "sk-ant-oat01-of-another-routine"
    result = stage.run(FINAL_JOB.replace("        with:\n", "        with:\n          on-error: warn\n"))
    assert outputs(result)["outcome"] == "failed"
    assert result.job_result("on-failure") == "success"
    assert [level for level, _ in result.annotations("on-failure")] == ["warning"]


def test_the_action_uses_the_folder_that_is_ready(stage: Stage) -> None:
    """Else these tests would need a package index."""
    stage.run(FINAL_JOB)
    assert [path.name for path in (stage.home / ".cache/fire-routine").glob("cp*")] == [locked_name()]
    assert not [path for path in stage.home.rglob("fire-routine/cp*") if path.name != locked_name()]


def test_nothing_is_written_into_the_checkout(stage: Stage) -> None:
    status = """\
      - id: status
        run: printf 'status=%s\\n' "$(git status --porcelain --ignored | tr '\\n' ';')" >> "$GITHUB_OUTPUT"
"""
    clone = '      - run: git clone --quiet "$PROJECT" .\n'
    result = stage.run(FINAL_JOB.replace(FIRE, clone + FIRE) + status)
    assert outputs(result)["outcome"] == "fired"
    assert result.outputs("on-failure")["status"] == ""
