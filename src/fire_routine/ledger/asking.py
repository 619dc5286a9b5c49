"""How one job asks GitHub for what the ledger needs: again after a fault, as long as that is worth it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..clock import Clock
from ..model.outcome import GitHubError
from ..retrying import retrying
from .terms import DENIED, LIMITED, PATIENCE, RETRIES, Terms

T = TypeVar("T")


class LedgerError(Exception):
    """GitHub does not take, show or give what the ledger needs. One line.

    `permission`: that the token lacks, by GitHub's words; empty: none.
    """

    def __init__(self, message: str, permission: str = "") -> None:
        super().__init__(message)
        self.permission = permission


class Asking:
    """One job's patience with GitHub."""

    def __init__(self, clock: Clock, terms: Terms) -> None:
        timing = terms.timing
        self._clock = clock
        self._alone = terms.alone
        self._pauses = timing.retries_alone if terms.alone else RETRIES
        self._patience = timing.patience_alone if terms.alone else PATIENCE
        self._limits = timing.limits  # waits that are left
        self._until = 0.0
        self.begin()

    def begin(self) -> None:
        """Count the time for all that is asked from now on."""
        self._until = self._clock.monotonic() + self._patience

    def allow(self, seconds: float) -> None:
        """Don't count time for which others were waited for: nothing was asked."""
        self._until += seconds

    def ask(self, permission: str, request: Callable[[], T], *, patient: bool = True) -> T:
        """The answer, asked for again after each fault that may pass.

        An outage may answer 401, 403, 404 or 422 as well. So a permission counts as missing only where GitHub
        says so in its own words, for a while.

        Args:
            permission: that it needs.
            patient: whether it is asked again at all.

        Raises:
            LedgerError: GitHub does not answer, or refuses; and what `request` itself raised.
        """
        pauses = self._pauses if patient else ()
        denied_until = self._clock.monotonic() + DENIED

        def wait(error: GitHubError, pause: float) -> float | None:
            if error.rate_limited:
                return self._limit(error.retry_after)
            until = min(self._until, denied_until) if _is_missing(error) else self._until
            return None if error.permanent or self._clock.monotonic() > until else pause

        try:
            return retrying(request, pauses, sleep=self._clock.sleep, errors=GitHubError, wait=wait)
        except GitHubError as error:
            raise _told(error, permission) from None

    def _limit(self, seconds: float | None) -> float | None:
        """How long a rate limit is waited for; None: it is not."""
        if not (self._alone and self._limits and seconds and seconds <= LIMITED):
            return None
        self._limits -= 1
        self._until += seconds
        return seconds


def _is_missing(error: GitHubError) -> bool:
    """Whether GitHub says that the token lacks a permission."""
    worded = "resource not accessible by" in str(error).casefold()
    return error.status == 403 and worded and not error.rate_limited


def _told(error: GitHubError, permission: str) -> LedgerError:
    if _is_missing(error):
        return LedgerError(str(error), permission)
    # GitHub answers 401 if there is no token, or one that is no longer valid.
    remedy = ": give `github-token` a valid token" if error.status == 401 else ""
    return LedgerError(f"{error}{remedy}")
