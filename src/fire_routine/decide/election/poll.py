"""Reading the ledger until it is clear who may fire, or until waiting is no longer worth it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ...model import Brief, Fingerprint, Incident, Run
from ...retrying import retrying
from ..ledger.entry import Stage, failures_of, ref_of
from ..ledger.links import session_link
from ..ledger.store import Store, UnavailableError
from ..policy.staleness import Ahead
from ..policy.trailers import trailing_sessions
from .claims import Claim, claims, server_time
from .rules import Contender, Ruling, rule
from .terms import Terms

# Seconds between looks at a claim that is still open, or not shown yet. They begin again where it made
# progress, or gave way to another. A claim that makes none for all of them was left by a job that died.
PAUSES = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
# The same for a claim that has announced its request, which takes longer: the endpoint may be slow.
SENDING_PAUSES = (*PAUSES, 6.0, 8.0, 10.0, 12.0)
LOOKS = 24  # in all
# A matrix of more legs than this looks less often, in proportion to its size: each look is a request.
CALM = 32

UNKNOWN = Fingerprint("?")  # of a failure about which nothing is known yet; no entry names it

Say = Callable[[str], None]


def contender_of(brief: Brief, run: Run, terms: Terms, ahead: Ahead) -> Contender:
    """The job that wants to fire, and for what."""
    return replace(
        attempt_of(run, terms),
        failures=frozenset(failures_of(brief, run)),
        since_run=(run.history.last_green_of_event if run.history else None) or 0,
        trailers=trailing_sessions(run, ahead.commits),
    )


def attempt_of(run: Run, terms: Terms) -> Contender:
    """The job before it is known what failed, or which other runs there are. Only its own run counts."""
    return Contender(
        run=run.id,
        attempt=run.attempt,
        failures=frozenset({UNKNOWN}),
        once_per=terms.once_per,
        max_sessions=terms.max_sessions,
        since_run=sys.maxsize,
        sha=run.head_sha,
        ref=ref_of(run),
        cool_down=terms.cool_down,
    )


class Poll:
    """One contender among all the claims of the ledger."""

    def __init__(
        self,
        contender: Contender,
        run: Run,
        store: Store,
        terms: Terms,
        sleep: Callable[[float], object],
        say: Say,
    ) -> None:
        self.contender = contender
        self._run = run
        self._store = store
        self._routine_url = terms.routine_url
        self._slowness = max(1.0, terms.legs / CALM)
        self._sleep = sleep
        self._say = say
        self._waited_for: set[str] = set()
        self.unread: dict[str, str] = {}  # commits before the incident, and what kept them from being read

    def set_mark(self, mark: str) -> None:
        """Record the claim of its own: that it has been written, or, if empty, taken back."""
        self.contender = replace(self.contender, mark=mark)

    def set_incident(self, incident: Incident) -> None:
        """Record which runs belong to the incident."""
        self.contender = replace(self.contender, incident=incident)

    def own(self) -> Claim | None:
        """The claim of its own, once it is shown."""
        if not self.contender.mark:
            return None
        return next((claim for claim in self.claims() if claim.mark == self.contender.mark), None)

    def claims(self, *, as_evidence: bool = False) -> list[Claim]:
        """All claims that were ever seen. `as_evidence`: see `Store.entries`."""
        entries = self._store.entries(self._run, as_evidence=as_evidence)
        return claims(entries, lambda url: session_link(url, self._routine_url))

    def judge(self) -> Ruling:
        """By what has been read so far."""
        seen = self.claims()
        return rule(seen, self.contender, server_time(seen, self._run.created_at, self._run.started_at))

    def decide(self, shas: Iterable[str], *, patient: bool = True) -> Ruling:
        """Read these commits, and its own once more after each pause that is needed.

        A claim of its own must be seen first: an API that does not show it may hide others too. If a claim
        blocks and makes no progress, its job must have died before it sent anything. Then it is abandoned.
        That is safe if the job was only slow, because it looks again before it sends.

        Args:
            patient: wait for claims that may yet come to nothing.

        Raises:
            LedgerError: it can't be read, or does not show what was written.
        """
        for sha in shas:
            if self._is_shown() and self.judge().final:
                break
            self._read(sha)
        ruling = self._wait(self.judge()) if patient else self.judge()
        if not self._is_shown():
            raise HiddenError
        return ruling

    def _wait(self, ruling: Ruling) -> Ruling:
        pauses = self._pauses(ruling)
        for _ in range(LOOKS):
            if self._is_shown() and (ruling.fire or ruling.final):
                return ruling
            before, pause = ruling, next(pauses, None)
            if pause is not None:
                self._sleep(pause)
                self._look_again(ruling)
            elif not self._abandon(ruling):
                return ruling
            ruling = self.judge()
            if _progress(ruling) != _progress(before):
                pauses = self._pauses(ruling)
        return ruling

    def last_look(self, others: Iterable[str]) -> Ruling:
        """Read everything again after its own announcement, which must be shown first.

        Raises:
            LedgerError: it can't be read, or does not show what was written.
        """

        def read_own() -> None:
            self._store.read(self._run.head_sha)
            own = self.own()
            if own is None or own.sending_id is None:
                raise HiddenError

        retrying(read_own, PAUSES, sleep=self._sleep, errors=HiddenError)
        for sha in others:
            self._read(sha)
        return self.judge()

    def _read(self, sha: str) -> None:
        if sha == self._run.head_sha:
            self._store.read(sha)
        elif sha in self.contender.incident.recent:
            problem = self._store.read_if_possible(sha)
            self.unread.pop(sha, None)
            if problem:
                self.unread[sha] = problem
        else:
            self._store.read_other(sha)

    def _look_again(self, ruling: Ruling) -> None:
        own_commit = self._run.head_sha
        for sha in dict.fromkeys((own_commit, ruling.blocker.sha if ruling.blocker else own_commit)):
            self._read(sha)

    def _pauses(self, ruling: Ruling) -> Iterator[float]:
        blocker = ruling.blocker
        pauses = SENDING_PAUSES if blocker and blocker.stage is Stage.SENDING else PAUSES
        if blocker and ruling.waiting and blocker.mark not in self._waited_for:
            self._waited_for.add(blocker.mark)
            self._say(f"waiting for {_whose(blocker, self.contender)}, which is starting a session")
        left = sum(pauses)
        for pause in pauses:
            if left > 0:
                yield min(pause * self._slowness, left)
            left -= pause * self._slowness

    def _abandon(self, ruling: Ruling) -> bool:
        """Leave the blocker out from now on, if its job must have died before it sent."""
        blocker = ruling.blocker
        if blocker is None or blocker.stage is not Stage.CLAIMED or not self._is_shown():
            return False
        self._say(f"{_whose(blocker, self.contender)} has not sent its request: this job goes on")
        self.contender = replace(self.contender, abandoned=self.contender.abandoned | {blocker.mark})
        return True

    def _is_shown(self) -> bool:
        return not self.contender.mark or self.own() is not None


class HiddenError(UnavailableError):
    """The API may hide the entries of others, too."""

    def __init__(self) -> None:
        super().__init__("GitHub does not show the status that was just written")


def _progress(ruling: Ruling) -> tuple[str, Stage] | None:
    return (ruling.blocker.mark, ruling.blocker.stage) if ruling.blocker else None


def _whose(claim: Claim, contender: Contender) -> str:
    if claim.same_attempt(contender):
        return "another job of this attempt"
    return f"run {claim.run}, attempt {claim.attempt}"
