"""What GitHub knows of a repository: files of the default branch and settings, in at most 20 requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..github import fields
from ..github.client import GitHub
from ..github.fields import Json
from ..model.outcome import GitHubError
from ..threads import result, threads
from .workflow import Workflow, parsed

MOST_REQUESTS = 20
WORKFLOWS = ".github/workflows/"
OWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")  # GitHub takes the first
SKILL = ".claude/skills/ci-failure/SKILL.md"
LISTS = {  # by path: the key of the items in the answer
    "/rulesets": None,
    "/branches?protected=true": None,
    "/environments": "environments",
    "/actions/secrets": "secrets",
    "/actions/organization-secrets": "secrets",
    "/actions/workflows": "workflows",
}
_FILES = {
    "workflows": WORKFLOWS.rstrip("/"),
    "root": "",
    "claude": ".claude",
    "skill": SKILL.rpartition("/")[0],
    "github": ".github",
    "docs": "docs",
}
_TREE = "...on Tree{entries{name type object{...on Blob{text isTruncated}}}}"
_NAMES = "...on Tree{entries{name type}}"
_WITH_TEXT = ("workflows", "claude", "skill")
_QUERY = (
    "query($owner:String!,$name:String!){viewer{login} repository(owner:$owner,name:$name){"
    "nameWithOwner url isPrivate defaultBranchRef{name}"
    + "".join(
        f' {name}:object(expression:"HEAD:{path}"){{{_TREE if name in _WITH_TEXT else _NAMES}}}'
        for name, path in _FILES.items()
    )
    + "".join(
        f' owners{number}:object(expression:"HEAD:{path}"){{...on Blob{{text isTruncated}}}}'
        for number, path in enumerate(OWNERS)
    )
    + "}}"
)


@dataclass
class Facts:
    """Each path is asked for once. What GitHub refuses is a `GitHubError` in place of its answer."""

    github: GitHub
    repository: str
    page: str  # its address
    private: bool
    branch: str  # the default one
    viewer: str  # whose token it is
    owner: str  # of the routine
    files: Mapping[str, str]  # of the default branch, by path; empty where only the name is known
    cut: frozenset[str] = frozenset()  # those that GitHub shows in part
    answers: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def _parsed(self) -> dict[str, Workflow | str | None]:
        return {path: parsed(path, text) for path, text in self.files.items() if path.startswith(WORKFLOWS)}

    @property
    def workflows(self) -> list[Workflow]:
        """Those that can matter and can be read; the rest is in `unread`."""
        return [one for one in self._parsed.values() if isinstance(one, Workflow)]

    @property
    def unread(self) -> dict[str, str]:
        """Workflow files that can't be read, and why."""
        cut = dict.fromkeys(self.cut, "GitHub shows a part of it")
        return {path: why for path, why in self._parsed.items() if isinstance(why, str)} | cut

    def ask(self, *paths: str) -> None:
        """Ask for several at once, as far as the requests reach."""
        new = [path for path in dict.fromkeys(paths) if path not in self.answers]
        room = max(0, MOST_REQUESTS - 1 - len(self.answers))
        with threads(8, "check") as pool:
            asked = {path: pool.submit(self._answer, path) for path in new[:room]}
            self.answers |= {path: result(answer) for path, answer in asked.items()}
        for path in new[room:]:
            self.answers[path] = GitHubError(f"it would take more than {MOST_REQUESTS} requests")

    def answer(self, path: str) -> Any:
        """GitHub's answer: an object, or the items of a list; or its refusal."""
        self.ask(path)
        return self.answers[path]

    def items(self, path: str) -> list[Json]:
        """The items of a list; none where GitHub refuses."""
        found = self.answer(path)
        return found if isinstance(found, list) else []

    def _answer(self, path: str) -> Any:
        plain, _, query = path.partition("?")
        wanted = dict(pair.split("=") for pair in query.split("&")) if query else {}
        key = LISTS.get(
            path,
            {"secrets": "secrets", "deployment-branch-policies": "branch_policies"}.get(
                plain.rpartition("/")[2]
            ),
        )
        try:
            if path in LISTS or key or plain.startswith("/rules/"):
                return self.github.list_page(plain, key, fields.mapping, per_page=100, **wanted).items
            return self.github.get(plain, fields.mapping, **wanted)
        except GitHubError as error:
            return error


def read(github: GitHub, owner: str = "") -> Facts:
    """The files, and the settings that are always looked at.

    Raises:
        GitHubError: the repository can't be read.
    """

    def parse(answer: Json) -> Facts:
        data = fields.mapping(answer["data"])
        if not data["repository"]:
            raise GitHubError("GitHub shows no such repository", 404)
        shown = fields.mapping(data["repository"])
        viewer = str(data["viewer"]["login"])
        files, cut = _files(shown)
        branch = str((shown.get("defaultBranchRef") or {}).get("name") or "")
        if not branch:
            raise GitHubError("the repository is empty: push a first commit", 404)
        page, private = str(shown["url"]), bool(shown["isPrivate"])
        return Facts(
            github, str(shown["nameWithOwner"]), page, private, branch, viewer, owner or viewer, files, cut
        )

    login, _, name = github.repository.partition("/")
    facts = github.query(_QUERY, parse, {"owner": login, "name": name})
    protection = f"/branches/{facts.branch}/protection"
    role = f"/collaborators/{facts.owner}/permission"
    facts.ask(f"/rules/branches/{facts.branch}", protection, role, *LISTS)
    return facts


def _files(shown: Json) -> tuple[dict[str, str], frozenset[str]]:
    files: dict[str, str] = {}
    cut = set()
    for name, folder in _FILES.items():
        for entry in fields.part(shown, name).get("entries") or ():
            path = f"{folder}/{entry['name']}".lstrip("/")
            held = entry.get("object") or {}
            if name != "workflows" or path.endswith((".yml", ".yaml")):
                files[path] = str(held.get("text") or files.get(path, ""))
                if held.get("isTruncated"):
                    cut.add(path)
    for number, path in enumerate(OWNERS):
        if text := fields.part(shown, f"owners{number}").get("text"):
            files[path] = str(text)
    return files, frozenset(cut)
