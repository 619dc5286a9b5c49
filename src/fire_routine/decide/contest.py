"""Reading the ledger until it is clear who may fire, or no longer worth waiting for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from ..model import Brief, Run
from ..settings import Settings
from .book import Asking, Claim, Ruling, claims, rule, server_time
from .guards import trailing_sessions
from .postings import Postings, UnavailableError
from .record import failures

PAUSES = (
    0.5,
    1.0,
    1.5,
    2.0,
    3.0,
    4.0,
)  # seconds between looks at a claim that is still open, or not shown yet


def asks(brief: Brief, run: Run, settings: Settings) -> Asking:
    """Who wants to fire, and for what."""
    return Asking(
        run=run.id,
        attempt=run.attempt,
        failures=frozenset(failures(brief, run)),
        once_per=settings.once_per,
        max_sessions=settings.max_sessions,
        since_run=(run.history.last_green_run if run.history else None) or 0,
        other_sessions=trailing_sessions(run),
    )


class Contest:
    """One who asks, among all that stands in the ledger."""

    def __init__(
        self, asking: Asking, run: Run, postings: Postings, sleep: Callable[[float], object]
    ) -> None:
        self.asking = asking
        self._run = run
        self._postings = postings
        self._sleep = sleep

    def enter(self, mark: str) -> None:
        """A claim of its own has been written."""
        self.asking = replace(self.asking, mark=mark)

    def own(self) -> Claim | None:
        """The claim of its own, once it is shown."""
        if not self.asking.mark:
            return None
        return next((claim for claim in self._book() if claim.mark == self.asking.mark), None)

    def judge(self) -> Ruling:
        """By what has been read so far."""
        book = self._book()
        return rule(book, self.asking, server_time(book, self._run.created_at))

    def decide(self, shas: Iterable[str], pauses: Iterable[float] = PAUSES) -> Ruling:
        """Read these commits, and its own once more after each pause that is needed.

        A claim of its own must be seen first: a board that does not show it may hide others too.

        Raises:
            LedgerError: it can't be read, or does not show what was written.
        """
        own_commit = self._run.head_sha
        self._postings.read_all(shas, lambda: self._shown() and self.judge().final)
        ruling = self.judge()
        for pause in pauses:
            if self._shown() and (ruling.fire or ruling.final):
                return ruling
            self._sleep(pause)
            for sha in {own_commit, ruling.blocker.sha if ruling.blocker else own_commit}:
                self._postings.read(sha)
            ruling = self.judge()
        if not self._shown():
            raise UnavailableError("GitHub does not show the status that was just written")
        return ruling

    def _shown(self) -> bool:
        return not self.asking.mark or self.own() is not None

    def _book(self) -> list[Claim]:
        return claims(self._postings.entries)
