"""The first look at the ledger, before anything is gathered.

A run attempt has one session, no matter what fails in it. If it has one already, nothing needs to be
gathered. That matters for a matrix whose steps all fail at once: each leg that gathers costs a dozen requests
of the 1,000 that GitHub allows a repository per hour.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from ...model import Run, Verdict
from .. import messages
from ..ledger.entry import Stage
from ..ledger.store import LedgerError, Store, UnavailableError
from .claims import Claim
from .poll import CALM, Poll, Say
from .rules import Ruling

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


class FirstLook:
    """What the entries of the run's own commit mean for a job that does not know yet what failed."""

    def __init__(
        self,
        poll: Poll,
        run: Run,
        store: Store,
        legs: int,
        sleep: Callable[[float], object],
        say: Say,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """
        Args:
            draw: a random number from 0 up to, but without, 1.
        """
        self._poll = poll
        self._run = run
        self._store = store
        self._legs = legs
        self._sleep = sleep
        self._say = say
        self._draw = draw

    def verdict(self, *, spread: bool) -> Verdict | None:
        """The verdict against a fire, if it is certain by now; None: the job has to go on.

        Args:
            spread: wait for a random time before the last look.
        """
        if spread and self._legs > 1:
            verdict = self._look() if self._legs <= LOOK_BEFORE else None
            if verdict is not None:
                return verdict
            self._wait()
        return self._look()

    def _wait(self) -> None:
        """Wait for a time that few legs draw short and many draw long.

        With timers of this distribution one leg, in the mean, starts at once. The others follow at a rate
        that grows as e^(t/spread), so almost all of them start after it is visible what the first one did.
        Multicast feedback is spread in the same way (RFC 4654, section 2.5).
        """
        spread = min(SPREAD, SPREAD_OF_ONE + self._legs / LEGS_PER_SECOND)
        seconds = max(0.0, spread * math.log(self._legs * (1.0 - self._draw())))
        if seconds:
            self._say(
                f"this job is one of {self._legs} of a matrix: waiting for {seconds:.1f} s, so that one of"
                " them can start the session for all"
            )
            self._sleep(seconds)

    def _look(self) -> Verdict | None:
        try:
            self._store.begin()
            self._store.read(self._run.head_sha, patient=self._legs > 1)
            ruling = self._poll.decide([])
        except UnavailableError as problem:
            # A lone job gathers first and then asks again; a crowd must not ask for even more.
            return messages.unavailable(str(problem), None) if self._legs > 1 else None
        except LedgerError:
            return None
        if ruling.fire or ruling.limited:  # how many sessions there were is known only with the other commits
            found = self._by_siblings() if self._legs > 1 else None
            if found is None:
                return None
            ruling = found
        return messages.blocked(ruling, self._poll.contender)

    def _by_siblings(self) -> Ruling | None:
        """What another leg of the attempt found out that holds for this one, too.

        Its request was refused. Or it found its failure covered by an earlier session, in a matrix of
        too many legs for each to gather.
        """
        siblings = [claim for claim in self._poll.claims() if claim.same_attempt(self._poll.contender)]
        found = [claim for claim in siblings if claim.stage is Stage.FAILED or self._is_enough(claim)]
        if not found:
            return None
        return Ruling(blocker=found[-1], limited=found[-1].stage is Stage.LIMITED, sessions=found[-1].number)

    def _is_enough(self, claim: Claim) -> bool:
        counts = claim.stage is not Stage.RETURNED or bool(self._poll.contender.cool_down)
        return claim.passed_on and counts and self._legs > CALM
