"""How a fire can end without a session.

    FireError
    ├── NotSent           failed: no connection was made, or the text or an argument is unusable
    ├── Rejected          failed: the endpoint replied that it started nothing
    ├── Cancelled         failed: interrupted before a request was sent, or between two attempts
    └── Unknown           unknown: the request may have started a session; never send it again

Each message is one line of Markdown: what happened, and the one thing to do about it. None contains the
token.
"""

# ruff: noqa: N818 - named after what happened, as httpx names its own

from __future__ import annotations

from typing import ClassVar

from ..model.outcome import Result
from ..model.reason import Reason


class FireError(Exception):
    """The fire gave no session. `outcome` shows whether one may exist nevertheless.

    Its attributes are the arguments below, and `requests`: how many the whole fire sent.
    """

    outcome: ClassVar[Result] = Result.FAILED

    def __init__(
        self,
        message: str,
        *,
        reason: Reason,
        http_status: int | None = None,
        error_type: str = "",
        request_id: str = "",
        retry_after: int | None = None,
        retryable: bool = False,
    ) -> None:
        """
        Args:
            message: one line for people, in which the values of others are quoted.
            reason: for the `reason` output.
            http_status: the response's status; None: there was no response.
            error_type: the type in the error envelope, such as `rate_limit_error`.
            request_id: the `request-id` header.
            retry_after: seconds until the request may be sent again; None: not stated.
            retryable: the request provably started nothing, and may be sent again.
        """
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.http_status = http_status
        self.error_type = error_type
        self.request_id = request_id
        self.retry_after = retry_after
        self.retryable = retryable
        self.requests = 0

    def amend(self, sentence: str) -> None:
        """Add a sentence to the message."""
        self.message = f"{self.message} {sentence}"
        self.args = (self.message,)


class NotSent(FireError):
    """Nothing reached the endpoint."""


class Rejected(FireError):
    """The endpoint replied that it started nothing."""


class Cancelled(FireError):
    """Interrupted before a request was sent, or between two attempts."""


class Unknown(FireError):
    """The request was sent, or had begun to be sent, and its result is not known."""

    outcome = Result.UNKNOWN
