"""What a job brings to the ledger, and the numbers of the protocol. Values alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, repeat

DAY = timedelta(hours=24)  # in which sessions are counted for `daily-limit`

# --- the numbers of the protocol, in seconds where nothing else is said -------------------------------

# A claim. An entry may become visible late, and one look may miss what another shows.
ANNOUNCE_WITHIN = 30.0  # from the claim
LAPSE = 40.0  # after which others no longer count a claim without an announcement
DOUBT = 300.0  # after which no job can be at the request that it announced
LOOKS_AFTER = (0.0, 0.5, 1.0, 1.5, 2.0, 4.0, 4.0, 4.0)  # between looks for the announcement
WATCH_CLAIM = 41.0  # how long a claim is watched until it lapses, whatever GitHub's clock says

# Asking again
RETRIES = (0.5, 1.5, 3.0, 5.0)  # before each
PATIENCE = 60.0  # for all of it before a fire
LIMITED = 65.0  # that a lone job waits where GitHub's rate limit asks for it
DENIED = 8.0  # for which GitHub must deny a permission before that is believed

# Reading
SESSIONS = 300  # that are enough where it is not known how far back entries count
SHOWN_PAGES = 10  # of a failing commit: 910 statuses
SETTLED = timedelta(seconds=60)  # after which all that is older than an entry has become visible
BEFORE = timedelta(hours=1)  # that more is read than what counts

# The first look of a matrix. In SPREAD, the number of legs that have come grows by the factor e. A leg needs
# about half of that from its first request until its claim is visible, so mostly one leg or two gather. At 5,
# a matrix of 256 legs keeps to GitHub's limits even if each request takes a second. A small one needs less:
# all its legs may gather.
SPREAD = 5.0
SPREAD_OF_ONE = 1.0
LEGS_PER_SECOND = 16  # more, which add a second each time, up to SPREAD
LARGE_MATRIX = 32  # a matrix of more legs looks less often: each look is a request

# Earlier sessions and re-runs
TRACED = 10  # runs whose sessions are looked for
REPLACED = 4  # sessions without a trace, of one failure
FLAKE_DAYS = 14  # in which flakes are counted
BEGINS = (0.0, 1.0, 3.0, 6.0, 10.0)  # before it is asked whether a re-run has begun


@dataclass(frozen=True, slots=True)
class Timing:
    """Those that are not the same for every caller, or that tests change."""

    looks: tuple[float, ...] = (0.8, 0.9, 0.9, 0.9)  # before each look between claim and announcement
    rounds: int = 3  # of claims, each of which yielded to a job that then gave up
    # Waiting for others, and how long between looks; empty: none is waited for
    waits: tuple[float, ...] = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
    watch_request: float = 48.0  # how long an announced request is watched: the endpoint may be slow
    # A lone job asks longer: most outages are over by then
    retries_alone: tuple[float, ...] = (*RETRIES, 10.0, 20.0, 30.0, 30.0, 30.0)
    patience_alone: float = 150.0
    limits: int = 2  # waits where GitHub's rate limit asks for it
    pages: int = 40  # of up to 100 statuses: 2,440, as each page is shorter by one


@dataclass(frozen=True, slots=True)
class Terms:
    """What the ledger needs of the inputs, and of what the runner reports of the job."""

    max_sessions: int = 3
    cool_down: timedelta = timedelta(0)  # 0: none
    again_since: datetime | None = None  # `again`: when the run was created that asks; None: not asked
    ledger_commit: str = ""  # input `ledger-commit`
    routine_url: str = ""  # whose host a session's link may have
    matrix_size: int = 1  # how many jobs the matrix has that this job is part of; 1: it is part of none
    default_token: bool = True  # GitHub is asked with the workflow's own token
    key: str = ""  # that an event is fired for, as people see it; empty: failures are fired for
    daily_limit: int = 0  # sessions of the repository within 24 hours, as the input has it; 0: any number
    max_open_fixes: int = 0  # pull requests of sessions that are open, as the input has it; 0: any number
    timing: Timing = field(default_factory=Timing)

    @property
    def alone(self) -> bool:
        """Whether the job is no leg of a matrix: what it asks is no sibling's limit."""
        return self.matrix_size == 1

    @property
    def is_large(self) -> bool:
        """Whether the matrix is so large that one leg decides for the others."""
        return self.matrix_size > LARGE_MATRIX

    def pauses(self) -> Iterator[float]:
        """Before each look at others who are waited for."""
        slowness, waits = max(1.0, self.matrix_size / LARGE_MATRIX), self.timing.waits
        return (pause * slowness for pause in chain(waits, *(repeat(last) for last in waits[-1:])))
