"""The ledger's verdicts in words. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..model import Note, Outcome, Result, Verdict
from .election.claims import Claim
from .election.rules import Contender, Ruling
from .ledger.entry import Stage
from .ledger.links import session_id
from .policy.guards import skip

_ANYWAY = "To send anyway, set once-per: always."
_UNSURE = "Without its log, now or then, this failure can't be distinguished from an earlier one. "
_WHAT = "the ledger (commit statuses named fire-routine)"
_GRANT = "give the job `permissions: statuses: write`"


def blocked(ruling: Ruling, contender: Contender, *, waited: bool = True) -> Verdict:
    """Why the ledger keeps the fire back.

    `waited`: a claim that is still open was waited for, as long as it is worth it.
    """
    if ruling.limited:
        return _limited(ruling, contender)
    blocker = ruling.blocker
    if blocker is None:
        raise ValueError("nothing blocks")
    whose = f"run {blocker.run}, attempt {blocker.attempt}"
    if blocker.same_attempt(contender):
        whose = "another job of this attempt"
        unsure = ""
    else:
        unsure = "" if contender.is_for(blocker) or contender.once_per == "run" else _UNSURE
    if ruling.waiting:
        return _leader_lost(whose) if waited else _being_started(unsure, whose)
    if blocker.stage is Stage.FAILED:
        return skip(
            "earlier-failed",
            f"The fire for this attempt was refused just now ({whose}, whose summary shows why): fix that and"
            " re-run the failed jobs.",
        )
    if blocker.has_session:
        link = f": {blocker.url}" if blocker.url else "; its status does not link to a session."
        return Verdict(
            fire=False,
            reason="duplicate",
            message=f"{unsure}A session was started on this failure before ({whose}){link} {_ANYWAY}",
            session_id=session_id(blocker.url),
            session_url=blocker.url,
        )
    return skip(
        "earlier-unknown",
        f"{unsure}The request for this failure was cut off before ({whose}), so a session may be at work:"
        f" look at https://claude.ai/code. {_ANYWAY}",
    )


def own_commits(sessions: int, max_sessions: int) -> Verdict:
    """Sessions wrote the commits, and there were enough of them."""
    return skip(
        "claude-session",
        f"A session wrote this commit (Claude-Session trailer) and {sessions} of max-sessions"
        f" {max_sessions} have worked on it already: a person should look, or raise max-sessions.",
    )


def fires(number: int, max_sessions: int) -> Verdict:
    message = f"Session {number} of at most {max_sessions} since the workflow was last green."
    return Verdict(fire=True, message=message, session_number=number)


def _being_started(unsure: str, whose: str) -> Verdict:
    return skip(
        "duplicate",
        f"{unsure}The session for this failure is being started right now ({whose}); its link will be on the"
        f" commit. {_ANYWAY}",
    )


def _leader_lost(whose: str) -> Verdict:
    return Verdict(
        fire=False,
        reason="leader-lost",
        message=f"{whose[0].upper()}{whose[1:]} was starting a session for this failure and has reported no"
        " result. It may have died, before or after a session started: look at https://claude.ai/code."
        f" {_ANYWAY}",
    )


def _limited(ruling: Ruling, contender: Contender) -> Verdict:
    if ruling.looping:
        return own_commits(ruling.sessions, contender.max_sessions)
    last = _session(ruling.blocker)
    started = "were started or are being started" if ruling.waiting else "were started"
    return Verdict(
        fire=False,
        reason="max-sessions",
        message=f"{ruling.sessions} of max-sessions {contender.max_sessions} {started} since the workflow was"
        " last green, none of them on this failure: a person should look, or raise max-sessions.",
        session_id=session_id(last),
        session_url=last,
    )


def _session(claim: Claim | None) -> str:
    return claim.url if claim and claim.has_session else ""


# What a claim that could not be taken back keeps from being fired.
_LEFT = {
    Stage.CLAIMED: " The claim left on the commit blocks a re-run for 10 minutes.",
    Stage.SENDING: " The commit may say that a session is being started, which blocks re-runs.",
}


def unavailable(problem: str, left: Stage | None, *, denied_to_leg: bool = False) -> Verdict:
    """The ledger can't be used.

    Args:
        left: how far a claim seems to have come which could not be taken back.
        denied_to_leg: the token has no permission, and the job is part of a matrix.
    """
    remedy = "re-run the failed jobs, or set once-per: always to fire without it"
    if denied_to_leg:
        remedy = f"{_GRANT}; without it, each job of a matrix would start a session"
    return Verdict(
        fire=False,
        failed=True,
        reason="ledger-unavailable",
        message="The ledger of commit statuses that keeps a failure from being fired twice can't be used now"
        f" ({problem}). Nothing was sent: {remedy}.{_LEFT[left] if left else ''}",
    )


def unrecorded(problem: str, *, denied: bool) -> Note:
    """The fire is not recorded: without permission, or with `once-per: always` while GitHub is down."""
    if denied:
        why = f"{problem}; only this job keeps the failure from being fired again"
        return Note(_WHAT, why, _GRANT, permission="statuses: write")
    return Note(_WHAT, f"{problem}; as once-per is always, it is fired anyway")


def unseen(problem: str) -> Note:
    return Note(
        what="sessions on earlier commits of the branch",
        why=f"{problem}; a failure that one of them is at work on is fired again",
        remedy="give the job `permissions: actions: read`",
        permission="actions: read",
    )


def gone(sha: str, problem: str) -> Note:
    return Note(
        what=f"sessions on commit {sha[:8]} of the branch",
        why=f"{problem}; the commit seems to be gone, so it counts as one without sessions",
    )


def unsettled(problem: str) -> Note:
    return Note(
        what="the record of this fire's result on the commit",
        why=f"{problem}; until the workflow is green again it counts as a session that may have started",
    )


# --- on the commit ----------------------------------------------------------------------------------

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
