"""Reading the ledger until it is clear who may fire, or until waiting is no longer worth it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ..model import Brief, Incident, Run
from ..settings import Settings
from .book import Contender, Ruling, rule
from .claims import Claim, claims, server_time
from .freshness import Ahead
from .guards import trailing_sessions
from .links import session_link
from .postings import Postings, UnavailableError
from .record import Stage, failures, ref_of

# Seconds between looks at a claim that is still open, or not shown yet. They begin anew where it made
# progress, or gave way to another. A claim that makes none for all of them was left by a job that died.
PAUSES = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
# The same for a claim that has announced its request, which takes longer: the endpoint may be slow.
SENDING_PAUSES = (*PAUSES, 6.0, 8.0, 10.0, 12.0)
LOOKS = 24  # in all
# A matrix of more legs than this looks less often, in proportion to its size: each look is a request.
CALM = 32

Say = Callable[[str], None]


def contender_of(brief: Brief, run: Run, settings: Settings, ahead: Ahead) -> Contender:
    """The job that wants to fire, and for what."""
    return replace(
        attempt_of(run, settings),
        failures=frozenset(failures(brief, run)),
        since_run=(run.history.last_green_of_event if run.history else None) or 0,
        trailers=trailing_sessions(run, ahead.commits),
    )


def attempt_of(run: Run, settings: Settings) -> Contender:
    """The job before anything is known of what failed, or of other runs: it has only its own run to go by."""
    return Contender(
        run=run.id,
        attempt=run.attempt,
        failures=frozenset({"?"}),
        once_per=settings.once_per,
        max_sessions=settings.max_sessions,
        since_run=sys.maxsize,
        sha=run.head_sha,
        ref=ref_of(run),
    )


class Contest:
    """One contender among all the claims of the ledger."""

    def __init__(
        self,
        contender: Contender,
        run: Run,
        postings: Postings,
        sleep: Callable[[float], object],
        *,
        routine_url: str = "",
        legs: int = 1,
        say: Say = lambda _: None,
    ) -> None:
        self.contender = contender
        self._run = run
        self._postings = postings
        self._sleep = sleep
        self._routine_url = routine_url
        self._slowness = max(1.0, legs / CALM)
        self._say = say
        self._waited_for: set[str] = set()

    def enter(self, mark: str) -> None:
        """A claim of its own has been written, or, with an empty mark, taken back."""
        self.contender = replace(self.contender, mark=mark)

    def set_incident(self, incident: Incident) -> None:
        """Which runs belong to the incident has been read."""
        self.contender = replace(self.contender, incident=incident)

    def own(self) -> Claim | None:
        """The claim of its own, once it is shown."""
        if not self.contender.mark:
            return None
        return next((claim for claim in self.book() if claim.mark == self.contender.mark), None)

    def book(self) -> list[Claim]:
        """All claims that were ever seen."""
        return claims(self._postings.entries(self._run), lambda url: session_link(url, self._routine_url))

    def judge(self) -> Ruling:
        """By what has been read so far."""
        book = self.book()
        return rule(book, self.contender, server_time(book, self._run.created_at))

    def decide(self, shas: Iterable[str], *, patient: bool = True) -> Ruling:
        """Read these commits, and its own once more after each pause that is needed.

        A claim of its own must be seen first: a board that does not show it may hide others too. Of a claim
        that blocks but makes no progress, the job must have died before it sent anything: then it is
        abandoned. That is safe if it was only slow, because it looks again before it sends.

        Args:
            patient: wait for claims that may yet come to nothing.

        Raises:
            LedgerError: it can't be read, or does not show what was written.
        """
        for sha in shas:
            if self._is_shown() and self.judge().final:
                break
            self._read(sha)
        ruling = self.judge()
        pauses = self._pauses(ruling)
        for _ in range(LOOKS if patient else 0):
            if self._is_shown() and (ruling.fire or ruling.final):
                return ruling
            before, pause = ruling, next(pauses, None)
            if pause is not None:
                self._sleep(pause)
                ruling = self._look_again(ruling)
            elif not self._abandon(ruling):
                break
            else:
                ruling = self.judge()
            if _progress(ruling) != _progress(before):
                pauses = self._pauses(ruling)
        if not self._is_shown():
            raise UnavailableError("GitHub does not show the status that was just written")
        return ruling

    def read_back(self, others: Iterable[str]) -> Ruling:
        """Read everything anew after its own announcement, which must be shown first.

        Raises:
            LedgerError: it can't be read, or does not show what was written.
        """
        for pause in (*PAUSES, None):
            self._postings.read(self._run.head_sha)
            own = self.own()
            if own is not None and own.sending_id is not None:
                break
            if pause is None:
                raise UnavailableError("GitHub does not show the status that was just written")
            self._sleep(pause)
        for sha in others:
            self._read(sha)
        return self.judge()

    def _read(self, sha: str) -> None:
        if sha == self._run.head_sha:
            self._postings.read(sha)
        else:
            self._postings.read_other(sha)

    def _look_again(self, ruling: Ruling) -> Ruling:
        own_commit = self._run.head_sha
        for sha in dict.fromkeys((own_commit, ruling.blocker.sha if ruling.blocker else own_commit)):
            self._read(sha)
        return self.judge()

    def _pauses(self, ruling: Ruling) -> Iterator[float]:
        pauses = SENDING_PAUSES if ruling.blocker and ruling.blocker.stage is Stage.SENDING else PAUSES
        if ruling.blocker and ruling.waiting and ruling.blocker.mark not in self._waited_for:
            self._waited_for.add(ruling.blocker.mark)
            self._say(_waiting_for(ruling.blocker, self.contender))
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
        self._say(f"run {blocker.run}, attempt {blocker.attempt} has not sent its request: this job goes on")
        self.contender = replace(self.contender, abandoned=self.contender.abandoned | {blocker.mark})
        return True

    def _is_shown(self) -> bool:
        return not self.contender.mark or self.own() is not None


def _progress(ruling: Ruling) -> tuple[str, Stage] | None:
    return (ruling.blocker.mark, ruling.blocker.stage) if ruling.blocker else None


def _waiting_for(blocker: Claim, contender: Contender) -> str:
    whose = "another job of this attempt"
    if not blocker.same_attempt(contender):
        whose = f"run {blocker.run}, attempt {blocker.attempt}"
    return f"waiting for {whose}, which is starting a session"
