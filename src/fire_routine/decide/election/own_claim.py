"""The entries that this job writes: its claim, the announcement, and the result."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from ...model import GitHubError, Outcome, Result, Run
from ...retrying import retrying
from ..ledger.entry import Entry, Record, Stage, label
from ..ledger.store import RETRIES, Store, UnavailableError
from ..ledger.words import result, returned
from .claims import SEND_WITHIN, Claim
from .rules import Contender, Ruling

TAKING_BACK = (0.5, 1.5, 4.0, 8.0)  # seconds before it is written again: a claim that is left blocks re-runs
_MOST = 9999  # sessions that an entry can count

_STAGES = {
    Result.FIRED: Stage.FIRED,
    Result.UNKNOWN: Stage.UNKNOWN,
    Result.FAILED: Stage.FAILED,
    Result.SKIPPED: Stage.WITHDRAWN,
}


class OwnClaim:
    """One claim of this job, from the first entry to the last."""

    def __init__(
        self,
        store: Store,
        run: Run,
        mark: str,
        sleep: Callable[[float], object] = time.sleep,
        now: Callable[[], float] = time.monotonic,
        *,
        speaks_for_all: bool = False,
    ) -> None:
        """
        Args:
            speaks_for_all: leave an entry in any case, because siblings rely on it.
        """
        self.mark = mark
        self.is_taken = False
        self._store = store
        self._run = run
        self._sleep = sleep
        self._now = now
        self._speaks_for_all = speaks_for_all
        self._record: Record | None = None  # as written last, or tried
        self._announcement: Entry | None = None
        self._announced_at = 0.0

    # --- before the request -----------------------------------------------------------------------

    def take(self, contender: Contender, number: int) -> None:
        """Write that a session is about to start.

        Raises:
            LedgerError: it can't be written.
        """
        self._write(self._filled(Stage.CLAIMED, contender, number))
        self.is_taken = True

    def announce(self, contender: Contender, number: int, claim: Claim | None) -> None:
        """Write that the request is sent. `claim`: this job's own, as the ledger shows it.

        Raises:
            LedgerError: that can't be written, or too late: others may take the claim for a dead one.
        """
        entry = self._write(self._filled(Stage.SENDING, contender, number))
        claimed_at, now = claim.created_at if claim else None, entry.created_at
        if claimed_at and now and now - claimed_at > SEND_WITHIN:
            raise UnavailableError("the claim took too long to be confirmed")
        self._announcement, self._announced_at = entry, self._now()

    def _write(self, record: Record) -> Entry:
        self._record = record
        return self._store.write(record, self._run)

    def _filled(self, stage: Stage, contender: Contender, number: int) -> Record:
        return Record(
            stage=stage,
            workflow=label(self._run),
            run=contender.run,
            attempt=contender.attempt,
            failures=tuple(sorted(contender.failures)),
            number=min(number, _MOST),
            mark=self.mark,
            ref=contender.ref,
        )

    # --- nothing is sent ----------------------------------------------------------------------------

    def withdraw(self, pauses: Sequence[float] = ()) -> GitHubError | None:
        """Take the claim back, if there is one. Returns what kept that from being written."""
        self._announcement = None
        if self._record is None:
            return None
        return self._say(replace(self._record, stage=Stage.WITHDRAWN), self._run.url, pauses)

    def what_is_left(self) -> Stage | None:
        """Take the claim back. Returns the stage that it still shows where that can't be written."""
        try:
            error = self.withdraw(TAKING_BACK)
        except BaseException:
            self.withdraw()
            raise
        return self._record.stage if error and self._record else None

    def pass_on(self, ruling: Ruling, contender: Contender, own: Claim | None) -> None:
        """Leave on this commit what another one shows, and no claim that means nothing more.

        People find the session here too, and later runs need not read further back than this. `own`: this
        job's claim, if it has one.
        """
        blocker = ruling.blocker
        if blocker is None or ruling.waiting or blocker.stage is Stage.FAILED:
            if not _is_announced_sibling(blocker, contender):
                self.withdraw()
        elif not self._is_shown_here(blocker, contender, own):
            self._say(self._repeated(blocker, ruling, contender), blocker.url or self._run.url)

    def _is_shown_here(self, blocker: Claim, contender: Contender, own: Claim | None) -> bool:
        """Whether the commit's latest status shows the blocker already."""
        if own is None:
            return blocker.sha == self._run.head_sha and not self._speaks_for_all
        return blocker.same_attempt(contender) and blocker.last_id > own.id

    def _repeated(self, blocker: Claim, ruling: Ruling, contender: Contender) -> Record:
        """What the blocker means for this run, as an entry of its own."""
        covered = Stage.COVERED if blocker.has_session else Stage.DOUBTFUL
        stage = Stage.LIMITED if ruling.limited else covered
        record = self._filled(stage, contender, ruling.known_sessions)
        if ruling.came_back is not None or blocker.stage is Stage.RETURNED:
            return replace(record, stage=Stage.RETURNED, words=returned(ruling.came_back))
        # A run has its session no matter what else fails in it; and a guess must not become a known failure.
        same_run, guessed = blocker.run == contender.run, not (ruling.limited or contender.is_for(blocker))
        return replace(record, failures=tuple(sorted(blocker.failures))) if same_run or guessed else record

    # --- after the request --------------------------------------------------------------------------

    def settle(self, outcome: Outcome) -> GitHubError | None:
        """Write the outcome of the request, if one was announced. Returns what kept it from being written."""
        if self._announcement is None or self._record is None:
            return None
        sent_at, now = self._announcement.created_at, None
        if sent_at is not None:
            now = sent_at + timedelta(seconds=self._now() - self._announced_at)
        record = replace(self._record, stage=_STAGES[outcome.result], words=result(outcome, now))
        return self._say(record, outcome.session_url or self._run.url, RETRIES)

    def _say(self, record: Record, url: str, pauses: Sequence[float] = ()) -> GitHubError | None:
        """Write an entry, again after each pause. Returns what kept it from being written at last."""
        try:
            retrying(
                lambda: self._store.write_once(record, self._run, url),
                pauses,
                sleep=self._sleep,
                errors=GitHubError,
            )
        except GitHubError as error:
            return error
        return None


def _is_announced_sibling(claim: Claim | None, contender: Contender) -> bool:
    """Whether it is of the same attempt and has announced its request. Then other claims mean nothing."""
    return claim is not None and claim.same_attempt(contender) and claim.stage is not Stage.CLAIMED
