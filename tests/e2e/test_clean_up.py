"""The clean-up workflow deletes what is done, and nothing else: by git, in a repository on this machine."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.act import REPOSITORY, ROOT, Result, make_project
from tests.e2e.stage import Stage
from tests.support.emulated.faults import Fault

WORKFLOW = (ROOT / "examples/clean-up.yml").read_text("utf-8")
BY_A_SESSION = "Fix the price\n\nClaude-Session: https://claude.ai/code/session_01A"


class Remote:
    """A repository that git pushes to, and GitHub's view of it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.path = stage.folder / "server" / REPOSITORY
        self.number = 0
        self.sha = make_project(stage.folder / "origin", {"README.md": "Widgets\n"})
        self.git("clone", "--quiet", "--bare", str(stage.folder / "origin"), str(self.path), cwd=stage.folder)
        stage.github.set_branch("main", self.sha)

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=cwd or self.path, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def branch(self, name: str, message: str = BY_A_SESSION, days: int = 0) -> str:
        """A new branch with a commit of that age; its SHA."""
        identity = ["-c", "user.name=Octo", "-c", "user.email=octo@example.com"]
        tree = self.git("rev-parse", f"{self.sha}^{{tree}}")
        sha = self.git(*identity, "commit-tree", tree, "-p", self.sha, "-m", f"{name}: {message}")
        self.git("update-ref", f"refs/heads/{name}", sha)
        date = (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
        person = {"name": "Octo", "email": "octo@example.com", "date": date}
        commit = {"author": person, "committer": person, "message": message}
        self.stage.github.set_branch(name, sha)
        self.stage.github.add_commit(sha, {"commit": commit})
        return sha

    def pull(self, name: str, sha: str, state: str = "open", base: str = "main") -> None:
        self.number += 1
        ended = "2026-11-24T10:00:00Z" if state != "open" else None
        fields: dict[str, Any] = {"state": "open" if state == "open" else "closed", "closed_at": ended}
        fields["merged_at"] = ended if state == "merged" else None
        end = {"head": {"ref": name, "sha": sha}, "base": {"ref": base}}
        self.stage.github.add_pull_request({"number": self.number, **fields, **end})

    def branches(self) -> set[str]:
        return set(self.git("for-each-ref", "--format=%(refname:short)", "refs/heads/claude").split())

    def run(self, *, dry_run: bool = False) -> Result:
        """Run the workflow as a person would."""
        shutil.rmtree(self.stage.folder / "project", ignore_errors=True)  # of the run before
        payload = {"inputs": {"dry-run": str(dry_run).lower()}}
        env = {"GITHUB_SERVER_URL": self.path.parents[1].as_uri()}
        return self.stage.run(WORKFLOW, event="workflow_dispatch", payload=payload, env=env)

    def clean_up(self, *, dry_run: bool = False) -> str:
        """The summary of a run that goes well."""
        result = self.run(dry_run=dry_run)
        assert result.job_result("clean-up") == "success", result.log
        return result.summary("clean-up")


@pytest.fixture
def remote(stage: Stage) -> Remote:
    return Remote(stage)


def test_it_deletes_what_is_done_and_nothing_else(remote: Remote) -> None:
    old = 15
    remote.pull("claude/fix-run-1", remote.branch("claude/fix-run-1"), "merged")
    remote.pull("claude/fix-run-2-2", remote.branch("claude/fix-run-2-2"), "closed")
    remote.branch("claude/run-3", days=old)
    gone = remote.branches()

    remote.pull("claude/fix-run-4", remote.branch("claude/fix-run-4", days=old))  # still open
    remote.pull("claude/fix-run-5", remote.branch("claude/fix-run-5"), "merged")
    remote.pull("topic", remote.sha, base="claude/fix-run-5")  # another one waits for it
    remote.branch("claude/fix-run-6", days=13)  # a session may still be at it
    remote.branch("claude/fix-run-7", "A person's work", days=old)
    remote.pull("claude/fix-run-8", remote.sha, "merged")
    remote.branch("claude/fix-run-8", days=old)  # its head has moved since
    for foreign in ("claude/fix-run-9-notes", "claude/fix-run-", "claude/fix-run-9/1", "claude/design"):
        remote.pull(foreign, remote.branch(foreign, days=old), "merged")
    kept = remote.branches() - gone

    shown = remote.clean_up(dry_run=True)
    assert remote.branches() == gone | kept
    assert set(re.findall(r"- `(\S+)`", shown)) == gone
    assert "3 of 8 branches of sessions would be deleted" in shown

    shown = remote.clean_up()
    assert remote.branches() == kept
    assert "3 of 8 branches of sessions deleted" in shown
    assert {request.method for request in remote.stage.github.requests} == {"GET"}


def test_a_branch_that_moves_just_before_is_kept(remote: Remote) -> None:
    """GitHub still shows the old commit; git compares with the one that is there."""
    remote.pull("claude/fix-run-1", remote.branch("claude/fix-run-1"), "merged")
    remote.git("update-ref", "refs/heads/claude/fix-run-1", remote.sha)
    shown = remote.clean_up()
    assert remote.branches() == {"claude/fix-run-1"}
    assert "0 of 1 branches" in shown


def test_it_deletes_at_most_fifty(remote: Remote) -> None:
    for number in range(52):
        remote.pull(f"claude/fix-run-{number}", remote.branch(f"claude/fix-run-{number}"), "closed")
    remote.clean_up()
    assert remote.branches() == {"claude/fix-run-50", "claude/fix-run-51"}


def test_where_github_fails_nothing_is_deleted(remote: Remote) -> None:
    remote.pull("claude/fix-run-1", remote.branch("claude/fix-run-1"), "merged")
    remote.stage.github.fail("/pulls", Fault(503))
    result = remote.run()
    assert result.job_result("clean-up") == "failure"
    assert "Traceback" not in result.log
    assert remote.branches() == {"claude/fix-run-1"}
