"""Failures that were gone in a re-run: recording them, and finding those of the last days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from ...model import Fingerprint, GitHubError, Note, Rerun, Run, Verdict
from .. import messages
from ..ledger.entry import Record, Stage, in_short, label
from ..ledger.status_api import StatusApi
from ..ledger.store import LedgerError, Store
from .claims import Claim
from .rerun import of_run

DAYS = 14  # of which flakes are counted


class Flakes:
    """What the ledger knows of one run's first attempt, and of earlier flakes."""

    def __init__(self, api: StatusApi, run: Run, store: Store, claims: Callable[[], Sequence[Claim]]) -> None:
        """
        Args:
            claims: all that were read so far.
        """
        self.note: Note | None = None
        self._api = api
        self._run = run
        self._store = store
        self._claims = claims

    def record(self, *, write: bool) -> Verdict | None:
        """Record that the run passed when it was re-run; None: `rerun-first` did not re-run it.

        The verdict is the same if the entry can't be written: then there is a note.
        """
        try:
            self._store.read(self._run.head_sha)
        except LedgerError as problem:
            self.note = messages.not_recorded(str(problem))
            return None
        first = self._first()
        if first is None:
            return None
        if write and first.stage is not Stage.FLAKE:
            try:
                self._store.write(self._passed(first), self._run)
            except LedgerError as problem:
                self.note = messages.not_recorded(str(problem))
        fired = (
            claim for claim in self._claims() if claim.run == self._run.id and claim.stage is Stage.FIRED
        )
        return messages.flake(first, self._run, next(fired, None))

    def known(self, fingerprints: Sequence[Fingerprint]) -> Rerun | None:
        """How the run's failures compare with those of its first attempt, and how often they were flakes.

        One request, and one for each of at most ten commits. What can't be read is left out, with a note.
        """
        try:
            self._store.read(self._run.head_sha, patient=False)
        except LedgerError as problem:
            self.note = messages.flakes_unread(str(problem))
            return None
        now = frozenset(in_short(fingerprints, self._run))
        first, flakes = self._first(), self._count(now)
        if first is None:
            return Rerun(flakes=flakes, days=DAYS) if flakes else None
        return Rerun(
            attempt=first.attempt,
            comparable=not any(one.uncertain for one in first.failures | now),
            same=_number(now & first.failures),
            new=_number(now - first.failures),
            gone=_number(first.failures - now),
            flakes=flakes,
            days=DAYS,
        )

    def _first(self) -> Claim | None:
        first = of_run(self._claims(), self._run)
        return first if first and first.attempt < self._run.attempt else None

    def _passed(self, first: Claim) -> Record:
        return Record(
            stage=Stage.FLAKE,
            workflow=label(self._run),
            run=self._run.id,
            attempt=self._run.attempt,
            failures=tuple(sorted(first.failures)),
            number=first.number,
            mark=first.mark,
            ref=first.ref,
        )

    def _count(self, failures: frozenset[Fingerprint]) -> int:
        """How many other runs have passed in a re-run after one of these failures."""
        began = self._run.started_at or self._run.created_at
        certain = {one for one in failures if not one.uncertain}
        if began is None or not certain:
            return 0
        try:
            shas = self._api.passed_in_rerun(self._run, began - timedelta(days=DAYS))
        except GitHubError as error:
            self.note = messages.flakes_unread(str(error))
            return 0
        for sha in shas:
            if problem := self._store.read_if_possible(sha):
                self.note = messages.flakes_unread(problem)
        runs = {
            claim.run for claim in self._claims() if claim.stage is Stage.FLAKE and claim.failures & certain
        }
        return len(runs - {self._run.id})


def _number(failures: frozenset[Fingerprint]) -> int:
    return sum(one.count for one in failures)
