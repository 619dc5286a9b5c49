"""The ledger's verdicts in words. Pure."""

from __future__ import annotations

from datetime import timedelta

from ..model import Message, Note, Run, Verdict, in_words
from .election.claims import Claim
from .election.rules import Contender, Ruling
from .ledger.entry import Stage
from .ledger.links import session_id
from .policy.guards import skip

_ANYWAY = Message("To start one anyway, set `once-per: always`.")
_UNSURE = Message("Without its log, now or then, this failure can't be distinguished from an earlier one.")
_WHAT = "the ledger (commit statuses named fire-routine)"
_GRANT = Message("Add `statuses: write` to the job's `permissions`.")


def blocked(ruling: Ruling, contender: Contender, *, waited: bool = True) -> Verdict:
    """Why the ledger keeps the fire back.

    `waited`: a claim that is still open was waited for, as long as it is worth it.
    """
    if ruling.limited:
        return _limited(ruling, contender)
    blocker = ruling.blocker
    if blocker is None:
        raise ValueError("nothing blocks")
    whose = Message("run {run}, attempt {attempt}", run=blocker.run, attempt=blocker.attempt)
    unsure = not (contender.is_for(blocker) or contender.once_per == "run")
    if blocker.same_attempt(contender):
        whose, unsure = Message("another job of this attempt"), False
    if ruling.waiting:
        return _leader_lost(whose) if waited else skip("duplicate", _unless_unsure(unsure, _starting(whose)))
    if blocker.stage is Stage.FAILED:
        return skip(
            "earlier-failed",
            Message(
                "The fire for this attempt was refused just now ({whose}; its summary has the reason). Fix"
                " that, and re-run the failed jobs.",
                whose=whose,
            ),
        )
    if blocker.has_session:
        return _duplicate(blocker, whose, unsure, ruling.came_back)
    message = Message(
        "The request for this failure was cut off before ({whose}), so a session may exist: look at"
        " https://claude.ai/code. {anyway}",
        whose=whose,
        anyway=_ANYWAY,
    )
    return skip("earlier-unknown", _unless_unsure(unsure, message))


def rerun(run: Run) -> Verdict:
    """The failed jobs of a first attempt are re-run, by this job or another."""
    message = Message(
        "The failed jobs are re-run once before a session is started. Attempt {next} decides:"
        " if it fails, it starts one. If it does not begin, re-run them yourself.",
        next=run.attempt + 1,
    )
    return skip("rerun", message)


def flake(first: Claim, run: Run, fired: Claim | None) -> Verdict:
    """The run passed; `fired`: a session that was started on it all the same."""
    message = Message(
        "Attempt {first} failed, and attempt {attempt} passed without a change: the failure is flaky. This is"
        " recorded on the commit.",
        first=first.attempt,
        attempt=run.attempt,
    )
    if fired is None:
        return skip("flake", Message("{message} No session was started.", message=message))
    return Verdict(
        fire=False, reason="flake", message=message, session_id=session_id(fired.url), session_url=fired.url
    )


def own_commits(sessions: int, max_sessions: int) -> Verdict:
    """Sessions wrote the commits, and there were enough of them."""
    return skip(
        "claude-session",
        Message(
            "A session wrote this commit (`Claude-Session` trailer), and {sessions} of `max-sessions: {most}`"
            " have worked on it already. A person should look, or raise `max-sessions`.",
            sessions=sessions,
            most=max_sessions,
        ),
    )


def fires(number: int, max_sessions: int) -> Verdict:
    message = Message(
        "Session {number} of at most {most} since the workflow was last green.",
        number=number,
        most=max_sessions,
    )
    return Verdict(fire=True, message=message, session_number=number)


def _unless_unsure(unsure: bool, message: Message) -> Message:
    return Message("{unsure} {message}", unsure=_UNSURE, message=message) if unsure else message


def _starting(whose: Message) -> Message:
    return Message(
        "The session for this failure is being started right now ({whose}). Its link will be on the commit."
        " {anyway}",
        whose=whose,
        anyway=_ANYWAY,
    )


def _duplicate(blocker: Claim, whose: Message, unsure: bool, came_back: timedelta | None) -> Verdict:
    message = Message(
        "A session was started on this failure before ({whose}). {anyway}", whose=whose, anyway=_ANYWAY
    )
    if came_back is not None or blocker.stage is Stage.RETURNED:
        after = Message("{time} after", time=in_words(came_back)) if came_back else Message("soon after")
        message = Message(
            "This failure was gone and came back {after} its session was started ({whose}). It is flaky, or"
            " not fixed. To start another session anyway, set `cool-down: 0`.",
            after=after,
            whose=whose,
        )
    if not blocker.url:
        message = Message("{message} The status on the commit has no link to the session.", message=message)
    return Verdict(
        fire=False,
        reason="duplicate",
        message=_unless_unsure(unsure, message),
        session_id=session_id(blocker.url),
        session_url=blocker.url,
    )


def _leader_lost(whose: Message) -> Verdict:
    message = Message(
        "The session for this failure was being started ({whose}), and no result was reported. That job may"
        " have died, before or after a session started: look at https://claude.ai/code. {anyway}",
        whose=whose,
        anyway=_ANYWAY,
    )
    return Verdict(fire=False, reason="leader-lost", message=message)


def _limited(ruling: Ruling, contender: Contender) -> Verdict:
    if ruling.looping:
        return own_commits(ruling.sessions, contender.max_sessions)
    last = _session(ruling.blocker)
    started = Message("were started or are being started") if ruling.waiting else Message("were started")
    none = Message("none of them is at work on this failure")
    if contender.replaced:
        none = Message("the one on this failure left no trace")
    message = Message(
        "{sessions} of `max-sessions: {most}` {started} since the workflow was last green; {none}. A person"
        " should look, or raise `max-sessions`.",
        sessions=ruling.sessions,
        most=contender.max_sessions,
        started=started,
        none=none,
    )
    return Verdict(
        fire=False, reason="max-sessions", message=message, session_id=session_id(last), session_url=last
    )


def _session(claim: Claim | None) -> str:
    return claim.url if claim and claim.has_session else ""


# What a claim that could not be taken back keeps from being fired.
_LEFT = {
    Stage.CLAIMED: Message("The claim left on the commit blocks a re-run for 10 minutes."),
    Stage.SENDING: Message("The commit may say that a session is being started, which blocks re-runs."),
}


def unavailable(problem: str, left: Stage | None, *, denied_to_leg: bool = False) -> Verdict:
    """The ledger can't be used.

    Args:
        left: how far a claim seems to have come which could not be taken back.
        denied_to_leg: the token has no permission, and the job is part of a matrix.
    """
    remedy = Message("Re-run the failed jobs, or set `once-per: always` to fire without it.")
    if denied_to_leg:
        remedy = Message("{grant} Without it, each job of a matrix would start a session.", grant=_GRANT)
    message = Message(
        "The ledger of commit statuses that prevents a second fire can't be used now ({problem}). Nothing was"
        " sent. {remedy}",
        problem=problem,
        remedy=remedy,
    )
    if left:
        message = Message("{message} {left}", message=message, left=_LEFT[left])
    return Verdict(fire=False, failed=True, reason="ledger-unavailable", message=message)


def unrecorded(problem: str, *, denied: bool) -> Note:
    """The fire is not recorded: without permission, or with `once-per: always` while GitHub is down."""
    if denied:
        why = Message("{problem}. Only this job keeps the failure from being fired again.", problem=problem)
        return Note(_WHAT, why, _GRANT, permission="statuses: write")
    why = Message("{problem}. As `once-per` is `always`, it is fired anyway.", problem=problem)
    return Note(_WHAT, why)


def unseen(problem: str) -> Note:
    return Note(
        what="sessions on earlier commits of the branch",
        why=Message("{problem}. A failure that one of them is at work on is fired again.", problem=problem),
        remedy=Message("Add `actions: read` to the job's `permissions`."),
        permission="actions: read",
    )


def not_rerun(problem: str, *, denied: bool) -> Note:
    """The failed jobs were not re-run. `denied`: the token may lack the permission."""
    return Note(
        what="a re-run of the failed jobs",
        why=Message("{problem}. So this failure did not wait for one.", problem=problem),
        remedy=Message("Add `actions: write` to the job's `permissions`.") if denied else "",
        permission="actions: write" if denied else "",
    )


def not_recorded(problem: str) -> Note:
    return Note("the record of a flaky failure on the commit", Message("{problem}.", problem=problem))


def flakes_unread(problem: str) -> Note:
    return Note("some of what re-runs showed of this failure", Message("{problem}.", problem=problem))


def unread(problem: str) -> Note:
    return Note(
        what="all sessions within `cool-down` on earlier commits of the branch",
        why=Message("{problem}. A failure that came back after one of them is fired again.", problem=problem),
    )


def gone(sha: str, problem: str) -> Note:
    return Note(
        what=f"sessions on commit {sha[:8]} of the branch",
        why=Message(
            "{problem}. The commit seems to be gone, so it counts as one without sessions.", problem=problem
        ),
    )


def unsettled(problem: str) -> Note:
    return Note(
        what="the record of this fire's result on the commit",
        why=Message(
            "{problem}. Until the workflow is green again it counts as a session that may have started.",
            problem=problem,
        ),
    )
