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
ALWAYS = (  # looked at in every repository, all at once
    *("/rulesets", "/branches?protected=true", "/environments"),
    *("/actions/secrets", "/actions/organization-secrets", "/actions/workflows"),
)
# By the end of a path that is a list: the key of the items in the answer, if it has one
_KEYS = {
    **dict.fromkeys(("rulesets", "branches", "rules"), None),
    **dict.fromkeys(("secrets", "organization-secrets"), "secrets"),
    "environments": "environments",
    "workflows": "workflows",
    "deployment-branch-policies": "branch_policies",
}
SINGLE = (*OWNERS, SKILL, ".claude/settings.json", "CLAUDE.md", "AGENTS.md", ".mcp.json")
_TEXT = "...on Blob{text isTruncated}"
_QUERY = (
    "query($owner:String!,$name:String!){viewer{login} repository(owner:$owner,name:$name){"
    "nameWithOwner url isPrivate defaultBranchRef{name}"
    ' workflows:object(expression:"HEAD:.github/workflows"){...on Tree{entries{name object{'
    + _TEXT
    + "}}}}"
    + "".join(f' f{at}:object(expression:"HEAD:{path}"){{{_TEXT}}}' for at, path in enumerate(SINGLE))
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
        end = "rules" if plain.startswith("/rules/") else plain.rpartition("/")[2]
        try:
            if end in _KEYS:
                return self.github.list_page(plain, _KEYS[end], fields.mapping, per_page=100, **wanted).items
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
    facts.ask(f"/rules/branches/{facts.branch}", protection, role, *ALWAYS)
    return facts


def _files(shown: Json) -> tuple[dict[str, str], frozenset[str]]:
    """The texts by path, and the paths of those that GitHub shows in part."""
    found = {path: fields.part(shown, f"f{at}") for at, path in enumerate(SINGLE)}
    for entry in fields.part(shown, "workflows").get("entries") or ():
        if str(entry["name"]).endswith((".yml", ".yaml")):
            found[WORKFLOWS + str(entry["name"])] = fields.part(entry, "object")
    texts = {path: str(held.get("text") or "") for path, held in found.items() if held}
    return texts, frozenset(path for path in texts if found[path].get("isTruncated"))
