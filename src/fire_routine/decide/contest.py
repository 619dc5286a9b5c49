"""Reading the ledger until it is clear who may fire, or no longer worth waiting for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from ..model import Brief, Commit, Incident, Run
from ..settings import Settings
from .book import Claim, Contender, Ruling, claims, rule, server_time
from .guards import trailing_sessions
from .postings import Postings, UnavailableError
from .record import failures

# Seconds between looks at a claim that is still open, or not shown yet; they begin anew where it
# gave way to another. And how many looks in all.
PAUSES = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
LOOKS = 20


def asks(brief: Brief, run: Run, settings: Settings, ahead: Iterable[Commit]) -> Contender:
    """Who wants to fire, and for what. `ahead`: as `trailing_sessions` has it."""
    return Contender(
        run=run.id,
        attempt=run.attempt,
        failures=frozenset(failures(brief, run)),
        once_per=settings.once_per,
        max_sessions=settings.max_sessions,
        since_run=(run.history.last_green_of_event if run.history else None) or 0,
        other_sessions=trailing_sessions(run, ahead),
        sha=run.head_sha,
    )


class Contest:
    """One who asks, among all that stands in the ledger."""

    def __init__(
        self, contender: Contender, run: Run, postings: Postings, sleep: Callable[[float], object]
    ) -> None:
        self.contender = contender
        self._run = run
        self._postings = postings
        self._sleep = sleep

    def enter(self, mark: str) -> None:
        """A claim of its own has been written."""
        self.contender = replace(self.contender, mark=mark)

    def heed(self, incident: Incident) -> None:
        """Which runs belong to the incident has been read."""
        self.contender = replace(self.contender, incident=incident)

    def own(self) -> Claim | None:
        """The claim of its own, once it is shown."""
        if not self.contender.mark:
            return None
        return next((claim for claim in self._book() if claim.mark == self.contender.mark), None)

    def judge(self) -> Ruling:
        """By what has been read so far."""
        book = self._book()
        return rule(book, self.contender, server_time(book, self._run.created_at))

    def decide(self, shas: Iterable[str], looks: int = LOOKS) -> Ruling:
        """Read these commits, and its own once more after each pause that is needed.

        A claim of its own must be seen first: a board that does not show it may hide others too.

        Raises:
            LedgerError: it can't be read, or does not show what was written.
        """
        self._postings.read_all(shas, lambda: self._shown() and self.judge().final)
        ruling = self.judge()
        pauses = iter(PAUSES)
        for _ in range(looks):
            if self._shown() and (ruling.fire or ruling.final):
                return ruling
            pause = next(pauses, None)
            if pause is None:
                break
            self._sleep(pause)
            before, ruling = ruling, self._look_again(ruling)
            if _in_the_way(ruling) != _in_the_way(before):
                pauses = iter(PAUSES)
        if not self._shown():
            raise UnavailableError("GitHub does not show the status that was just written")
        return ruling

    def _look_again(self, ruling: Ruling) -> Ruling:
        own_commit = self._run.head_sha
        for sha in dict.fromkeys((own_commit, ruling.blocker.sha if ruling.blocker else own_commit)):
            self._postings.read(sha)
        return self.judge()

    def _shown(self) -> bool:
        return not self.contender.mark or self.own() is not None

    def _book(self) -> list[Claim]:
        return claims(self._postings.entries)


def _in_the_way(ruling: Ruling) -> str:
    return ruling.blocker.mark if ruling.blocker else ""
