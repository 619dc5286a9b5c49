"""Who may fire, decided from the ledger's entries alone. Pure.

Every job that reads the same entries decides the same: only the server's ids and times count, no local clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ...model import Fingerprint, Incident
from ..ledger.entry import Stage
from ..ledger.links import session_id
from .claims import Claim


@dataclass(frozen=True, slots=True)
class Contender:
    """A job that wants to fire."""

    run: int
    attempt: int
    failures: frozenset[Fingerprint]
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
    replaced: frozenset[str] = frozenset()  # links of sessions that left no trace within the cool-down
    # How long after its session began the same failure belongs to the same incident, green runs or not
    cool_down: timedelta = timedelta(0)

    def shares_incident(self, claim: Claim) -> bool:
        """Whether a claim belongs to the same incident; of a run that GitHub did not list, by its number."""
        if claim.run == self.run:
            return True
        if claim.ref != self.ref:
            return False
        if claim.run in self.incident.runs:
            return True
        return claim.run not in self.incident.ended and claim.run > self.since_run

    def came_back(self, claim: Claim, at: datetime | None) -> bool:
        """Whether a claim of another incident names one of the failures, within the cool-down."""
        if not self.known(claim) or claim.ref != self.ref or self.shares_incident(claim):
            return False
        return bool(at and claim.created_at and abs(at - claim.created_at) < self.cool_down)

    def known(self, claim: Claim) -> frozenset[Fingerprint]:
        """The contender's failures that a claim names, without those of which there is no log."""
        return frozenset(one for one in claim.failures & self.failures if not one.uncertain)

    def is_for(self, claim: Claim) -> bool:
        """Whether a claim names one of the contender's failures."""
        return bool(claim.failures & self.failures)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the entries mean for a contender."""

    blocker: Claim | None = None
    limited: bool = False  # blocked by the number of sessions, not by this failure
    sessions: int = 0  # started in the incident, or about to be
    known_sessions: int = 0  # of these, those that no longer change
    waiting: bool = False  # the blocker may yet come to nothing
    looping: bool = False  # sessions that the commits name count among them
    # How long ago the blocker was claimed, if it is of an earlier incident
    came_back: timedelta | None = None

    @property
    def fire(self) -> bool:
        return self.blocker is None and not self.limited

    @property
    def final(self) -> bool:
        """Blocked, no matter what else is written."""
        return not self.fire and not self.waiting


def rule(claims: Sequence[Claim], contender: Contender, at: datetime | None) -> Ruling:
    """Whether `contender` may fire, at a time of the server's clock.

    Without a claim of its own, a claim of another run that has not begun to send is no obstacle: the order of
    the claims is to decide. Once it has announced its request, only those block it that have fired or
    announced theirs earlier.
    """
    named = contender.trailers & {session_id(claim.url) for claim in claims if claim.url}
    situation = _Situation.of(claims, contender, at)
    settled = [rival for rival in situation.rivals if not rival.open(at)]
    sessions, known = (
        _count([*situation.leading, *situation.reports], named),
        _count([*settled, *situation.reports], named),
    )
    ruling = Ruling(sessions=sessions, known_sessions=known, looping=bool(named))
    # Settled claims first: where they block, there is nothing to wait for.
    for rivals, count in ((settled, known), (situation.rivals, sessions)):
        stubborn = [] if rivals is settled else situation.stubborn
        before = [claim for claim in situation.before if rivals is not settled or not claim.open(at)]
        blockers = _blockers([*rivals, *stubborn], before, situation, contender, at)
        limited = not blockers and count >= contender.max_sessions
        if blockers or limited:
            blocker = _foremost(blockers or [*rivals, *situation.reports], at)
            waiting = any(rival.open(at) for rival in (*rivals, *blockers))
            came_back = at - blocker.created_at if blocker in before and at and blocker.created_at else None
            return replace(ruling, blocker=blocker, limited=limited, waiting=waiting, came_back=came_back)
    return ruling


@dataclass(frozen=True, slots=True)
class _Situation:
    """The claims of the incident, by what they mean for one contender."""

    rivals: list[Claim]  # of each a session exists, or may come to exist before the contender's
    leading: list[Claim]  # those of them that are the first of their attempt
    stubborn: list[Claim]  # announced after the contender, for more failures: they do not give way
    reports: list[Claim]  # what runs that did not fire knew of others
    refused: list[Claim]  # siblings whose requests were refused while the contender waited for them
    before: list[Claim]  # of earlier incidents, within the cool-down: rivals, or stubborn

    @classmethod
    def of(cls, claims: Sequence[Claim], contender: Contender, at: datetime | None) -> _Situation:
        counting = [claim for claim in claims if not _is_abandoned(claim, contender)]
        claims = [claim for claim in counting if contender.shares_incident(claim)]
        returned = [claim for claim in counting if contender.came_back(claim, at)]
        own = next((claim for claim in claims if claim.mark == contender.mark), None)
        beaten = {} if contender.once_per == "always" else _beaten(counting)
        others = [claim for claim in claims if claim is not own and not beaten.get(claim.mark)]
        rivals = [claim for claim in others if _is_rival(claim, own, contender, at)]
        return cls(
            rivals=rivals,
            leading=[claim for claim in rivals if claim.mark not in beaten],
            stubborn=[claim for claim in others if _is_stubborn(claim, own, contender)],
            reports=[claim for claim in others if _is_report(claim, contender, at)],
            refused=[claim for claim in others if _was_refused_meanwhile(claim, own, contender)],
            before=[
                claim
                for claim in returned
                if not beaten.get(claim.mark)
                and (_is_rival(claim, own, contender, at) or _is_stubborn(claim, own, contender))
            ],
        )


def _is_report(claim: Claim, contender: Contender, at: datetime | None) -> bool:
    """What was written because of a cool-down spares siblings the search; else the session itself counts."""
    sibling = claim.same_attempt(contender) and not claim.old(at) and bool(contender.cool_down)
    return claim.passed_on and (sibling or claim.stage is not Stage.RETURNED)


def _is_abandoned(claim: Claim, contender: Contender) -> bool:
    return claim.stage is Stage.CLAIMED and claim.mark in contender.abandoned


def _is_rival(claim: Claim, own: Claim | None, contender: Contender, at: datetime | None) -> bool:
    """Whether a session of the claim exists, or may come to exist before the contender's."""
    announced = own.sending_id if own else None
    if claim.stage is Stage.SENDING and announced is not None:
        return claim.sending_id is not None and claim.sending_id < announced
    if claim.stage is not Stage.CLAIMED:
        return claim.started
    if claim.old(at) or announced is not None:
        return False
    if own is None:
        return contender.once_per != "always" and claim.same_attempt(contender)
    return claim.id < own.id


def _is_stubborn(claim: Claim, own: Claim | None, contender: Contender) -> bool:
    """Whether a later announcement is for failures that the contender's session would not cover.

    Its job sends in any case. So the contender gives way if that session covers its own failures.
    """
    announced = own.sending_id if own else None
    if announced is None or claim.sending_id is None or claim.stage is not Stage.SENDING:
        return False
    gives_way = (
        claim.same_attempt(contender) or contender.once_per == "run" or claim.failures <= contender.failures
    )
    return claim.sending_id > announced and not gives_way


def _was_refused_meanwhile(claim: Claim, own: Claim | None, contender: Contender) -> bool:
    """Whether a sibling's request was refused while the contender waited for it: its own would be, too."""
    if own is None or own.sending_id is not None or claim.stage is not Stage.FAILED:
        return False
    return claim.same_attempt(contender) and claim.id < own.id < claim.last_id


def _beaten(claims: Sequence[Claim]) -> dict[str, bool]:
    """Claims that an earlier one of their own attempt beat and whose jobs wrote no more; whether for good.

    A claim that failed beats those made before it had failed, and none after. One that has not begun to
    send may yet give way: then the next is no longer beaten.
    """
    beaten: dict[str, bool] = {}
    attempts: dict[tuple[int, int], list[Claim]] = {}
    for claim in claims:
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


def _blockers(
    rivals: Sequence[Claim],
    before: Sequence[Claim],
    situation: _Situation,
    contender: Contender,
    at: datetime | None,
) -> Sequence[Claim]:
    """The claims that make this fire the second for one failure; `before`: those of earlier incidents."""
    if contender.once_per == "always":
        return []
    siblings = [claim for claim in (*rivals, *situation.refused) if claim.same_attempt(contender)]
    if siblings:
        return siblings
    if contender.once_per == "run":
        return [claim for claim in rivals if claim.run == contender.run]
    reports = (claim for claim in situation.reports if claim.stage is not Stage.LIMITED)
    covering = {claim: _covered(claim, contender) for claim in (*rivals, *reports)}
    covering |= {claim: contender.known(claim) for claim in before}
    covering = {claim: covered for claim, covered in covering.items() if claim.url not in contender.replaced}
    if not contender.failures <= frozenset().union(*covering.values()):
        return []
    some = [claim for claim, failures in covering.items() if failures]
    known = [claim for claim in some if contender.is_for(claim)]
    waits = any(claim.open(at) for claim in some)  # for any of them, known or guessed
    return some if waits else known or some


def _covered(claim: Claim, contender: Contender) -> frozenset[Fingerprint]:
    """The contender's failures that a claim is for, or may be.

    A failure without a log can't be distinguished from an earlier one. Nor can any failure of a run, or of a
    commit of which nothing else was known, that had a session started without a log.
    """
    blind = all(failure.no_log for failure in claim.failures)
    again = claim.run == contender.run or (claim.sha == contender.sha and blind)
    if again and not claim.passed_on and any(failure.uncertain for failure in claim.failures):
        return contender.failures
    may_be = () if blind else (failure for failure in contender.failures if failure.uncertain)
    return (claim.failures & contender.failures).union(may_be)


def _foremost(claims: Sequence[Claim], at: datetime | None) -> Claim | None:
    """The claim to wait for, which is the first that is still open; else the last one with a session."""
    rank = {Stage.FIRED: 2, Stage.COVERED: 1}
    first = next((claim for claim in claims if claim.open(at)), None)
    return first or max(claims, key=lambda claim: (rank.get(claim.stage, 0), claim.id), default=None)


def _count(claims: Sequence[Claim], named: frozenset[str]) -> int:
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
