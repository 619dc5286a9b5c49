"""GitHub's OpenAPI description: what an object needs besides what is said of it, and what may be null."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.emulated.ids import EPOCH

Json = dict[str, Any]
Schema = Mapping[str, Any]

_DESCRIPTION = Path(__file__).parents[2] / "contract" / "github" / "openapi.json"
_ELSEWHERE = "https://github.invalid"  # where the addresses lead that no one asks for
# What a scenario is made of is never null: how runs, jobs and steps ended, and who wrote which status.
_KEPT = frozenset({"conclusion", "creator", "user"})
_KEPT_IN_STATUSES = frozenset({"description", "target_url"})
# The schemas of the emulator's kinds of objects
_SCHEMAS = {
    "annotation": "check-annotation",
    "artifact": "artifact",
    "branch": "branch-short",
    "check run": "check-run",
    "comment": "issue-comment",
    "commit": "commit",
    "comparison": "commit-comparison",
    "content": "content-file",
    "installed repository": "repository",
    "issue": "issue",
    "job": "job",
    "listed pull request": "pull-request-simple",
    "listed repository": "minimal-repository",
    "pull request": "pull-request",
    "environment": "environment",
    "protection": "branch-protection",
    "protected branch": "short-branch",
    "repository": "full-repository",
    "role": "repository-collaborator-permission",
    "ruleset": "repository-ruleset",
    "run": "workflow-run",
    "secret": "actions-secret",
    "status": "status",
    "workflow": "workflow",
}


def completed(kind: str, known: Json) -> Json:
    """What is known of an object, and null or something of the right type for all else that it needs."""
    whole: Json = _completed(_schemas()[_SCHEMAS[kind]], known)
    return whole


def with_nulls(kind: str, item: Json) -> Json:
    """The object with null wherever it is allowed, so that a client can be tested with it."""
    kept = _KEPT | (_KEPT_IN_STATUSES if kind == "status" else frozenset())
    shown: Json = _with_nulls(_schemas()[_SCHEMAS[kind]], item, kept)
    return shown


def _completed(schema: Schema, known: Any) -> Any:
    if isinstance(known, list):
        return [_completed(_items(schema), item) for item in known]
    if not isinstance(known, dict):
        return known
    whole = dict(known)
    for choice in _choices(schema):
        properties = choice.get("properties", {})
        for name in choice.get("required", ()):
            if name not in whole:
                whole[name] = _made_up(properties[name])
        for name, value in known.items():
            if isinstance(value, dict | list) and name in properties:
                whole[name] = _completed(properties[name], value)
    return whole


def _made_up(schema: Schema) -> Any:
    if _may_be_null(schema):
        return None
    described = next(choice for choice in _choices(schema) if "type" in choice)
    match described["type"]:
        case "string" if "enum" in described:
            return described["enum"][0]
        case "string":
            return {"uri": _ELSEWHERE, "date-time": EPOCH}.get(described.get("format", ""), "")
        case "integer" | "number":
            return 0
        case "boolean":
            return False
        case "array":
            return []
    return _completed(schema, {})


def _with_nulls(schema: Schema, value: Any, kept: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_with_nulls(_items(schema), item, kept) for item in value]
    if not isinstance(value, dict):
        return value
    shown = dict(value)
    for choice in _choices(schema):
        for name, described in choice.get("properties", {}).items():
            if name not in shown or (name in kept and not isinstance(shown[name], dict)):
                continue
            null = _may_be_null(described) and name not in kept
            shown[name] = None if null else _with_nulls(described, shown[name], kept)
    return shown


def _items(schema: Schema) -> Schema:
    return next((choice["items"] for choice in _choices(schema) if "items" in choice), {})


def _may_be_null(schema: Schema) -> bool:
    return any(part.get("nullable") is True for part in (schema, *_choices(schema)))


def _choices(schema: Schema) -> Iterator[Schema]:
    """The schema that is meant, and those of which a value follows all, any or one."""
    while "$ref" in schema:
        schema = _schemas()[schema["$ref"].rpartition("/")[2]]
    yield schema
    for key in ("allOf", "anyOf", "oneOf"):
        for choice in schema.get(key, ()):
            yield from _choices(choice)


@cache
def _schemas() -> Mapping[str, Schema]:
    described = json.loads(_DESCRIPTION.read_text("utf-8"))
    schemas: Mapping[str, Schema] = described["components"]["schemas"]
    return schemas
