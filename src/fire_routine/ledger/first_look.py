"""The first look, before anything is gathered: what the failing commit shows people of this attempt.

A run attempt has one session, no matter what fails in it. If it has one already, nothing needs to be
gathered. That matters for a matrix whose steps all fail at once: each leg that gathers costs a dozen requests
of the 1,000 that GitHub allows a repository per hour.

It is a hint that saves requests. At most once per failure never depends on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ..model import Reason, Run, Skip
from . import messages
from .entry import Claim, Stage, label
from .log import LedgerError, Log, UnavailableError

_BY = "another job of this attempt"


class FirstLook:
    """What people see on the run's commit, as it is for a job that does not know yet what failed."""

    def __init__(self, log: Log, run: Run, say: Callable[[str], object]) -> None:
        """`run`: as much of it as is known before GitHub is asked."""
        self._log = log
        self._run = run
        self._say = say
        self._legs = log.terms.legs
        self._timing = log.terms.timing

    def skip(self) -> Skip | None:
        """Why the job need not gather, if that is certain by now; None: it has to go on."""
        self._log.identify()
        if self._legs > 1:
            skip = self._look() if self._legs <= self._timing.look_before else None
            if skip is not None:
                return skip
            self._spread()
        return self._look()

    def _spread(self) -> None:
        """Wait for a time that few legs draw short and many draw long.

        With timers of this distribution one leg, in the mean, starts at once. The others follow at a rate
        that grows as e^(t/spread), so almost all of them start after it is visible what the first one did.
        Multicast feedback is spread in the same way (RFC 4654, section 2.5).
        """
        timing = self._timing
        spread = min(timing.spread, timing.spread_of_one + self._legs / timing.legs_per_second)
        seconds = max(0.0, spread * math.log(self._legs * (1.0 - self._log.clock.random())))
        if seconds:
            self._say(
                f"this job is one of {self._legs} of a matrix: waiting for {seconds:.1f} s, so that one of"
                " them can start the session for all"
            )
            self._log.clock.sleep(seconds)

    def _look(self) -> Skip | None:
        try:
            found = self._read()
            if self._legs > 1:
                found = self._once_settled(found)
        except UnavailableError as problem:
            # A lone job gathers first and then asks again; a crowd must not ask for even more.
            return messages.unavailable(str(problem)) if self._legs > 1 else None
        except LedgerError:
            return None
        return next(filter(None, map(self._against, reversed(found))), None)

    def _read(self) -> list[Claim]:
        """The claims of this attempt."""
        self._log.begin()
        self._log.read_commit(self._run.head_sha, patient=self._legs > 1)
        found = self._log.claims(label(self._run), shown=True)
        return [claim for claim in found if claim.same_attempt(self._run.id, self._run.attempt)]

    def _once_settled(self, found: list[Claim]) -> list[Claim]:
        """The claims once a sibling that is starting a session has reported its result, or took too long."""
        timing, waited = self._timing, 0.0
        for pause in (*timing.waits, *timing.waits[-1:] * 4):
            settled = any(claim.has_session for claim in found)
            if (
                settled
                or waited >= timing.watch_request
                or all(claim.stage is not Stage.CLAIMED for claim in found)
            ):
                break
            if not waited:
                self._say(f"waiting for {_BY}, which is starting a session")
            pause = min(pause * self._log.terms.slowness, timing.watch_request - waited)
            self._log.clock.sleep(pause)
            waited += pause
            found = self._read()
        return found

    def _against(self, claim: Claim) -> Skip | None:
        """What one claim of this attempt means for the others."""
        if claim.stage is Stage.FIRED:
            return messages.duplicate(f"A session was started on this failure before ({_BY}).", claim.url)
        if claim.stage is Stage.REFUSED and self._legs > 1:
            return messages.refused(_BY)
        # Of too many legs for each to gather, one that finds its failure covered decides for all.
        crowd = self._log.terms.crowd
        if crowd and claim.stage is Stage.LIMITED:
            return Skip(Reason.MAX_SESSIONS, f"No more sessions are due ({_BY} found it).", claim.url)
        if crowd and claim.stage is Stage.COVERED and claim.url:
            return messages.duplicate(f"An earlier session covers this failure ({_BY} found it).", claim.url)
        if claim.stage is Stage.UNKNOWN or (crowd and claim.stage is Stage.COVERED):
            return messages.unknown(_BY)
        return None
