"""Items 3 and 5: the session's side on the default branch, and the form of the routine's address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from ..routine_url import endpoint
from .repository import INSTRUCTING, OWNERS, SETTINGS, SKILL, Repository, Row
from .workflow import fires, mapping

SKILL_VERSION = 1  # as the skill states it; a change that sessions need raises it


def rows(repository: Repository, fire_url: str) -> Iterator[Row]:
    front = repository.files.get(SKILL, "").partition("\n---")[0]
    stated = re.search(r"^\s+version: *\"?(\d{1,9})", front, re.MULTILINE)
    current = bool(stated and int(stated[1]) >= SKILL_VERSION)
    yield repository.row("session.skill", current, version=SKILL_VERSION)
    # Whoever changes these files instructs the sessions.
    file = next((path for path in OWNERS if path in repository.files), OWNERS[0])
    instructing = ["/.claude/", *(f"/{path}" for path in INSTRUCTING if path in repository.files)]
    missing = [path for path in instructing if not _is_owned(repository.files.get(file, ""), path)]
    lines = "\n".join(f"{path} @YOUR-ORG/YOUR-TEAM" for path in missing)
    yield repository.row("session.owners", not missing, file=file, lines=lines)
    settings = _settings(repository)
    if mapping(settings.get("permissions")).get("ask"):
        yield repository.row("session.ask", False)
    if hooks := mapping(settings.get("hooks")):
        yield repository.row("session.hooks", True, hooks=", ".join(map(str, hooks)))
    yield repository.row("session.routine", None)
    yield from _urls(repository, fire_url)


def _is_owned(owners: str, path: str) -> bool:
    """Whether the last line that matches names an owner, as GitHub decides it."""
    owned = False
    for line in owners.splitlines():
        pattern, *names = line.partition("#")[0].split() or [""]
        plain = pattern.strip("/").removesuffix("/**")
        if plain and fnmatchcase(path.strip("/"), plain):
            owned = bool(names)
    return owned


def _settings(repository: Repository) -> dict[str, Any]:
    try:
        return mapping(json.loads(repository.files.get(SETTINGS, "")))
    except (ValueError, RecursionError):
        return {}


def _urls(repository: Repository, fire_url: str) -> Iterator[Row]:
    """Of an address in plain text, and of `fire_url`. Nothing is sent to it."""
    hosts = {fire_url: ""}  # by URL: the host that is trusted
    for fire in fires(repository.workflows):
        hosts[str(fire.inputs.get("routine-url", ""))] = str(fire.inputs.get("trusted-host", "")).lower()
    known = {url: host for url, host in hosts.items() if url and "${{" not in url}
    for url, host in known.items():
        try:
            endpoint(url, host)
            yield repository.row("session.url", True)
        except ValueError as problem:
            yield repository.row("session.url", False, problem=problem)
    if not known:
        yield repository.row("session.url", None)
