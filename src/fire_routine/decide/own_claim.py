"""The entries that this job writes: its claim, the announcement, and the result."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from ..model import GitHubError, Outcome, Result, Run
from .book import Contender, Ruling
from .claims import SEND_WITHIN, Claim
from .postings import RETRIES, Postings, UnavailableError
from .record import Entry, Record, Stage, label
from .wording import result

TAKING_BACK = (0.5, 1.5, 4.0, 8.0)  # seconds before it is written again: a claim left behind blocks re-runs
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
        postings: Postings,
        run: Run,
        mark: str,
        sleep: Callable[[float], object] = time.sleep,
        now: Callable[[], float] = time.monotonic,
        *,
        speaks_for_all: bool = False,
    ) -> None:
        """
        Args:
            speaks_for_all: leave an entry in any case, because siblings go by it.
        """
        self.mark = mark
        self.is_taken = False
        self._postings = postings
        self._run = run
        self._sleep = sleep
        self._now = now
        self._speaks_for_all = speaks_for_all
        self._record: Record | None = None  # as written last, or tried
        self._announcement: Entry | None = None
        self._announced_at = 0.0

    def record(self, stage: Stage, contender: Contender, number: int) -> Record:
        """What an entry of this claim says."""
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

    def take(self, contender: Contender, number: int) -> None:
        """Write that a session is about to start.

        Raises:
            LedgerError: it can't be written.
        """
        self._write(self.record(Stage.CLAIMED, contender, number))
        self.is_taken = True

    def announce(self, contender: Contender, number: int, claim: Claim | None) -> None:
        """Write that the request is sent. `claim`: this job's own, as the ledger shows it.

        Raises:
            LedgerError: that can't be written, or too late: others may take the claim for a dead one.
        """
        entry = self._write(self.record(Stage.SENDING, contender, number))
        claimed_at, now = claim.created_at if claim else None, entry.created_at
        if claimed_at and now and now - claimed_at > SEND_WITHIN:
            raise UnavailableError("the claim took too long to be confirmed")
        self._announcement, self._announced_at = entry, self._now()

    def _write(self, record: Record) -> Entry:
        self._record = record
        return self._postings.write(record, self._run)

    def withdraw(self, pauses: tuple[float, ...] = ()) -> GitHubError | None:
        """Take the claim back, if there is one: nothing is sent. Returns what kept it from being written."""
        self._announcement = None
        if self._record is None:
            return None
        return self.say(replace(self._record, stage=Stage.WITHDRAWN), self._run.url, pauses)

    def left_behind(self) -> Stage | None:
        """Take the claim back; how far it seems to have come where that can't be written."""
        try:
            error = self.withdraw(TAKING_BACK)
        except BaseException:
            self.withdraw()
            raise
        return self._record.stage if error and self._record else None

    def settle(self, outcome: Outcome) -> GitHubError | None:
        """Write what came of the request, if one was announced. Returns what kept it from being written."""
        if self._announcement is None or self._record is None:
            return None
        sent_at, now = self._announcement.created_at, None
        if sent_at is not None:
            now = sent_at + timedelta(seconds=self._now() - self._announced_at)
        record = replace(self._record, stage=_STAGES[outcome.result], words=result(outcome, now))
        return self.say(record, outcome.session_url or self._run.url, RETRIES)

    def pass_on(self, ruling: Ruling, contender: Contender, own: Claim | None) -> None:
        """Leave on this commit what another one says, and no claim that says nothing more.

        People find the session here too, and later runs need not read back further than this. `own`: this
        job's claim, if it has one.
        """
        blocker = ruling.blocker
        if blocker is None or ruling.waiting or blocker.stage is Stage.FAILED:
            # Once a sibling has announced its request, this claim no longer counts.
            beaten = blocker and blocker.same_attempt(contender) and blocker.stage is not Stage.CLAIMED
            if not beaten:
                self.withdraw()
            return
        here = blocker.sha == self._run.head_sha
        settled_after = own and blocker.same_attempt(contender) and blocker.last_id > own.id
        if (own is None and here and not self._speaks_for_all) or settled_after:
            return  # the commit's latest status says it already
        record = self.record(Stage.LIMITED, contender, ruling.known_sessions)
        if not ruling.limited:
            certain = blocker.stage in (Stage.FIRED, Stage.COVERED)
            record = replace(record, stage=Stage.COVERED if certain else Stage.DOUBTFUL)
        guessed = not (ruling.limited or blocker.failures & contender.failures)
        if guessed or blocker.run == record.run:  # which has its session whatever else fails in it
            record = replace(record, failures=tuple(sorted(blocker.failures)))
        self.say(record, blocker.url or self._run.url)

    def say(self, record: Record, url: str, pauses: tuple[float, ...] = ()) -> GitHubError | None:
        """Write an entry, again after each pause. Returns what kept it from being written at last."""
        for pause in (*pauses, None):
            try:
                self._postings.write_once(record, self._run, url)
            except GitHubError as error:
                if pause is None:
                    return error
                self._sleep(pause)
            else:
                return None
        raise AssertionError("the last round returns")
