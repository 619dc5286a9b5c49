"""The ledger as one job uses it: what is known of its failure, whether it fires, and what became of that."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from ..clock import REAL, Clock
from ..model import Brief, Fingerprint, History, Note, Outcome, Past, Reason, Rerun, Result, Run, Verdict
from . import messages
from .api import LedgerApi
from .candidate import TIMING, Candidate, Say, Watch
from .claims import claims, session_link
from .day import over_limit
from .entry import Stage, commit_of, failures_of, label, ref_of
from .first_look import FirstLook
from .lookback import ABOUT_SESSIONS, Trace, past, without_trace
from .rerun import Reruns
from .rule import Greens, Job
from .store import DeniedError, LedgerError, Store

REPLACED = 4  # sessions without a trace, of one failure
BEFORE = timedelta(hours=1)  # that the ledger is read further back than where nothing counts any more
_STAGES = {
    Result.FIRED: Stage.FIRED,
    Result.UNKNOWN: Stage.UNKNOWN,
    Result.FAILED: Stage.REFUSED,
    Result.SKIPPED: Stage.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What the ledger needs of the inputs, and of what the runner reports of the job."""

    max_sessions: int = 3
    rerun_first: bool = False
    cool_down: timedelta = timedelta(0)  # 0: none
    again_since: datetime | None = None  # `again`: when the run was created that asks; None: not asked
    place: str = ""  # input `ledger-commit`
    routine_url: str = ""  # whose host a session's link may have, if that is loopback
    legs: int = 1  # how many jobs the matrix has that this job is part of; 1: it is part of none
    default_token: bool = True  # GitHub is asked with the workflow's own token
    elsewhere: bool = False  # the run is of another repository: nothing is fired there unrecorded
    daily_limit: int = 0  # sessions of the repository within 24 hours; 0: any number
    for_key: bool = False  # an event is fired for, not failures


def new_mark() -> str:
    """Eight random characters of 0-9 and a-z, which tie the entries of one claim together."""
    return "".join(secrets.choice("0123456789abcdefghijklmnopqrstuvwxyz") for _ in range(8))


class Ledger:
    """One job's part in deciding which job fires for a failure.

    `claim` decides whether to fire. If it decides so, `settle` must be given the outcome.
    """

    def __init__(
        self,
        api: LedgerApi,
        terms: Terms,
        *,
        temp: Path | None = None,
        clock: Clock = REAL,
        mark: Callable[[], str] = new_mark,
        say: Say = lambda _: None,
        trace: Trace = lambda _runs, _since: ({}, ()),
    ) -> None:
        """
        Args:
            temp: a folder that is the job's own (RUNNER_TEMP), for a job whose token may not write.
            mark: eight random characters of 0-9 and a-z, to distinguish claims.
            say: writes a line to the job's log.
            trace: looks for what became of sessions.
        """
        self.past = Past()  # what became of earlier sessions, once it is decided
        self._terms = terms
        self._temp = temp
        self._clock = clock
        self._mark = mark
        self._say = say
        self._trace = trace
        alone = terms.legs == 1
        self._store = Store(
            api,
            clock,
            default_token=terms.default_token,
            alone=alone,
            place=terms.place,
            reach=terms.cool_down + BEFORE if terms.for_key else None,
            whole_day=bool(terms.daily_limit),
        )
        self._watch = Watch(clock)
        self._candidate: Candidate | None = None
        self._lock: _LocalLock | None = None
        self._notes: list[Note] = []

    @property
    def notes(self) -> tuple[Note, ...]:
        """What could not be read or recorded."""
        return tuple(self._notes)

    @property
    def identity(self) -> str | None:
        """The login that the token writes with; None: not known."""
        return self._store.identity

    def note(self, note: Note) -> None:
        """Add something that could not be read or recorded."""
        if note not in self._notes:
            self._notes.append(note)

    # --- before anything is gathered, and meanwhile -------------------------------------------------

    def look_first(self, run: Run) -> Verdict | None:
        """What the run's own commit shows a step against a fire before anything is gathered; few requests.

        The legs of a matrix wait for a random time before, so that they don't come all at once.

        Args:
            run: as much of it as is known before GitHub is asked.
        """
        if self._terms.again_since is not None:
            return None
        self._store.identify()
        look = FirstLook(run, self._store, self._terms.legs, self._clock, self._say, self._link)
        return look.verdict()

    def find(self) -> None:
        """Find the ledger's place while other things are asked of GitHub; it is asked again if this fails."""
        with suppress(LedgerError):
            self._store.find()

    # --- re-runs ------------------------------------------------------------------------------------

    def record_flake(self, run: Run, *, write: bool = True) -> Verdict | None:
        """Record that a run passed in a later attempt; None: nothing is known of an earlier one."""
        self._store.begin()
        return self._reruns(run).record(self._mark(), write=write)

    def known_of(self, run: Run, fingerprints: Sequence[Fingerprint]) -> Rerun | None:
        """What is known of the first attempt of a run that failed again, and of earlier flakes."""
        self._store.begin()
        return self._reruns(run).known(fingerprints)

    def _reruns(self, run: Run) -> Reruns:
        return Reruns(self._store, run, self._clock, self.note)

    # --- the decision -------------------------------------------------------------------------------

    def claim(
        self,
        run: Run,
        brief: Brief,
        *,
        trailers: frozenset[str] = frozenset(),
        before: Callable[[], Verdict | None] = lambda: None,
        rerun: bool = False,
        limit: int = 0,
    ) -> Verdict:
        """Whether to fire; if so, the ledger already shows that the request is sent.

        With `rerun-first`, or with `rerun`, the failed jobs of a first attempt are re-run instead, if that is
        possible. The run must have ended.

        An interruption takes the claim back, as far as that can still be written, and goes on.

        Args:
            trailers: ids of the sessions that wrote the commits, as these name them.
            before: what may keep the job from a claim that would come to nothing.
            limit: sessions of the repository within 24 hours, from which on this one is not fired; 0: none.
        """
        self._lock = _LocalLock(self._temp, run)
        self._store.begin(run.created_at, run.started_at)
        asks_rerun = [(self._terms.rerun_first or rerun) and run.attempt == 1]
        job = self._job(run, brief, trailers)

        def at_last() -> Verdict | None:
            if verdict := before():
                return verdict
            if asks_rerun.pop() if asks_rerun else False:
                verdict = self._reruns(run).begin(job.failures, self._mark())
                self._store.begin()
            return verdict or self._over_limit(limit)

        try:
            return self._decided(run, job, at_last, Candidate.decide)
        except LedgerError as problem:
            return self._without_ledger(problem, before)
        except BaseException:
            if self._candidate:
                self._candidate.withdraw(patient=False)
            raise

    def preview(
        self,
        run: Run,
        brief: Brief,
        *,
        trailers: frozenset[str] = frozenset(),
        rerun: bool = False,
        limit: int = 0,
    ) -> Verdict | None:
        """What the entries show against a fire, without a claim: nothing is written."""
        self._store.begin(run.created_at, run.started_at)
        try:
            verdict = self._decided(run, self._job(run, brief, trailers), lambda: None, Candidate.preview)
        except LedgerError:
            return None
        wanted = (self._terms.rerun_first or rerun) and run.attempt == 1
        if verdict.fire:
            return messages.rerun(run) if wanted else self._over_limit(limit)
        return verdict

    def _over_limit(self, limit: int) -> Verdict | None:
        if not self._store.has_day and limit:
            self.note(messages.uncounted())
            return None
        found = claims(self._store.all_entries(), self._link)
        return over_limit(found, limit, self._store.time, self._terms.daily_limit)

    def _decided(
        self,
        run: Run,
        job: Job,
        before: Callable[[], Verdict | None],
        decide: Callable[[Candidate], Verdict],
    ) -> Verdict:
        """The verdict, again without each session that turns out to have left no trace.

        Raises:
            LedgerError: the ledger can't be read or written.
        """
        self._find(run)
        for _ in range(REPLACED + 1):
            wanted = replace(job, replaced=self._replaced(run))
            candidate = self._candidate = self._candidate_of(run, wanted, before)
            verdict = decide(candidate)
            if not self._look_back(verdict, run):
                break
        if not candidate.job.greens.readable:
            self.note(messages.greens_denied())
        if self._store.unread_before:
            self.note(messages.not_read(self._store.unread_before))
        return verdict

    def settle(self, outcome: Outcome) -> None:
        """Record the outcome of the fire; if it can't be recorded, there is a note.

        Without its result, the entry means that a session may have started: that errs towards no second one.
        """
        if outcome.result in (Result.FAILED, Result.SKIPPED) and self._lock:
            self._lock.release()
        if self._candidate:
            stage, words = _STAGES[outcome.result], messages.result(outcome, self._store.time)
            if stage is Stage.REFUSED and outcome.reason is Reason.INTERRUPTED:
                stage = Stage.WITHDRAWN  # nobody refused it: a job that waits takes its place
            if problem := self._candidate.settle(stage, outcome.session_url, words):
                self.note(messages.unsettled(problem))

    def _find(self, run: Run) -> None:
        """Find the ledger's place. Where the token may not read commits, it is the failing commit.

        Raises:
            UnavailableError: GitHub does not name it. No other commit takes its place: that would be a second
                ledger.
        """
        try:
            self._store.find()
        except DeniedError as problem:
            if self._terms.for_key:  # another event of the key has another commit
                raise
            self._store.place = run.head_sha
            self.note(messages.own_ledger(str(problem)))
        self._say(
            f"The ledger is on commit {self._store.place}: to pin it, set `ledger-commit` to that."
            if not self._terms.place
            else f"The ledger is on commit {self._store.place} (`ledger-commit`)."
        )

    def _job(self, run: Run, brief: Brief, trailers: frozenset[str]) -> Job:
        history = run.history or History()
        green = history.last_green_of_event
        return Job(
            workflow=label(run),
            run=run.id,
            attempt=run.attempt,
            ref=ref_of(run),
            commit=commit_of(run),
            event=run.event,
            failures=failures_of(brief),
            max_sessions=self._terms.max_sessions,
            cool_down=self._terms.cool_down,
            trailers=trailers,
            again_since=self._terms.again_since,
            # A list may lack a green run, but it never invents one.
            greens=Greens({green: run.event} if green else {}),
        )

    def _candidate_of(self, run: Run, job: Job, before: Callable[[], Verdict | None]) -> Candidate:
        return Candidate(
            self._store,
            run,
            job,
            clock=self._clock,
            say=self._say,
            watch=self._watch,
            link=self._link,
            mark=self._mark,
            legs=self._terms.legs,
            horizon=self._horizon(run),
            before=before,
        )

    def _horizon(self, run: Run) -> datetime | None:
        """Before which no entry counts; None: that is not known.

        A list that is old makes it older, never younger.
        """
        began, history = run.started_at or run.created_at, run.history or History()
        times: list[datetime] = []
        if history.last_green_at and history.last_green_run == history.last_green_of_event:
            times.append(history.last_green_at)
        # Entries name the pull request there; elsewhere the branch, on which sessions may be older.
        if run.event == "pull_request_target" and run.pull_request and run.pull_request.created_at:
            times.append(run.pull_request.created_at)
        return min(began - self._terms.cool_down, max(times)) - BEFORE if began and times else None

    # --- earlier sessions ---------------------------------------------------------------------------

    def _look_back(self, verdict: Verdict, run: Run) -> bool:
        """See what became of earlier sessions; whether the one that blocks is to be replaced.

        In a large matrix only the job that fires looks: one leg's requests are another one's limit.
        """
        crowd = self._terms.legs > TIMING.calm
        if self._candidate is None or (not verdict.fire and (verdict.reason not in ABOUT_SESSIONS or crowd)):
            return False
        job = replace(self._candidate.job, now=self._store.time)
        self.past = past(
            [claim for claim in self._candidate.claims() if not self._candidate.is_own(claim)],
            job,
            verdict.session_url,
            self._trace,
            self._clock.now(),
            matrix=self._terms.legs > 1,
        )
        replaced = verdict.reason == Reason.DUPLICATE and verdict.session_url in self._replaced(run)
        if replaced:
            self._say(f"session {verdict.session_url} left no trace: another one may start in its place")
        return replaced

    def _replaced(self, run: Run) -> frozenset[str]:
        """Links of the sessions to replace by now, which is when GitHub began the run's attempt."""
        if self._terms.for_key:
            return frozenset()
        return without_trace(self.past, self._terms.cool_down, run.started_at or run.created_at)

    def _link(self, url: str) -> str:
        return session_link(url, self._terms.routine_url)

    # --- without a ledger -----------------------------------------------------------------------------

    def _without_ledger(self, problem: LedgerError, before: Callable[[], Verdict | None]) -> Verdict:
        own = self._candidate.own if self._candidate else None
        denied = isinstance(problem, DeniedError) and not (own and own.at)
        if not denied or self._terms.legs > 1 or self._terms.elsewhere or self._terms.for_key:
            left = self._candidate.withdraw() if self._candidate and not denied else ""
            grant = messages.GRANT_ELSEWHERE if self._terms.elsewhere else messages.GRANT_TO_LEG
            grant = messages.GRANT_TO_KEY if self._terms.for_key else grant
            return messages.unavailable(str(problem), grant if denied else "", announced=bool(left))
        if self._candidate:
            self._candidate.own = None
        if verdict := before():
            return verdict
        if self._lock and not self._lock.take():
            return messages.skip(
                Reason.DUPLICATE,
                "This job has fired for this attempt already, in an earlier step: see that step's summary.",
            )
        self.note(messages.unrecorded(str(problem)))
        return Verdict(fire=True, message="It can't be recorded: the summary has the reason.")


class _LocalLock:
    """At most once per job, for a job that can't write to the ledger: a file in the job's own folder.

    RUNNER_TEMP is emptied before and after each job, so the file lasts as long as the job.
    """

    def __init__(self, temp: Path | None, run: Run) -> None:
        self._file = temp / f"fire-routine-{run.id}-{run.attempt}.fired" if temp else None
        self._taken = False

    def take(self) -> bool:
        """Whether this is the job's first fire, as far as a folder that can be written to is there."""
        if self._taken:
            return False
        if self._file is not None:
            try:
                self._file.touch(exist_ok=False)
            except FileExistsError:
                return False
            except OSError:
                pass
        self._taken = True
        return True

    def release(self) -> None:
        """Nothing was fired after all."""
        if self._taken and self._file is not None:
            with suppress(OSError):
                self._file.unlink(missing_ok=True)
        self._taken = False
