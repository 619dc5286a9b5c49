"""What the ledger shows of the same failures before, and what became of the sessions that were started.

It decides one thing only: a session that left no trace within the cool-down may be replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from ...model import EarlierSession, GitHubError, Incident, Note, Past, Run, SessionState, SessionTrace
from ..ledger.entry import Stage
from ..ledger.status_api import StatusApi
from ..ledger.store import Store
from .claims import Claim
from .poll import Poll

# What became of the sessions that were started for these runs since then, and a note on each failed request
Trace = Callable[[Collection[int], datetime | None], tuple[Mapping[int, SessionTrace], Sequence[Note]]]
LOOKED = 5  # commits that are read to find where a session was started
TRACED = 10  # runs whose sessions are looked for: the newest
ABOUT_SESSIONS = ("duplicate", "earlier-unknown", "leader-lost", "max-sessions", "claude-session")


class Lookback:
    """The earlier sessions, as one contender sees them."""

    def __init__(
        self, api: StatusApi, run: Run, store: Store, poll: Poll, trace: Trace, today: Callable[[], datetime]
    ) -> None:
        """
        Args:
            today: the time in UTC by this machine's clock, to show how long a session has had.
        """
        self._api = api
        self._run = run
        self._store = store
        self._poll = poll
        self._trace = trace
        self._today = today

    def past(self, session_url: str = "", *, matrix: bool = False) -> Past:
        """Few requests where there were earlier sessions, else none. What can't be read is left out.

        Nothing is looked for if another job of the attempt has just started the session, or reports it.

        Args:
            session_url: of the session that keeps this failure from being fired, if one does.
            matrix: the job has siblings of its own kind.
        """
        contender = self._poll.contender
        claims = self._poll.claims()
        siblings = (claim for claim in claims if claim.same_attempt(contender) and claim.url == session_url)
        if session_url and any(matrix or claim.started for claim in siblings):
            return Past()
        others = [claim for claim in claims if not claim.same_attempt(contender)]
        if session_url and not any(claim.url == session_url and claim.started for claim in others):
            others = self._with(session_url)
        alike = [claim for claim in others if claim.run != contender.run and contender.known(claim)]
        sessions = [
            claim
            for claim in others
            if claim.started and not claim.open(self._today())
            if claim in alike
            or contender.shares_incident(claim)
            or (session_url and claim.url == session_url)
        ][-TRACED:]
        traces, notes = self._traces(sessions)
        merged = [
            pull
            for claim in sessions
            if claim in alike and not contender.shares_incident(claim)
            if (trace := traces.get(claim.run)) and (pull := trace.pull_request) and pull.merged_at
        ]
        return Past(
            sessions=tuple(
                self._session(
                    claim,
                    traces.get(claim.run),
                    same=bool(contender.known(claim)) or bool(session_url and claim.url == session_url),
                )
                for claim in sessions
            ),
            seen=_runs(alike),
            ended_by=max(merged, key=lambda pull: pull.number, default=None),
            notes=tuple(notes),
        )

    def _traces(self, sessions: Sequence[Claim]) -> tuple[Mapping[int, SessionTrace], Sequence[Note]]:
        if not sessions:
            return {}, ()
        times = [claim.created_at for claim in sessions if claim.created_at]
        return self._trace({claim.run for claim in sessions}, min(times, default=None))

    def _with(self, session_url: str) -> list[Claim]:
        """The claims with those of the commit on which the session was started: only a report was known."""
        try:
            incident = self._api.incident(self._run, self._poll.contender.cool_down)
        except GitHubError:
            incident = Incident()
        for sha in (*incident.shas, *incident.recent)[:LOOKED]:
            if self._store.read_if_possible(sha) or any(
                claim.url == session_url and claim.started for claim in self._poll.claims()
            ):
                break
        return [claim for claim in self._poll.claims() if not claim.same_attempt(self._poll.contender)]

    def _session(self, claim: Claim, trace: SessionTrace | None, *, same: bool) -> EarlierSession:
        return EarlierSession(
            url=claim.url,
            run=claim.run,
            attempt=claim.attempt,
            started_at=claim.created_at,
            age=self._today() - claim.created_at if claim.created_at else None,
            certain=claim.stage is Stage.FIRED,
            same_failure=same,
            trace=trace,
        )


def without_trace(past: Past, cool_down: timedelta, at: datetime | None) -> frozenset[str]:
    """Links of the sessions of which there was no trace for the cool-down, at a time of GitHub's clock.

    An answer that is missing proves nothing, and a session that may not exist has no link.
    """
    return frozenset(
        one.url
        for one in past.sessions
        if one.url and one.started_at and one.state is SessionState.NONE
        if cool_down and at and at - one.started_at >= cool_down
    )


def _runs(claims: Iterable[Claim]) -> tuple[tuple[int, datetime | None], ...]:
    """Each run once, and when it was first reported; in the order of the runs."""
    first: dict[int, datetime | None] = {}
    for claim in claims:
        first.setdefault(claim.run, claim.created_at)
    return tuple(sorted(first.items(), key=lambda run: run[0]))
