"""What people read first in an entry, instead of the stage's own words. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from ...model import Outcome, Result


def returned(after: timedelta | None) -> str:
    """What a status shows of a failure that came back after this time, counted from its session's start.

    Empty if the time is not known: the stage's own words.
    """
    if after is None:
        return ""
    hours, minutes = divmod(int(after.total_seconds()) // 60, 60)
    return f"Back {f'{hours} h' if hours else f'{minutes} min'} after its Claude session"


_REFUSED = {
    "rate-limited": "rate limited",
    "overloaded": "Claude is overloaded",
    "unauthorized": "the token was refused",
    "not-found": "the routine was not found",
    "forbidden": "the account may not start one",
    "no-connection": "no connection to Claude",
    "interrupted": "the job was cancelled",
}


def result(outcome: Outcome, now: datetime | None) -> str:
    """What a status shows of a request that started no session; empty: the stage's own words.

    `now`: by GitHub's clock, as far as it is known.
    """
    if outcome.result is not Result.FAILED:
        return ""
    why = _REFUSED.get(outcome.reason) or outcome.reason.replace("-", " ")
    if outcome.retry_after is not None and now is not None:
        until = now + timedelta(seconds=outcome.retry_after)
        day = "" if until.date() == now.date() else f"{until:%d %b} "
        why += f" until {day}{until:%H:%M} UTC"
    return f"No session: {why}" if why else ""
