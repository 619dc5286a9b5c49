"""The ledger's entries, grouped into claims. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from ...model import Fingerprint
from ..ledger.entry import Entry, Stage

# From its claim, a job has this long to announce that it sends; a later one gives up. A claim
# that is twice as old was left by a job that died before it sent anything. It no longer counts.
SEND_WITHIN = timedelta(minutes=5)
CLAIM_LASTS = 2 * SEND_WITHIN

_STARTED = (Stage.SENDING, Stage.FIRED, Stage.UNKNOWN)  # a session was, or may have been, started
# What a run that did not fire knew of others
_PASSED_ON = (Stage.COVERED, Stage.DOUBTFUL, Stage.LIMITED, Stage.RETURNED)
# The stage of a claim is the last of these that it reached. Entries may arrive late or twice, so their order
# does not count. Nothing turns back a claim that has fired.
_ORDER = (
    Stage.CLAIMED,
    Stage.SENDING,
    Stage.RERUN,
    Stage.NOT_RERUN,
    Stage.WITHDRAWN,
    Stage.FAILED,
    *_PASSED_ON,
    Stage.FLAKE,
    Stage.UNKNOWN,
    Stage.FIRED,
)


class Attempt(Protocol):
    """An attempt of a run."""

    @property
    def run(self) -> int: ...

    @property
    def attempt(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Claim:
    """All that was written under one mark."""

    mark: str
    id: int  # of its first status: the claim's place in the order
    created_at: datetime | None
    last_id: int
    stage: Stage
    run: int
    attempt: int
    failures: frozenset[Fingerprint]
    number: int
    url: str  # of the session; empty where it leads elsewhere
    sha: str
    ref: str
    sending_id: int | None = None  # of the first status that announced the request

    @property
    def started(self) -> bool:
        return self.stage in _STARTED

    @property
    def settled(self) -> bool:
        return self.stage not in (Stage.CLAIMED, Stage.SENDING)

    @property
    def has_session(self) -> bool:
        """Whether a session of it, or one that covers its failures, certainly exists."""
        return self.stage in (Stage.FIRED, Stage.COVERED, Stage.RETURNED)

    @property
    def passed_on(self) -> bool:
        """Whether it only repeats what was known of other claims."""
        return self.stage in _PASSED_ON

    def open(self, at: datetime | None) -> bool:
        """Whether more may be written of it; an old one without an end was left by a job that died."""
        return not self.settled and not self.old(at)

    def old(self, at: datetime | None) -> bool:
        """Whether its job can't send any more, as seen at a time of the server's clock."""
        return self.created_at is not None and at is not None and at - self.created_at >= CLAIM_LASTS

    def same_attempt(self, other: Attempt) -> bool:
        return (self.run, self.attempt) == (other.run, other.attempt)


def claims(entries: Iterable[Entry], link: Callable[[str], str] = str) -> list[Claim]:
    """The entries, grouped by mark, in the order of the claims.

    `link` gives an address back if it is a session's, else an empty string.
    """
    marks: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        marks.setdefault(entry.record.mark, []).append(entry)
    return sorted(
        (_claim(mark, written, link) for mark, written in marks.items()), key=lambda claim: claim.id
    )


def _claim(mark: str, written: list[Entry], link: Callable[[str], str]) -> Claim:
    first, last = written[0], max(written, key=lambda entry: _ORDER.index(entry.record.stage))
    sending = (entry.id for entry in written if entry.record.stage is Stage.SENDING)
    return Claim(
        mark=mark,
        id=first.id,
        created_at=first.created_at,
        last_id=last.id,
        stage=last.record.stage,
        run=first.record.run,
        attempt=first.record.attempt,
        failures=frozenset(last.record.failures),
        number=last.record.number,
        url=link(last.url),
        sha=last.sha,
        ref=first.record.ref,
        sending_id=min(sending, default=None),
    )


def server_time(claims: Iterable[Claim], *others: datetime | None) -> datetime | None:
    """The latest time that the server is known to have seen; None: it reported none."""
    times = [claim.created_at for claim in claims] + list(others)
    return max((time for time in times if time is not None), default=None)
