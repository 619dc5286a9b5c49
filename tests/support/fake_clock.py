"""Time that passes only when someone sleeps, or when a test sets it; GitHub's runs along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fire_routine.clock import Clock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class FakeClock:
    """`value` is what the source takes."""

    seconds: float = 0.0
    jitter: float = 0.5
    slept: list[float] = field(default_factory=list)
    at: Callable[[], None] = lambda: None  # called after each sleep

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        self.at()

    def server(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    @property
    def value(self) -> Clock:
        return Clock(lambda: self.seconds, self.server, self.sleep, lambda: self.jitter)
