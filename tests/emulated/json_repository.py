"""GitHub's complete JSON objects for a repository: users, commits, pull requests, statuses …

What a caller leaves out is filled in as GitHub would. Shapes: https://docs.github.com/rest (API version
2022-11-28); every field that GitHub's OpenAPI description requires is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.emulated.ids import EPOCH, REPOSITORY_LINKS, USER_LINKS, node_id, number_of, sha_of

Json = dict[str, Any]
Partial = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RepositoryShapes:
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
        """A pull request. Needs `number`; `head` and `base` may give `ref`, `sha` and `repo`.

        `labels` may be names.
        """
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
            "labels": [self.label(full_name, label) for label in partial.get("labels") or ()],
            "head": self._end(full_name, "topic", partial.get("head") or {}),
            "base": self._end(full_name, "main", partial.get("base") or {}),
        }

    def label(self, full_name: str, label: str | Json) -> Json:
        """A label by its name; one that is complete stays as it is."""
        if not isinstance(label, str):
            return label
        number = number_of(label)
        return {
            "id": number,
            "node_id": node_id("Label", number),
            "url": f"{self.api}/repos/{full_name}/labels/{quote(label)}",
            "name": label,
            "description": "",
            "color": "ededed",
            "default": False,
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
