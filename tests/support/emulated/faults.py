"""What goes wrong with the emulated GitHub."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.support.emulated.routes import Answer, refusal


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong instead of the right answer."""

    status: int = 200
    message: str = ""  # in GitHub's error object
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None  # a body of its own, in place of the error object
    hang: bool = False  # no answer until the emulator ends
    drop: bool = False  # the connection is closed without an answer
    cut_after: int | None = None  # the right answer, but the connection is closed after this many bytes
    dribble: float | None = None  # the right answer, but one byte at a time, with this many seconds between

    @classmethod
    def forbidden(cls) -> Fault:
        """The token lacks the permission."""
        return cls(403, "Resource not accessible by integration")

    @classmethod
    def missing(cls) -> Fault:
        return cls(404, "Not Found")

    @classmethod
    def gone(cls) -> Fault:
        return cls(410, "The logs for this run have expired and are no longer available.")

    @classmethod
    def rate_limited(cls, reset: int = 4_102_444_800) -> Fault:
        """The primary limit is used up until `reset`, in Unix time."""
        headers = {
            "X-RateLimit-Limit": "1000",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(reset),
        }
        return cls(403, "API rate limit exceeded for installation.", headers)

    @classmethod
    def slow_down(cls, seconds: int = 60) -> Fault:
        """A secondary limit."""
        message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
        return cls(429, message, {"Retry-After": str(seconds)})

    @classmethod
    def broken(cls, status: int = 500) -> Fault:
        return cls(status, "Server Error")

    @property
    def silent(self) -> bool:
        return self.hang or self.drop

    def answer(self, right: Callable[[], Answer]) -> Answer:
        if self.cut_after is not None or self.dribble is not None:
            return right()
        if self.raw is not None:
            return Answer(self.status, self.raw, self.headers)
        return refusal(self.status, self.message, self.headers)

    def send(self, body: bytes, write: Callable[[bytes], object], ending: threading.Event) -> bool:
        if self.dribble is not None:
            for index in range(len(body)):
                write(body[index : index + 1])
                if ending.wait(self.dribble):
                    break
            return False
        write(body[: self.cut_after])
        return self.cut_after is None
