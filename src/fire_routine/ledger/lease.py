"""The claim of one job, from its first entry to its last: claimed, announced, and settled or withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ..model.outcome import Outcome, Result
from ..model.reason import Reason
from ..model.run import Run
from . import messages
from .entry import Stage
from .log import LedgerError, Log
from .rule import Asker
from .terms import ANNOUNCE_WITHIN, LOOKS_AFTER

_STAGES = {
    Result.FIRED: Stage.FIRED,
    Result.UNKNOWN: Stage.UNKNOWN,
    Result.FAILED: Stage.REFUSED,
    Result.SKIPPED: Stage.WITHDRAWN,
}


class Lease:
    """One job's claim. Where it can't be written or GitHub does not show it, that raises `LedgerError`."""

    def __init__(self, log: Log, run: Run, asker: Asker) -> None:
        claim_id = log.new_claim_id()
        self.record = asker.record(Stage.CLAIMED, claim_id)
        self.announced_at: datetime | None = None  # by GitHub's clock
        self.announced = False
        self.open = True
        self.left = ""  # why an announcement that nothing follows could not be taken back
        self._log = log
        self._run = run
        self._shown = asker.record(Stage.CLAIMED, claim_id, shown=True)
        self._began = log.clock.monotonic()  # before the first request
        self._at: datetime | None = None

    def claim(self) -> None:
        """Write the claim."""
        self._at = self._log.write(self.record, self._run.url).status.created_at
        self._show_siblings()

    def announce(self, horizon: datetime | None) -> bool:
        """Announce the request; whether that was so fast that others have counted the claim all the time."""
        log = self._log
        self.record = replace(self.record, stage=Stage.ANNOUNCED)
        announced_at = log.write(self.record, self._run.url).status.created_at
        self.announced, self.announced_at = True, announced_at
        took = timedelta(seconds=log.clock.monotonic() - self._began)
        if self._at and announced_at:
            took = max(took, announced_at - self._at)
        for pause in LOOKS_AFTER:
            log.clock.sleep(pause)
            log.read(horizon)
            if log.has_seen(self.record):
                return took <= timedelta(seconds=ANNOUNCE_WITHIN)
        raise LedgerError("GitHub does not show the entry that was just written")

    def withdraw(self, *, patient: bool = True) -> None:
        """Take the claim back. One that was not announced lapses anyway."""
        self._close(Stage.WITHDRAWN)
        problem = self._log.write_last(self.record, self._run.url, patient=patient)
        self.left = problem if self.announced else ""
        self._show_siblings()

    def settle(self, outcome: Outcome) -> None:
        """Write what became of the request, and show it. Without that, a session may have started."""
        if not self.open or not self.announced:
            return
        stage, words = _STAGES[outcome.result], messages.result(outcome, self._log.time)
        if stage is Stage.REFUSED and outcome.reason is Reason.INTERRUPTED:
            stage = Stage.WITHDRAWN  # nobody refused it: a job that waits takes its place
        self._close(stage)
        url = outcome.session_url or self._run.url
        if problem := self._log.write_last(self.record, url):
            self._log.note(messages.unsettled(problem))
        self._show(url, words)

    def _close(self, stage: Stage) -> None:
        self.open, self.record = False, replace(self.record, stage=stage)

    def _show_siblings(self) -> None:
        """Of a matrix the other legs look at the commit."""
        if not self._log.terms.alone:
            self._show()

    def _show(self, url: str = "", words: str = "") -> None:
        """Show it to people on the failing commit; nothing depends on that."""
        shown = replace(self._shown, stage=self.record.stage)
        self._log.show(self._run.head_sha, shown, url or self._run.url, words)
