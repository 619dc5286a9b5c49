"""The routine endpoint: one request, its outcome, when it may be sent again, and how long it may take."""

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
from .routine import Routine, fire_once
from .signals import Interrupted, interruptible, uninterruptible

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
