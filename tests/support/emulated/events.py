"""The payloads of events as GitHub sends them: a real one of each (contract/github/events.json), varied."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

Json = dict[str, Any]
_FILE = Path(__file__).parents[2] / "contract" / "github" / "events.json"
MAINTAINER = {"login": "mona", "id": 1, "type": "User", "html_url": "https://github.com/mona"}
STRANGER = {"login": "stranger", "id": 2, "type": "User", "html_url": "https://github.com/stranger"}
BOT = {"login": "octo-helper[bot]", "id": 3, "type": "Bot", "html_url": "https://github.com/apps/octo-helper"}


@cache
def described() -> Json:
    """`fields`: their JSON types by event; `payloads`."""
    found: Json = json.loads(_FILE.read_text("utf-8"))
    return found


def payload(event: str, sender: Json = MAINTAINER, **changes: Any) -> Json:
    """A real payload with another sender. `changes`: of parts of it, by key, or a new value."""
    whole: Json = deepcopy(described()["payloads"][event.replace("_target", "")])
    varied: Json = _changed(whole, {"sender": sender, **changes})
    return varied


def of_repository(whole: Json, full_name: str) -> Json:
    """The same with everything in this repository, no fork's."""
    owner = full_name.partition("/")[0]
    repository = {**whole["repository"], "full_name": full_name, "name": full_name.partition("/")[2]}
    repository |= {"owner": {**repository["owner"], "login": owner}, "default_branch": "main"}
    whole = {**whole, "repository": repository}
    if "pull_request" in whole:
        ends = {end: {**whole["pull_request"][end], "repo": repository} for end in ("head", "base")}
        whole["pull_request"] = {**whole["pull_request"], **ends}
    if whole.get("workflow_run"):
        whole["workflow_run"] = {**whole["workflow_run"], "head_repository": repository}
    return whole


def _changed(whole: Any, changes: Any) -> Any:
    if not isinstance(whole, dict) or not isinstance(changes, dict):
        return changes
    return {**whole, **{name: _changed(whole.get(name), value) for name, value in changes.items()}}
