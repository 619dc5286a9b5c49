"""What GitHub knows of a repository: files of the default branch and settings, in at most 20 requests."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from ..github import fields
from ..github.client import GitHub
from ..github.fields import Json
from ..model.outcome import GitHubError
from ..threads import result, threads
from .workflow import OWN, Workflow, fires, parsed

MOST_REQUESTS = 20
WORKFLOWS = ".github/workflows/"
OWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")  # GitHub takes the first
SKILL = ".claude/skills/ci-failure/SKILL.md"
SETTINGS = ".claude/settings.json"
KNOWN_FAILURES = ".github/known-failures.toml"
INSTRUCTING = ("CLAUDE.md", "AGENTS.md", ".mcp.json")
_FILES = (*OWNERS, *INSTRUCTING, SKILL, SETTINGS, KNOWN_FAILURES)
_LISTS = (
    *("/rulesets", "/branches?protected=true", "/environments"),
    *("/actions/secrets", "/actions/organization-secrets", "/actions/workflows"),
)
_QUERY = (
    "query($owner:String!,$name:String!){viewer{login} repository(owner:$owner,name:$name){"
    "url isPrivate defaultBranchRef{name} workflows:"
    'object(expression:"HEAD:.github/workflows"){...on Tree{entries{name object{...on Blob{text}}}}}'
    + "".join(f'f{at}:object(expression:"HEAD:{one}"){{...on Blob{{text}}}}' for at, one in enumerate(_FILES))
    + "}}"
)


State = Literal["ok", "do", "can't see"]
_STATES: Mapping[bool | None, tuple[State, str, str]] = {  # and its keys in rows.toml
    True: ("ok", "ok", ""),
    False: ("do", "do", "todo"),
    None: ("can't see", "unseen", "permission"),
}
_TEXTS: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("rows.toml").read_text("utf-8"))


class Row(NamedTuple):
    """`about`: what was looked at; `found`: in a sentence."""

    state: State
    about: str
    found: str
    todo: str = ""  # boxes to tick, or YAML to paste; of `can't see`: the permission
    page: str = ""  # the address where that is done


@dataclass
class Repository:
    """Each path is asked for once. None in place of an answer: GitHub refuses."""

    github: GitHub
    page: str  # its address
    private: bool
    branch: str  # the default one
    viewer: str  # whose token it is
    owner: str  # of the routine
    files: Mapping[str, str]  # of the default branch, by path
    workflows: list[Workflow]
    unread: list[str]  # workflow files that are no YAML
    answers: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def own_secrets(self) -> set[str]:
        """The routine's. A session that takes them can start itself alone."""
        return OWN.union(*(fire.secrets for fire in fires(self.workflows)))

    def row(self, name: str, well: bool | None, /, **values: object) -> Row:
        """The row of this name in rows.toml; `well`: whether all is, None: the token can't tell."""
        group, _, kind = name.partition(".")
        texts = _TEXTS[group] | _TEXTS[group][kind]
        plan = "; rules of a private repository need GitHub Pro, Team or Enterprise" * self.private
        own = {"page": self.page, "branch": self.branch, "owner": self.owner, "plan": plan}
        state, *keys = _STATES[well]
        about, found, todo, page = (
            re.sub(r"<(\w+)>", lambda named: str({**own, **values}[named[1]]), texts.get(key, "").strip())
            for key in ("about", *keys, "page")
        )
        return Row(state, about, found, todo, page if todo else "")

    def ask(self, *paths: str) -> None:
        """Ask for several at once, as far as the requests reach; for lists of 100."""
        new = [path for path in dict.fromkeys(paths) if path not in self.answers]
        room = max(0, MOST_REQUESTS - 1 - len(self.answers))
        self.answers |= dict.fromkeys(new[room:])
        with threads(8, "check") as pool:
            asked = {path: pool.submit(self._answer, path) for path in new[:room]}
            self.answers |= {path: result(answer) for path, answer in asked.items()}

    def get(self, path: str) -> Any:
        self.ask(path)
        return self.answers[path]

    def _answer(self, path: str) -> Any:
        def items(answer: Any) -> Any:
            counted = "total_count" in answer
            return next((one for one in answer.values() if isinstance(one, list)), []) if counted else answer

        try:
            # The path of a list ends with a plural.
            size = {"per_page": 100} if path.partition("?")[0].endswith("s") else {}
            return self.github.get(path, items, **size)
        except GitHubError as error:
            # A plan that sells no rules has none.
            return [] if "pgrade to" in str(error) else None


def read(github: GitHub, owner: str) -> Repository:
    """The files, and the settings that are always looked at.

    Raises:
        GitHubError: the repository can't be read.
    """

    def parse(answer: Json) -> Repository:
        data = fields.mapping(answer["data"])
        if not data["repository"]:
            raise GitHubError("GitHub shows no such repository", 404)
        shown, viewer = fields.mapping(data["repository"]), str(data["viewer"]["login"])
        if not shown["defaultBranchRef"]:
            raise GitHubError("the repository is empty: push a first commit", 404)
        branch = str(shown["defaultBranchRef"]["name"])
        found = {path: fields.part(shown, f"f{at}") for at, path in enumerate(_FILES)}
        for entry in fields.part(shown, "workflows").get("entries") or ():
            if str(entry["name"]).endswith((".yml", ".yaml")):
                found[WORKFLOWS + str(entry["name"])] = fields.part(entry, "object")
        files = {path: fields.text(blob, "text") for path, blob in found.items() if blob}
        texts = {path: text for path, text in files.items() if path.startswith(WORKFLOWS)}
        page, private = str(shown["url"]), bool(shown["isPrivate"])
        return Repository(github, page, private, branch, viewer, owner or viewer, files, *parsed(texts))

    login, _, name = github.repository.partition("/")
    found = github.query(_QUERY, parse, {"owner": login, "name": name})
    found.ask(
        f"/branches/{quote(found.branch, safe='')}/protection",
        f"/collaborators/{found.owner}/permission",
        *_LISTS,
    )
    return found
