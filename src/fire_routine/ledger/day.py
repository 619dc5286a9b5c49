"""A limit a day, over all workflows of the repository. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.outcome import Skip
from ..model.reason import Reason
from .entry import Claim
from .rule import Moment
from .terms import DAY


def over_limit(claims: Iterable[Claim], limit: int, moment: Moment, *, others: bool = False) -> Skip | None:
    """Skip what would be one session too many.

    What others cause, however many alerts or forks there are, has half of the limit together, and the last
    fifth is kept from it. So trusted people and code get their sessions.

    Args:
        limit: `daily-limit`, from 1.
        others: neither trusted people nor trusted code cause this one.
    """
    begun = [  # sessions, or what may be one
        claim
        for claim in claims
        if claim.at and not moment.is_old(claim, DAY) and (claim.has_session or moment.in_doubt(claim))
    ]
    bounds = [(begun, limit)]
    if others:
        bounds = [(begun, limit - limit // 5), ([one for one in begun if one.others], max(limit // 2, 1))]
    full = [(sorted(one.at for one in found if one.at), most) for found, most in bounds if len(found) >= most]
    if not full or moment.now is None:
        return None
    next_at = max(times[len(times) - most] for times, most in full) + DAY
    most = full[-1][1]
    kept = " The rest is kept for trusted people and code." if others else ""
    return Skip(
        Reason.DAILY_LIMIT,
        f"{len(full[-1][0])} sessions were started within 24 hours, and {most} of `daily-limit: {limit}` are"
        f" for runs such as this.{kept} The next is possible at {next_at:%H:%M} UTC. To start one now, use"
        " `again`.",
    )
