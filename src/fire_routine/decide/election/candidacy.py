"""One job's way through the election: claim, announce, take a last look, and then fire or give way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from ...model import Note, Run, Verdict
from .. import messages
from ..ledger.status_api import StatusApi
from ..ledger.store import DeniedError, Store, UnavailableError
from ..policy.staleness import stale
from .own_claim import OwnClaim
from .poll import Poll, Say
from .rerun import Rerunning
from .rules import Ruling

# Its own commit shows a claim or does not. What another commit shows may lag, and nothing reveals that. So
# before other commits are read, a claim has been written for this many seconds.
SETTLED = 3.0
# Seconds between the announcement and the last look. An entry may become visible up to 3 seconds after it got
# its id. What is read of other commits may lag by up to 30.
ANNOUNCED = 3.5
ANNOUNCED_TO_OTHERS = 31.0  # where a run of another commit may be starting a session at the same time
READ_TWICE = 1.0  # seconds between the last two looks, because one may miss what an earlier one showed
LOOKED_AT_FIRST = 3  # of the incident's other commits, before a claim is made
ROUNDS = 3  # of claims, each of which gave way to a job that then gave up


class Candidacy:
    """What one job does to become the one that fires."""

    def __init__(
        self,
        api: StatusApi,
        run: Run,
        store: Store,
        poll: Poll,
        new_claim: Callable[[], OwnClaim],
        sleep: Callable[[float], object],
        say: Say,
        rerun: Rerunning | None = None,
    ) -> None:
        """
        Args:
            rerun: what is tried before a fire.
        """
        self.own: OwnClaim | None = None  # the claim that may have to be taken back
        self._unseen: Note | None = None  # other commits of the incident could not be read
        self._api = api
        self._run = run
        self._store = store
        self._poll = poll
        self._new_claim = new_claim
        self._sleep = sleep
        self._say = say
        self._rerun = rerun
        self._is_due = rerun is not None
        self._cool_down = poll.contender.cool_down  # whose commits are still to be listed

    def notes(self) -> Iterator[Note]:
        """What could not be read, and why there was no re-run."""
        if self._unseen:
            yield self._unseen
        yield from map(messages.unread, dict.fromkeys(self._poll.unread.values()))
        if self._poll.contender.incident.recent_left_out:
            yield messages.unread("There are more than are read")
        if self._rerun and self._rerun.note:
            yield self._rerun.note

    def decide(self) -> Verdict:
        """Whether this job fires.

        Raises:
            LedgerError: the ledger can't be read or written.
        """
        for _ in range(ROUNDS):
            self._store.read(self._run.head_sha)
            verdict = self._round()
            if verdict is not None:
                return verdict
        raise UnavailableError("one job after the other took its claim back")

    def preview(self) -> Ruling:
        """What the entries mean for this job, without a claim: nothing is written.

        Raises:
            LedgerError: the ledger can't be read.
        """
        others = self._others()
        recent = self._poll.contender.incident.recent
        return self._poll.decide([self._run.head_sha, *others, *recent], patient=False)

    def _round(self) -> Verdict | None:
        """Claim, announce, and look once more; None: the job that this one gave way to has given up."""
        ruling = self._poll.decide(self._others_first())
        if not ruling.fire:
            return self._blocked(ruling, self._new_claim())
        verdict = stale(self._api, self._run)  # a claim that comes to nothing would keep others waiting
        if verdict is not None:
            return verdict
        if self._rerun and self._is_due:
            self._is_due = False
            if verdict := self._rerun.verdict(ruling.known_sessions):
                return verdict
            self._store.begin()
        own = self.own = self._new_claim()
        own.take(self._poll.contender, ruling.known_sessions + 1)
        self._poll.set_mark(own.mark)
        ruling = self._earliest()
        if not ruling.fire:
            return self._blocked(ruling, own)
        verdict = stale(self._api, self._run)
        if verdict is not None:
            own.withdraw()
            return verdict
        own.announce(self._poll.contender, ruling.known_sessions + 1, self._poll.own())
        return self._last_look(own)

    def _blocked(self, ruling: Ruling, own: OwnClaim) -> Verdict:
        own.pass_on(ruling, self._poll.contender, self._poll.own())
        return messages.blocked(ruling, self._poll.contender)

    def _earliest(self) -> Ruling:
        """Whether the claim is the earliest: on its own commit, then there and on the others."""
        ruling = self._poll.decide([self._run.head_sha])
        others = self._others() if ruling.fire else ()
        if not others:
            return ruling
        self._sleep(SETTLED)
        return self._poll.decide([self._run.head_sha, *others])

    def _last_look(self, own: OwnClaim) -> Verdict | None:
        """Make sure that no other job has sent its request, or announced it earlier.

        The announcements have ids in one order. Of two jobs, the one with the higher id sees the other's
        announcement after the pause, and gives way; the other goes on unless the first has fired.
        """
        others = self._others()
        busy = bool(others) and self._poll.contender.incident.busy
        if busy:
            self._say("a run of another commit may be starting a session, too: waiting for its entries")
        self._sleep((ANNOUNCED_TO_OTHERS if busy else ANNOUNCED) - READ_TWICE)
        self._store.read(self._run.head_sha)
        self._sleep(READ_TWICE)
        ruling = self._poll.last_look(others)
        if ruling.fire:
            return messages.fires(ruling.known_sessions + 1, self._poll.contender.max_sessions)
        own.withdraw()
        self.own = None
        self._poll.set_mark("")
        ruling = self._poll.decide([])
        return None if ruling.fire else messages.blocked(ruling, self._poll.contender)

    def _others_first(self) -> Sequence[str]:
        """Head commits of the newest other runs, where anything may depend on them."""
        try:
            self._others()
            incident = self._poll.contender.incident
            return (*incident.shas[:LOOKED_AT_FIRST], *incident.recent)
        except UnavailableError:
            if self._poll.judge().final:
                return ()
            raise

    def _others(self) -> Sequence[str]:
        """Head commits of the incident's other runs, and of those before it that may start a session yet.

        Those before it, within the cool-down, are listed once, which may take some more requests.
        """
        known = self._poll.contender.incident
        try:
            listed = self._store.incident(self._run, self._cool_down)
        except DeniedError as problem:
            if not known.shas:
                self._unseen = messages.unseen(str(problem))
            listed = known
        else:
            self._unseen, self._cool_down = None, timedelta(0)
            recent = (*listed.recent, *(sha for sha in known.recent if sha not in listed.shas))
            left_out, busy = listed.recent_left_out or known.recent_left_out, listed.busy or known.busy
            listed = replace(listed, recent=recent, recent_left_out=left_out, busy=busy)
            self._poll.set_incident(listed)
        return (*listed.shas, *(listed.recent if listed.busy else ()))
