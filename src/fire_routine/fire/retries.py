"""Whether a fire may be tried again, and after how long. Pure: no clock and no sleep of its own."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from .errors import FireError

FIRST_BACKOFF = 1.0  # seconds; doubled with each attempt
LONGEST_BACKOFF = 20.0  # seconds; the default `max-wait` then has room for about seven attempts
SHORTEST_ATTEMPT = 1.0  # seconds that must be left after a wait: less is too little for a response
LONGEST_PLAUSIBLE = 366 * 24 * 3600  # seconds; a limit that resets later than in a year is a mistake


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def retry_after(value: str | None, date: str | None, now: datetime) -> int | None:
    """Seconds that a `Retry-After` header asks to wait; None: there is none that can be used.

    A date that has passed gives 0.
    Source: RFC 9110, section 10.2.3.

    Args:
        value: the header; seconds or an HTTP date.
        date: the response's own `Date`. The wait is counted from it, so that a runner's wrong clock is
            harmless.
        now: the time of day, used if the response has no date.
    """
    text = (value or "").strip()
    if re.fullmatch(r"[0-9]{1,12}", text):
        seconds = int(text)
    else:
        moment = _http_date(text) if text else None
        if moment is None:
            return None
        since = (_http_date(date) if date else None) or now
        seconds = max(0, math.ceil((moment - since).total_seconds()))
    return seconds if seconds <= LONGEST_PLAUSIBLE else None


def cause(error: FireError) -> str:
    """Why an attempt failed, in a word or two: the HTTP status, if there was a response."""
    return "no connection" if error.http_status is None else str(error.http_status)


def announcement(error: FireError, wait: float, attempt: int, max_wait: float) -> str:
    """The line before a wait. `attempt`: the one after it, from 2."""
    what = {"rate-limited": "The routine's limit is reached", "overloaded": "The endpoint is overloaded"}.get(
        error.reason, "The endpoint was not reached"
    )
    status = f" ({error.http_status})" if error.http_status else ""
    limits = f"attempt {attempt}, at most {max_wait:.0f} s of waiting in all"
    return f"{what}{status}. Trying again in {wait:.0f} s ({limits})."


class Retries:
    """Decides how long to wait before the next attempt, for at most `max_wait` seconds in all."""

    def __init__(self, max_wait: float, jitter: Callable[[], float]) -> None:
        """
        Args:
            max_wait: seconds of all waits together.
            jitter: a random number from 0 to 1.
        """
        self._max_wait = max_wait
        self._jitter = jitter
        self.waited = 0.0  # seconds
        self.failures = 0

    def next_wait(self, error: FireError, remaining: float) -> float | None:
        """Seconds to wait after an error; None: give up.

        The wait is exponential with jitter, and never shorter than `Retry-After`.

        Args:
            error: how the attempt ended.
            remaining: seconds until the fire's deadline.
        """
        self.failures += 1
        if not error.retryable:
            return None
        backoff = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** (self.failures - 1))
        wait = max(float(error.retry_after or 0), backoff * (0.5 + self._jitter() / 2))
        if wait > self._max_wait - self.waited or wait > remaining - SHORTEST_ATTEMPT:
            return None
        self.waited += wait
        return wait
