"""What a job brings to the ledger, and the numbers of the protocol. Values alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, repeat

DAY = timedelta(hours=24)  # in which sessions are counted for `daily-limit`


@dataclass(frozen=True, slots=True)
class Timing:
    """The numbers of the protocol, in seconds where nothing else is said.

    Raises:
        ValueError: two of them don't fit together.
    """

    # A claim. An entry may become visible late, and one look may miss what another shows.
    looks: tuple[float, ...] = (0.8, 0.9, 0.9, 0.9)  # before each look between claim and announcement
    looks_after: tuple[float, ...] = (
        0.0,
        0.5,
        1.0,
        1.5,
        2.0,
        4.0,
        4.0,
        4.0,
    )  # between looks for the announcement
    announce_within: float = 30.0  # from the claim
    lapse: float = 40.0  # after which others no longer count a claim without an announcement
    doubt: float = 300.0  # after which no job can be at the request that it announced
    rounds: int = 3  # of claims, each of which yielded to a job that then gave up

    # Waiting for others, and how long between looks; empty: none is waited for
    waits: tuple[float, ...] = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
    watch_claim: float = 41.0  # how long a claim is watched until it lapses, whatever GitHub's clock says
    watch_request: float = 48.0  # how long an announced request: the endpoint may be slow
    large_matrix: int = 32  # a matrix of more legs looks less often: each look is a request

    # Asking again
    retries: tuple[float, ...] = (0.5, 1.5, 3.0, 5.0)  # before each
    retries_alone: tuple[float, ...] = (0.5, 1.5, 3.0, 5.0, 10.0, 20.0, 30.0, 30.0, 30.0)  # of a lone job
    patience: float = 60.0  # for all of it before a fire
    patience_alone: float = 150.0  # of a lone job: most outages are over by then
    limited: float = 65.0  # that a lone job waits where GitHub's rate limit asks for it
    limits: int = 2  # such waits

    denied: float = 8.0  # for which GitHub must deny a permission before that is believed

    # Reading
    pages: int = 40  # of up to 100 statuses: 2,440, as each page is shorter by one
    sessions: int = 300  # that are enough where it is not known how far back entries count
    shown_pages: int = 10  # of a failing commit: 910
    settled: float = 60.0  # after which all that is older than an entry has become visible
    before: float = 3600.0  # that more is read than what counts

    # The first look of a matrix. In `spread`, the number of legs that have come grows by the factor e. A leg
    # needs about half of that from its first request until its claim is visible, so mostly one leg or two
    # gather. At 5, a matrix of 256 legs keeps to GitHub's limits even if each request takes a second. A small
    # one needs less: all its legs may gather.
    spread: float = 5.0
    spread_of_one: float = 1.0
    legs_per_second: int = 16  # more, which add a second each time, up to `spread`

    # Earlier sessions and re-runs
    traced: int = 10  # runs whose sessions are looked for
    replaced: int = 4  # sessions without a trace, of one failure
    flake_days: int = 14  # in which flakes are counted
    begins: tuple[float, ...] = (0.0, 1.0, 3.0, 6.0, 10.0)  # before it is asked whether a re-run has begun

    def __post_init__(self) -> None:
        relations = {
            "a claim is announced 10 s before others may pass it over": self.announce_within + 10
            <= self.lapse,
            "a claim is watched until it lapses": self.lapse < self.watch_claim,
            "a request that is watched is not in doubt": self.watch_request < self.doubt,
            "a lone job asks no less often": len(self.retries) <= len(self.retries_alone),
            "what is read again is not settled": sum(self.looks) + sum(self.looks_after) < self.settled,
        }
        if broken := [what for what, holds in relations.items() if not holds]:
            raise ValueError(f"timing: it must hold that {'; '.join(broken)}")


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
    timing: Timing = field(default_factory=Timing)

    @property
    def for_key(self) -> bool:
        return bool(self.key)

    @property
    def alone(self) -> bool:
        """Whether the job is no leg of a matrix: what it asks is no sibling's limit."""
        return self.matrix_size == 1

    @property
    def is_large(self) -> bool:
        """Whether the matrix is so large that one leg decides for the others."""
        return self.matrix_size > self.timing.large_matrix

    def pauses(self) -> Iterator[float]:
        """Before each look at others who are waited for."""
        slowness, waits = max(1.0, self.matrix_size / self.timing.large_matrix), self.timing.waits
        return (pause * slowness for pause in chain(waits, *(repeat(last) for last in waits[-1:])))
