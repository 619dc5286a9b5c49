"""The ledger read: who may fire, judged from the entries alone. Pure.

Whatever one job decides here, every other job that reads the same entries decides alike: only the
server's ids and times count, no local clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ..model import Incident
from .guards import session_id
from .record import Entry, Stage, unread

# From its claim, a job has so long to say that it sends now; a later one gives up. So a claim
# alone, twice as old, was left by a job that died before it sent anything, and counts no more.
SEND_WITHIN = timedelta(minutes=5)
CLAIM_LASTS = 2 * SEND_WITHIN

_ORDER = tuple(Stage)
_STARTED = (Stage.SENDING, Stage.FIRED, Stage.UNKNOWN)  # a session was, or may have been, started
_PASSED_ON = (Stage.COVERED, Stage.DOUBTFUL, Stage.LIMITED)  # what a run that did not fire knew of others


@dataclass(frozen=True, slots=True)
class Claim:
    """All that was written under one mark."""

    mark: str
    id: int  # of its first status: the claim's place in the order
    created_at: datetime | None
    last_id: int
    stage: Stage  # the furthest it came to
    run: int
    attempt: int
    failures: frozenset[str]
    number: int
    url: str
    sha: str

    @property
    def started(self) -> bool:
        return self.stage in _STARTED

    @property
    def settled(self) -> bool:
        return self.stage not in (Stage.CLAIMED, Stage.SENDING)

    def open(self, at: datetime | None) -> bool:
        """Whether more may be written of it; what is old and has no end was left by a job that died."""
        return not self.settled and not self.old(at)

    def old(self, at: datetime | None) -> bool:
        """Whether its job can't send any more, as seen at a time of the server's clock."""
        return self.created_at is not None and at is not None and at - self.created_at >= CLAIM_LASTS

    def same_attempt(self, other: Claim | Contender) -> bool:
        return (self.run, self.attempt) == (other.run, other.attempt)


@dataclass(frozen=True, slots=True)
class Contender:
    """Who wants to fire."""

    run: int
    attempt: int
    failures: frozenset[str]
    once_per: str
    max_sessions: int
    # The last green run's id, of the same event; for runs that `incident` does not tell of.
    since_run: int = 0
    incident: Incident = field(default_factory=Incident)
    other_sessions: frozenset[str] = field(default_factory=frozenset)  # ids from the head commit's trailers
    mark: str = ""  # of its own claim, once it has one
    sha: str = ""  # the run's head commit

    def shares_incident(self, run: int) -> bool:
        """Whether a run belongs to the same incident; of one that GitHub did not list, by its number."""
        if run == self.run or run in self.incident.runs:
            return True
        return run not in self.incident.ended and run > self.since_run


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the entries say."""

    blocker: Claim | None = None
    limited: bool = False  # blocked by the number of sessions, not by this failure
    sessions: int = 0  # started in the incident, or about to be
    known_sessions: int = 0  # of these, those that no longer change
    waiting: bool = False  # the blocker may yet come to nothing

    @property
    def fire(self) -> bool:
        return self.blocker is None and not self.limited

    @property
    def final(self) -> bool:
        """Blocked, whatever else is written."""
        return not self.fire and not self.waiting


def claims(entries: Iterable[Entry]) -> list[Claim]:
    """The entries, put together by mark, in the order of the claims."""
    marks: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        marks.setdefault(entry.record.mark, []).append(entry)
    return sorted((_claim(mark, said) for mark, said in marks.items()), key=lambda claim: claim.id)


def _claim(mark: str, said: list[Entry]) -> Claim:
    first, last = said[0], max(said, key=lambda entry: _ORDER.index(entry.record.stage))
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
        url=last.url,
        sha=last.sha,
    )


def server_time(claims: Iterable[Claim], *others: datetime | None) -> datetime | None:
    """The latest time that the server is known to have seen; None: it told none."""
    times = [claim.created_at for claim in claims] + list(others)
    return max((time for time in times if time is not None), default=None)


def rule(book: list[Claim], contender: Contender, at: datetime | None) -> Ruling:
    """Whether `contender` may fire, at a time of the server's clock.

    Without a claim of its own, a claim of others that has not begun to send is no obstacle: the
    order of the claims is to decide.
    """
    book = [claim for claim in book if contender.shares_incident(claim.run)]
    own = next((claim for claim in book if claim.mark == contender.mark), None)
    beaten = {} if contender.once_per == "always" else _beaten(book)
    others = [claim for claim in book if claim.mark != contender.mark and not beaten.get(claim.mark)]
    told = [claim for claim in others if claim.stage in _PASSED_ON]
    standing = [claim for claim in others if _stands(claim, own, at)]
    leading = [claim for claim in standing if claim.mark not in beaten]  # one of an attempt's claims is sent
    firm = [claim for claim in standing if not claim.open(at)]

    sessions, known = _count([*leading, *told], contender), _count([*firm, *told], contender)
    ruling = Ruling(sessions=sessions, known_sessions=known)
    # What is firm comes first: there is nothing to wait for where it blocks by itself.
    for basis, count in ((firm, known), (standing, sessions)):
        pending = frozenset(claim.mark for claim in basis if claim not in firm)
        blocker = _same(others, basis, told, contender, own, pending)
        if blocker is not None:
            return replace(ruling, blocker=blocker, waiting=bool(pending))
        if count >= contender.max_sessions:
            blocker = _most_telling([*basis, *told], pending)
            return replace(ruling, blocker=blocker, limited=True, waiting=bool(pending))
    return ruling


def _stands(claim: Claim, own: Claim | None, at: datetime | None) -> bool:
    """Whether a claim is to be reckoned with: a session of it exists, or may come to exist before ours."""
    if claim.started:
        return True
    return claim.stage is Stage.CLAIMED and own is not None and claim.id < own.id and not claim.old(at)


def _beaten(book: list[Claim]) -> dict[str, bool]:
    """Claims that an earlier one of their own attempt beat and whose jobs said no more; whether for good.

    A claim that failed beats those made before it had failed, and none after. One that has not begun to
    send may yet give way: then the next is no longer beaten.
    """
    beaten: dict[str, bool] = {}
    attempts: dict[tuple[int, int], list[Claim]] = {}
    for claim in book:
        rivals = attempts.setdefault((claim.run, claim.attempt), [])
        beating = [rival for rival in rivals if claim.stage is Stage.CLAIMED and _beats(rival, claim)]
        if beating:
            beaten[claim.mark] = any(rival.stage is not Stage.CLAIMED for rival in beating)
        else:
            rivals.append(claim)
    return beaten


def _beats(rival: Claim, claim: Claim) -> bool:
    if rival.stage is Stage.FAILED:
        return rival.last_id > claim.id
    return rival.started or (rival.stage is Stage.CLAIMED and not rival.old(claim.created_at))


def _same(
    others: list[Claim],
    standing: list[Claim],
    told: list[Claim],
    contender: Contender,
    own: Claim | None,
    pending: frozenset[str],
) -> Claim | None:
    """The claim that makes this fire the second for one failure."""
    if contender.once_per == "always":
        return None
    # A sibling that failed while this job waited for it: the next would fail alike.
    failed = [
        claim for claim in others if claim.stage is Stage.FAILED and own and claim.last_id > own.id > claim.id
    ]
    siblings = [claim for claim in [*standing, *failed] if claim.same_attempt(contender)]
    if siblings:
        return _most_telling(siblings, pending)
    if contender.once_per == "run":
        return _most_telling([claim for claim in standing if claim.run == contender.run], pending)
    covering = [*standing, *(claim for claim in told if claim.stage is not Stage.LIMITED)]
    covered = [(claim, _covered(claim, contender)) for claim in covering]
    if contender.failures <= frozenset().union(*(failures for _, failures in covered)):
        some = [claim for claim, failures in covered if failures]
        sure = [claim for claim in some if claim.failures & contender.failures]
        waits = any(claim.mark in pending for claim in some)  # for whichever it is, known or guessed
        return _most_telling(some if waits or not sure else sure, pending)
    return None


def _covered(claim: Claim, contender: Contender) -> frozenset[str]:
    """The failures that a claim is for, or may be.

    A failure without a log can't be told from an earlier one. Nor can any failure of a run, or of a commit of
    which nothing else was known, that had a session started without a log.
    """
    blind = all(unread(failure, wholly=True) for failure in claim.failures)
    again = claim.run == contender.run or (claim.sha == contender.sha and blind)
    if again and claim.stage not in _PASSED_ON and any(map(unread, claim.failures)):
        return contender.failures
    may_be = () if blind else filter(unread, contender.failures)
    return (claim.failures & contender.failures).union(may_be)


def _most_telling(blockers: list[Claim], pending: frozenset[str]) -> Claim | None:
    """The blocker to wait for, which is the first that is still open; else the last one with a session."""
    first = next((claim for claim in blockers if claim.mark in pending), None)
    rank = {Stage.FIRED: 2, Stage.COVERED: 1}
    return first or max(blockers, key=lambda claim: (rank.get(claim.stage, 0), claim.id), default=None)


def _count(claims: list[Claim], contender: Contender) -> int:
    """Sessions of the incident: those seen, and those that lie further back and are only told of."""
    count, seen = 0, set()
    for claim in sorted(claims, key=lambda claim: claim.id):
        count += claim.stage not in _PASSED_ON
        if claim.settled:
            count = max(count, claim.number)
        if claim.stage is Stage.FIRED:
            seen.add(session_id(claim.url))
    # Those that are only told of may be the ones that the trailers name.
    return max(count, len(contender.other_sessions | seen))
