"""The re-run before a session, and failures that were gone in one.

GitHub refuses to re-run what is running, so no election is needed. What is remembered of a first attempt,
people see on its commit, and nothing but this reads it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ..model.evidence import Brief
from ..model.outcome import GitHubError, Skip
from ..model.run import Rerun, Run
from . import messages
from .entry import SHOWN_ROOM, Claim, Record, Stage, commit_of, label, ref_of
from .log import LedgerError, Log
from .names import Kind, Name, fitted, name_of
from .terms import BEGINS, FLAKE_DAYS


class Reruns:
    """One run's earlier attempt, and its re-run."""

    def __init__(self, log: Log, run: Run) -> None:
        self._log = log
        self._run = run

    def begin(self, names: tuple[Name, ...]) -> Skip | None:
        """Re-run the failed jobs of the first attempt, unless that has begun; None: GitHub does not."""
        run = self._run
        try:
            if self._has_begun():
                return messages.rerun(run)
            self._log.api.rerun_failed_jobs(run.id)
        except GitHubError as error:
            if self._begins():
                return messages.rerun(run)
            # Where the permission is there, GitHub's words are about the workflow's run.
            denied = error.denied and "workflow" not in str(error)
            self._log.note(messages.not_rerun(str(error), denied=denied))
            self._log.begin()  # what this took is not taken from the ledger's time
            return None
        self._show(Stage.RERUN, names)
        return messages.rerun(run)

    def record(self, *, write: bool = True) -> Skip | None:
        """Record that a run passed in a later attempt; None: nothing is known of an earlier one."""
        self._log.begin()
        try:
            self._log.read_commit(self._run.head_sha)
        except LedgerError as problem:
            self._log.note(messages.not_recorded(str(problem)))
            return None
        earlier = self._earlier()
        if not earlier:
            return None
        first = earlier[0]
        recorded = any(claim.stage is Stage.FLAKE for claim in self._claims(self._run.id))
        if write and not recorded and (unwritten := self._show(Stage.FLAKE, first.names)):
            self._log.note(messages.not_recorded(unwritten))
        return messages.flake(
            first, self._run, next((one for one in earlier if one.stage is Stage.FIRED), None)
        )

    def known(self, brief: Brief) -> Rerun | None:
        """How the run's failures compare with those of its first attempt, and how often they were flakes.

        One request, and one for each of at most ten commits. What can't be read is left out, with a note.
        """
        self._log.begin()
        try:
            self._log.read_commit(self._run.head_sha, patient=False)
        except LedgerError as problem:
            self._log.note(messages.flakes_unread(str(problem)))
            return None
        now = {name_of(one) for one in fitted(brief, SHOWN_ROOM)}
        flaked = self._flaked(now)
        known = Rerun(flakes=len(flaked), days=FLAKE_DAYS, last_flake=max(flaked, default=0))
        earlier = [claim for claim in self._earlier() if claim.stage is Stage.RERUN]
        if not earlier:
            return known if flaked else None
        before = {name for name in earlier[0].names if name.kind is not Kind.LOG_AND_STEP}
        return replace(
            known,
            attempt=earlier[0].attempt,
            comparable=not any(name.uncertain for name in before | now),
            same=_number(now & before),
            new=_number(now - before),
            gone=_number(before - now),
        )

    def _claims(self, run: int | None = None) -> list[Claim]:
        found = self._log.claims(label(self._run), shown=True, as_evidence=True)
        return [claim for claim in found if run in (None, claim.run)]

    def _earlier(self) -> list[Claim]:
        """What is known of earlier attempts."""
        return [one for one in self._claims(self._run.id) if one.attempt < self._run.attempt]

    def _flaked(self, failures: set[Name]) -> set[int]:
        """Other runs that passed in a re-run after one of these failures, of the one that flaked least."""
        began = self._run.started_at or self._run.created_at
        if began is None or any(name.uncertain for name in failures):
            return set()
        try:
            for sha in self._log.api.passed_in_rerun(self._run, began - timedelta(days=FLAKE_DAYS)):
                self._log.read_commit(sha, patient=False)
        except (GitHubError, LedgerError) as problem:
            self._log.note(messages.flakes_unread(str(problem)))
        flakes = [one for one in self._claims() if one.stage is Stage.FLAKE and one.run != self._run.id]
        each = ({one.run for one in flakes if name in one.names} for name in failures)
        return min(each, key=len, default=set())

    def _show(self, stage: Stage, names: tuple[Name, ...]) -> str:
        run = self._run
        record = Record(
            stage,
            label(run),
            run.id,
            run.attempt,
            ref_of(run),
            commit_of(run),
            self._log.new_claim_id(),
            names,
        )
        return self._log.show(run.head_sha, record, run.url)

    def _has_begun(self) -> bool:
        return self._log.api.latest_attempt(self._run.id) > self._run.attempt

    def _begins(self) -> bool:
        """Whether there is another attempt; what can't be read counts as none."""
        for pause in BEGINS:
            self._log.clock.sleep(pause)
            try:
                if self._has_begun():
                    return True
            except GitHubError:
                continue
        return False


def _number(names: set[Name]) -> int:
    return sum(name.count for name in names)
