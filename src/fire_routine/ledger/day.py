"""A limit a day, over all workflows of the repository. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.outcome import Skip
from ..model.reason import Reason
from .entry import Claim
from .rule import Standing
from .terms import DAY


def over_limit(claims: Iterable[Claim], limit: int, standing: Standing, daily_limit: int) -> Skip | None:
    """Skip what would be one session too many.

    `limit`: of this fire, from 1. It may be lower than `daily_limit`, the input.
    """
    begun = sorted(  # sessions, or what may be one
        claim.at
        for claim in claims
        if claim.at and not standing.is_old(claim, DAY) and (claim.has_session or standing.in_doubt(claim))
    )
    if len(begun) < limit or standing.now is None:
        return None
    next_at = begun[len(begun) - limit] + DAY
    kept = " The rest is kept for failures of trusted code." if limit < daily_limit else ""
    return Skip(
        Reason.DAILY_LIMIT,
        f"{len(begun)} sessions were started within 24 hours, and {limit} of `daily-limit: {daily_limit}` are"
        f" for runs such as this.{kept} The next is possible at {next_at:%H:%M} UTC. To start one now, use"
        " `again`.",
    )
