"""The action as users write it, in workflows run by the real act runner."""

from __future__ import annotations

import json
from typing import Any

import yaml
from tests.e2e.act import ACTION, REPOSITORY, ROOT
from tests.e2e.installed import locked_name
from tests.e2e.stage import Stage, outputs

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
    assert got["outcome"] == "failed"
    details = json.loads(got["details"])
    assert (details["http_status"], details["error_type"]) == (401, "authentication_error")
    assert result.job_result("on-failure") == "failure"
    assert any("token" in message for level, message in result.annotations("on-failure") if level == "error")
    assert "sk-ant-oat01-of-another-routine" not in result.log


def test_the_action_uses_the_folder_that_is_ready(stage: Stage) -> None:
    """Else these tests would need a package index."""
    stage.run(FINAL_JOB)
    assert [path.name for path in (stage.home / ".cache/fire-routine").glob("cp*")] == [locked_name()]
    folders = [path for path in stage.home.rglob("fire-routine/cp*") if "bytecode" not in path.parts]
    assert {path.name for path in folders} == {locked_name()}


def test_nothing_is_written_into_the_checkout(stage: Stage) -> None:
    status = """\
      - id: status
        run: printf 'status=%s\\n' "$(git status --porcelain --ignored | tr '\\n' ';')" >> "$GITHUB_OUTPUT"
"""
    clone = '      - run: git clone --quiet "$PROJECT" .\n'
    result = stage.run(FINAL_JOB.replace(FIRE, clone + FIRE) + status)
    assert outputs(result)["outcome"] == "fired"
    assert result.outputs("on-failure")["status"] == ""
