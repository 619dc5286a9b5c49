"""How one job asks GitHub for what the ledger needs: again after a fault, as long as that is worth it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..clock import Clock
from ..model.outcome import GitHubError
from ..retrying import retrying
from .terms import Terms

T = TypeVar("T")


class LedgerError(Exception):
    """The ledger can't be relied on. One line."""


class DeniedError(LedgerError):
    """The token has no permission for it."""


class UnavailableError(LedgerError):
    """GitHub does not take, show or give what the ledger needs."""


class Asking:
    """One job's patience with GitHub."""

    def __init__(self, clock: Clock, terms: Terms) -> None:
        timing = terms.timing
        self._clock = clock
        self._timing = timing
        self._alone = terms.alone
        self._pauses = timing.retries_alone if terms.alone else timing.retries
        self._patience = timing.patience_alone if terms.alone else timing.patience
        self._limits = timing.limits  # waits that are left
        self._until = 0.0
        self._permissions: dict[str, _Permission] = {}
        self.begin()

    def begin(self) -> None:
        """Count the time for all that is asked from now on."""
        self._until = self._clock.monotonic() + self._patience

    def allow(self, seconds: float) -> None:
        """Don't count time for which others were waited for: nothing was asked."""
        self._until += seconds

    def ask(
        self,
        what: str,
        request: Callable[[], T],
        *,
        patient: bool = True,
        proven: bool = False,
    ) -> T:
        """The answer, asked for again after each fault that may pass.

        Args:
            what: the permission that it needs, in any words.
            patient: whether it is asked again at all.
            proven: whether something shows that the token has the permission.

        Raises:
            DeniedError: the token lacks the permission.
            UnavailableError: GitHub does not answer, or refuses.
            LedgerError: what `request` itself raised.
        """
        permission = self._permissions.setdefault(what, _Permission(self._timing.denied))

        def attempt() -> T:
            try:
                answer = request()
            except GitHubError as error:
                if not proven and permission.is_missing(error, self._clock.monotonic()):
                    raise DeniedError(str(error)) from None
                raise
            permission.is_given = True
            return answer

        pauses = self._pauses if patient else ()
        while True:
            try:
                return retrying(attempt, pauses, sleep=self._clock.sleep, errors=GitHubError, wait=self._wait)
            except GitHubError as error:
                if not self._waits_for_limit(error):
                    raise _unavailable(error) from None

    def _wait(self, error: GitHubError, pause: float) -> float | None:
        return None if error.rate_limited or self._clock.monotonic() > self._until else pause

    def _waits_for_limit(self, error: GitHubError) -> bool:
        seconds = error.retry_after
        if not (error.rate_limited and seconds and seconds <= self._timing.limited):
            return False
        if not self._alone or not self._limits:
            return False
        self._limits -= 1
        self._until += seconds
        self._clock.sleep(seconds)
        return True


def _unavailable(error: GitHubError) -> UnavailableError:
    # GitHub answers 401 if there is no token, or one that is no longer valid.
    remedy = ": give `github-token` a valid token" if error.status == 401 else ""
    return UnavailableError(f"{error}{remedy}")


class _Permission:
    """Whether the token lacks a permission, or GitHub is only out of order.

    An outage can answer 401, 403, 404 or 422 as well. So a permission is missing only if GitHub states that
    in its own words, for a while. The same must never have been allowed in the job.
    """

    def __init__(self, seconds: float) -> None:
        self.is_given = False
        self._seconds = seconds
        self._denied_since: float | None = None

    def is_missing(self, error: GitHubError, now: float) -> bool:
        """Whether this denial, at a reading of a monotonic clock, leaves no doubt."""
        worded = error.status == 403 and "resource not accessible by" in str(error).casefold()
        if self.is_given or not worded or error.rate_limited:
            self._denied_since = None
            return False
        if self._denied_since is None:
            self._denied_since = now
        return now - self._denied_since >= self._seconds
