"""At most one re-run per run, by `rerun-first`: an entry before the request, and one job that sends it.

A job writes that the failed jobs are re-run, waits, and reads back. The ids of these entries have one order.
The job of the first one asks GitHub, once. Every other job takes its entry back. A run that has a second
attempt is never re-run, no matter who began that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

from ...model import GitHubError, Note, Run, Verdict
from ...retrying import retrying
from .. import messages
from ..ledger.entry import Record, Stage, label
from ..ledger.status_api import StatusApi
from ..ledger.store import LedgerError, Store
from .claims import Claim
from .own_claim import TAKING_BACK
from .poll import PAUSES, HiddenError, Poll

# Seconds between the entry and the last two looks, as before a fire: an entry may become visible up to 3
# seconds after it got its id, and one look may miss what an earlier one showed.
WRITTEN = 2.5
READ_TWICE = 1.0
# Seconds before it is asked again whether a re-run has begun whose request was not answered
UNANSWERED = (1.0, 3.0, 6.0, 10.0)


def of_run(claims: Iterable[Claim], run: Run) -> Claim | None:
    """The re-run of the run's first attempt, by the job that came first; None: there is none."""
    found = (claim for claim in claims if claim.run == run.id and claim.stage in (Stage.RERUN, Stage.FLAKE))
    return next(found, None)


class Rerunning:
    """One job's part in re-running the failed jobs of a first attempt."""

    def __init__(
        self,
        api: StatusApi,
        run: Run,
        store: Store,
        poll: Poll,
        mark: str,
        sleep: Callable[[float], object],
    ) -> None:
        self.note: Note | None = None  # why there was no re-run
        self._api = api
        self._run = run
        self._store = store
        self._poll = poll
        self._mark = mark
        self._sleep = sleep
        self._record: Record | None = None  # once it may have been written

    def verdict(self, sessions: int) -> Verdict | None:
        """Re-run the failed jobs, or leave that to another job; None: there is no re-run, so fire.

        Args:
            sessions: of the incident, so far.

        Raises:
            LedgerError: the ledger can't be read or written. Nothing was re-run.
        """
        leader = self._leader()
        if leader is None:
            try:
                self._write(sessions)
                leader = self._leader()
                if leader is None and self._has_begun():
                    return messages.rerun(self._run)
            except GitHubError as error:  # nothing shows that there is no second attempt yet
                self._fire_instead(error, refused=True)
                return None
            except LedgerError:
                self._take_back(Stage.WITHDRAWN, pauses=TAKING_BACK)
                raise
            except BaseException:
                self._take_back(Stage.WITHDRAWN)
                raise
        if leader is None:
            return self._ask()
        is_rerun = leader.stage is not Stage.NOT_RERUN
        self._take_back(Stage.WITHDRAWN, Stage.RERUN.words if is_rerun else "")
        return messages.rerun(self._run) if is_rerun else None

    def _leader(self) -> Claim | None:
        """The entry of another job that decides for all: an earlier one, or one whose job was refused."""
        own_id = None
        others = []
        for claim in self._poll.claims():
            if claim.mark == self._mark:
                own_id = claim.id
            elif claim.run == self._run.id and claim.stage in (Stage.RERUN, Stage.FLAKE, Stage.NOT_RERUN):
                others.append(claim)
        return next(
            (
                claim
                for claim in others
                if claim.stage is not Stage.RERUN or own_id is None or claim.id < own_id
            ),
            None,
        )

    def _write(self, sessions: int) -> None:
        """Write the entry, and read back until it is shown."""
        contender = self._poll.contender
        self._record = Record(
            stage=Stage.RERUN,
            workflow=label(self._run),
            run=contender.run,
            attempt=contender.attempt,
            failures=tuple(sorted(contender.failures)),
            number=sessions,
            mark=self._mark,
            ref=contender.ref,
        )
        self._store.write(self._record, self._run)
        self._sleep(WRITTEN)
        self._store.read(self._run.head_sha)
        self._sleep(READ_TWICE)

        def read_own() -> None:
            self._store.read(self._run.head_sha)
            if all(claim.mark != self._mark for claim in self._poll.claims()):
                raise HiddenError

        retrying(read_own, PAUSES, sleep=self._sleep, errors=HiddenError)

    def _take_back(self, stage: Stage, words: str = "", pauses: tuple[float, ...] = ()) -> None:
        """Write that the entry means no re-run, if there is one, as far as that can be written."""
        if self._record is None:
            return
        record = replace(self._record, stage=stage, words=words)
        with suppress(GitHubError):
            retrying(
                lambda: self._store.write_once(record, self._run, self._run.url),
                pauses,
                sleep=self._sleep,
                errors=GitHubError,
            )

    # --- the request --------------------------------------------------------------------------------

    def _ask(self) -> Verdict | None:
        try:
            self._api.rerun_failed_jobs(self._run.id)
        except GitHubError as error:
            refused = error.status is not None and 400 <= error.status < 500
            if self._begins(() if refused else UNANSWERED):
                return messages.rerun(self._run)
            self._fire_instead(error, refused=refused)
            return None
        return messages.rerun(self._run)

    def _has_begun(self) -> bool:
        return self._api.latest_attempt(self._run.id) > self._run.attempt

    def _begins(self, pauses: Iterable[float]) -> bool:
        """Whether there is another attempt; what can't be read counts as none."""
        for pause in (0.0, *pauses):
            self._sleep(pause)
            try:
                if self._has_begun():
                    return True
            except GitHubError:
                continue
        return False

    def _fire_instead(self, error: GitHubError, *, refused: bool) -> None:
        """A request without an answer may yet have its effect, so its entry remains."""
        if refused:
            self._take_back(Stage.NOT_RERUN, pauses=TAKING_BACK)
        # Where the permission is there, GitHub's words are about the workflow's run.
        denied = error.status in (403, 404) and "workflow" not in str(error) and not error.rate_limited
        self.note = messages.not_rerun(str(error), denied=denied)
