"""What was recorded, in the API's own names (https://docs.github.com/rest).

Only the facts of a recording: links, node ids and similar fields, which add nothing, are added by whoever
serves it.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .runner import JobResult

API = "https://api.github.com"
WEB = "https://github.com"
WORKFLOW = ".github/workflows/ci.yml"
Json = dict[str, Any]


def number(*parts: object, digits: int = 10) -> int:
    """An id that stays the same from recording to recording."""
    digest = hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()
    lowest = int("1".ljust(digits, "0"))
    return lowest + int(digest, 16) % (9 * lowest)


def when(nanoseconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(nanoseconds // 10**9))


class Repository:
    """A recorded project's git repository as the API's objects."""

    def __init__(self, folder: Path, full_name: str) -> None:
        self.folder, self.full_name = folder, full_name
        self.url = f"{API}/repos/{full_name}"
        self.web = f"{WEB}/{full_name}"

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def simple_commit(self, sha: str) -> Json:
        """A commit as a run holds it."""
        tree, _, name, email, date, message = self._shown(sha)
        person = {"name": name, "email": email}
        return {
            "id": sha,
            "tree_id": tree,
            "message": message,
            "timestamp": date,
            "author": person,
            "committer": person,
        }

    def compare(self, base: str, head: str) -> Json:
        commits = self.git("rev-list", "--reverse", f"{base}..{head}").split()
        return {
            "base_commit": self._commit(base),
            "commits": [self._commit(sha) for sha in commits],
            "files": self._files(base, head),
        }

    def _commit(self, sha: str) -> Json:
        tree, parents, name, email, date, message = self._shown(sha)
        person = {"name": name, "email": email, "date": date}
        return {
            "sha": sha,
            "node_id": "",
            "url": f"{self.url}/commits/{sha}",
            "html_url": f"{self.web}/commit/{sha}",
            "comments_url": f"{self.url}/commits/{sha}/comments",
            "commit": {
                "url": f"{self.url}/git/commits/{sha}",
                "author": person,
                "committer": person,
                "message": message,
                "comment_count": 0,
                "tree": {"sha": tree, "url": f"{self.url}/git/trees/{tree}"},
            },
            "author": None,  # an account, which the author's address may not have
            "committer": None,
            "parents": [{"sha": parent, "url": f"{self.url}/commits/{parent}"} for parent in parents],
        }

    def _files(self, base: str, head: str) -> list[Json]:
        span = ("diff", "--no-renames", base, head)
        kinds = {line[2:]: line[0] for line in self.git(*span, "--name-status").splitlines()}
        names = {"A": "added", "M": "modified", "D": "removed"}
        counts = [line.split("\t") for line in self.git(*span, "--numstat").splitlines()]
        return [
            {
                "filename": path,
                "status": names[kinds[path]],
                "additions": int(added),
                "deletions": int(deleted),
                "changes": int(added) + int(deleted),
                "patch": re.sub(r"\A(?:(?!@@).*\n)*", "", self.git(*span, "--", path)).rstrip("\n"),
            }
            for added, deleted, path in counts
        ]

    def _shown(self, sha: str) -> tuple[str, list[str], str, str, str, str]:
        form = "%T%x00%P%x00%an%x00%ae%x00%cd%x00%B"
        shown = self.git("show", "--no-patch", "--date=format:%Y-%m-%dT%H:%M:%SZ", f"--format={form}", sha)
        tree, parents, name, email, date, message = shown.split("\0")
        return tree, parents.split(), name, email, date, message.rstrip("\n")


def workflow_run(
    project: Mapping[str, Any], repo: Repository, name: str, sha: str, run: int, jobs: Sequence[JobResult]
) -> Json:
    """The run of the workflow `name` at `sha`; `run` counts from 1."""
    start, end = when(jobs[0].started), when(jobs[-1].completed)
    commit = repo.simple_commit(sha)
    return {
        "id": number(repo.full_name, "run", run, digits=11),
        "name": name,
        "head_branch": project["branch"],
        "head_sha": sha,
        "path": WORKFLOW,
        "display_title": commit["message"].partition("\n")[0],
        "run_number": run,
        "run_attempt": 1,
        "event": project["event"],
        "status": "completed",
        "conclusion": "failure" if any(job.conclusion == "failure" for job in jobs) else "success",
        "workflow_id": number(repo.full_name, "workflow", digits=9),
        "created_at": start,
        "run_started_at": start,
        "updated_at": end,
        "head_commit": commit,
        "pull_requests": _minimal_pulls(project, repo, sha),
    }


def job(run: Json, result: JobResult) -> Json:
    return {
        "id": number(run["id"], result.name, digits=11),
        "run_id": run["id"],
        "run_attempt": run["run_attempt"],
        "name": result.name,
        "status": "completed",
        "conclusion": result.conclusion,
        "created_at": when(result.started),
        "started_at": when(result.started),
        "completed_at": when(result.completed),
        "labels": result.labels,
        "steps": [
            {
                "number": step.number,
                "name": step.name,
                "status": "completed",
                "conclusion": step.conclusion,
                "started_at": when(step.started),
                "completed_at": when(step.completed),
            }
            for step in result.steps
        ],
    }


def pulls(project: Mapping[str, Any], repo: Repository, sha: str) -> list[Json]:
    """The pull request that holds `sha`, if the project has one."""
    if "pull_request" not in project:
        return []
    given, date = project["pull_request"], repo.simple_commit(sha)["timestamp"]
    head = {"ref": project["branch"], "sha": sha}
    base = {"ref": project["base"], "sha": repo.git("rev-parse", project["base"]).strip()}
    dates = {"created_at": date, "updated_at": date}
    return [
        {
            "number": given["number"],
            "title": given["title"],
            "state": "open",
            **dates,
            "head": head,
            "base": base,
        }
    ]


def _minimal_pulls(project: Mapping[str, Any], repo: Repository, sha: str) -> list[Json]:
    """The same as a run lists it."""
    name = repo.full_name.partition("/")[2]
    same = {"repo": {"id": number(repo.full_name, digits=9), "url": repo.url, "name": name}}
    minimal = []
    for pull in pulls(project, repo, sha):
        url = f"{repo.url}/pulls/{pull['number']}"
        sides = {side: pull[side] | same for side in ("head", "base")}
        minimal.append({"id": number(url), "number": pull["number"], "url": url, **sides})
    return minimal
