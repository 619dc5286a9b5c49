"""Where GitHub's OpenAPI description allows null, so that a client can be tested with it.

What a scenario is made of stays: how runs, jobs and steps ended, and who wrote which status. A contract test
holds this table against the description.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.emulated.json_repository import Json


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of object: its fields that may be null, and the kinds of the objects inside it."""

    nullable: tuple[str, ...] = ()
    inside: Mapping[str, str] = field(default_factory=dict)


_NULLABLE_IN_PULL_REQUESTS = (
    "active_lock_reason",
    "assignee",
    "auto_merge",
    "body",
    "closed_at",
    "merge_commit_sha",
    "mergeable",
    "merged_at",
    "merged_by",
    "milestone",
    "rebaseable",
    "stack",
)
_KINDS = {
    "user": _Kind(("email", "gravatar_id", "name")),
    "owner": _Kind(("email", "gravatar_id", "name")),
    "minimal repository": _Kind(
        (
            "created_at",
            "description",
            "homepage",
            "language",
            "license",
            "mirror_url",
            "pushed_at",
            "security_and_analysis",
            "updated_at",
        ),
        {"owner": "owner"},
    ),
    "repository": _Kind(
        (
            "description",
            "homepage",
            "language",
            "license",
            "mirror_url",
            "organization",
            "security_and_analysis",
            "temp_clone_token",
            "template_repository",
        ),
        {"owner": "owner"},
    ),
    "run": _Kind(
        (
            "head_branch",
            "head_commit",
            "name",
            "previous_attempt_url",
            "pull_requests",
            "referenced_workflows",
            "status",
        ),
        {
            "actor": "user",
            "triggering_actor": "user",
            "repository": "minimal repository",
            "head_repository": "minimal repository",
        },
    ),
    "job": _Kind(
        (
            "completed_at",
            "head_branch",
            "html_url",
            "runner_group_id",
            "runner_group_name",
            "runner_id",
            "runner_name",
            "workflow_name",
        ),
        {"steps": "step"},
    ),
    "step": _Kind(("completed_at", "started_at")),
    "annotation": _Kind(
        ("annotation_level", "end_column", "message", "raw_details", "start_column", "title")
    ),
    "comparison": _Kind(
        (),
        {
            "base_commit": "commit",
            "merge_base_commit": "commit",
            "commits": "commit",
            "files": "file",
        },
    ),
    "commit": _Kind(("author", "committer"), {"commit": "inner commit", "files": "file"}),
    "inner commit": _Kind(("author", "committer")),
    "file": _Kind(("sha",)),
    "pull request": _Kind(
        _NULLABLE_IN_PULL_REQUESTS, {"user": "user", "head": "end", "base": "end", "labels": "label"}
    ),
    "listed pull request": _Kind(_NULLABLE_IN_PULL_REQUESTS, {"user": "user", "head": "end", "base": "end"}),
    "content": _Kind(("download_url", "git_url", "html_url"), {"_links": "content links"}),
    "content links": _Kind(("git", "html")),
    "label": _Kind(("description",)),
    "end": _Kind((), {"user": "user", "repo": "minimal repository"}),
    "check run": _Kind(
        ("app", "check_suite", "completed_at", "details_url", "external_id", "html_url", "started_at"),
        {"output": "output"},
    ),
    "output": _Kind(("summary", "text", "title")),
    "status": _Kind(("avatar_url",), {"creator": "user"}),
    "comment": _Kind(("minimized", "performed_via_github_app", "pin"), {"user": "user"}),
}


def with_nulls(kind: str, item: Json) -> Json:
    """The object with null wherever it is allowed."""
    known = _KINDS[kind]
    shown = {key: None if key in known.nullable else value for key, value in item.items()}
    for key, inner in known.inside.items():
        value = shown.get(key)
        if isinstance(value, list):
            shown[key] = [with_nulls(inner, one) for one in value]
        elif isinstance(value, dict):
            shown[key] = with_nulls(inner, value)
    return shown
