"""The weekly report as users write it, run by act on an emulated month."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from tests.e2e.act import REPOSITORY, ROOT, make_project, run_act
from tests.e2e.installed import make_ready
from tests.emulated.github import GitHubEmulator
from tests.emulated.month import Month

EXAMPLE = (ROOT / "examples/weekly-report.yml").read_text("utf-8")
PARTS = ("src", "requirements.txt")  # what the command needs of a checkout


def without_network(workflow: str) -> str:
    """The workflow with a copy of this checkout in place of one that needs a network."""
    whole: dict[Any, Any] = yaml.safe_load(workflow)
    checkout, *rest = whole["jobs"]["report"]["steps"]
    assert checkout["uses"].startswith("actions/checkout@")
    assert checkout["with"]["repository"] == "OWNER/fire-routine"
    assert re.fullmatch(r"v\d+|[0-9a-f]{40}", checkout["with"]["ref"])
    copied = {"run": f'cd "$TREE" && cp -R {" ".join(PARTS)} "$OLDPWD"'}
    whole["jobs"]["report"]["steps"] = [copied, *rest]
    whole["on"] = whole.pop(True)  # YAML 1.1 takes the key for a truth value
    return yaml.safe_dump(whole, sort_keys=False)


def test_the_weekly_report_is_in_the_job_summary(tmp_path: Path) -> None:
    make_ready(tmp_path / "home/.cache")
    make_project(tmp_path / "project", {".github/workflows/weekly-report.yml": without_network(EXAMPLE)})
    with GitHubEmulator(REPOSITORY) as github:
        Month.of(github, datetime.now(UTC))
        result = run_act(
            tmp_path / "project",
            tmp_path / "home",
            event="schedule",
            secrets={"GITHUB_TOKEN": github.token},
            env={"GITHUB_API_URL": github.url, "TREE": str(ROOT)},
        )
    assert result.job_result("report") == "success", result.log
    summary = result.summary("report")
    assert summary.startswith(f"```text\n{REPOSITORY}: Claude sessions since ")
    assert "  2 sessions: 1 no trace, 1 just started" in summary
    assert re.search(r"https://claude\.ai/code/session_of_\d+\n", summary)
    assert summary.rstrip().endswith("\n```")
    assert {request.method for request in github.requests} == {"GET"}
    assert github.token not in result.log
