"""The routine endpoint: one request, its outcome, when it may be sent again, and how long it may take."""

from __future__ import annotations

from .errors import FireError
from .responses import CHECK
from .routine import Routine, fire_once
from .signals import Interrupted, interruptible, uninterruptible

__all__ = ["CHECK", "FireError", "Interrupted", "Routine", "fire_once", "interruptible", "uninterruptible"]
