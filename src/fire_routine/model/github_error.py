"""What a request to GitHub may raise."""

from __future__ import annotations


class GitHubError(Exception):
    """GitHub refused a request, or could not be reached. The message is one line and contains no token.

    `status` is the HTTP status, or None where there was no answer that could be used: then a
    request that writes may have arrived all the same. `retry_after`: seconds that GitHub asks to
    wait; None: it does not say. `permanent`: the set-up is at fault, so that no waiting helps.
    """

    def __init__(
        self,
        message: str,
        status: int | None = None,
        *,
        rate_limited: bool = False,
        retry_after: float | None = None,
        permanent: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.rate_limited = rate_limited
        self.retry_after = retry_after
        self.permanent = permanent

    @property
    def transient(self) -> bool:
        """Whether the same request may succeed after a while."""
        if self.rate_limited:
            return self.retry_after is not None
        return not self.permanent and (self.status is None or self.status >= 500)
