"""At most one session per failure: the claim before the fire, and the result after it.

A job that wants to fire writes a claim on the run's head commit and reads back. The earliest claim goes on.
It announces that it sends, waits, reads everything once more, and gives way to any job that has sent or
announced it earlier. Then it sends, and writes the result.

Each way to die leaves an entry that the others can interpret. A claim alone sent nothing and grows old. One
that was announced may have started a session, and counts until the workflow is green again.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ..model import Brief, Note, Outcome, Result, Run, Verdict
from ..settings import Settings
from . import wording
from .board import StatusBoard
from .book import Contender, Ruling
from .contest import CALM, Contest, Say, attempt_of, contender_of
from .first_look import FirstLook
from .freshness import own_commits_ahead, stale
from .guards import skip
from .jobmark import JobMark
from .own_claim import OwnClaim
from .postings import ACTIONS_BOT, DeniedError, LedgerError, Postings, UnavailableError

# Its own commit shows a claim or does not; what another commit shows may lag behind unseen. So before
# those are read, a claim has been written for this many seconds.
SETTLED = 3.0
# Seconds between the announcement and the last look. An entry may become visible up to 3 seconds after it got
# its id, and what is read of other commits may lag by up to 30.
ANNOUNCED = 3.5
ANNOUNCED_TO_OTHERS = 31.0  # where a run of another commit may be starting a session at the same time
READ_TWICE = 1.0  # seconds between the last two looks, because one may miss what an earlier one showed
LOOKED_AT_FIRST = 3  # of the incident's other commits, before a claim is made
MOST_TRAILED = 10  # commits that are read to find the sessions which trailers name
ROUNDS = 3  # of claims, each of which gave way to a job that then gave up


def new_mark() -> str:
    return "".join(secrets.choice("0123456789abcdefghijklmnopqrstuvwxyz") for _ in range(8))


class Ledger:
    """The fires of a workflow in one incident, as one job sees and writes them.

    `claim` decides whether to fire. Where it decides so, `settle` must be given the outcome.
    """

    def __init__(
        self,
        board: StatusBoard,
        settings: Settings,
        *,
        legs: int = 1,
        default_token: bool = True,
        temp: Path | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        mark: Callable[[], str] = new_mark,
        say: Say = lambda _: None,
    ) -> None:
        """
        Args:
            legs: how many jobs the matrix has that this job is part of; 1: it is part of none.
            default_token: whether GitHub is asked with the workflow's own token.
            temp: a folder that is the job's own (RUNNER_TEMP), for a job whose token may not write.
            now, sleep: a monotonic clock, in seconds, and a pause by it.
            mark: eight random characters of 0-9 and a-z, to distinguish claims.
            say: writes a line to the job's log.
        """
        self._board = board
        self._settings = settings
        self._legs = legs
        self._temp = temp
        self._now = now
        self._sleep = sleep
        self._new_mark = mark
        self._say = say
        self._postings = Postings(board, now, sleep, ACTIONS_BOT if default_token else None)
        self._abandoned: frozenset[str] = frozenset()
        self._own: OwnClaim | None = None  # the claim of its own that may have to be taken back
        self._job_mark: JobMark | None = None
        self._unseen: Note | None = None  # other commits of the incident
        self._notes: list[Note] = []

    @property
    def notes(self) -> tuple[Note, ...]:
        """What could not be read or recorded."""
        return (*([self._unseen] if self._unseen else ()), *self._postings.notes, *self._notes)

    # --- before anything is gathered --------------------------------------------------------------

    def look_first(self, run: Run, *, spread: bool) -> Verdict | None:
        """What the run's own commit says against a fire, whatever failed; one or two requests.

        Args:
            run: as much of it as is known before GitHub is asked.
            spread: wait for a random time before, so that the legs of a matrix don't come all at once.
        """
        contest = self._contest(attempt_of(run, self._settings), run)
        look = FirstLook(contest, run, self._postings, self._legs, self._sleep, self._say)
        verdict = look.verdict(spread=spread)
        self._abandoned = contest.contender.abandoned
        return verdict

    # --- before the fire ------------------------------------------------------------------------

    def claim(self, run: Run, brief: Brief) -> Verdict:
        """Whether to fire; where so, the ledger already says that the request is sent.

        An interruption takes the claim back, as far as that can still be written, and goes on.
        """
        self._job_mark = JobMark(self._temp, run)
        self._postings.begin()
        try:
            return self._claim(run, brief)
        except LedgerError as problem:
            return self._without_ledger(run, problem)
        except BaseException:
            if self._own:
                self._own.withdraw()
            raise

    def look(self, run: Run, brief: Brief) -> Verdict | None:
        """What the entries say against a fire, without a claim: nothing is written."""
        self._postings.begin()
        try:
            contest = self._contender(run, brief)
            others = self._others(contest, run)
            ruling = contest.decide([run.head_sha, *others], patient=False)
        except LedgerError:
            return None
        return None if ruling.fire else wording.blocked(ruling, contest.contender, waited=False)

    def _contest(self, contender: Contender, run: Run) -> Contest:
        return Contest(
            replace(contender, abandoned=self._abandoned),
            run,
            self._postings,
            self._sleep,
            routine_url=self._settings.routine_url,
            legs=self._legs,
            say=self._say,
        )

    def _contender(self, run: Run, brief: Brief) -> Contest:
        ahead = own_commits_ahead(self._board, run)
        contest = self._contest(contender_of(brief, run, self._settings, ahead), run)
        if len(contest.contender.trailers) >= self._settings.max_sessions:
            # The session that a trailer names was started on the commit before, which holds its entry.
            older = [commit.sha for commit in reversed(ahead.commits) if commit.sha != run.head_sha]
            for sha in [*older[: MOST_TRAILED - 1], *([ahead.base] if ahead.base else [])]:
                self._postings.read_other(sha)
        return contest

    def _claim(self, run: Run, brief: Brief) -> Verdict:
        contest = self._contender(run, brief)
        for _ in range(ROUNDS):
            self._postings.read(run.head_sha)
            verdict = self._round(run, contest)
            if verdict is not None:
                return verdict
        raise UnavailableError("one job after the other took its claim back")

    def _round(self, run: Run, contest: Contest) -> Verdict | None:
        """Claim, announce, and look once more; None: the job that this one gave way to has given up."""
        ruling = contest.decide(self._others_first(contest, run)[:LOOKED_AT_FIRST])
        if ruling.fire:
            verdict = stale(self._board, run)  # a claim that comes to nothing would keep others waiting
            if verdict is not None:
                return verdict
            self._own = self._claim_of(run)
            self._own.take(contest.contender, ruling.known_sessions + 1)
            contest.enter(self._own.mark)
            ruling = self._earliest(contest, run)
        own = self._own or self._claim_of(run)
        if not ruling.fire:
            own.pass_on(ruling, contest.contender, contest.own())
            return wording.blocked(ruling, contest.contender)
        verdict = stale(self._board, run)
        if verdict is not None:
            own.withdraw()
            return verdict
        own.announce(contest.contender, ruling.known_sessions + 1, contest.own())
        return self._look_back(run, contest, own)

    def _claim_of(self, run: Run) -> OwnClaim:
        mark, crowd = self._new_mark(), self._legs > CALM
        return OwnClaim(self._postings, run, mark, self._sleep, self._now, speaks_for_all=crowd)

    def _earliest(self, contest: Contest, run: Run) -> Ruling:
        """Whether the claim is the earliest: on its own commit, then there and on the others."""
        ruling = contest.decide([run.head_sha])
        others = self._others(contest, run) if ruling.fire else ()
        if not others:
            return ruling
        self._sleep(SETTLED)
        return contest.decide([run.head_sha, *others])

    def _look_back(self, run: Run, contest: Contest, own: OwnClaim) -> Verdict | None:
        """Make sure that no other job has sent its request, or announced it earlier.

        The announcements have ids in one order. Of two jobs, the one with the higher id sees the other's
        announcement after the pause, and gives way; the other goes on unless the first has fired.
        """
        others = self._others(contest, run)
        busy = bool(others) and contest.contender.incident.busy
        if busy:
            self._say("a run of another commit may be starting a session, too: waiting for its entries")
        self._sleep((ANNOUNCED_TO_OTHERS if busy else ANNOUNCED) - READ_TWICE)
        self._postings.read(run.head_sha)
        self._sleep(READ_TWICE)
        ruling = contest.read_back(others)
        if ruling.fire:
            return wording.fires(ruling.known_sessions + 1, self._settings.max_sessions)
        own.withdraw()
        self._own = None
        contest.enter("")
        ruling = contest.decide([])
        return None if ruling.fire else wording.blocked(ruling, contest.contender)

    def _others_first(self, contest: Contest, run: Run) -> Sequence[str]:
        """Head commits of the incident's other runs, where anything may depend on them."""
        try:
            return self._others(contest, run)
        except UnavailableError:
            if contest.judge().final:
                return ()
            raise

    def _others(self, contest: Contest, run: Run) -> Sequence[str]:
        try:
            incident = self._postings.incident(run)
        except DeniedError as problem:
            if not contest.contender.incident.shas:  # else they were listed before
                self._unseen = wording.unseen(str(problem))
            return contest.contender.incident.shas
        self._unseen = None
        contest.set_incident(incident)
        return incident.shas

    # --- without a ledger -----------------------------------------------------------------------

    def _without_ledger(self, run: Run, problem: LedgerError) -> Verdict:
        always = self._settings.once_per == "always"
        denied = isinstance(problem, DeniedError) and not (self._own and self._own.is_taken)
        if self._legs == 1 and (denied or always):
            if self._own and not denied:
                self._own.withdraw()
            return self._unrecorded(run, wording.unrecorded(str(problem), denied=denied))
        left = self._own.left_behind() if self._own and not denied else None
        return wording.unavailable(str(problem), left, denied_to_leg=denied)

    def _unrecorded(self, run: Run, note: Note) -> Verdict:
        """Fire without a record: at most once in this job."""
        verdict = stale(self._board, run)
        if verdict is not None:
            return verdict
        if self._settings.once_per != "always" and self._job_mark and not self._job_mark.take():
            return skip(
                "duplicate",
                "This job has fired for this attempt already, in an earlier step: see that step's summary.",
            )
        self._own = None
        self._note(note)
        return Verdict(fire=True, message=f"Not recorded on the commit: {note.why}.")

    def _note(self, note: Note) -> None:
        if note not in self._notes:
            self._notes.append(note)

    # --- after the fire -------------------------------------------------------------------------

    def settle(self, outcome: Outcome) -> None:
        """Record the outcome of the fire; where it can't be recorded, there is a note.

        Without its result, the entry says that a session may have started: that errs towards no
        second one.
        """
        if outcome.result is Result.FAILED and self._job_mark:
            self._job_mark.release()
        error = self._own.settle(outcome) if self._own else None
        if error is not None:
            self._note(wording.unsettled(str(error)))
