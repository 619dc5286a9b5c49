"""The action as users write it, in workflows run by the real act runner."""

from __future__ import annotations

from typing import Any

import yaml
from tests.e2e.act import ACTION, ROOT
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


def test_final_job_fires_once_with_the_cause_and_leaves_the_checkout_as_it_was(stage: Stage) -> None:
    status = """\
      - id: status
        run: printf 'status=%s\\n' "$(git status --porcelain --ignored | tr '\\n' ';')" >> "$GITHUB_OUTPUT"
"""
    clone = '      - run: git clone --quiet "$PROJECT" .\n'
    result = stage.run(FINAL_JOB.replace(FIRE, clone + FIRE) + status)
    assert "AssertionError: 21 != 22 : three widgets cost" in stage.text()
    assert "python3 test_widgets.py" in stage.text()
    (session,) = stage.endpoint.sessions
    got = outputs(result)
    assert got["outcome"] == "fired"
    assert got["session-id"] == session.id
    assert got["session-url"] == session.url
    assert session.url in result.summary("on-failure")
    assert result.outputs("on-failure")["status"] == ""
    # Of the installs, the one that was ready was used: else these tests would need a package index.
    folders = [path for path in stage.home.rglob("fire-routine/cp*") if "bytecode" not in path.parts]
    assert {path.name for path in folders} == {locked_name()}


def test_final_job_does_not_start_where_nothing_failed(stage: Stage) -> None:
    result = stage.run(FINAL_JOB.replace("python3 test_widgets.py", "true"))
    assert result.job_result("test") == "success"
    assert result.job_result("on-failure") in ("", "skipped")
    assert stage.endpoint.requests == []
