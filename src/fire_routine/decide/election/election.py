"""At most one session per failure: the claim before the fire, and the result after it.

A job that wants to fire writes a claim on the run's head commit and reads back. The earliest claim goes on.
It announces its request, waits and reads everything once more. It gives way to any job that has sent a
request or announced one earlier. Then it sends, and writes the result.

Each way to die leaves an entry that the others can interpret. A claim alone sent nothing and grows old. One
that was announced may have started a session, and counts until the workflow is green again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ...model import Brief, Fingerprint, Message, Note, Outcome, Past, Rerun, Result, Run, Verdict
from .. import messages
from ..ledger import new_mark
from ..ledger.local_lock import LocalLock
from ..ledger.status_api import StatusApi
from ..ledger.store import ACTIONS_BOT, DeniedError, LedgerError, Store
from ..policy.guards import skip
from ..policy.staleness import own_commits_ahead, stale
from .candidacy import Candidacy
from .first_look import FirstLook
from .flakes import Flakes
from .lookback import ABOUT_SESSIONS, Lookback, Trace, without_trace
from .own_claim import OwnClaim
from .poll import CALM, Poll, Say, attempt_of, contender_of
from .rerun import Rerunning, of_run
from .rules import Contender
from .terms import Terms

REPLACED = 4  # sessions without a trace, of one failure
MOST_TRAILED = 10  # commits that are read to find the sessions which trailers name


class Election:
    """One job's part in deciding which job fires for a failure.

    `claim` decides whether to fire. If it decides so, `settle` must be given the outcome.
    """

    def __init__(
        self,
        api: StatusApi,
        terms: Terms,
        *,
        temp: Path | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        mark: Callable[[], str] = new_mark,
        say: Say = lambda _: None,
        trace: Trace = lambda _runs, _since: ({}, ()),
        today: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Args:
            temp: a folder that is the job's own (RUNNER_TEMP), for a job whose token may not write.
            now, sleep: a monotonic clock, in seconds, and a pause by it.
            mark: eight random characters of 0-9 and a-z, to distinguish claims.
            say: writes a line to the job's log.
            trace: looks for what became of sessions.
            today: the time in UTC by this machine's clock, to show how long sessions have had.
        """
        self.past = Past()  # what became of earlier sessions, once it is decided
        self._api = api
        self._terms = terms
        self._temp = temp
        self._now = now
        self._sleep = sleep
        self._mark = mark
        self._say = say
        self._store = Store(api, now, sleep, ACTIONS_BOT if terms.default_token else None)
        self._abandoned: frozenset[str] = frozenset()  # as far as the first look found them
        self._candidacy: Candidacy | None = None
        self._local_lock: LocalLock | None = None
        self._notes: list[Note] = []
        self._trace = trace
        self._today = today

    @property
    def notes(self) -> tuple[Note, ...]:
        """What could not be read or recorded."""
        candidacys = self._candidacy.notes() if self._candidacy else ()
        gone = (messages.gone(sha, problem) for sha, problem in self._store.gone.items())
        return (*candidacys, *gone, *self._notes)

    def look_first(self, run: Run, *, spread: bool) -> Verdict | None:
        """What the run's own commit shows against a fire before anything is gathered; one or two requests.

        Args:
            run: as much of it as is known before GitHub is asked.
            spread: wait for a random time before, so that the legs of a matrix don't come all at once.
        """
        poll = self._poll(attempt_of(run, self._terms), run)
        look = FirstLook(poll, run, self._store, self._terms.legs, self._sleep, self._say)
        verdict = look.verdict(spread=spread)
        self._abandoned = poll.contender.abandoned
        if verdict is not None:
            self._look_back(verdict, run, poll)
        if verdict is None and self._reruns(run) and of_run(poll.claims(), run):
            return messages.rerun(run)
        return verdict

    def record_flake(self, run: Run, *, write: bool = True) -> Verdict | None:
        """Record that a run passed which `rerun-first` re-ran; None: it did not."""
        self._store.begin()
        flakes = self._flakes(run)
        verdict = flakes.record(write=write)
        if flakes.note:
            self.note(flakes.note)
        return verdict

    def known_of(self, run: Run, fingerprints: Sequence[Fingerprint]) -> Rerun | None:
        """What the ledger knows of the first attempt of a run that failed again, and of earlier flakes."""
        self._store.begin()
        flakes = self._flakes(run)
        known = flakes.known(fingerprints)
        if flakes.note:
            self.note(flakes.note)
        return known

    def claim(self, run: Run, brief: Brief, *, rerun: bool = False) -> Verdict:
        """Whether to fire; if so, the ledger already shows that the request is sent.

        With `rerun-first`, or with `rerun`, the failed jobs of a first attempt are re-run instead, if that is
        possible. The run must have ended.

        An interruption takes the claim back, as far as that can still be written, and goes on.
        """
        self._local_lock = LocalLock(self._temp, run)
        self._store.begin()
        try:
            return self._decide(run, brief, rerun=rerun)
        except LedgerError as problem:
            return self._without_ledger(run, problem)
        except BaseException:
            if self._own:
                self._own.withdraw()
            raise

    def preview(self, run: Run, brief: Brief, *, rerun: bool = False) -> Verdict | None:
        """What the entries show against a fire, without a claim: nothing is written."""
        self._store.begin()
        try:
            for _ in range(REPLACED + 1):
                poll = self._poll_for(run, brief)
                ruling = self._candidate_of(run, poll).preview()
                verdict = messages.blocked(ruling, poll.contender, waited=False) if not ruling.fire else None
                if not self._look_back(verdict or Verdict(fire=True), run, poll):
                    break
        except LedgerError:
            return None
        return messages.rerun(run) if verdict is None and self._reruns(run, wanted=rerun) else verdict

    def settle(self, outcome: Outcome) -> None:
        """Record the outcome of the fire; if it can't be recorded, there is a note.

        Without its result, the entry means that a session may have started: that errs towards no second one.
        """
        if outcome.result in (Result.FAILED, Result.SKIPPED) and self._local_lock:
            self._local_lock.release()
        error = self._own.settle(outcome) if self._own else None
        if error is not None:
            self.note(messages.unsettled(str(error)))

    # --- the candidacy ----------------------------------------------------------------------------

    def _decide(self, run: Run, brief: Brief, *, rerun: bool) -> Verdict:
        """The verdict; again where the session that blocks is replaced, as each may hide an older one.

        Raises:
            LedgerError: the ledger can't be read or written.
        """
        for _ in range(REPLACED + 1):
            poll = self._poll_for(run, brief)
            self._candidacy = self._candidate_of(run, poll, rerun=rerun)
            verdict = self._candidacy.decide()
            if not self._look_back(verdict, run, poll):
                break
        return verdict

    def _look_back(self, verdict: Verdict, run: Run, poll: Poll) -> bool:
        """See what became of earlier sessions; whether the one that blocks is to be replaced.

        In a large matrix only the job that fires looks: one leg's requests are another one's limit.
        """
        if not verdict.fire and (verdict.reason not in ABOUT_SESSIONS or self._terms.legs > CALM):
            return False
        lookback = Lookback(self._api, run, self._store, poll, self._trace, self._today)
        self.past = lookback.past(verdict.session_url, matrix=self._terms.legs > 1)
        replaced = verdict.reason == "duplicate" and verdict.session_url in self._replaced(run)
        if replaced:
            self._say(f"session {verdict.session_url} left no trace: another one may start in its place")
        return replaced

    def _replaced(self, run: Run) -> frozenset[str]:
        """Links of the sessions to replace by now, which is when GitHub began the run's attempt."""
        return without_trace(self.past, self._terms.cool_down, run.started_at or run.created_at)

    @property
    def _own(self) -> OwnClaim | None:
        return self._candidacy.own if self._candidacy else None

    def _candidate_of(self, run: Run, poll: Poll, *, rerun: bool = False) -> Candidacy:
        crowd = self._terms.legs > CALM

        def new_claim() -> OwnClaim:
            return OwnClaim(self._store, run, self._mark(), self._sleep, self._now, speaks_for_all=crowd)

        before = None
        if self._reruns(run, wanted=rerun):
            before = Rerunning(self._api, run, self._store, poll, self._mark(), self._sleep)
        return Candidacy(self._api, run, self._store, poll, new_claim, self._sleep, self._say, before)

    def _reruns(self, run: Run, *, wanted: bool = False) -> bool:
        return (self._terms.rerun_first or wanted) and run.attempt == 1

    def _flakes(self, run: Run) -> Flakes:
        poll = self._poll(attempt_of(run, self._terms), run)
        return Flakes(self._api, run, self._store, lambda: poll.claims(as_evidence=True))

    def _poll_for(self, run: Run, brief: Brief) -> Poll:
        ahead = own_commits_ahead(self._api, run)
        contender = contender_of(brief, run, self._terms, ahead)
        if len(contender.trailers) >= self._terms.max_sessions:
            # The session that a trailer names was started on the commit before, which holds its entry.
            older = [commit.sha for commit in reversed(ahead.commits) if commit.sha != run.head_sha]
            for sha in [*older[: MOST_TRAILED - 1], *([ahead.base] if ahead.base else [])]:
                self._store.read_other(sha)
        return self._poll(contender, run)

    def _poll(self, contender: Contender, run: Run) -> Poll:
        contender = replace(contender, abandoned=self._abandoned, replaced=self._replaced(run))
        return Poll(contender, run, self._store, self._terms, self._sleep, self._say)

    # --- without a ledger -------------------------------------------------------------------------

    def _without_ledger(self, run: Run, problem: LedgerError) -> Verdict:
        denied = isinstance(problem, DeniedError) and not (self._own and self._own.is_taken)
        if self._terms.legs == 1 and (denied or self._terms.once_per == "always"):
            if self._own and not denied:
                self._own.withdraw()
            return self._unrecorded(run, messages.unrecorded(str(problem), denied=denied))
        left = self._own.what_is_left() if self._own and not denied else None
        return messages.unavailable(str(problem), left, denied_to_leg=denied)

    def _unrecorded(self, run: Run, note: Note) -> Verdict:
        """Fire without a record: at most once in this job."""
        if self._candidacy:
            self._candidacy.own = None
        verdict = stale(self._api, run)
        if verdict is not None:
            return verdict
        if self._terms.once_per != "always" and self._local_lock and not self._local_lock.take():
            return skip(
                "duplicate",
                Message(
                    "This job has fired for this attempt already, in an earlier step: see that step's"
                    " summary."
                ),
            )
        self.note(note)
        return Verdict(fire=True, message=Message("Not recorded on the commit: {why}", why=note.why))

    def note(self, note: Note) -> None:
        """Add something that could not be read or recorded."""
        if note not in self._notes:
            self._notes.append(note)
