"""What the ledger decides, in words. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..model.outcome import Fire, Outcome, Result, Skip
from ..model.reason import Reason
from ..model.run import Note, Run, in_words
from .asking import LedgerError
from .entry import Claim, Stage
from .rule import Asker, Case, Ruling

_UNSURE = "Without its log, now or then, this failure can't be distinguished from an earlier one."
SIBLING = "another job of this attempt"
_LOOK = "look at https://claude.ai/code"


def whose(claim: Claim, asker: Asker) -> str:
    if asker.is_sibling(claim):
        return SIBLING
    return f"run {claim.run}, attempt {claim.attempt}"


def blocked(ruling: Ruling, case: Case, now: datetime | None, *, waited: bool) -> Skip:
    """Why the ledger keeps the fire back.

    Args:
        now: by GitHub's clock.
        waited: a claim that is going on was waited for, as long as it is worth it.
    """
    if ruling.limited:
        return _limited(ruling, case)
    claim = ruling.points_to
    if claim is None:
        raise ValueError("nothing blocks")
    by = whose(ruling.leader or claim, case.asker)
    unsure = f"{_UNSURE} " if ruling.unsure else ""
    what = case.asker.noun
    if ruling.leader and waited:
        return lost(by, what)
    if ruling.leader:
        return Skip(
            Reason.DUPLICATE,
            f"{unsure}The session for {what} is being started right now ({by}).",
        )
    if claim.stage is Stage.REFUSED:
        return refused(by)
    if claim.stage is Stage.ANNOUNCED:
        return lost(by, what)
    if claim.stage is Stage.UNKNOWN:
        return unknown(by, unsure, what)
    message = f"{unsure}A session was started for {what} before ({by})."
    if ruling.is_back:
        after = _since(claim, now)
        message = (
            f"This failure was gone and came back {after or 'soon'} after its"
            f" session was started ({by}). It is flaky, or not fixed."
        )
    return duplicate(message, claim.url)


def lost(by: str, what: str) -> Skip:
    return Skip(
        Reason.EARLIER_UNKNOWN,
        f"The session for {what} was being started ({by}), and no result was reported. That job may"
        f" have died, before or after a session started: {_LOOK}.",
    )


def duplicate(message: str, url: str) -> Skip:
    if not url:
        message += " The ledger has no link to the session."
    return Skip(Reason.DUPLICATE, message, url)


def unknown(by: str, unsure: str = "", what: str = "this failure") -> Skip:
    return Skip(
        Reason.EARLIER_UNKNOWN,
        f"{unsure}The request for {what} was cut off before ({by}), so a session may exist: {_LOOK}.",
    )


def refused(by: str) -> Skip:
    return Skip(
        Reason.EARLIER_FAILED,
        f"No session was started for this attempt just now ({by}; its summary has the reason). Fix that, and"
        " re-run the failed jobs.",
    )


def rerun(run: Run) -> Skip:
    """The failed jobs of a first attempt are re-run, by this job or another."""
    return Skip(
        Reason.RERUN,
        f"The failed jobs are re-run once before a session is started. Attempt {run.attempt + 1} decides: if"
        " it fails, it starts one. If it does not begin, re-run them yourself.",
    )


def flake(first: Claim, run: Run, fired: Claim | None) -> Skip:
    """The run passed; `fired`: a session that was started on it all the same."""
    message = (
        f"Attempt {first.attempt} failed, and attempt {run.attempt} passed without a change: the failure is"
        " flaky. This is recorded on the commit."
    )
    if fired is None:
        return Skip(Reason.FLAKE, f"{message} No session was started.")
    return Skip(Reason.FLAKE, message, fired.url)


def fires(number: int, asker: Asker) -> Fire:
    if asker.key:
        return Fire("This key has no session within `cool-down`.")
    message = f"Session {number} of at most {asker.terms.max_sessions} since the workflow was last green."
    if asker.terms.again_since is not None:
        message = f"Session {number} since the workflow was last green: a person asks for it (`again`)."
    return Fire(message, number)


def ledger_commit(sha: str, *, pinned: bool) -> str:
    """Where the ledger is, for the job's log."""
    if pinned:
        return f"The ledger is on commit {sha} (`ledger-commit`)."
    return f"The ledger is on commit {sha}: to pin it, set `ledger-commit` to that."


def replaced(url: str) -> str:
    """For the job's log."""
    return f"session {url} left no trace: another one may start in its place"


def _limited(ruling: Ruling, case: Case) -> Skip:
    most = f"{ruling.sessions} of `max-sessions: {case.asker.terms.max_sessions}`"
    last = ruling.points_to
    url = last.url if last else ""
    if ruling.by_session:
        return Skip(
            Reason.MAX_SESSIONS,
            "A session wrote the commit that failed (`Claude-Session` trailer), so no other is started on it."
            " A person should look.",
            url,
        )
    started = "were started or are being started" if ruling.leader else "were started"
    none = (
        "the one on this failure left no trace"
        if case.replaced
        else "none of them is at work on this failure"
    )
    return Skip(
        Reason.MAX_SESSIONS,
        f"{most} {started} since the workflow was last green; {none}. A person should look.",
        url,
    )


# --- what can't be used, read or recorded ------------------------------------------------------------


def unavailable(problem: LedgerError, *, announced: bool = False) -> Skip:
    """The ledger can't be used. `announced`: an announcement could not be taken back."""
    remedy = "Re-run the failed jobs later."
    if problem.permission:
        remedy = (
            f"Give the token `{problem.permission}`: without a record, a failure would have several sessions."
        )
    left = " The commit may say that a session is being started, which blocks re-runs." if announced else ""
    return Skip(
        reason=Reason.LEDGER_UNAVAILABLE,
        failed=True,
        message="The commit statuses that keep a failure from having two sessions can't be used now"
        f" ({problem}). Nothing was sent. {remedy}{left}",
    )


def missing(problem: LedgerError) -> Note:
    """A permission that the ledger needs: the summary has the block to paste."""
    return Note("the record of sessions", f"{problem}.", permission=problem.permission)


def not_read(since: datetime | None) -> Note:
    """The ledger is longer than what is read of it."""
    oldest = f" of {since:%d %b %Y, %H:%M} UTC" if since else ""
    return Note(
        what="the older entries of the ledger",
        why=f"It was read back to the one{oldest}. A failure that an older session is at work on gets one"
        " more.",
    )


def uncounted() -> Note:
    """It is not known how many sessions there were today."""
    why = (
        "The ledger could not be read back to 24 hours ago, or GitHub does not say whose token it is. So"
        " `daily-limit` kept nothing back."
    )
    return Note("the number of today's sessions", why)


def fixes_unread(problem: str, *, denied: bool = False) -> Note:
    """It is not known which fixes wait for a review."""
    return Note(
        what="the open pull requests of sessions",
        why=f"{problem}. So no fix that waits, and not `max-open-fixes`, kept this failure back.",
        permission="pull-requests: read" if denied else "",
    )


def not_rerun(problem: str, *, denied: bool) -> Note:
    """The failed jobs were not re-run. `denied`: the token may lack the permission."""
    return Note(
        what="a re-run of the failed jobs",
        why=f"{problem}. So this failure did not wait for one.",
        permission="actions: write" if denied else "",
    )


def not_recorded(problem: str) -> Note:
    return Note("the record of a flaky failure on the commit", f"{problem}.")


def flakes_unread(problem: str) -> Note:
    return Note("some of what re-runs showed of this failure", f"{problem}.")


def unsettled(problem: str) -> Note:
    return Note(
        what="the record of this result",
        why=f"{problem}. Until the workflow is green again, it counts as a session that may have started.",
    )


# --- what people see on the commit --------------------------------------------------------------------


def covered(ruling: Ruling, now: datetime | None) -> str:
    """What the commit shows of a session that keeps this failure back; empty: the stage's own words."""
    claim = ruling.points_to
    if claim is None or ruling.limited:
        return ""
    if claim.stage is not Stage.FIRED:
        return "An earlier session may cover this"
    after = _since(claim, now)
    return f"Back {after} after its Claude session" if ruling.is_back and after else ""


def result(outcome: Outcome, now: datetime | None) -> str:
    """What the commit shows of a request that started no session; empty: the stage's own words."""
    if outcome.result is not Result.FAILED:
        return ""
    why = outcome.reason.short if outcome.reason else ""
    if outcome.retry_after is not None and now is not None:
        until = now + timedelta(seconds=outcome.retry_after)
        day = "" if until.date() == now.date() else f"{until:%d %b} "
        why += f" until {day}{until:%H:%M} UTC"
    return f"No session: {why}" if why else ""


def _since(claim: Claim, now: datetime | None) -> str:
    return in_words(now - claim.at, rough=True) if now and claim.at else ""
