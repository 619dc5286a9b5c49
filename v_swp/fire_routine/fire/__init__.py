"""The endpoint: one request, its outcome, when it may be sent again, and how long it may take."""

from __future__ import annotations

from .errors import (
    Cancelled,
    FireError,
    NotSent,
    Overloaded,
    RateLimited,
    Rejected,
    TextTooLong,
    Unknown,
)
from .interrupt import Interrupted, interruptible, uninterruptible
from .routine import Routine, fire_once

__all__ = [
    "Cancelled",
    "FireError",
    "Interrupted",
    "NotSent",
    "Overloaded",
    "RateLimited",
    "Rejected",
    "Routine",
    "TextTooLong",
    "Unknown",
    "fire_once",
    "interruptible",
    "uninterruptible",
]
