"""The first look, before anything is gathered: what the failing commit shows people of this attempt.

A run attempt has one session, no matter what fails in it. If it has one already, nothing needs to be
gathered. That matters for a matrix whose steps all fail at once: each leg that gathers costs a dozen requests
of the 1,000 that GitHub allows a repository per hour.

It is a hint that saves requests. At most once per failure never depends on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ..clock import Clock
from ..model import Reason, Run, Verdict
from . import messages
from .candidate import TIMING, Say
from .claims import Claim, claims
from .entry import Stage
from .store import LedgerError, Store, UnavailableError

# Seconds in which the number of legs that have come grows by the factor e. A leg needs about half of that
# from its first request until its claim is visible, so mostly one leg or two gather. At 5, a matrix of 256
# legs keeps to GitHub's limits even if each request takes a second. A small one needs less: all its legs may
# gather.
SPREAD = 5.0
SPREAD_OF_ONE = 1.0
LEGS_PER_SECOND = 16  # more, which add a second each time, up to `SPREAD`
# Up to this many legs look before they wait as well, so that one which fails later need not wait at all. For
# more, a second request for each is too much.
LOOK_BEFORE = 128
_BY = "another job of this attempt"


class FirstLook:
    """What people see on the run's commit, as it is for a job that does not know yet what failed."""

    def __init__(
        self, run: Run, store: Store, legs: int, clock: Clock, say: Say, link: Callable[[str], str]
    ) -> None:
        self._run = run
        self._store = store
        self._legs = legs
        self._clock = clock
        self._say = say
        self._link = link

    def verdict(self) -> Verdict | None:
        """The verdict against a fire, if it is certain by now; None: the job has to go on."""
        if self._legs > 1:
            verdict = self._look() if self._legs <= LOOK_BEFORE else None
            if verdict is not None:
                return verdict
            self._spread()
        return self._look()

    def _spread(self) -> None:
        """Wait for a time that few legs draw short and many draw long.

        With timers of this distribution one leg, in the mean, starts at once. The others follow at a rate
        that grows as e^(t/spread), so almost all of them start after it is visible what the first one did.
        Multicast feedback is spread in the same way (RFC 4654, section 2.5).
        """
        spread = min(SPREAD, SPREAD_OF_ONE + self._legs / LEGS_PER_SECOND)
        seconds = max(0.0, spread * math.log(self._legs * (1.0 - self._clock.random())))
        if seconds:
            self._say(
                f"this job is one of {self._legs} of a matrix: waiting for {seconds:.1f} s, so that one of"
                " them can start the session for all"
            )
            self._clock.sleep(seconds)

    def _look(self) -> Verdict | None:
        try:
            found = self._read()
            if self._legs > 1:
                found = self._once_settled(found)
        except UnavailableError as problem:
            # A lone job gathers first and then asks again; a crowd must not ask for even more.
            return messages.unavailable(str(problem)) if self._legs > 1 else None
        except LedgerError:
            return None
        verdicts = filter(None, map(self._against, reversed(found)))
        return next(verdicts, None)

    def _read(self) -> list[Claim]:
        """The claims of this attempt."""
        self._store.begin()
        self._store.read_commit(self._run.head_sha, patient=self._legs > 1)
        found = claims(self._store.entries(self._run, shown=True), self._link)
        return [claim for claim in found if claim.same_attempt(self._run.id, self._run.attempt)]

    def _once_settled(self, found: list[Claim]) -> list[Claim]:
        """The claims once a sibling that is starting a session has reported its result, or took too long."""
        slowness, waited = max(1.0, self._legs / TIMING.calm), 0.0
        for pause in (*TIMING.waits, *TIMING.waits[-1:] * 4):
            settled = any(claim.has_session for claim in found)
            if settled or waited >= TIMING.leader or all(claim.stage is not Stage.CLAIMED for claim in found):
                break
            if not waited:
                self._say(f"waiting for {_BY}, which is starting a session")
            pause = min(pause * slowness, TIMING.leader - waited)
            self._clock.sleep(pause)
            waited += pause
            found = self._read()
        return found

    def _against(self, claim: Claim) -> Verdict | None:
        """What one claim of this attempt means for the others."""
        if claim.stage is Stage.FIRED:
            return messages.duplicate(f"A session was started on this failure before ({_BY}).", claim.url)
        if claim.stage is Stage.REFUSED and self._legs > 1:
            return messages.refused(_BY)
        # Of too many legs for each to gather, one that finds its failure covered decides for all.
        crowd = self._legs > TIMING.calm
        if crowd and claim.stage is Stage.LIMITED:
            return messages.skip(
                Reason.MAX_SESSIONS, f"No more sessions are due ({_BY} found it).", claim.url
            )
        if crowd and claim.stage is Stage.COVERED and claim.url:
            return messages.duplicate(f"An earlier session covers this failure ({_BY} found it).", claim.url)
        if claim.stage is Stage.UNKNOWN or (crowd and claim.stage is Stage.COVERED):
            return messages.unknown(_BY)
        return None
