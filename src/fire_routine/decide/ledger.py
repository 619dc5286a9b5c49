"""At most one session for one failure: the claim before the fire, and the result after it.

Who wants to fire writes a claim on the run's head commit and reads back. The earliest claim has
the fire; it then says that it sends, and after that what came of it. Whatever dies on the way
leaves an entry that the others can tell apart: a claim alone sent nothing and grows old; one that
began to send may have started a session and stands until the workflow is green again.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ..model import Brief, GitHubError, Note, Outcome, Result, Run, Verdict
from ..settings import Settings
from . import wording
from .board import StatusBoard
from .book import SEND_WITHIN, Asking, Ruling, claims, rule, server_time
from .freshness import stale
from .guards import skip, trailing_sessions
from .jobmark import JobMark
from .postings import RETRIES, DeniedError, LedgerError, Postings, UnavailableError
from .record import Entry, Record, Stage, failures, label

LOOKED_AT_FIRST = 3  # of the incident's other commits, before a claim is made
PAUSES = (
    0.5,
    1.0,
    1.5,
    2.0,
    3.0,
    4.0,
)  # seconds between looks at a claim that is still open, or not shown yet

_STAGES = {
    Result.FIRED: Stage.FIRED,
    Result.UNKNOWN: Stage.UNKNOWN,
    Result.FAILED: Stage.FAILED,
    Result.SKIPPED: Stage.WITHDRAWN,
}


def new_mark() -> str:
    return "".join(secrets.choice("0123456789abcdefghijklmnopqrstuvwxyz") for _ in range(8))


class Ledger:
    """The fires of a workflow in one incident, as one job sees and writes them.

    `claim` says whether to fire. Where it says so, `settle` must be told what came of it.
    """

    def __init__(
        self,
        board: StatusBoard,
        run: Run,
        settings: Settings,
        *,
        temp: Path | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        mark: Callable[[], str] = new_mark,
    ) -> None:
        """
        Args:
            temp: a folder that is the job's own (RUNNER_TEMP), for a job whose token may not write.
            now: seconds, monotonic.
            sleep: waits so many seconds.
            mark: eight random characters, to tell claims apart.
        """
        self._board = board
        self._run = run
        self._settings = settings
        self._sleep = sleep
        self._mark = mark()
        self._postings = Postings(board, run, now, sleep)
        self._job_mark = JobMark(temp, run)
        self._record: Record | None = None  # the last one written, or tried
        self._sending = False  # the ledger says that the request is sent
        self._notes: list[Note] = []

    @property
    def notes(self) -> tuple[Note, ...]:
        """What could not be read or recorded."""
        return tuple(self._notes)

    # --- before the fire ------------------------------------------------------------------------

    def claim(self, brief: Brief) -> Verdict:
        """Whether to fire; where so, the ledger says already that it is being sent."""
        asking = self._asking(brief)
        try:
            return self._claim(asking)
        except DeniedError as problem:
            return self._unrecorded(wording.unrecorded(str(problem)))
        except UnavailableError as problem:
            self._withdraw()
            if self._settings.once_per == "always":
                return self._unrecorded(wording.out_of_order(str(problem)))
            return wording.unavailable(str(problem))
        except BaseException:
            self._withdraw()
            raise

    def look(self, brief: Brief) -> Verdict | None:
        """What the entries say against a fire, without a claim: nothing is written."""
        asking = self._asking(brief)
        try:
            self._postings.read(self._run.head_sha)
            ruling = self._ruling(asking, self._others(), ())
        except LedgerError:
            return None
        return None if ruling.fire else self._blocked(ruling, asking)

    def _asking(self, brief: Brief) -> Asking:
        history = self._run.history
        return Asking(
            run=self._run.id,
            attempt=self._run.attempt,
            failures=frozenset(failures(brief, self._run)),
            once_per=self._settings.once_per,
            max_sessions=self._settings.max_sessions,
            since_run=(history.last_green_run if history else None) or 0,
            other_sessions=trailing_sessions(self._run),
        )

    def _claim(self, asking: Asking) -> Verdict:
        own_commit = self._run.head_sha
        self._postings.read(own_commit)
        others = [] if self._judge(asking).final else self._others()
        ruling = self._ruling(asking, others[:LOOKED_AT_FIRST])
        if not ruling.fire:
            self._pass_on(ruling, asking, None)
            return self._blocked(ruling, asking)

        own = self._write(Stage.CLAIMED, asking, ruling.sessions + 1)
        asking = replace(asking, mark=self._mark)
        self._postings.read(own_commit)
        ruling = self._ruling(asking, self._others())
        if not ruling.fire:
            self._pass_on(ruling, asking, own)
            return self._blocked(ruling, asking)
        verdict = stale(self._board, self._run)
        if verdict is not None:
            self._withdraw()
            return verdict
        self._send(asking, ruling.sessions + 1)
        return Verdict(
            fire=True,
            message=f"Session {ruling.sessions + 1} of at most {self._settings.max_sessions} since the"
            " workflow was last green.",
        )

    def _others(self) -> list[str]:
        try:
            return self._postings.other_commits()
        except DeniedError as problem:
            self._note(wording.unseen(str(problem)))
            return []

    # --- reading --------------------------------------------------------------------------------

    def _ruling(self, asking: Asking, shas: Iterable[str], pauses: Iterable[float] = PAUSES) -> Ruling:
        """Read on until it is clear who may fire, or no longer worth waiting for.

        A claim of its own must be seen first: a board that does not show it may hide others too.

        Raises:
            LedgerError: it can't be read, or does not show what was written.
        """
        own_commit = self._run.head_sha
        self._postings.read_all(shas, lambda: self._seen(asking) and self._judge(asking).final)
        ruling = self._judge(asking)
        for pause in pauses:
            if self._seen(asking) and (ruling.fire or ruling.final):
                return ruling
            self._sleep(pause)
            for sha in {own_commit, ruling.blocker.sha if ruling.blocker else own_commit}:
                self._postings.read(sha)
            ruling = self._judge(asking)
        if not self._seen(asking):
            raise UnavailableError("GitHub does not show the status that was just written")
        return ruling

    def _judge(self, asking: Asking) -> Ruling:
        book = claims(self._postings.entries)
        return rule(book, asking, server_time(book, self._run.created_at))

    def _seen(self, asking: Asking) -> bool:
        return not asking.mark or any(entry.record.mark == asking.mark for entry in self._postings.entries)

    def _blocked(self, ruling: Ruling, asking: Asking) -> Verdict:
        return wording.blocked(ruling, asking, self._settings)

    # --- writing --------------------------------------------------------------------------------

    def _new_record(self, stage: Stage, asking: Asking, number: int) -> Record:
        return Record(
            stage=stage,
            workflow=label(self._run),
            run=asking.run,
            attempt=asking.attempt,
            failures=tuple(sorted(asking.failures)),
            number=min(number, 9999),
            mark=self._mark,
        )

    def _write(self, stage: Stage, asking: Asking, number: int) -> Entry:
        self._record = self._new_record(stage, asking, number)
        return self._postings.write(self._record, self._run.url)

    def _send(self, asking: Asking, number: int) -> None:
        """Say that the request is sent now.

        Raises:
            UnavailableError: that can't be said, or too late: others may take the claim for a dead one.
        """
        try:
            sent = self._write(Stage.SENDING, asking, number)
        except DeniedError as problem:  # it took the claim, so the token may write
            raise UnavailableError(str(problem)) from None
        own = next(claim for claim in claims(self._postings.entries) if claim.mark == self._mark)
        if sent.created_at and own.created_at and sent.created_at - own.created_at > SEND_WITHIN:
            raise UnavailableError("the claim took too long to be confirmed")
        self._sending = True

    def _pass_on(self, ruling: Ruling, asking: Asking, own: Entry | None) -> None:
        """Leave on this commit what stands on another, and no claim that says nothing more.

        People find the session here too, and later runs need not read back further than this.
        """
        blocker = ruling.blocker
        sibling = blocker is not None and blocker.same_attempt(asking)
        if ruling.waiting or (blocker and blocker.stage is Stage.FAILED):
            if own and not sibling:
                self._withdraw()
            return
        if own is None and blocker and blocker.sha == self._run.head_sha:
            return
        if own and sibling and blocker and blocker.last_id > own.id:
            return  # it is the commit's latest status already
        stage = Stage.LIMITED
        if not ruling.limited and blocker:
            certain = blocker.stage in (Stage.FIRED, Stage.COVERED)
            stage = Stage.COVERED if certain else Stage.DOUBTFUL
        self._write_once(
            self._new_record(stage, asking, ruling.known_sessions), blocker.url if blocker else self._run.url
        )

    def _withdraw(self) -> None:
        """Take the claim back, as far as that can be said: nothing is sent."""
        if self._record is not None:
            self._write_once(replace(self._record, stage=Stage.WITHDRAWN), self._run.url)

    def _write_once(self, record: Record, url: str) -> None:
        with suppress(GitHubError):
            self._postings.write_once(record, url)

    # --- without a ledger -----------------------------------------------------------------------

    def _unrecorded(self, note: Note) -> Verdict:
        """Fire without a record: at most once in this job."""
        verdict = stale(self._board, self._run)
        if verdict is not None:
            return verdict
        if self._settings.once_per != "always" and not self._job_mark.take():
            return skip(
                "duplicate",
                "This job has fired for this attempt already, in an earlier step: see that step's summary.",
            )
        self._note(note)
        return Verdict(fire=True, message=f"Not recorded on the commit: {note.why}.")

    def _note(self, note: Note) -> None:
        if note not in self._notes:
            self._notes.append(note)

    # --- after the fire -------------------------------------------------------------------------

    def settle(self, outcome: Outcome) -> None:
        """Record what came of the fire; what can't be recorded leaves a note.

        Without its result, the entry says that a session may have started: that errs towards no
        second one.
        """
        if outcome.result is Result.FAILED:
            self._job_mark.release()
        if not self._sending or self._record is None:
            return
        record = replace(self._record, stage=_STAGES[outcome.result])
        for pause in (*RETRIES, None):
            try:
                self._postings.write_once(record, outcome.session_url or self._run.url)
            except GitHubError as error:
                if pause is None:
                    self._note(wording.unsettled(str(error)))
                else:
                    self._sleep(pause)
            else:
                return
