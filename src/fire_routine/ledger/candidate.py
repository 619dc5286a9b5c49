"""One job's way to fire: read, claim, announce, look once more; then send, or yield. See the package."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, repeat

from ..clock import Clock
from ..model import Run, Verdict
from . import messages
from .claims import Claim, claims
from .entry import SHOWN_ROOM, Record, Stage, names
from .rule import LAPSES, Greens, Job, Ruling, rule
from .store import LateError, LedgerError, Store, UnavailableError

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Timing:
    """The numbers of the protocol, in seconds."""

    # Looks after the claim. An entry may become visible late, and one look may miss what another shows.
    looks: tuple[float, ...] = (0.8, 0.9, 0.9, 0.9)
    # Between looks until the announcement is shown
    shown: tuple[float, ...] = (0.0, 0.5, 1.0, 1.5, 2.0, 4.0, 4.0, 4.0)
    announce_within: float = 30.0  # from the claim; others count it for ten seconds more
    lapse: float = LAPSES.total_seconds() + 1.0  # for which a claim without an announcement is watched
    leader: float = 48.0  # for which one with an announcement is watched: the endpoint may be slow
    waits: tuple[float, ...] = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)  # between looks at such a claim
    rounds: int = 3  # of claims, each of which yielded to a job that then gave up
    calm: int = 32  # a matrix of more legs looks less often: each look is a request


TIMING = Timing()


class Watch:
    """Since when this job sees which claims going on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: dict[tuple[str, Stage], float] = {}
        self.lapsed: frozenset[str] = frozenset()  # marks

    @property
    def marks(self) -> frozenset[str]:
        return frozenset(mark for mark, _ in self._since)

    def over(self, claim: Claim) -> bool:
        """Whether the claim has been watched for as long as it is worth it."""
        now = self._clock.monotonic()
        watched = now - self._since.setdefault((claim.mark, claim.stage), now)
        if claim.stage is not Stage.CLAIMED:
            return watched >= TIMING.leader
        if watched >= TIMING.lapse:
            self.lapsed |= {claim.mark}
        return False


@dataclass(slots=True)
class Own:
    """The claim of this job, from its first entry to its last."""

    record: Record
    began: float  # by a monotonic clock, before the first request
    at: datetime | None = None  # by GitHub's clock
    announced: bool = False
    sent_at: datetime | None = None


class Candidate:
    """What one job does to become the one that fires."""

    def __init__(
        self,
        store: Store,
        run: Run,
        job: Job,
        *,
        clock: Clock,
        say: Say,
        watch: Watch,
        link: Callable[[str], str],
        mark: Callable[[], str],
        legs: int,
        horizon: datetime | None,
        before: Callable[[], Verdict | None] = lambda: None,
    ) -> None:
        """
        Args:
            before: what may keep the job from a claim that would come to nothing: a branch that has moved on.
            link: gives an address back if it is a session's, else an empty string.
            horizon: older entries need not be read.
        """
        self.own: Own | None = None
        self.job = job
        self._store = store
        self._run = run
        self._clock = clock
        self._say = say
        self._watch = watch
        self._link = link
        self._mark = mark
        self._legs = legs
        self._slowness = max(1.0, legs / TIMING.calm)
        self._horizon = horizon
        self._before = before
        self._marks: set[str] = set()  # of its own claims
        self._asked_back_to: int | None = None  # of the list of green runs
        self._announced: set[str] = set()

    # --- the decision -----------------------------------------------------------------------------

    def decide(self) -> Verdict:
        """Whether this job fires. If so, the ledger already shows its announcement.

        Raises:
            LedgerError: the ledger can't be read or written.
        """
        for _ in range(TIMING.rounds):
            ruling = self._settled()
            if not ruling.fire:
                return self._blocked(ruling)
            if verdict := self._before():
                return verdict
            if self._claimed():
                ruling = self.judge()
                if ruling.fire:
                    return messages.fires(ruling.sessions + 1, self.job)
            self.withdraw()
            if ruling.leader:
                self._watch.over(ruling.leader)
        ruling = self._settled()
        if not ruling.fire:
            return self._blocked(ruling)
        raise UnavailableError("one job after the other took its claim back")

    def preview(self) -> Verdict:
        """What the entries mean for this job, without a claim: nothing is written.

        Raises:
            LedgerError: the ledger can't be read.
        """
        self._store.read(self._horizon)
        ruling = self.judge()
        if ruling.fire:
            return Verdict(fire=True)
        return messages.blocked(ruling, self.job, self._store.time, waited=False)

    def judge(self) -> Ruling:
        """By what has been read so far, and by the list of green runs where it may matter.

        Raises:
            UnavailableError: that list can't be read.
        """
        ruling = self._judge()
        needed = ruling.back_to
        if needed is not None and (self._asked_back_to is None or needed < self._asked_back_to):
            self._asked_back_to = needed
            listed, known = self._store.greens(self._run, needed), self.job.greens
            greens = Greens(readable=False)
            if listed:
                greens = Greens({**known.runs, **listed.runs}, {**known.events, **listed.events})
            self.job = replace(self.job, greens=greens)
            return self.judge()
        return ruling

    def is_own(self, claim: Claim) -> bool:
        return claim.mark in self._marks

    def claims(self) -> list[Claim]:
        """All claims of the ledger that were ever seen, as far as they concern the job."""
        found = claims(self._store.entries(self._run), self._link)
        return [claim for claim in found if self.job.concerns(claim)]

    def _judge(self) -> Ruling:
        found = self.claims()
        announced = self.own if self.own and self.own.announced else None
        own = next((claim for claim in found if announced and claim.mark == announced.record.mark), None)
        # An announcement shows what is older than itself, so claims lapse by its time.
        now = announced.sent_at if announced and announced.sent_at else self._store.time
        job = replace(
            self.job,
            own=own,
            now=now,
            waited_for=self._watch.marks,
            lapsed=self._watch.lapsed,
        )
        return rule([claim for claim in found if claim is own or not self.is_own(claim)], job)

    def _settled(self) -> Ruling:
        """The ruling once nothing that blocks may come to nothing, or after a wait that is long enough."""
        self._store.read(self._horizon)
        ruling, pauses = self.judge(), self._pauses()
        leader = None
        while ruling.leader and not self._watch.over(ruling.leader):
            if (ruling.leader.mark, ruling.leader.stage) != leader:
                leader, pauses = (ruling.leader.mark, ruling.leader.stage), self._pauses()
            whose = messages.whose(ruling.leader, self.job)
            if ruling.leader.mark not in self._announced:
                self._announced.add(ruling.leader.mark)
                self._say(f"waiting for {whose}, which is starting a session")
            pause = next(pauses)
            self._clock.sleep(pause)
            self._store.allow(pause)
            self._store.read(self._horizon)
            ruling = self.judge()
        return ruling

    def _pauses(self) -> Iterator[float]:
        return (pause * self._slowness for pause in chain(TIMING.waits, repeat(TIMING.waits[-1])))

    def _blocked(self, ruling: Ruling) -> Verdict:
        """Show the session on the failing commit, unless it was started there."""
        shown = ruling.shown
        by_sibling = shown is not None and shown.same_attempt(self.job.run, self.job.attempt)
        here = shown is not None and shown.commit == self.job.commit and not ruling.limited
        crowd = self._legs > TIMING.calm  # whose other legs rely on it
        if shown and not ruling.leader and not by_sibling and (crowd or not here):
            stage = Stage.LIMITED if ruling.limited else Stage.COVERED
            url = shown.url or self._run.url
            self._show(self._record(stage, self._mark()), url, messages.covered(ruling, self._store.time))
        return messages.blocked(ruling, self.job, self._store.time)

    # --- its own claim ------------------------------------------------------------------------------

    def _claimed(self) -> bool:
        """Claim and announce; whether that was fast enough for others to have counted it all the time.

        Raises:
            LedgerError: it can't be written, or GitHub does not show it.
        """
        own = self.own = Own(self._record(Stage.CLAIMED, self._mark()), self._clock.monotonic())
        self._marks.add(own.record.mark)
        own.at = self._store.write(own.record, self._run.url).created_at
        if self._legs > 1:
            self._show(own.record, self._run.url)
        for pause in TIMING.looks:
            self._clock.sleep(pause)
            self._store.read(self._horizon)
        own.record = replace(own.record, stage=Stage.ANNOUNCED)
        try:
            entry = self._store.write(own.record, self._run.url, until=own.began + TIMING.announce_within)
        except LateError:
            return False
        own.announced, own.sent_at = True, entry.created_at
        took = timedelta(seconds=self._clock.monotonic() - own.began)
        if own.at and entry.created_at:
            took = max(took, entry.created_at - own.at)
        for pause in TIMING.shown:
            self._clock.sleep(pause)
            self._store.read(self._horizon)
            if self._is_shown(own):
                break
        else:
            raise UnavailableError("GitHub does not show the entry that was just written")
        return took <= timedelta(seconds=TIMING.announce_within)

    def _is_shown(self, own: Own) -> bool:
        entries = self._store.entries(self._run)
        return any(entry.record == own.record for entry in entries)

    def _record(self, stage: Stage, mark: str) -> Record:
        job = self.job
        return Record(
            stage, job.workflow, job.run, job.attempt, job.ref, job.commit, mark, names(job.failures)
        )

    def withdraw(self, *, patient: bool = True) -> str:
        """Take the claim back, if there is one. Returns what kept that from being written.

        A claim that was not announced lapses anyway.
        """
        own, self.own = self.own, None
        if own is None:
            return ""
        problem = self._write(replace(own.record, stage=Stage.WITHDRAWN), self._run.url, patient)
        if self._legs > 1:
            self._show(replace(own.record, stage=Stage.WITHDRAWN), self._run.url)
        return problem if own.announced else ""

    def settle(self, stage: Stage, url: str, words: str) -> str:
        """Write what became of the request. Returns what kept it from being written."""
        own, self.own = self.own, None
        if own is None or not own.announced:
            return ""
        record = replace(own.record, stage=stage)
        problem = self._write(record, url or self._run.url)
        self._show(record, url or self._run.url, words)
        return problem

    def _write(self, record: Record, url: str, patient: bool = True) -> str:
        self._store.begin()
        try:
            self._store.write(record, url, patient=patient)
        except LedgerError as error:
            return str(error)
        return ""

    def _show(self, record: Record, url: str, words: str = "") -> None:
        """Show people the entry on the failing commit; nothing depends on it. Of an event, nothing is."""
        if self.job.key:
            return
        short = names(self.job.failures, SHOWN_ROOM)
        self._store.show(self._run.head_sha, replace(record, failures=short), url, words)
