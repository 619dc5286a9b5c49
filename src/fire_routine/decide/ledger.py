"""At most one session for one failure: the claim before the fire, and the result after it.

Who wants to fire writes a claim on the run's head commit and reads back. The earliest claim has
the fire; it then says that it sends, and after that what came of it. Whatever dies on the way
leaves an entry that the others can tell apart: a claim alone sent nothing and grows old; one that
began to send may have started a session and stands until the workflow is green again.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ..model import Brief, GitHubError, Note, Outcome, Result, Run, Verdict
from ..settings import Settings
from . import wording
from .board import StatusBoard
from .book import SEND_WITHIN, Contender, Ruling
from .contest import Contest, asks
from .freshness import own_commits_ahead, stale
from .guards import skip
from .jobmark import JobMark
from .postings import RETRIES, DeniedError, LedgerError, Postings, UnavailableError
from .record import Entry, Record, Stage, label

# Its own commit shows a claim or does not; what another commit shows may lag behind unseen. So before
# those are read, a claim has been written for so many seconds.
SETTLED = 3.0
LOOKED_AT_FIRST = 3  # of the incident's other commits, before a claim is made
TAKING_BACK = (*RETRIES, 4.0, 8.0)  # seconds before it is said again: a claim left behind keeps re-runs back

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
            mark: eight random characters of 0-9 and a-z, to tell claims apart.
        """
        self._board = board
        self._run = run
        self._settings = settings
        self._sleep = sleep
        self._mark = mark()
        self._postings = Postings(board, run, now, sleep)
        self._job_mark = JobMark(temp, run)
        self._record: Record | None = None  # of the claim, as written last, or tried
        self._claimed = False  # the claim was taken
        self._sending = False  # and then, that the request is sent
        self._unseen: Note | None = None  # other commits of the incident
        self._notes: list[Note] = []

    @property
    def notes(self) -> tuple[Note, ...]:
        """What could not be read or recorded."""
        return (*([self._unseen] if self._unseen else ()), *self._notes)

    # --- before the fire ------------------------------------------------------------------------

    def claim(self, brief: Brief) -> Verdict:
        """Whether to fire; where so, the ledger says already that the request is sent.

        An interruption takes the claim back, as far as that can still be said, and goes on.
        """
        try:
            return self._claim(self._contest(brief))
        except LedgerError as problem:
            if isinstance(problem, DeniedError) and not self._claimed:
                return self._unrecorded(wording.unrecorded(str(problem)))
            if self._settings.once_per == "always":
                self._withdraw()
                return self._unrecorded(wording.out_of_order(str(problem)))
            return wording.unavailable(str(problem), self._left_behind())
        except BaseException:
            self._withdraw()
            raise

    def look(self, brief: Brief) -> Verdict | None:
        """What the entries say against a fire, without a claim: nothing is written."""
        contest = self._contest(brief)
        try:
            others = self._others(contest)
            ruling = contest.decide([self._run.head_sha, *others], 0)
        except LedgerError:
            return None
        return None if ruling.fire else wording.blocked(ruling, contest.contender, self._settings)

    def _contest(self, brief: Brief) -> Contest:
        contender = asks(brief, self._run, self._settings, own_commits_ahead(self._board, self._run))
        return Contest(contender, self._run, self._postings, self._sleep)

    def _claim(self, contest: Contest) -> Verdict:
        self._insist(lambda: self._postings.read(self._run.head_sha))
        others = self._others_first(contest)
        ruling = contest.decide(others[:LOOKED_AT_FIRST])
        if ruling.fire:
            verdict = stale(self._board, self._run)  # a claim that comes to nothing would keep others waiting
            if verdict is not None:
                return verdict
            record = self._new_record(Stage.CLAIMED, contest.contender, ruling.known_sessions + 1)
            self._insist(lambda: self._write(record))
            self._claimed = True
            contest.enter(self._mark)
            ruling = self._won(contest)
        if not ruling.fire:
            self._pass_on(ruling, contest)
            return wording.blocked(ruling, contest.contender, self._settings)
        verdict = stale(self._board, self._run)
        if verdict is not None:
            self._withdraw()
            return verdict
        number = ruling.known_sessions + 1
        self._send(self._new_record(Stage.SENDING, contest.contender, number), contest)
        return Verdict(
            fire=True,
            session_number=number,
            message=f"Session {number} of at most {self._settings.max_sessions} since the workflow was last"
            " green.",
        )

    def _insist(self, request: Callable[[], object]) -> None:
        """Ask the ledger; twice where it is denied: for one wrong answer it would fire unrecorded."""
        try:
            request()
        except DeniedError:
            self._sleep(RETRIES[0])
            request()

    def _won(self, contest: Contest) -> Ruling:
        """Whether the claim is the earliest: on its own commit, then on the others of the incident."""
        ruling = contest.decide([self._run.head_sha])
        others = self._others(contest) if ruling.fire else ()
        if not others:
            return ruling
        self._sleep(SETTLED)
        return contest.decide(others)

    def _others_first(self, contest: Contest) -> Sequence[str]:
        """Head commits of the incident's other runs, where anything may depend on them."""
        try:
            return self._others(contest)
        except UnavailableError:
            if contest.judge().final:
                return ()
            raise

    def _others(self, contest: Contest) -> Sequence[str]:
        try:
            incident = self._postings.incident()
        except DeniedError as problem:
            if not contest.contender.incident.shas:  # else they were told before
                self._unseen = wording.unseen(str(problem))
            return contest.contender.incident.shas
        self._unseen = None
        contest.heed(incident)
        return incident.shas

    # --- writing --------------------------------------------------------------------------------

    def _new_record(self, stage: Stage, contender: Contender, number: int) -> Record:
        return Record(
            stage=stage,
            workflow=label(self._run),
            run=contender.run,
            attempt=contender.attempt,
            failures=tuple(sorted(contender.failures)),
            number=min(number, 9999),
            mark=self._mark,
        )

    def _write(self, record: Record) -> Entry:
        self._record = record
        return self._postings.write(record, self._run.url)

    def _send(self, record: Record, contest: Contest) -> None:
        """Say that the request is sent now.

        Raises:
            LedgerError: that can't be said, or too late: others may take the claim for a dead one.
        """
        sent, own = self._write(record), contest.own()
        if own and own.created_at and sent.created_at and sent.created_at - own.created_at > SEND_WITHIN:
            raise UnavailableError("the claim took too long to be confirmed")
        self._sending = True

    def _pass_on(self, ruling: Ruling, contest: Contest) -> None:
        """Leave on this commit what stands on another, and no claim that says nothing more.

        People find the session here too, and later runs need not read back further than this.
        """
        blocker, own = ruling.blocker, contest.own()
        if blocker is None or ruling.waiting or blocker.stage is Stage.FAILED:
            # Once a sibling sends, this claim counts no more by itself.
            if not (
                blocker and blocker.same_attempt(contest.contender) and blocker.stage is not Stage.CLAIMED
            ):
                self._withdraw()
            return
        if own is None and blocker.sha == self._run.head_sha:
            return
        if own and blocker.same_attempt(contest.contender) and blocker.last_id > own.id:
            return  # the commit's latest status says it already
        record = self._new_record(Stage.LIMITED, contest.contender, ruling.known_sessions)
        if not ruling.limited:
            certain = blocker.stage in (Stage.FIRED, Stage.COVERED)
            record = replace(record, stage=Stage.COVERED if certain else Stage.DOUBTFUL)
        guessed = not (ruling.limited or blocker.failures & contest.contender.failures)
        if guessed or blocker.run == record.run:  # which has its session whatever else fails in it
            record = replace(record, failures=tuple(sorted(blocker.failures)))
        self._say(record, blocker.url)

    def _withdraw(self, pauses: tuple[float, ...] = ()) -> GitHubError | None:
        """Take the claim back, if there is one: nothing is sent. What kept that from being said."""
        if self._record is None:
            return None
        return self._say(replace(self._record, stage=Stage.WITHDRAWN), self._run.url, pauses)

    def _left_behind(self) -> Stage | None:
        """How far the claim says that it came, which can't be taken back; None: it is."""
        try:
            error = self._withdraw(TAKING_BACK)
        except BaseException:
            self._withdraw()
            raise
        return self._record.stage if error and self._record else None

    def _say(self, record: Record, url: str, pauses: tuple[float, ...] = ()) -> GitHubError | None:
        """Write an entry, again after each pause; what kept it from being written at last."""
        for pause in (*pauses, None):
            try:
                self._postings.write_once(record, url)
            except GitHubError as error:
                if pause is None:
                    return error
                self._sleep(pause)
            else:
                return None
        raise AssertionError("the last round returns")

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
        error = self._say(record, outcome.session_url or self._run.url, RETRIES)
        if error is not None:
            self._note(wording.unsettled(str(error)))
