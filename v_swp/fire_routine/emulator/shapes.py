"""GitHub's JSON objects, complete: what a caller leaves out is filled in as GitHub would.

Shapes: https://docs.github.com/rest (API version 2022-11-28); every field that GitHub's OpenAPI
description requires is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .made_up import EPOCH, REPOSITORY_LINKS, USER_LINKS, node_id, number_of, sha_of

Json = dict[str, Any]
Partial = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """Where the objects' addresses point: `api` is the API's root, `html` the web site's."""

    api: str
    html: str

    def user(self, login: str) -> Json:
        number = number_of(login)
        url = f"{self.api}/users/{login}"
        return {
            "login": login,
            "id": number,
            "node_id": node_id("User", number),
            "avatar_url": f"{self.html}/avatars/{number}",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{self.html}/{login}",
            "type": "Bot" if login.endswith("[bot]") else "User",
            "site_admin": False,
            **{key: url + path for key, path in USER_LINKS.items()},
        }

    def repository(self, full_name: str, partial: Partial | None = None, *, fork: bool = False) -> Json:
        """A repository as other objects hold it (`minimal-repository`)."""
        owner, _, name = full_name.partition("/")
        number = number_of(full_name)
        url = f"{self.api}/repos/{full_name}"
        return {
            "id": number,
            "node_id": node_id("Repository", number),
            "name": name,
            "full_name": full_name,
            "private": False,
            "owner": self.user(owner),
            "html_url": f"{self.html}/{full_name}",
            "description": None,
            "fork": fork,
            "url": url,
            **{key: url + path for key, path in REPOSITORY_LINKS.items()},
            **(partial or {}),
        }

    def full_repository(self, full_name: str, default_branch: str, partial: Partial | None = None) -> Json:
        html = f"{self.html}/{full_name}"
        counts = ("forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count")
        more = ("watchers", "watchers_count", "network_count", "subscribers_count")
        has = ("issues", "projects", "wiki", "pages", "discussions", "downloads")
        return {
            **self.repository(full_name),
            "default_branch": default_branch,
            "clone_url": f"{html}.git",
            "git_url": f"git:{html.partition(':')[2]}.git",
            "ssh_url": f"git@example.invalid:{full_name}.git",
            "svn_url": html,
            "homepage": None,
            "language": None,
            "license": None,
            "mirror_url": None,
            "archived": False,
            "disabled": False,
            "pushed_at": EPOCH,
            "created_at": EPOCH,
            "updated_at": EPOCH,
            **dict.fromkeys((*counts, *more), 0),
            **{f"has_{feature}": feature == "issues" for feature in has},
            **(partial or {}),
        }

    def run(self, full_name: str, partial: Partial) -> Json:
        """A workflow run. Needs nothing; `id`, `head_sha`, `head_branch` and `event` say most."""
        number = int(partial.get("id", 1))
        url = f"{self.api}/repos/{full_name}/actions/runs/{number}"
        sha = partial.get("head_sha") or sha_of(f"run {number}")
        created = partial.get("created_at", EPOCH)
        workflow = int(partial.get("workflow_id", 1))
        actor = partial.get("actor") or self.user("octocat")
        head = partial.get("head_repository", full_name)
        if isinstance(head, str):
            head = self.repository(head, fork=head != full_name)
        return {
            "id": number,
            "name": "CI",
            "node_id": node_id("WorkflowRun", number),
            "head_branch": "main",
            "head_sha": sha,
            "path": ".github/workflows/ci.yml",
            "display_title": "Change things",
            "run_number": 1,
            "event": "push",
            "status": "completed" if partial.get("conclusion") else "in_progress",
            "conclusion": None,
            "workflow_id": workflow,
            "check_suite_id": number,
            "check_suite_node_id": node_id("CheckSuite", number),
            "url": url,
            "html_url": f"{self.html}/{full_name}/actions/runs/{number}",
            "pull_requests": [],
            "created_at": created,
            "updated_at": created,
            "run_started_at": created,
            "actor": actor,
            "triggering_actor": actor,
            "run_attempt": 1,
            "referenced_workflows": [],
            "jobs_url": f"{url}/jobs",
            "logs_url": f"{url}/logs",
            "check_suite_url": f"{self.api}/repos/{full_name}/check-suites/{number}",
            "artifacts_url": f"{url}/artifacts",
            "cancel_url": f"{url}/cancel",
            "rerun_url": f"{url}/rerun",
            "previous_attempt_url": None,
            "workflow_url": f"{self.api}/repos/{full_name}/actions/workflows/{workflow}",
            "repository": self.repository(full_name),
            **{key: value for key, value in partial.items() if key not in ("head_repository", "head_commit")},
            "head_commit": self.simple_commit(sha, partial.get("head_commit") or {}, created),
            "head_repository": head,
        }

    def simple_commit(self, sha: str, partial: Partial, when: str) -> Json:
        person = {"name": "Octo Cat", "email": "octocat@example.invalid"}
        return {
            "id": sha,
            "tree_id": sha_of(f"tree of {sha}"),
            "message": "Change things",
            "timestamp": when,
            "author": person,
            "committer": person,
            **partial,
        }

    def job(self, run: Json, partial: Partial) -> Json:
        """A job of a run. Needs `id` and `name`."""
        full_name = run["repository"]["full_name"]
        number = int(partial["id"])
        url = f"{self.api}/repos/{full_name}/actions/jobs/{number}"
        started = partial.get("started_at", run["created_at"])
        done = partial.get("conclusion") is not None
        return {
            "id": number,
            "run_id": run["id"],
            "workflow_name": run["name"],
            "head_branch": run["head_branch"],
            "run_url": run["url"],
            "run_attempt": run["run_attempt"],
            "node_id": node_id("CheckRun", number),
            "head_sha": run["head_sha"],
            "url": url,
            "html_url": f"{run['html_url']}/job/{number}",
            "status": "completed" if done else "in_progress",
            "conclusion": None,
            "created_at": started,
            "started_at": started,
            "completed_at": started if done else None,
            "check_run_url": f"{self.api}/repos/{full_name}/check-runs/{number}",
            "labels": ["ubuntu-latest"],
            "runner_id": 1,
            "runner_name": f"GitHub Actions {number}",
            "runner_group_id": 2,
            "runner_group_name": "GitHub Actions",
            **partial,
            "steps": [
                self.step(index, step, started)
                for index, step in enumerate(partial.get("steps") or [], start=1)
            ],
        }

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

    def annotation(self, full_name: str, partial: Partial) -> Json:
        path = partial.get("path", ".github")
        return {
            "path": path,
            "blob_href": f"{self.html}/{full_name}/blob/main/{path}",
            "start_line": 1,
            "start_column": None,
            "end_line": partial.get("start_line", 1),
            "end_column": None,
            "annotation_level": "failure",
            "title": "",
            "message": "Process completed with exit code 1.",
            "raw_details": "",
            **partial,
        }

    def commit(self, full_name: str, sha: str, partial: Partial | None = None) -> Json:
        """A commit as the commits API shows it; `message` is taken for its message."""
        rest = dict(partial or {})
        url = f"{self.api}/repos/{full_name}/commits/{sha}"
        person = {"name": "Octo Cat", "email": "octocat@example.invalid", "date": EPOCH}
        inner = {
            "url": f"{self.api}/repos/{full_name}/git/commits/{sha}",
            "author": person,
            "committer": person,
            "message": rest.pop("message", "Change things"),
            "comment_count": 0,
            "tree": {"sha": sha_of(f"tree of {sha}"), "url": f"{self.api}/repos/{full_name}/git/trees/{sha}"},
        }
        return {
            "url": url,
            "sha": sha,
            "node_id": node_id("Commit", number_of(sha)),
            "html_url": f"{self.html}/{full_name}/commit/{sha}",
            "comments_url": f"{url}/comments",
            "commit": inner,
            "author": self.user("octocat"),
            "committer": self.user("octocat"),
            "parents": [],
            **rest,
        }

    def file(self, full_name: str, partial: Partial) -> Json:
        """A changed file. Needs `filename`."""
        name = partial["filename"]
        page = f"{self.html}/{full_name}"
        return {
            "sha": sha_of(name),
            "status": "modified",
            "additions": 0,
            "deletions": 0,
            "changes": partial.get("additions", 0) + partial.get("deletions", 0),
            "blob_url": f"{page}/blob/main/{name}",
            "raw_url": f"{page}/raw/main/{name}",
            "contents_url": f"{self.api}/repos/{full_name}/contents/{name}",
            **partial,
        }

    def comparison(self, full_name: str, base: str, head: str, partial: Partial) -> Json:
        """What lies between two commits; `commits` (`sha`, `message`) and `files` may be partial."""
        commits = [self.commit(full_name, item["sha"], item) for item in partial.get("commits", [])]
        page = f"{self.html}/{full_name}/compare/{base}...{head}"
        start = self.commit(full_name, base)
        return {
            "url": f"{self.api}/repos/{full_name}/compare/{base}...{head}",
            "html_url": page,
            "permalink_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "base_commit": start,
            "merge_base_commit": start,
            "status": "ahead" if commits else "identical",
            "ahead_by": len(commits),
            "behind_by": 0,
            "total_commits": len(commits),
            **partial,
            "commits": commits,
            "files": [self.file(full_name, item) for item in partial.get("files", [])],
        }

    def pull_request(self, full_name: str, partial: Partial) -> Json:
        """A pull request. Needs `number`; `head` and `base` may give `ref`, `sha` and `repo`."""
        number = int(partial["number"])
        url = f"{self.api}/repos/{full_name}/pulls/{number}"
        issue = f"{self.api}/repos/{full_name}/issues/{number}"
        page = f"{self.html}/{full_name}/pull/{number}"
        author = partial.get("user") or self.user("octocat")
        links = {
            "self": url,
            "html": page,
            "issue": issue,
            "comments": f"{issue}/comments",
            "review_comments": f"{url}/comments",
            "review_comment": f"{url}/comments{{/number}}",
            "commits": f"{url}/commits",
            "statuses": f"{self.api}/repos/{full_name}/statuses/{number}",
        }
        counts = ("additions", "changed_files", "comments", "commits", "deletions", "review_comments")
        return {
            "id": number_of(url),
            "node_id": node_id("PullRequest", number),
            "number": number,
            "title": "Change things",
            "body": None,
            "state": "open",
            "locked": False,
            "draft": False,
            "user": author,
            "labels": [],
            "assignee": None,
            "milestone": None,
            "created_at": EPOCH,
            "updated_at": EPOCH,
            "closed_at": None,
            "merged_at": None,
            "merge_commit_sha": None,
            "author_association": "CONTRIBUTOR",
            "auto_merge": None,
            "mergeable": True,
            "mergeable_state": "clean",
            "merged": False,
            "merged_by": None,
            "maintainer_can_modify": False,
            **dict.fromkeys(counts, 0),
            "url": url,
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "issue_url": issue,
            "comments_url": links["comments"],
            "review_comments_url": links["review_comments"],
            "review_comment_url": links["review_comment"],
            "commits_url": links["commits"],
            "statuses_url": links["statuses"],
            "_links": {name: {"href": link} for name, link in links.items()},
            **partial,
            "head": self._end(full_name, "topic", partial.get("head") or {}),
            "base": self._end(full_name, "main", partial.get("base") or {}),
        }

    def _end(self, full_name: str, branch: str, partial: Partial) -> Json:
        """The head or the base of a pull request."""
        ref = partial.get("ref", branch)
        repo = partial.get("repo", full_name)
        if isinstance(repo, str):
            repo = self.full_repository(repo, "main", {"fork": repo != full_name})
        owner = repo["owner"]["login"] if repo else "ghost"
        return {
            "label": f"{owner}:{ref}",
            "ref": ref,
            "sha": partial.get("sha", sha_of(ref)),
            "user": partial.get("user") or self.user(owner),
            "repo": repo,
        }

    def status(
        self, full_name: str, sha: str, number: int, partial: Partial, creator: str, when: str
    ) -> Json:
        return {
            "url": f"{self.api}/repos/{full_name}/statuses/{sha}",
            "avatar_url": f"{self.html}/avatars/{number_of(creator)}",
            "id": number,
            "node_id": node_id("StatusContext", number),
            "state": "pending",
            "description": None,
            "target_url": None,
            "context": "default",
            "created_at": when,
            "updated_at": when,
            "creator": self.user(creator),
            **partial,
        }

    def comment(self, full_name: str, issue: int, number: int, body: str, author: str, when: str) -> Json:
        url = f"{self.api}/repos/{full_name}/issues/comments/{number}"
        return {
            "id": number,
            "node_id": node_id("IssueComment", number),
            "url": url,
            "html_url": f"{self.html}/{full_name}/issues/{issue}#issuecomment-{number}",
            "issue_url": f"{self.api}/repos/{full_name}/issues/{issue}",
            "body": body,
            "user": self.user(author),
            "author_association": "NONE",
            "created_at": when,
            "updated_at": when,
        }
