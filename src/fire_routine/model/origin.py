"""Who wrote the code that a run executed: this decides whether its log may be sent, and with which warning.

The event alone rarely proves it. Everything that is not known to be safe counts as unknown, so that a new
event of GitHub's is never trusted by mistake.
Source: https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

# Only people or apps with write access cause these, and the code that runs is the repository's own.
_BY_WRITERS = frozenset(
    {
        "branch_protection_rule",
        "create",
        "delete",
        "merge_group",  # someone with write access put the pull request into the queue
        "page_build",
        "public",
        "push",
        "release",
        "schedule",
    }
)
# Someone with write access starts these, often to run a fork's code on purpose ("ok to test").
_DISPATCHES = frozenset({"repository_dispatch", "workflow_dispatch"})
# Anyone can cause these on a fork's pull request. Their run is the base repository's: its record does not
# name the code that ran. It lists pull requests that did not necessarily trigger it (REST API, "workflow
# runs"). Only the payload proves whose pull request it is.
_ABOUT_A_PULL_REQUEST = frozenset(
    {"pull_request_review", "pull_request_review_comment", "pull_request_target"}
)


class Origin(StrEnum):
    """Who wrote the code that ran."""

    WRITERS = "writers"  # people with write access to the repository
    DISPATCHED = "dispatched"  # they started the run, and may have run someone else's code
    FORK = "fork"
    UNKNOWN = "unknown"


def is_fork(head_repository: str | None, repository: str) -> bool:
    """Whether the code came from another repository; None: that repository is deleted."""
    return (head_repository or "").casefold() != repository.casefold()


def origin_of(
    event: str, repository: str, head_repository: str | None, in_payload: Origin | None = None
) -> Origin:
    """Who wrote the code of a run.

    Args:
        event: the run's event.
        repository: owner/name of the run.
        head_repository: owner/name that the run's record or payload gives for its head; None: deleted.
        in_payload: the result of `origin_in_payload` for this very run.
    """
    if is_fork(head_repository, repository):
        return Origin.FORK
    if event in _BY_WRITERS or event == "pull_request":  # whose head is that of the pull request
        return Origin.WRITERS
    if event in _DISPATCHES:
        return Origin.DISPATCHED
    return in_payload or Origin.UNKNOWN


def origin_in_payload(event: str, payload: Mapping[str, Any], repository: str) -> Origin | None:
    """What the payload of a run's own event proves of the code that it runs; None: nothing.

    A run started by `workflow_run` executes the default branch's code on what the run before it left.
    So it has the origin of that run.
    """
    if event in _ABOUT_A_PULL_REQUEST:
        head = _mapping(_mapping(payload, "pull_request"), "head")
        if "repo" not in head:
            return None
        return Origin.FORK if is_fork(_full_name(head, "repo"), repository) else Origin.WRITERS
    before = _mapping(payload, "workflow_run")
    if event == "workflow_run" and isinstance(before.get("event"), str) and "head_repository" in before:
        return origin_of(before["event"], repository, _full_name(before, "head_repository"))
    return None


def _mapping(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = value.get(key)
    return inner if isinstance(inner, Mapping) else {}


def _full_name(value: Mapping[str, Any], key: str) -> str | None:
    name = _mapping(value, key).get("full_name")
    return name if isinstance(name, str) else None
