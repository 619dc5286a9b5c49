"""GitHub's JSON objects: what a test says of one, completed by what its record must have.

What nobody says has GitHub's own defaults here, as far as the action reads it; the rest is made up by the
description (https://docs.github.com/rest, API version 2022-11-28).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.support.emulated.described import Json, completed
from tests.support.emulated.ids import EPOCH, number_of, sha_of

Partial = Mapping[str, Any]
MOST_BYTES = 1024 * 1024  # of a file that is answered with its content


@dataclass(frozen=True, slots=True)
class Site:
    """Where the objects' addresses point: `api` is the API's root, `html` the web site's."""

    api: str
    html: str

    def address(self, full_name: str, place: str) -> Json:
        """The addresses of an object, whose place in the API and on the web site is the same."""
        return {
            "url": f"{self.api}/repos/{full_name}/{place}",
            "html_url": f"{self.html}/{full_name}/{place}",
        }

    def user(self, login: str) -> Json:
        return {"login": login, "id": number_of(login), "html_url": f"{self.html}/{login}"}

    def repository(self, full_name: str, *, fork: bool = False) -> Json:
        """A repository as other objects hold it."""
        owner, _, name = full_name.partition("/")
        return {
            "id": number_of(full_name),
            "name": name,
            "full_name": full_name,
            "owner": self.user(owner),
            "html_url": f"{self.html}/{full_name}",
            "url": f"{self.api}/repos/{full_name}",
            "fork": fork,
        }

    def described(self, kind: str, full_name: str, default_branch: str, partial: Partial) -> Json:
        """A repository's own object; `kind`: as it is answered alone, or in one of the listings."""
        known = {
            **self.repository(full_name),
            "default_branch": default_branch,
            "archived": False,
            "disabled": False,
            **partial,
        }
        return completed(kind, known)

    def run(self, full_name: str, partial: Partial) -> Json:
        """A workflow run. Needs nothing; `id`, `head_sha`, `head_branch` and `event` say most."""
        number = int(partial.get("id", 1))
        sha = partial.get("head_sha") or sha_of(f"run {number}")
        created = partial.get("created_at", EPOCH)
        head = partial.get("head_repository", full_name)
        if isinstance(head, str):
            head = self.repository(head, fork=head != full_name)
        actor = partial.get("actor") or self.user("octocat")
        person = {"name": "Octo Cat", "email": "octocat@example.invalid"}
        commit = {"id": sha, "message": "Change things", "timestamp": created, "author": person}
        known = {
            "id": number,
            "name": "CI",
            "head_branch": "main",
            "head_sha": sha,
            "path": ".github/workflows/ci.yml",
            "display_title": "Change things",
            "run_number": 1,
            "event": "push",
            "status": "completed" if partial.get("conclusion") else "in_progress",
            "conclusion": None,
            "workflow_id": 1,
            **self.address(full_name, f"actions/runs/{number}"),
            "created_at": created,
            "updated_at": created,
            "run_started_at": created,
            "actor": actor,
            "triggering_actor": actor,
            "run_attempt": 1,
            "repository": self.repository(full_name),
            **partial,
            "head_commit": {**commit, "committer": person, **(partial.get("head_commit") or {})},
            "head_repository": head,
            "pull_requests": [self._named(full_name, one) for one in partial.get("pull_requests", [])],
        }
        return completed("run", known)

    def _named(self, full_name: str, partial: Partial) -> Json:
        """A pull request as a run names it."""
        own = {"repo": self.repository(full_name)}
        return {"head": own, "base": own, **partial}

    def job(self, run: Json, partial: Partial) -> Json:
        """A job of a run. Needs `id` and `name`."""
        started = partial.get("started_at", run["created_at"])
        done = partial.get("conclusion") is not None
        steps = partial.get("steps") or []
        known = {
            "run_id": run["id"],
            "run_attempt": run["run_attempt"],
            "html_url": f"{run['html_url']}/job/{partial['id']}",
            "status": "completed" if done else "in_progress",
            "conclusion": None,
            "created_at": started,
            "started_at": started,
            "completed_at": started if done else None,
            "labels": ["ubuntu-latest"],
            "runner_name": f"GitHub Actions {partial['id']}",
            **partial,
            "steps": [self.step(number, step, started) for number, step in enumerate(steps, start=1)],
        }
        return completed("job", known)

    def step(self, number: int, partial: Partial, when: str) -> Json:
        done = partial.get("conclusion") is not None
        return {
            "name": f"Step {number}",
            "status": "completed" if done else "in_progress",
            "conclusion": None,
            "number": number,
            "started_at": when,
            "completed_at": when if done else None,
            **partial,
        }

    def artifact(self, run: Json, number: int, name: str, partial: Partial, when: str) -> Json:
        known = {"id": number, "name": name, "created_at": when, "workflow_run": {"id": run["id"]}}
        return completed("artifact", {**known, **partial})

    def check_run(self, sha: str, number: int, partial: Partial) -> Json:
        """A check of a commit; `name`, `status` and `conclusion` say most."""
        status = "completed" if partial.get("conclusion") is not None else "in_progress"
        known = {"id": number, "name": f"check {number}", "head_sha": sha, "status": status, **partial}
        return completed("check run", known)

    def annotation(self, partial: Partial) -> Json:
        known = {
            "path": ".github",
            "start_line": 1,
            "annotation_level": "failure",
            "title": "",
            "message": "Process completed with exit code 1.",
            **partial,
        }
        return completed("annotation", known)

    def commit(self, full_name: str, sha: str, partial: Partial | None = None, when: str = EPOCH) -> Json:
        """A commit as the commits API shows it; `message` is taken for its message."""
        rest = dict(partial or {})
        person = {"name": "Octo Cat", "email": "octocat@example.invalid", "date": when}
        message = rest.pop("message", "Change things")
        known = {
            "sha": sha,
            "html_url": f"{self.html}/{full_name}/commit/{sha}",
            "commit": {"author": person, "committer": person, "message": message},
            "author": self.user("octocat"),
            "committer": self.user("octocat"),
            **rest,
        }
        return completed("commit", known)

    def comparison(self, full_name: str, base: str, partial: Partial) -> Json:
        """What follows a commit; `commits` (`sha`, `message`) and `files` may be partial."""
        commits = [self.commit(full_name, item["sha"], item) for item in partial.get("commits", [])]
        start = self.commit(full_name, base)
        known = {
            "base_commit": start,
            "merge_base_commit": start,
            "status": "ahead" if commits else "identical",
            "total_commits": len(commits),
            **partial,
            "commits": commits,
            "files": [{"status": "modified", **item} for item in partial.get("files", [])],
        }
        return completed("comparison", known)

    def pull_request(self, full_name: str, partial: Partial) -> Json:
        """A pull request. Needs `number`; `head` and `base` may give `ref`, `sha` and `repo`.

        `labels` may be names.
        """
        number = int(partial["number"])
        labels = [one if isinstance(one, dict) else {"name": one} for one in partial.get("labels") or ()]
        known = {
            "id": number_of(f"{full_name}#{number}"),
            "url": f"{self.api}/repos/{full_name}/pulls/{number}",
            "html_url": f"{self.html}/{full_name}/pull/{number}",
            "title": "Change things",
            "state": "open",
            "user": self.user("octocat"),
            **partial,
            "labels": [{"description": "", **label} for label in labels],
            "head": self._end(full_name, "topic", partial.get("head") or {}),
            "base": self._end(full_name, "main", partial.get("base") or {}),
        }
        return completed("pull request", known)

    def _end(self, full_name: str, branch: str, partial: Partial) -> Json:
        """The head or the base of a pull request."""
        ref = partial.get("ref", branch)
        repo = partial.get("repo", full_name)
        if isinstance(repo, str):
            repo = self.repository(repo, fork=repo != full_name)
        owner = repo["owner"] if repo else self.user("ghost")
        known = {"label": f"{owner['login']}:{ref}", "ref": ref, "sha": sha_of(ref), "user": owner}
        return {**known, **partial, "repo": repo}

    def status(self, number: int, partial: Partial, creator: str, when: str) -> Json:
        known = {
            "id": number,
            "state": "pending",
            "context": "default",
            "created_at": when,
            "updated_at": when,
            "creator": self.user(creator),
            **partial,
        }
        return completed("status", known)

    def comment(self, full_name: str, issue: int, number: int, body: str, author: str, when: str) -> Json:
        known = {
            "id": number,
            "html_url": f"{self.html}/{full_name}/issues/{issue}#issuecomment-{number}",
            "body": body,
            "user": self.user(author),
            "created_at": when,
            "updated_at": when,
        }
        return completed("comment", known)

    def issue(self, full_name: str, number: int, partial: Partial, author: str, when: str) -> Json:
        known = {
            "number": number,
            "html_url": f"{self.html}/{full_name}/issues/{number}",
            "state": "open",
            "user": self.user(author),
            "created_at": when,
            "updated_at": when,
            **partial,
        }
        return completed("issue", known)

    def content(self, full_name: str, path: str, files: Mapping[str, bytes]) -> Json | list[Json] | None:
        """The file at a path, the items of the folder there, or None where neither is.

        https://docs.github.com/rest/repos/contents
        """
        if path in files:
            held = files[path]
            small = len(held) <= MOST_BYTES
            lines = base64.encodebytes(held).decode() if small else ""  # GitHub, too, breaks them
            item = self._item(full_name, path, "file", len(held))
            return {**item, "content": lines, "encoding": "base64" if small else "none"}
        folder = f"{path.rstrip('/')}/" if path else ""
        names = {file.removeprefix(folder).partition("/")[0] for file in files if file.startswith(folder)}
        items = [
            self._item(full_name, folder + name, "file" if folder + name in files else "dir", 0)
            for name in sorted(names)
        ]
        return items or None

    def ruleset(self, full_name: str, number: int, partial: Partial) -> Json:
        known = {"id": number, "name": f"rules {number}", "source": full_name, "source_type": "Repository"}
        known |= {"target": "branch", "enforcement": "active", **partial}
        return completed("ruleset", known)

    def environment(self, full_name: str, name: str, partial: Partial) -> Json:
        known = {"id": number_of(name), "name": name, **self.address(full_name, f"environments/{name}")}
        return completed("environment", {**known, "deployment_branch_policy": None, **partial})

    def workflow(self, full_name: str, path: str, name: str) -> Json:
        known = {"id": number_of(path), "name": name, "path": path, "state": "active"}
        return completed("workflow", {**known, **self.address(full_name, f"actions/workflows/{name}")})

    def _item(self, full_name: str, path: str, kind: str, size: int) -> Json:
        url = f"{self.api}/repos/{full_name}/contents/{quote(path)}"
        name = path.rpartition("/")[2]
        known = {"name": name, "path": path, "type": kind, "sha": sha_of(path), "size": size, "url": url}
        return completed("content", known)
