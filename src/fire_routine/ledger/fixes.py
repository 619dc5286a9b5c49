"""A fix waits: while a session's pull request for a failure is open, no other session starts for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..model.fix_branch import failures_of
from ..model.outcome import EarlierSession, SessionTrace, Skip
from ..model.reason import Reason
from .entry import Claim
from .names import Kind, Name, is_in
from .rule import Asker


def waiting(
    fixes: Iterable[SessionTrace], asker: Asker, claims: Sequence[Claim], branches: Iterable[str | None]
) -> EarlierSession | None:
    """The session whose open pull request is for all that failed; None: there is none.

    Args:
        fixes: the open pull requests of sessions, newest first.
        claims: what was read of the ledger: what names the failures of a branch that does not name them.
        branches: that a fix of this run is merged into.
    """
    into = {branch for branch in branches if branch}
    for fix in fixes:
        pull = fix.pull_request
        if pull is None or pull.base_branch not in into:
            continue
        own = [one for one in claims if one.run == fix.run and one.has_session]
        names = {Name(Kind.LOG, digits) for digits in failures_of(fix.branch)}
        names.update(name for one in own for name in one.names)
        if all(is_in(one, names) for one in asker.failures):
            last = own[-1] if own else None
            return EarlierSession(
                last.url if last else "", fix.run, started_at=last.at if last else pull.created_at, trace=fix
            )
    return None


def fix_waits(session: EarlierSession) -> Skip:
    """Why nothing is fired while it waits."""
    pull = session.pull_request
    link = f" ({pull.url})" if pull else ""
    return Skip(
        Reason.DUPLICATE,
        f"A session's pull request for this failure is open{link}. As long as it is, no other session starts"
        " for this failure: merge it or close it. To start one now, use `again`.",
        session.url,
    )


def too_many(fixes: Sequence[SessionTrace], limit: int) -> Skip | None:
    """Skip what would add to a pile of fixes that nobody reviews. `limit`: `max-open-fixes`; 0: none."""
    if not limit or len(fixes) < limit:
        return None
    return Skip(
        Reason.MAX_OPEN_FIXES,
        f"{len(fixes)} pull requests of sessions are open, and `max-open-fixes` is {limit}. Merge or close"
        " some. To start a session now, use `again`.",
    )
