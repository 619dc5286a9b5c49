"""What the emulated endpoint remembers: the requests that came, and the sessions that it started."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


def json_object(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request as it came, and the status it was answered with."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)  # by lower-case name; holds the token
    body: bytes = field(repr=False)
    status: int
    at: datetime = field(default_factory=_now)

    @property
    def text(self) -> str:
        """The body's `text`; empty where there is none."""
        value = json_object(self.body).get("text")
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class EmulatedSession:
    id: str
    url: str
    text: str
    at: datetime = field(default_factory=_now)
