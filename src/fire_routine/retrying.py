"""The one retry loop: ask, and ask again after a pause; and how long a server asks to wait."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

LONGEST_PLAUSIBLE = 366 * 24 * 3600  # seconds; a limit that resets later than in a year is a mistake

T = TypeVar("T")
Error = TypeVar("Error", bound=Exception)


def retrying(
    request: Callable[[], T],
    pauses: Iterable[float],
    *,
    sleep: Callable[[float], object],
    errors: type[Error],
    wait: Callable[[Error, float], float | None],
) -> T:
    """What the request returns, which is made again after each pause that is worth it.

    Args:
        pauses: seconds before each further request; after the last one its error is raised.
        sleep: waits for seconds.
        errors: those after which another request may succeed; any other one is raised at once.
        wait: the seconds to wait after an error, given the next pause. None: the error is raised at once.

    Raises:
        Exception: what the last request raised.
    """
    for pause in pauses:
        try:
            return request()
        except errors as error:
            seconds = wait(error, pause)
            if seconds is None:
                raise
        sleep(seconds)
    return request()


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> int | None:
    """Seconds that a `Retry-After` header asks to wait; None: there is none that can be used.

    It is a number of seconds or a date. A date is counted from the response's own `Date`, so that a runner's
    wrong clock is harmless. One that has passed gives 0.
    Source: RFC 9110, section 10.2.3.

    Args:
        headers: by lower-case name.
        now: the time of day, used if the response has no date; None: a date is of no use then.
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,12}", text):
        seconds = int(text)
    else:
        moment, since = http_date(text), http_date(headers.get("date", "")) or now
        if moment is None or since is None:
            return None
        seconds = max(0, math.ceil((moment - since).total_seconds()))
    return seconds if seconds <= LONGEST_PLAUSIBLE else None


def http_date(value: str) -> datetime | None:
    """A header's time (RFC 9110, section 5.6.7); None for anything else."""
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
