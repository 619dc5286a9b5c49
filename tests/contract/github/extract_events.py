"""Makes `events.json` again: what GitHub says of the payloads' fields that `github/events.py` reads, and one
real payload of each event, the one with the most to it.

    npm pack @octokit/openapi-webhooks @octokit/webhooks-examples
    for file in *.tgz; do mkdir "${file%-*}"; tar xzf "$file" -C "${file%-*}"; done
    PYTHONPATH=src python3 tests/contract/github/extract_events.py octokit-openapi-webhooks \\
      octokit-webhooks-examples

Both packages are under the MIT licence (https://github.com/octokit/openapi-webhooks,
https://github.com/octokit/webhooks). Addresses that nobody reads, and most of what describes a repository,
are left out of the payloads.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fire_routine.github.events import EVENTS

# The activity types whose payloads are kept; None: the event has none.
EXAMPLES: dict[str, str | None] = {
    "issues": "labeled",
    "issue_comment": "created",
    "discussion": "labeled",
    "discussion_comment": "created",
    "pull_request": "labeled",
    "pull_request_review": "submitted",
    "pull_request_review_comment": "created",
    "release": "published",
    "deployment": "created",
    "deployment_status": "created",
    "repository_dispatch": "on-demand-test",
    "workflow_dispatch": None,
    "push": None,
    "merge_group": "checks_requested",
    "workflow_run": "completed",
    "fork": None,
}
_ADDRESSES = ("html_url", "target_url", "environment_url", "log_url")
_OF_A_REPOSITORY = ("id", "name", "full_name", "private", "owner", "html_url", "fork", "default_branch")
_OF_AN_ACCOUNT = ("login", "id", "type", "html_url")


def types(schemas: dict[str, Any], schema: dict[str, Any], path: list[str]) -> set[str]:
    """The JSON types of the field at the path below a schema; empty: the schema has no such field."""
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    found: set[str] = set()
    for choices in ("anyOf", "oneOf", "allOf"):
        for choice in schema.get(choices, ()):
            found |= types(schemas, choice, path)
    if not path:
        named = schema.get("type", [])
        return found | set([named] if isinstance(named, str) else named)
    inner = schema.get("properties", {}).get(path[0])
    return found | types(schemas, inner, path[1:]) if inner else found


def described(description: dict[str, Any], event: str) -> Iterator[dict[str, Any]]:
    """The schemas of the event's payloads."""
    for hook in description["webhooks"].values():
        if hook["post"]["operationId"].partition("/")[0].replace("-", "_") == event:
            yield hook["post"]["requestBody"]["content"]["application/json"]["schema"]


def fields_of(event: str) -> set[str]:
    """All fields that the event's row of the table reads."""
    title, quoted = EVENTS[event]
    titled = {name.rstrip("!") for name in re.findall(r"\{([^}]+)\}", title)}
    return titled | {path for one in quoted for path in (one.author, *one.fields) if path}


def pruned(value: Any) -> Any:
    if isinstance(value, list):
        return [pruned(item) for item in value[:2]]
    if not isinstance(value, dict):
        return value
    if "login" in value:
        return {name: value[name] for name in _OF_AN_ACCOUNT if name in value}
    if "full_name" in value:
        value = {name: value[name] for name in _OF_A_REPOSITORY if name in value}
    return {
        name: pruned(item)
        for name, item in value.items()
        if (not name.endswith("url") or name in _ADDRESSES) and name not in ("node_id", "_links", "reactions")
    }


if __name__ == "__main__":
    webhooks, examples = (Path(folder) / "package" for folder in sys.argv[1:])
    description = json.loads((webhooks / "generated/api.github.com.json").read_text("utf-8"))
    payloads = {
        one["name"]: one["examples"]
        for one in json.loads((examples / "api.github.com/index.json").read_text("utf-8"))
    }
    schemas = description["components"]["schemas"]
    made = {
        "fields": {
            name: {
                path: sorted(set().union(*(types(schemas, one, path.split(".")) for one in bodies)))
                for path in sorted(fields_of(name))
            }
            for name in EVENTS
            if (bodies := list(described(description, name.replace("_target", ""))))
        },
        "payloads": {
            name: pruned(
                max(
                    (one for one in payloads[name] if one.get("action") == action),
                    key=lambda one: len(str(one)),
                )
            )
            for name, action in EXAMPLES.items()
        },
    }
    Path(__file__).with_name("events.json").write_text(f"{json.dumps(made, indent=1)}\n", "utf-8")
