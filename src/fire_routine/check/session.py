"""Item 3: the session's side on the default branch: the skill, owners, what instructs sessions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from .facts import OWNERS, SKILL, Facts
from .rows import Row, do, ok, unseen
from .rules import ADMINISTRATION, CODE_OWNERS, code_owners_review
from .workflow import mapping

SKILL_VERSION = 1  # as the skill states it; a change that sessions need raises it
_SOURCE = "https://github.com/OWNER/fire-routine/blob/main/examples"
_INSTRUCTING = ("CLAUDE.md", "AGENTS.md", ".mcp.json")
_SETTINGS = ".claude/settings.json"


def rows(facts: Facts) -> Iterator[Row]:
    yield _skill(facts)
    yield _owners(facts)
    yield from _settings(facts)
    yield unseen(
        "the routine",
        "no API shows it: look for the one-line prompt, no connector, an environment without secrets",
        f"{facts.owner}, who owns it",
        "https://claude.ai/code/routines",
    )


def _skill(facts: Facts) -> Row:
    about, source = SKILL, f"{_SOURCE}/skills/ci-failure/SKILL.md"
    if SKILL not in facts.files:
        todo = "Copy the skill there (or paste it into a routine of several repositories)"
        return do(about, f"it isn't on {facts.branch}: a session stops without it", todo, source)
    stated = re.search(r"^\s+version: *\"?(\d{1,9})", facts.files[SKILL].partition("\n---")[0], re.MULTILINE)
    version = int(stated[1]) if stated else 0
    if version < SKILL_VERSION:
        return do(about, f"it is version {version}, and {SKILL_VERSION} is out", "Copy it again", source)
    return ok(about, f"version {version}")


def _owners(facts: Facts) -> Row:
    """Whoever changes these files instructs the sessions."""
    needed = ["/.claude/", *(f"/{path}" for path in _INSTRUCTING if path in facts.files)]
    path = next((path for path in OWNERS if facts.files.get(path)), OWNERS[0])
    missing = [one for one in needed if not _is_owned(facts.files.get(path, ""), one)]
    if missing:
        lines = "\n".join(f"{one} @YOUR-ORG/YOUR-TEAM" for one in missing)
        page = f"{facts.page}/edit/{facts.branch}/{path}"
        return do(path, "no one owns files that instruct sessions", lines, page)
    reviewed = code_owners_review(facts)
    if reviewed is None:
        return unseen(path, "whether a rule asks for its owners' review", ADMINISTRATION)
    if reviewed:
        return ok(path, "what instructs sessions has owners, and needs their review")
    return do(
        path,
        "owners are named, and no rule asks for their review",
        f"Require a pull request before merging: {CODE_OWNERS}",
        f"{facts.page}/settings/rules",
    )


def _is_owned(owners: str, path: str) -> bool:
    """Whether the last line that matches names an owner, as GitHub decides it."""
    owned = False
    for line in owners.splitlines():
        pattern, *names = line.partition("#")[0].split() or [""]
        plain = pattern.strip("/").removesuffix("/**")
        if plain and fnmatchcase(path.strip("/"), plain):
            owned = bool(names)
    return owned


def _settings(facts: Facts) -> Iterator[Row]:
    if _SETTINGS not in facts.files:
        return
    try:
        stated: dict[str, Any] = mapping(json.loads(facts.files[_SETTINGS]))
    except (ValueError, RecursionError):
        yield unseen(_SETTINGS, "it is not JSON", "")
        return
    page = f"{facts.page}/edit/{facts.branch}/{_SETTINGS}"
    asked = mapping(stated.get("permissions")).get("ask")
    if asked:
        found = "`permissions.ask` waits for a person, and nobody is there in a session"
        yield do(_SETTINGS, found, "Move `ask` to .claude/settings.local.json", page)
    hooks = ", ".join(map(str, mapping(stated.get("hooks"))))
    if hooks:
        yield ok(_SETTINGS, f"hooks run in each session: {hooks}; none may wait for a person")
