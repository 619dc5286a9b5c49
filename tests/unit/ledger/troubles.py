"""What goes wrong in a schedule: chances of each fault, one trouble alone or all of them.

And the protocol with one part left out: each costs something, so the simulator can tell.
`python3 src/entrypoint.py bench/schedules.py --without announcement` plays storms so.
"""

from __future__ import annotations

import random
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from unittest.mock import patch

from fire_routine.ledger.entry import Claim
from fire_routine.ledger.rule import Standing
from fire_routine.ledger.terms import Timing


@dataclass
class Faults:
    """Chances of each fault, and how late what was written may be read (seconds)."""

    lag: float = 0.0  # a read shows the state of up to this long ago, all of it
    commit: float = 0.0  # a write is answered, and its status visible, up to so long after it got its id
    item_lag: float = 0.0  # half of the statuses become visible up to so long after they were answered
    flap: float = 0.0  # chance that a read leaves out a status of the last 10 seconds
    read_fails: float = 0.0
    denied: float = 0.0  # a read or write is answered 401, 403, 404 or 422
    write_twice: float = 0.0  # written twice, with two ids
    write_refused: float = 0.0  # an error, nothing written
    write_unanswered: float = 0.0  # written, and an error
    write_late: float = 0.0  # an error, and written up to 20 s later
    outages: list[tuple[float, float]] = field(default_factory=list)
    fire_fails: float = 0.0
    fire_unknown: float = 0.0  # the answer is lost; half of these started a session
    slow_fire: float = 0.0  # takes up to two minutes
    labelled: float = 0.0  # a label that was added meanwhile forbids the fire
    rerun_refused: float = 0.0
    lists: float = 0.0  # a list of runs shows the state of up to this long ago
    filtered: float = 0.0  # chance that the last green run, as it was gathered, is missing: a stale index
    content: int = 0  # new statuses in a minute, above which GitHub asks to wait for a minute; 0: no limit
    place_hidden: float = 0.0  # chance that the first commit is not shown
    rerun_lost: float = 0.0  # no answer; two thirds have their effect all the same, half of these later
    dies: float = 0.0  # kill -9 at a random moment
    cancelled: float = 0.0  # SIGTERM at a random moment

    @property
    def none(self) -> bool:
        return self.lag <= 3 and self == Faults(lag=self.lag)


# How GitHub's reads may lag, and what else may go wrong: one trouble each.
PROFILES = {
    "clean": Faults(),
    "labels": Faults(labelled=0.3),
    "in order, 30 s": Faults(lag=30.0),
    "id, 3 s": Faults(commit=3.0),
    "item, 1 s": Faults(item_lag=1.0),
    "writes": Faults(
        write_refused=0.06, write_unanswered=0.12, write_late=0.06, write_twice=0.1, rerun_lost=0.3
    ),
    "crashes": Faults(dies=0.4, cancelled=0.15, slow_fire=0.2),
    "denials": Faults(denied=0.03, rerun_refused=0.3),
    "lists, 30 s": Faults(lists=30.0),
    "filtered lists": Faults(filtered=0.3),
    "all lists": Faults(lists=1500.0, filtered=0.5),
    "flap": Faults(flap=0.1),
    "limits": Faults(content=10),
    "look-ups": Faults(place_hidden=0.4),
}


def draw_faults(rng: random.Random) -> Faults:
    """A kind of bad day: none, one trouble alone, or all of them."""

    def some(most: float) -> float:
        return rng.choice((0.0, 0.0, most / 4, most))

    faults = Faults(
        lag=rng.choice((0.0, 0.2, 1.0, 3.0, 30.0)),
        commit=rng.choice((0.0, 0.0, 0.3, 3.0)),
        item_lag=rng.choice((0.0, 0.0, 1.0)),
        read_fails=some(0.3),
        write_refused=some(0.25),
        write_unanswered=some(0.25),
        write_late=some(0.2),
        write_twice=some(0.1),
        denied=some(0.03),
        fire_fails=some(0.4),
        fire_unknown=some(0.4),
        slow_fire=some(0.3),
        dies=some(0.5),
        cancelled=some(0.3),
        labelled=some(0.3),
    )
    if rng.random() < 0.15:
        start = rng.uniform(0, 60)
        faults.outages = [(start, start + rng.choice((2, 20, 400)))]
    return faults


_counts = Standing.counts


def _without_order(self: Standing, claim: Claim) -> bool:
    """Once it has announced, a job fires no matter who else is at it."""
    return _counts(self, claim) and (self.own is None or not self.going_on(claim))


@dataclass(frozen=True)
class LeftOut:
    """The protocol without one part, and the trouble in which that counts."""

    faults: Faults
    timing: Timing = field(default_factory=Timing)
    order: bool = True

    def __call__(self) -> AbstractContextManager[object]:
        return nullcontext() if self.order else patch.object(Standing, "counts", _without_order)


LEFT_OUT = {
    "order": LeftOut(Faults(), order=False),
    "announcement": LeftOut(Faults(item_lag=3.0), Timing(looks=())),  # it follows its claim at once
    "looks": LeftOut(Faults(flap=0.4), Timing(looks=(3.5,))),  # one instead of four
    "waiting": LeftOut(Faults(), Timing(watch_request=0.0)),
}
