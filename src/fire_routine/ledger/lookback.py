"""What the ledger shows of the same failures before, and what became of the sessions that were started.

It decides one thing only: a session that left no trace within the cool-down may be replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from ..model.evidence import Fingerprint
from ..model.outcome import EarlierSession, Past, SessionState, SessionTrace
from ..model.reason import Reason
from ..model.run import Note
from .contest import Contest
from .entry import Claim, Stage
from .log import LedgerError, Log
from .names import Kind, name_of
from .terms import TRACED

ABOUT_SESSIONS = (Reason.DUPLICATE, Reason.EARLIER_UNKNOWN, Reason.MAX_SESSIONS)


def past_sessions(log: Log, contest: Contest, session_url: str) -> Past:
    """The earlier sessions, as one job sees them.

    Few requests where there were earlier sessions, else none. What can't be read is left out. Nothing is
    looked for if another job of the attempt has just started the session.

    Args:
        session_url: of the session that keeps this failure from being fired, if one does.
    """
    case = replace(contest.case, moment=replace(contest.case.moment, now=log.time))
    asker, now = case.asker, log.clock.now()
    claims = [one for one in log.claims(asker.workflow) if asker.sees(one) and not log.is_own(one)]
    siblings = [claim for claim in claims if asker.is_sibling(claim)]
    if session_url and (not log.terms.alone or any(claim.url == session_url for claim in siblings)):
        return Past()
    others = [claim for claim in claims if claim not in siblings and claim.stage is not Stage.WITHDRAWN]
    alike = [claim for claim in others if claim.run != asker.run and asker.names_same(claim)]
    incident = [claim for claim in others if case.live(claim) and not case.separated_by_green(claim)]
    sessions = [
        claim
        for claim in others
        if claim.has_session or claim.stage is Stage.ANNOUNCED
        if claim in alike or claim in incident or (session_url and claim.url == session_url)
    ][-TRACED:]
    traces, notes = _traces(log, sessions, contest.run.subject.branch)
    merged = [
        pull
        for claim in sessions
        if claim in alike and claim not in incident
        if (found := traces.get(claim.run)) and (pull := found.pull_request) and pull.merged_at
    ]
    return Past(
        sessions=tuple(
            EarlierSession(
                url=claim.url,
                run=claim.run,
                attempt=claim.attempt,
                started_at=claim.at,
                age=now - claim.at if claim.at else None,
                certain=claim.stage is Stage.FIRED,
                same_failure=asker.names_same(claim) or bool(session_url and claim.url == session_url),
                trace=traces.get(claim.run),
            )
            for claim in sessions
        ),
        seen=_runs(alike),
        ended_by=max(merged, key=lambda pull: pull.number, default=None),
        notes=tuple(notes),
    )


def failed_alike(log: Log, run: int, sha: str, failures: Iterable[Fingerprint]) -> bool:
    """Whether another run had all of these failures, by their logs, as the ledger or its commit `sha` shows.

    One request. What can't be read shows nothing.
    """
    with suppress(LedgerError):
        log.read_commit(sha, patient=False)
    shown = [*log.claims(), *log.claims(shown=True)]
    names = {name for claim in shown if claim.run == run for name in claim.names if name.kind is Kind.LOG}
    wanted = {name_of(one) for one in failures}
    return bool(wanted) and wanted <= names


def without_trace(found: Past, cool_down: timedelta, at: datetime | None) -> frozenset[str]:
    """Links of the sessions of which there was no trace for the cool-down, at a time of GitHub's clock.

    An answer that is missing proves nothing, and a session that may not exist has no link.
    """
    return frozenset(
        one.url
        for one in found.sessions
        if one.url and one.started_at and one.state is SessionState.NONE
        if cool_down and at and at - one.started_at >= cool_down
    )


def _traces(
    log: Log, sessions: Sequence[Claim], branch: str
) -> tuple[Mapping[int, SessionTrace], Sequence[Note]]:
    if not sessions:
        return {}, ()
    since = min((one.at for one in sessions if one.at), default=None)
    return log.api.traces({claim.run for claim in sessions}, since, branch)


def _runs(claims: Iterable[Claim]) -> tuple[tuple[int, datetime | None], ...]:
    """Each run once, and when it was first reported; in the order of the runs."""
    first: dict[int, datetime | None] = {}
    for claim in claims:
        first.setdefault(claim.run, claim.at)
    return tuple(sorted(first.items(), key=lambda run: run[0]))
