"""Null wherever GitHub's OpenAPI description allows it, so that a client can be tested with it.

What a scenario is made of stays: how runs, jobs and steps ended, and who wrote which status.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.emulated.json_repository import Json

_DESCRIPTION = Path(__file__).parents[1] / "contract" / "github" / "openapi.json"
_KEPT = frozenset({"conclusion", "creator", "user"})
_KEPT_IN_STATUSES = frozenset({"description", "target_url"})
# The schemas of the emulator's kinds of objects
_SCHEMAS = {
    "annotation": "check-annotation",
    "check run": "check-run",
    "comment": "issue-comment",
    "commit": "commit",
    "comparison": "commit-comparison",
    "content": "content-file",
    "job": "job",
    "listed pull request": "pull-request-simple",
    "pull request": "pull-request",
    "repository": "full-repository",
    "run": "workflow-run",
    "status": "status",
}


def with_nulls(kind: str, item: Json) -> Json:
    """The object with null wherever it is allowed."""
    kept = _KEPT | (_KEPT_IN_STATUSES if kind == "status" else frozenset())
    shown: Json = _with_nulls(_schemas()[_SCHEMAS[kind]], item, kept)
    return shown


def _with_nulls(schema: Mapping[str, Any], value: Any, kept: frozenset[str]) -> Any:
    choices = list(_choices(schema))
    if isinstance(value, list):
        items: Mapping[str, Any] = next((choice["items"] for choice in choices if "items" in choice), {})
        return [_with_nulls(items, item, kept) for item in value]
    if not isinstance(value, dict):
        return value
    shown = dict(value)
    for choice in choices:
        for name, described in choice.get("properties", {}).items():
            if name not in shown or (name in kept and not isinstance(shown[name], dict)):
                continue
            nullable = any(part.get("nullable") is True for part in (described, *_choices(described)))
            shown[name] = None if nullable and name not in kept else _with_nulls(described, shown[name], kept)
    return shown


def _choices(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The schema that is meant, and those of which a value follows all, any or one."""
    while "$ref" in schema:
        schema = _schemas()[schema["$ref"].rpartition("/")[2]]
    yield schema
    for key in ("allOf", "anyOf", "oneOf"):
        for choice in schema.get(key, ()):
            yield from _choices(choice)


@cache
def _schemas() -> Mapping[str, Mapping[str, Any]]:
    schemas: Mapping[str, Mapping[str, Any]] = json.loads(_DESCRIPTION.read_text("utf-8"))["components"][
        "schemas"
    ]
    return schemas
