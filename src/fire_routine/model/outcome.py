"""What was decided, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Status:
    """A commit status (https://docs.github.com/rest/commits/statuses)."""

    id: int  # ascending in the order of creation; 0: not written yet
    state: str  # error, failure, pending or success
    description: str  # at most 140 characters
    target_url: str
    created_at: datetime | None = None
    creator: str | None = None  # the login of who wrote it; None: GitHub does not say
    context: str = "fire-routine"  # its name, as people see it


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to fire; where not, why, and the earlier session if there is one."""

    fire: bool
    reason: str = ""  # a stable, kebab-case word for the `reason` output
    message: str = ""  # what was decided, and how to change it; a `Message` where it quotes a value
    failed: bool = False  # not firing is a fault of the set-up, not a decision
    session_id: str = ""
    session_url: str = ""
    session_number: int = 0  # of the incident's sessions, from 1; 0: not known


class Result(StrEnum):
    """The `outcome` output."""

    FIRED = "fired"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Session:
    """A Claude Code session that a fire started."""

    id: str
    url: str
    request_id: str = ""
    http_status: int = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it all: the values of the action's outputs."""

    result: Result
    reason: str = ""
    message: str = ""  # what happened, and what to do about it; a `Message` where it quotes a value
    session_id: str = ""
    session_url: str = ""
    http_status: int | None = None
    error_type: str = ""
    request_id: str = ""
    retry_after: int | None = None  # seconds
    requests: int = 0  # sent to the endpoint
    session_number: int = 0  # of the incident's sessions, from 1; 0: not known
    retried: tuple[str, ...] = ()  # why each earlier attempt failed: an HTTP status, or "no connection"
