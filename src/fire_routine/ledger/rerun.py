"""The re-run before a session, and failures that were gone in one.

GitHub refuses to re-run what is running, so no election is needed. What is remembered of a first attempt,
people see on its commit, and nothing but this reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

from ..clock import Clock
from ..model import Fingerprint, GitHubError, Note, Rerun, Run, Verdict
from . import messages
from .claims import Claim, claims
from .entry import (
    SHOWN_ROOM,
    Failure,
    Record,
    Stage,
    commit_of,
    fitted,
    in_short,
    is_uncertain,
    label,
    ref_of,
)
from .store import LedgerError, Store

DAYS = 14  # of which flakes are counted
LATE = 3.0  # seconds after a refusal, until it is shown that another job's request was granted


class Reruns:
    """One run's earlier attempt, and its re-run."""

    def __init__(self, store: Store, run: Run, clock: Clock, note: Callable[[Note], object]) -> None:
        self._store = store
        self._run = run
        self._clock = clock
        self._note = note

    def begin(self, failures: Sequence[Failure], mark: str) -> Verdict | None:
        """Re-run the failed jobs of the first attempt, unless that has begun; None: GitHub does not."""
        run = self._run
        try:
            if self._has_begun():
                return messages.rerun(run)
            self._store.api.rerun_failed_jobs(run.id)
        except GitHubError as error:
            self._clock.sleep(LATE)
            with suppress(GitHubError):
                if self._has_begun():
                    return messages.rerun(run)
            # Where the permission is there, GitHub's words are about the workflow's run.
            denied = error.status in (403, 404) and "workflow" not in str(error) and not error.rate_limited
            self._note(messages.not_rerun(str(error), denied=denied))
            return None
        self._show(Stage.RERUN, tuple(one.name for one in fitted(failures, SHOWN_ROOM)), mark)
        return messages.rerun(run)

    def record(self, mark: str, *, write: bool) -> Verdict | None:
        """Record that a run passed in a later attempt; None: nothing is known of an earlier one."""
        try:
            self._store.read_commit(self._run.head_sha)
        except LedgerError as problem:
            self._note(messages.not_recorded(str(problem)))
            return None
        earlier = self._earlier()
        if not earlier:
            return None
        first = earlier[0]
        recorded = any(claim.stage is Stage.FLAKE for claim in self._claims(self._run.id))
        if write and not recorded and (unwritten := self._show(Stage.FLAKE, first.names, mark)):
            self._note(messages.not_recorded(unwritten))
        return messages.flake(
            first, self._run, next((one for one in earlier if one.stage is Stage.FIRED), None)
        )

    def known(self, fingerprints: Sequence[Fingerprint]) -> Rerun | None:
        """How the run's failures compare with those of its first attempt, and how often they were flakes.

        One request, and one for each of at most ten commits. What can't be read is left out, with a note.
        """
        try:
            self._store.read_commit(self._run.head_sha, patient=False)
        except LedgerError as problem:
            self._note(messages.flakes_unread(str(problem)))
            return None
        failures = fitted(in_short(fingerprints), SHOWN_ROOM)
        now = {one.name for one in failures}
        flakes = self._flakes({name for name in now if not is_uncertain(name)})
        earlier = [claim for claim in self._earlier() if claim.stage is Stage.RERUN]
        if not earlier:
            return Rerun(flakes=flakes, days=DAYS) if flakes else None
        before = {name for name in earlier[0].names if not name.startswith("j")}
        return Rerun(
            attempt=earlier[0].attempt,
            comparable=not any(map(is_uncertain, before | now)),
            same=_number(now & before),
            new=_number(now - before),
            gone=_number(before - now),
            flakes=flakes,
            days=DAYS,
        )

    def _claims(self, run: int | None = None) -> list[Claim]:
        found = claims(self._store.entries(self._run, shown=True, as_evidence=True))
        return [claim for claim in found if run in (None, claim.run)]

    def _earlier(self) -> list[Claim]:
        """What is known of earlier attempts."""
        return [one for one in self._claims(self._run.id) if one.attempt < self._run.attempt]

    def _flakes(self, failures: set[str]) -> int:
        """How many other runs have passed in a re-run after one of these failures."""
        began = self._run.started_at or self._run.created_at
        if began is None or not failures:
            return 0
        try:
            for sha in self._store.api.passed_in_rerun(self._run, began - timedelta(days=DAYS)):
                self._store.read_commit(sha, patient=False)
        except (GitHubError, LedgerError) as problem:
            self._note(messages.flakes_unread(str(problem)))
        flaky = (
            one for one in self._claims() if one.stage is Stage.FLAKE and failures.intersection(one.names)
        )
        return len({one.run for one in flaky} - {self._run.id})

    def _show(self, stage: Stage, failures: tuple[str, ...], mark: str) -> str:
        run = self._run
        record = Record(stage, label(run), run.id, run.attempt, ref_of(run), commit_of(run), mark, failures)
        return self._store.show(run.head_sha, record, run.url)

    def _has_begun(self) -> bool:
        return self._store.api.latest_attempt(self._run.id) > self._run.attempt


def _number(names: set[str]) -> int:
    return sum(int(name.split()[0]) if " failures " in name else 1 for name in names)
