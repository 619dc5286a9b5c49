"""Who may fire, decided from the ledger's entries alone. Pure.

Every job that reads the same entries decides the same: only the server's ids and times count, no local clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from ..model import Incident
from .claims import Claim
from .links import session_id
from .record import Stage, unread


@dataclass(frozen=True, slots=True)
class Contender:
    """A job that wants to fire."""

    run: int
    attempt: int
    failures: frozenset[str]
    once_per: str
    max_sessions: int
    # The last green run's id, of the same event; for runs that `incident` does not list.
    since_run: int = 0
    incident: Incident = field(default_factory=Incident)
    trailers: frozenset[str] = frozenset()  # ids of the sessions that commits name as their authors
    mark: str = ""  # of its own claim, once it has one
    sha: str = ""  # the run's head commit
    ref: str = "0000"
    abandoned: frozenset[str] = frozenset()  # marks of claims whose jobs must have died before they sent

    def shares_incident(self, claim: Claim) -> bool:
        """Whether a claim belongs to the same incident; of a run that GitHub did not list, by its number."""
        if claim.run == self.run:
            return True
        if claim.ref != self.ref:
            return False
        if claim.run in self.incident.runs:
            return True
        return claim.run not in self.incident.ended and claim.run > self.since_run


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the entries mean for a contender."""

    blocker: Claim | None = None
    limited: bool = False  # blocked by the number of sessions, not by this failure
    sessions: int = 0  # started in the incident, or about to be
    known_sessions: int = 0  # of these, those that no longer change
    waiting: bool = False  # the blocker may yet come to nothing
    looping: bool = False  # sessions that the commits name count among them

    @property
    def fire(self) -> bool:
        return self.blocker is None and not self.limited

    @property
    def final(self) -> bool:
        """Blocked, no matter what else is written."""
        return not self.fire and not self.waiting


def rule(book: list[Claim], contender: Contender, at: datetime | None) -> Ruling:
    """Whether `contender` may fire, at a time of the server's clock.

    Without a claim of its own, a claim of another run that has not begun to send is no obstacle: the order of
    the claims is to decide. Once it has announced that it sends, only those block it that have fired or
    announced it earlier.
    """
    named = contender.trailers & {session_id(claim.url) for claim in book if claim.url}
    book = [
        claim for claim in book if contender.shares_incident(claim) and not _is_abandoned(claim, contender)
    ]
    own = next((claim for claim in book if claim.mark == contender.mark), None)
    beaten = {} if contender.once_per == "always" else _beaten(book)
    others = [claim for claim in book if claim.mark != contender.mark and not beaten.get(claim.mark)]
    passed_on = [claim for claim in others if claim.passed_on]
    standing = [claim for claim in others if _counts(claim, own, contender, at)]
    leading = [claim for claim in standing if claim.mark not in beaten]  # one of an attempt's claims is sent
    firm = [claim for claim in standing if not claim.open(at)]

    sessions, known = _count([*leading, *passed_on], named), _count([*firm, *passed_on], named)
    ruling = Ruling(sessions=sessions, known_sessions=known, looping=bool(named))
    # Settled claims first: where they block, there is nothing to wait for.
    for basis, count in ((firm, known), (standing, sessions)):
        pending = frozenset(claim.mark for claim in basis if claim not in firm)
        blocker = _same(others, basis, passed_on, contender, own, pending)
        if blocker is not None:
            return replace(ruling, blocker=blocker, waiting=bool(pending))
        if count >= contender.max_sessions:
            blocker = _most_telling([*basis, *passed_on], pending)
            return replace(ruling, blocker=blocker, limited=True, waiting=bool(pending))
    return ruling


def _is_abandoned(claim: Claim, contender: Contender) -> bool:
    return claim.stage is Stage.CLAIMED and claim.mark in contender.abandoned


def _counts(claim: Claim, own: Claim | None, contender: Contender, at: datetime | None) -> bool:
    """Whether a claim must be reckoned with: a session of it exists, or may come to exist before ours."""
    sending = own.sending_id if own else None
    if claim.stage is Stage.SENDING and sending is not None:
        return claim.sending_id is not None and claim.sending_id < sending
    if claim.stage is not Stage.CLAIMED:
        return claim.started
    if claim.old(at) or sending is not None:
        return False
    if own is None:
        return contender.once_per != "always" and claim.same_attempt(contender)
    return claim.id < own.id


def _beaten(book: list[Claim]) -> dict[str, bool]:
    """Claims that an earlier one of their own attempt beat and whose jobs wrote no more; whether for good.

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
    waited = own is not None and own.sending_id is None
    failed = [
        claim
        for claim in others
        if waited and own and claim.stage is Stage.FAILED and claim.last_id > own.id > claim.id
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
    if again and not claim.passed_on and any(map(unread, claim.failures)):
        return contender.failures
    may_be = () if blind else filter(unread, contender.failures)
    return (claim.failures & contender.failures).union(may_be)


def _most_telling(blockers: list[Claim], pending: frozenset[str]) -> Claim | None:
    """The blocker to wait for, which is the first that is still open; else the last one with a session."""
    first = next((claim for claim in blockers if claim.mark in pending), None)
    rank = {Stage.FIRED: 2, Stage.COVERED: 1}
    return first or max(blockers, key=lambda claim: (rank.get(claim.stage, 0), claim.id), default=None)


def _count(claims: list[Claim], named: frozenset[str]) -> int:
    """Sessions of the incident: those seen, and those that lie further back and are only reported.

    `named`: sessions that the commits name and the ledger knows.
    """
    count, seen = 0, set()
    for claim in sorted(claims, key=lambda claim: claim.last_id):  # in the order in which this was known
        count += not claim.passed_on
        if claim.settled:
            count = max(count, claim.number)
        if claim.stage is Stage.FIRED and claim.url:
            seen.add(session_id(claim.url))
    # Those that are only reported may be the ones that the trailers name.
    return max(count, len(named | seen))
