"""What goes wrong in a schedule: chances of each fault, one trouble alone or all of them.

And the protocol with one part left out: each costs something, so the simulator can tell.
`python3 src/entrypoint.py bench/schedules.py --without announcement` plays storms so.
"""

from __future__ import annotations

import math
import random
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from unittest.mock import patch

from fire_routine.ledger.entry import Claim
from fire_routine.ledger.log import ACTIONS_BOT
from fire_routine.ledger.rule import Moment
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


@dataclass(frozen=True)
class Setting:
    """What a repository is like, whatever goes wrong in it."""

    stories: int = 1  # workflows and branches, each with failures of its own, on the ledger's one commit
    forms: tuple[str, ...] = ("log",)  # how jobs name failures: `none` has no log
    again: bool = False  # people press `again`, two of them at once
    matrix: bool = False  # jobs that fail at once are legs, which look at their own commit first
    midnight: bool = False  # a new day's context begins among the first entries
    room: int = 1000  # statuses of one context on a commit
    others: int = 0  # statuses of others on the ledger's commit, half of them meanwhile; some forge an entry
    identities: tuple[str, ...] = (ACTIONS_BOT,)  # who writes the entries: each job's is one of these
    sweeps: int = 0  # in place of jobs: each fires for what is red by then, two of them at once


@dataclass(frozen=True)
class Profile:
    """One trouble, or one kind of repository.

    `idle`: the share of schedules that end without any session, of 500; 0.01 where none did but one may.
    """

    faults: Faults | None  # None: drawn for each schedule
    idle: float
    setting: Setting = field(default_factory=Setting)

    def most_idle(self, schedules: int) -> int:
        """How many of them may end so: three standard deviations more. So jobs that never fire fail."""
        expected = self.idle * schedules
        return math.floor(expected + 3 * math.sqrt(expected * (1 - self.idle)))


APP = "octo-app[bot]"  # with a token of its own; GitHub does not always say whose it is
FORMS = ("log", "log", "step", "several", "none")

# How GitHub's reads may lag, what else may go wrong, and what repositories are like: one of them each.
PROFILES = {
    "storm": Profile(None, 0.15),
    "clean": Profile(Faults(), 0.0),
    "labels": Profile(Faults(labelled=0.3), 0.03),
    "in order, 30 s": Profile(Faults(lag=30.0), 0.01),
    "id, 3 s": Profile(Faults(commit=3.0), 0.0),
    "item, 1 s": Profile(Faults(item_lag=1.0), 0.0),
    "writes": Profile(
        Faults(write_refused=0.06, write_unanswered=0.12, write_late=0.06, write_twice=0.1, rerun_lost=0.3),
        0.01,
    ),
    "crashes": Profile(Faults(dies=0.4, cancelled=0.15, slow_fire=0.2), 0.05),
    "denials": Profile(Faults(denied=0.03, rerun_refused=0.3), 0.01),
    "lists, 30 s": Profile(Faults(lists=30.0), 0.0),
    "filtered lists": Profile(Faults(filtered=0.3), 0.0),
    "all lists": Profile(Faults(lists=1500.0, filtered=0.5), 0.0),
    "flap": Profile(Faults(flap=0.1), 0.0),
    "limits": Profile(Faults(content=10), 0.1),
    "look-ups": Profile(Faults(place_hidden=0.4), 0.01),
    "workflows": Profile(Faults(), 0.0, Setting(stories=3, others=20)),
    "workflows, lag": Profile(Faults(lag=3.0, item_lag=1.0, flap=0.1), 0.0, Setting(stories=3, others=20)),
    "names": Profile(Faults(), 0.0, Setting(forms=FORMS)),
    "names, item": Profile(Faults(item_lag=1.0), 0.0, Setting(forms=FORMS)),
    "again": Profile(Faults(), 0.0, Setting(again=True)),
    "again, lag": Profile(Faults(lag=3.0, item_lag=1.0), 0.0, Setting(again=True)),
    "matrix": Profile(Faults(), 0.0, Setting(matrix=True)),
    "matrix, crashes": Profile(Faults(dies=0.4, cancelled=0.15, slow_fire=0.2), 0.05, Setting(matrix=True)),
    "matrix, storm": Profile(None, 0.13, Setting(matrix=True)),
    "midnight": Profile(Faults(lag=1.0, item_lag=1.0), 0.0, Setting(midnight=True)),
    "full contexts": Profile(Faults(), 0.0, Setting(room=20)),
    "pages": Profile(Faults(lag=1.0, flap=0.1), 0.0, Setting(others=2200)),
    "pages, faults": Profile(Faults(read_fails=0.2, denied=0.03), 0.01, Setting(others=600)),
    "own token": Profile(Faults(), 0.0, Setting(identities=(APP,))),
    "own token, lag": Profile(Faults(lag=3.0, denied=0.03), 0.0, Setting(identities=(APP,), others=20)),
    "two tokens": Profile(Faults(), 0.0, Setting(identities=(ACTIONS_BOT, APP))),
    "two tokens, lag": Profile(Faults(lag=3.0, denied=0.03), 0.0, Setting(identities=(ACTIONS_BOT, APP))),
    "sweeps": Profile(Faults(), 0.0, Setting(stories=2, again=True, identities=(APP,), sweeps=8)),
    "sweeps, lag": Profile(
        Faults(lag=3.0, item_lag=1.0, denied=0.03, write_unanswered=0.1),
        0.01,
        Setting(stories=2, again=True, identities=(APP,), sweeps=8),
    ),
    "sweeps, crashes": Profile(
        Faults(dies=0.4, cancelled=0.15, slow_fire=0.2, fire_fails=0.2),
        0.03,
        Setting(stories=2, identities=(APP,), sweeps=8),
    ),
    "all of it": Profile(
        None,
        0.01,
        Setting(stories=2, forms=FORMS, again=True, matrix=True, midnight=True, room=60, others=60),
    ),
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


_counts = Moment.counts


def _without_order(self: Moment, claim: Claim) -> bool:
    """Once it has announced, a job fires no matter who else is at it."""
    return _counts(self, claim) and (self.own is None or not self.going_on(claim))


@dataclass(frozen=True)
class LeftOut:
    """The protocol without one part, and the trouble in which that counts."""

    faults: Faults
    timing: Timing = field(default_factory=Timing)
    order: bool = True

    def __call__(self) -> AbstractContextManager[object]:
        return nullcontext() if self.order else patch.object(Moment, "counts", _without_order)


LEFT_OUT = {
    "order": LeftOut(Faults(), order=False),
    "announcement": LeftOut(Faults(item_lag=3.0), Timing(looks=())),  # it follows its claim at once
    "looks": LeftOut(Faults(flap=0.4), Timing(looks=(3.5,))),  # one instead of four
    "waiting": LeftOut(Faults(), Timing(watch_request=0.0)),
}
