"""Time as the action reads and spends it, as one value. A leaf: tests pass one of their own."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

Deadline = float  # a time of the monotonic clock, in seconds


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Where time comes from, and where it is waited for."""

    monotonic: Callable[[], float] = time.monotonic  # seconds, for deadlines
    now: Callable[[], datetime] = _now  # UTC, for what people read
    sleep: Callable[[float], object] = time.sleep  # waits for seconds
    random: Callable[[], float] = random.random  # 0 to 1, for waits that shall differ


REAL = Clock()
