"""What a fire can end in, when it does not end in a session.

    FireError
    ├── NotSent           failed: no connection was made, or the text or set-up can't be used
    │   └── TextTooLong
    ├── Rejected          failed: the endpoint answered, and started nothing
    │   ├── RateLimited   429
    │   └── Overloaded    503, 529 with the documented error envelope
    ├── Cancelled         failed: interrupted while nothing was under way
    └── Unknown           unknown: the request may have started a session; never send it again

Each message is one line: what happened, and the one thing to do about it. None holds the token.
"""

# ruff: noqa: N818 - named after what happened, as httpx names its own

from __future__ import annotations

from typing import ClassVar

from ..model import Result


class FireError(Exception):
    """The fire gave no session. `outcome` says whether one may exist all the same."""

    outcome: ClassVar[Result] = Result.FAILED

    def __init__(
        self,
        message: str,
        *,
        reason: str,
        http_status: int | None = None,
        error_type: str = "",
        request_id: str = "",
        retry_after: int | None = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason  # a stable kebab-case word
        self.http_status = http_status
        self.error_type = error_type  # the envelope's, such as `rate_limit_error`
        self.request_id = request_id  # the `request-id` header
        self.retry_after = retry_after  # seconds
        self.retryable = retryable  # it provably created nothing, and trying again may help
        self.requests = 0  # sent to the endpoint by the fire that ended so

    def amend(self, sentence: str) -> None:
        """Add to the message."""
        self.message = f"{self.message} {sentence}"
        self.args = (self.message,)


class NotSent(FireError):
    """Nothing reached the endpoint."""


class TextTooLong(NotSent):
    """The text is longer than the endpoint takes."""


class Rejected(FireError):
    """The endpoint's answer says that it started nothing."""


class RateLimited(Rejected):
    """The routine's run limit or the account's usage limit is reached (429)."""


class Overloaded(Rejected):
    """The endpoint reports that it is overloaded (503, or 529 as on the Claude Platform)."""


class Cancelled(FireError):
    """Interrupted before a request was sent, or between two attempts."""


class Unknown(FireError):
    """The request was sent, or begun, and what became of it can't be told."""

    outcome = Result.UNKNOWN
