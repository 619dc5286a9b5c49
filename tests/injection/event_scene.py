"""An event with one text in every field that the table of events reads: each is a place for an injection."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.contract.github.extract_events import fields_of
from tests.injection.scene import SHA, one_line
from tests.support.emulated.events import MAINTAINER, Json, of_repository, payload
from tests.support.emulated.github import GitHubEmulator

from fire_routine.github.events import EVENTS

NAMES = sorted(EVENTS)
_WORDS_OF_GITHUB = frozenset(
    {"action", "deployment_status.state", "review.state", "workflow_run.conclusion", "workflow_run.event"}
)


def set_up_event(github: GitHubEmulator, name: str, text: str, workspace: Path) -> dict[str, str]:
    """A run for the event, caused by a maintainer. What the environment of the step has of it."""
    github.set_branch("main", SHA)
    github.roles = {"mona": "write"}
    github.add_run({"id": 7, "head_sha": SHA, "event": name, "path": ".github/workflows/claude.yml"})
    event = workspace / "event.json"
    event.write_text(json.dumps(_with_text(name, text)), "utf-8")
    environ = {"GITHUB_WORKFLOW": f"Ask {text}", "GITHUB_REF_NAME": one_line(text)[:200] or "main"}
    environ |= {"GITHUB_EVENT_PATH": str(event), "GITHUB_EVENT_NAME": name}
    return {variable: value.replace("\0", "") for variable, value in environ.items()}


def _with_text(name: str, text: str) -> Json:
    """The payload with the text in each of the fields, and as its authors' names."""
    action = {"action": "labeled"} if "label" in payload(name) else {}
    whole = payload(name, MAINTAINER, label={"name": text}, assignee={"login": text}, **action)
    authors = {one.author for one in EVENTS[name][1]}
    for path in fields_of(name) - _WORDS_OF_GITHUB:
        value: Any = {"login": text, "username": text, "type": "User"} if path in authors else text
        if path in ("client_payload", "inputs"):
            value = {text: text, "nested": {"list": [text, {text: text}]}}
        if not path.endswith((".number", ".line")):
            _set(whole, path.split("."), value)
    if "deployment" in name:
        whole["deployment"]["sha"] = SHA  # of the default branch
    if name == "repository_dispatch":
        whole["action"] = text
    return of_repository(whole, "octo/widgets")


def _set(whole: Json, path: list[str], value: Any) -> None:
    for part in path[:-1]:
        whole[part] = dict(whole.get(part) or {})
        whole = whole[part]
    whole[path[-1]] = value
