"""One job's way to fire: wait for others, claim, announce, look once more; then send, or yield.

See the package for the protocol. The story drives it, step by step.
"""

from __future__ import annotations

from dataclasses import replace

from ..model.outcome import Fire, Outcome, Say, Skip, quiet
from ..model.run import Run
from . import messages
from .lease import Lease
from .log import LedgerError, Log
from .rule import Case, Ruling, rule
from .terms import REPLACED, WATCH_CLAIM


class Contest:
    """What one job does to become the one that fires. A step raises `LedgerError` where GitHub fails it."""

    def __init__(self, log: Log, run: Run, case: Case, *, say: Say = quiet) -> None:
        """`say` writes a line to the job's log."""
        self.case = case
        self.run = run
        self._log = log
        self._terms = log.terms
        self._timing = log.terms.timing
        self._say = say
        self._lease: Lease | None = None
        self._rounds = 0
        self._replaced = 0  # how often
        self._horizon = log.horizon(run, case.asker.terms.cool_down)
        self._watch: dict[tuple[str, str], float] = {}  # since when it sees which claims going on
        self._told: set[str] = set()  # claim ids
        self._past: frozenset[str] | None = None  # claim ids of what was settled as it came
        self._asked_back_to: int | None = None  # of the list of green runs
        log.begin(run.created_at, run.started_at)

    # --- the steps --------------------------------------------------------------------------------

    def find(self) -> None:
        """Find the ledger."""
        self._log.find()
        self._say(messages.ledger_commit(self._log.ledger_commit, pinned=bool(self._terms.ledger_commit)))

    def wait(self) -> Ruling:
        """The ruling once nothing that blocks may come to nothing, or after a wait that is long enough."""
        ruling = self._waited()
        self._note_unread()
        if not ruling.blocked and self._rounds == self._timing.rounds:
            raise LedgerError("one job after the other took its claim back")
        return ruling

    def claim(self) -> Fire | None:
        """Claim, announce and look once more; None: another job has the lower claim, or it took too long."""
        self._rounds += 1
        lease = self._lease = Lease(self._log, self.run, self.case.asker)
        try:
            ruling = self._announced(lease)
        except BaseException as error:
            lease.withdraw(patient=isinstance(error, LedgerError))
            raise
        if ruling and not ruling.blocked:
            return messages.fires(ruling.sessions + 1, self.case.asker)
        lease.withdraw()
        if ruling:
            self._has_watched(ruling)
        return None

    def point_to(self, ruling: Ruling) -> Skip:
        """Show the session on the failing commit, unless it was started there; why it is not fired."""
        asker, claim = self.case.asker, ruling.points_to
        here = claim is not None and claim.commit == asker.commit and not ruling.limited
        if claim and not ruling.leader and not asker.is_sibling(claim) and (self._terms.is_large or not here):
            record = asker.record(ruling.stage, self._log.new_claim_id(), shown=True)
            words = messages.covered(ruling, self._log.time)
            self._log.show(self.run.head_sha, record, claim.url or self.run.url, words)
        return self.words(ruling)

    def settle(self, outcome: Outcome) -> None:
        """Record what became of it all, whatever that was."""
        if self._lease:
            self._lease.settle(outcome)

    def unavailable(self, problem: LedgerError) -> Skip:
        """Why nothing is fired without a ledger."""
        if problem.permission:
            self._log.note(messages.missing(problem))
        return messages.unavailable(problem, announced=bool(self._lease and self._lease.left))

    # --- what is known ----------------------------------------------------------------------------

    def preview(self) -> Ruling:
        """What the entries mean by now, without waiting and without a claim."""
        self._log.read(self._horizon)
        self._note_unread()
        return self._judged()

    def words(self, ruling: Ruling, *, waited: bool = True) -> Skip:
        """Why the ruling keeps it back."""
        return messages.blocked(ruling, self.case, self._log.time, waited=waited and bool(self._timing.waits))

    def replaces(self, links: frozenset[str]) -> bool:
        """Leave out sessions that left no trace; whether that is done once more."""
        if self._replaced == REPLACED:
            return False
        self._replaced += 1
        self.case = replace(self.case, replaced=links)
        return True

    # --- how --------------------------------------------------------------------------------------

    def _waited(self) -> Ruling:
        self._log.read(self._horizon)
        ruling, pauses = self._judged(), self._terms.pauses()
        leader = None
        while ruling.leader and not self._has_watched(ruling):
            if (ruling.leader.claim_id, ruling.leader.stage) != leader:
                leader, pauses = (ruling.leader.claim_id, ruling.leader.stage), self._terms.pauses()
            if (pause := next(pauses, None)) is None:
                break
            if ruling.leader.claim_id not in self._told:
                self._told.add(ruling.leader.claim_id)
                by = messages.whose(ruling.leader, self.case.asker)
                self._say(f"waiting for {by}, which is starting a session")
            self._log.clock.sleep(pause)
            self._log.asking.allow(pause)
            self._log.read(self._horizon)
            ruling = self._judged()
        return ruling

    def _note_unread(self) -> None:
        if self._log.unread_before:
            self._log.note(messages.not_read(self._log.unread_before))

    def _has_watched(self, ruling: Ruling) -> bool:
        """Whether the claim to wait for has been watched for as long as it is worth it."""
        if not ruling.leader:
            return True
        claim_id, stage = ruling.leader.claim_id, ruling.leader.stage
        now, moment = self._log.clock.monotonic(), self.case.moment
        watched = now - self._watch.setdefault((claim_id, stage), now)
        announced = ruling.leader.announced
        lapsed = {claim_id} if not announced and watched >= WATCH_CLAIM else set[str]()
        moment = replace(moment, waited_for=moment.waited_for | {claim_id}, lapsed=moment.lapsed | lapsed)
        self.case = replace(self.case, moment=moment)
        return announced and watched >= self._timing.watch_request

    def _judged(self) -> Ruling:
        """By what has been read so far, and by the list of green runs where it may matter."""
        ruling = self._ruling()
        needed = ruling.back_to
        if needed is None or (self._asked_back_to is not None and needed >= self._asked_back_to):
            return ruling
        self._asked_back_to = needed
        greens = self._log.greens(self.run, needed)
        self.case = replace(self.case, greens=self.case.greens.and_also(greens))
        return self._judged()

    def _ruling(self) -> Ruling:
        found = self._log.claims(self.case.asker.workflow)
        lease = self._lease if self._lease and self._lease.open and self._lease.announced else None
        own = next((claim for claim in found if lease and claim.claim_id == lease.record.claim_id), None)
        # An announcement shows what is older than itself, so claims lapse by its time.
        now = lease.announced_at if lease and lease.announced_at else self._log.time
        moment = replace(self.case.moment, own=own, now=now)
        others = [claim for claim in found if not self._log.is_own(claim)]
        if self._past is None:
            self._past = frozenset(claim.claim_id for claim in others if not moment.going_on(claim))
        if self._terms.key:  # what turned up since was under way, though no read may have shown it so
            since = (claim.claim_id for claim in others if claim.claim_id not in self._past)
            moment = replace(moment, waited_for=moment.waited_for.union(since))
        case = replace(self.case, moment=moment)
        return rule([*others, own] if own else others, case)

    def _announced(self, lease: Lease) -> Ruling | None:
        """The ruling once the ledger shows the announcement; None: that took too long."""
        lease.claim()
        for pause in self._timing.looks:
            self._log.clock.sleep(pause)
            self._log.read(self._horizon)
        return self._judged() if lease.announce(self._horizon) else None
