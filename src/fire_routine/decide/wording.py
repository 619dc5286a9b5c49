"""The ledger's verdicts in words. Pure."""

from __future__ import annotations

from ..model import Note, Verdict
from ..settings import Settings
from .book import Claim, Contender, Ruling
from .guards import own_commits, session_id, skip
from .record import Stage

_ANYWAY = "To send all the same, set once-per: always."
_UNSURE = "Without its log, now or then, this failure can't be told from an earlier one. "


def blocked(ruling: Ruling, contender: Contender, settings: Settings) -> Verdict:
    """Why the ledger keeps the fire back."""
    if ruling.limited:
        return _limited(ruling, contender, settings)
    blocker = ruling.blocker
    if blocker is None:
        raise ValueError("nothing blocks")
    whose = f"run {blocker.run}, attempt {blocker.attempt}"
    if blocker.same_attempt(contender):
        whose = "another job of this attempt"
        unsure = ""
    else:
        unsure = "" if blocker.failures & contender.failures or contender.once_per == "run" else _UNSURE
    if ruling.waiting:
        return skip(
            "duplicate",
            f"{unsure}The session for this failure is being started right now ({whose}); its link will stand"
            f" on the commit. {_ANYWAY}",
        )
    if blocker.stage is Stage.FAILED:
        return skip(
            "earlier-failed",
            f"The fire for this attempt was refused just now ({whose}, whose summary says why): mend that and"
            " re-run the failed jobs.",
        )
    if blocker.stage in (Stage.FIRED, Stage.COVERED):
        return Verdict(
            fire=False,
            reason="duplicate",
            message=f"{unsure}A session was started on this failure before ({whose}): {blocker.url}"
            f" {_ANYWAY}",
            session_id=session_id(blocker.url),
            session_url=blocker.url,
        )
    return skip(
        "earlier-unknown",
        f"{unsure}The request for this failure was cut off before ({whose}), so a session may be at work:"
        f" look at https://claude.ai/code. {_ANYWAY}",
    )


def _limited(ruling: Ruling, contender: Contender, settings: Settings) -> Verdict:
    if contender.other_sessions:
        return own_commits(ruling.sessions, settings)
    last = _session(ruling.blocker)
    started = "were started or are being started" if ruling.waiting else "were started"
    return Verdict(
        fire=False,
        reason="max-sessions",
        message=f"{ruling.sessions} of max-sessions {settings.max_sessions} {started} since the workflow was"
        " last green, none of them on this failure: a person should look, or raise max-sessions.",
        session_id=session_id(last),
        session_url=last,
    )


def _session(claim: Claim | None) -> str:
    return claim.url if claim and claim.stage in (Stage.FIRED, Stage.COVERED) else ""


# What a claim that could not be taken back keeps from being fired.
_LEFT = {
    Stage.CLAIMED: " The claim left on the commit keeps a re-run back for 10 minutes.",
    Stage.SENDING: " The commit may say that a session is being started, which keeps re-runs back.",
}


def unavailable(problem: str, left: Stage | None) -> Verdict:
    """`left`: how far a claim says that it came which could not be taken back."""
    return Verdict(
        fire=False,
        failed=True,
        reason="ledger-unavailable",
        message="The ledger of commit statuses that keeps a failure from being fired twice can't be used now"
        f" ({problem}). Nothing was sent: re-run the failed jobs, or set once-per: always to fire"
        f" without them.{_LEFT[left] if left else ''}",
    )


def unrecorded(problem: str) -> Note:
    return Note(
        what="the ledger (commit statuses named fire-routine)",
        why=f"{problem}; nothing but this job keeps the failure from being fired again",
        remedy="give the job `permissions: statuses: write`",
        permission="statuses: write",
    )


def out_of_order(problem: str) -> Note:
    return Note(
        what="the ledger (commit statuses named fire-routine)",
        why=f"{problem}; as once-per is always, it is fired all the same",
    )


def unseen(problem: str) -> Note:
    return Note(
        what="sessions on earlier commits of the branch",
        why=f"{problem}; a failure that one of them is at work on is fired again",
        remedy="give the job `permissions: actions: read`",
        permission="actions: read",
    )


def unsettled(problem: str) -> Note:
    return Note(
        what="the record of this fire's result on the commit",
        why=f"{problem}; until the workflow is green again it counts as a session that may have started",
    )
