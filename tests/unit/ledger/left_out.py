"""The protocol with one part left out: each costs something, so the simulator can tell.

`python3 src/entrypoint.py bench/schedules.py --without announcement` plays storms so.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from unittest.mock import patch

from tests.unit.ledger.troubles import Faults

from fire_routine.ledger import candidate
from fire_routine.ledger.candidate import TIMING
from fire_routine.ledger.claims import Claim
from fire_routine.ledger.rule import Job

_live = Job.live


def _without_order(self: Job, claim: Claim) -> bool:
    """Once it has announced, a job fires no matter who else is at it."""
    return _live(self, claim) and (self.own is None or not self.going_on(claim))


def _timing(**changes: object) -> Callable[[], AbstractContextManager[object]]:
    return lambda: patch.object(candidate, "TIMING", replace(TIMING, **changes))  # type: ignore[arg-type]


# Each with the trouble in which it counts
LEFT_OUT: dict[str, tuple[Callable[[], AbstractContextManager[object]], Faults]] = {
    "order": (lambda: patch.object(Job, "live", _without_order), Faults()),
    "announcement": (_timing(looks=()), Faults(item_lag=3.0)),  # it follows its claim at once
    "looks": (_timing(looks=(3.5,)), Faults(flap=0.4)),  # one instead of four
    "waiting": (_timing(lapse=0.0, leader=0.0), Faults()),
}
