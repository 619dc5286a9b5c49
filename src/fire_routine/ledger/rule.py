"""Who may fire, decided from the ledger's entries alone. Pure.

The claims have one order, that of their ids. Of two jobs that are at it, the one with the higher id yields.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..model.event import FAILURES
from ..model.evidence import Brief, Fingerprint
from ..model.run import GreenRuns, Run
from ..model.session_link import session_id
from .entry import ROOM, SHOWN_ROOM, Claim, Record, Stage, commit_of, label, ref_of
from .names import Kind, Name, fitted, is_in, name_of, names_of
from .terms import DOUBT, LAPSE, Terms


@dataclass(frozen=True, slots=True)
class Asker:
    """A job that wants to fire: its run, what failed, and its inputs."""

    workflow: str
    run: int
    attempt: int
    ref: str
    commit: str
    event: str
    failures: tuple[Fingerprint, ...]  # none where it fires for an event
    terms: Terms
    others: bool = False  # neither trusted people nor trusted code cause it
    key: Name | None = None  # that of the event that it fires for; None: it fires for failures
    noun: str = FAILURES.noun  # what it fires for, in words
    # Of all that it fires for; and as many as have room next to words for people
    names: tuple[Name, ...] = ()
    shown_names: tuple[Name, ...] = ()

    @classmethod
    def of(cls, run: Run, brief: Brief, terms: Terms, *, others: bool = False) -> Asker:
        key = Name(Kind.KEY, run.fired_for.key_name[1:]) if run.fired_for else None
        return cls(
            workflow=label(run),
            run=run.id,
            attempt=run.attempt,
            ref=ref_of(run),
            commit=commit_of(run),
            event=run.event,
            failures=() if key else fitted(brief, ROOM),
            terms=terms,
            others=others,
            key=key,
            noun=run.subject.noun,
            names=(key,) if key else names_of(brief, ROOM),
            shown_names=() if key else names_of(brief, SHOWN_ROOM),
        )

    def record(self, stage: Stage, claim_id: str, *, shown: bool = False) -> Record:
        """What it writes; `shown`: with words for people, next to which fewer names have room."""
        names = self.shown_names if shown else self.names
        run, commit = (self.workflow, self.run, self.attempt, self.ref), self.commit
        return Record(stage, *run, commit, claim_id, names, self.others)

    def sees(self, claim: Claim) -> bool:
        """Whether the claim is of its kind: for a key, of this key; for failures, of no key."""
        return self.key in claim.names if self.key else not claim.for_key

    def concerns(self, claim: Claim) -> bool:
        """Whether a claim is of the same workflow and branch."""
        return claim.workflow == self.workflow and (claim.ref == self.ref or claim.run == self.run)

    def is_sibling(self, claim: Claim) -> bool:
        return claim.same_attempt(self.run, self.attempt)

    def named(self, claim: Claim) -> frozenset[Fingerprint]:
        """The failures that the claim certainly names."""
        return frozenset(one for one in self.failures if is_in(one, claim.names))

    def names_same(self, claim: Claim) -> bool:
        """Whether the claim certainly names one of its failures, or its key."""
        return bool(self.named(claim)) or self.key in claim.names

    def covered(self, claim: Claim) -> frozenset[Fingerprint]:
        """The failures that a claim of the incident is for, or may be.

        A failure without a log can't be distinguished from an earlier one. Nor can any failure of a run, or
        of a commit of which nothing else was known, that had a session started without a log.
        """
        blind = all(name.kind is Kind.UNREAD for name in claim.names)
        may_be_any = claim.run == self.run or (claim.commit == self.commit and blind)
        if may_be_any and any(name.uncertain for name in claim.names):
            return frozenset(self.failures)
        same = (one for one in self.failures if name_of(one) in claim.names)
        may_be = () if blind else (one for one in self.failures if one.uncertain)
        return self.named(claim).union(same, may_be)


@dataclass(frozen=True, slots=True)
class Moment:
    """How far it has come by now."""

    now: datetime | None = None  # by GitHub's clock
    own: Claim | None = None  # the asker's claim, once it is announced
    waited_for: frozenset[str] = frozenset()  # claim ids
    lapsed: frozenset[str] = frozenset()  # of claims that it has watched until they lapsed

    def going_on(self, claim: Claim) -> bool:
        """Whether a request may be on its way."""
        if claim.stage is Stage.CLAIMED and claim.claim_id not in self.lapsed:
            return not self._is_past(claim.at, LAPSE)
        return claim.stage is Stage.ANNOUNCED and not self.in_doubt(claim)

    def in_doubt(self, claim: Claim) -> bool:
        """Whether an announced request has no result for so long that its job must be gone."""
        return claim.stage is Stage.ANNOUNCED and self._is_past(claim.until, DOUBT)

    def counts(self, claim: Claim) -> bool:
        """Whether a session of it exists, or may yet: once the asker has announced, of lower claims alone."""
        first = self.own is None or claim.id < self.own.id
        return claim.has_session or self.in_doubt(claim) or (self.going_on(claim) and first)

    def is_old(self, claim: Claim, cool_down: timedelta) -> bool:
        return self._is_past(claim.at, cool_down.total_seconds())

    def _is_past(self, time: datetime | None, seconds: float) -> bool:
        return bool(self.now and time and self.now - time >= timedelta(seconds=seconds))


@dataclass(frozen=True, slots=True)
class Case:
    """All that a ruling depends on, besides the claims."""

    asker: Asker
    greens: GreenRuns = field(default_factory=GreenRuns)
    written_by: frozenset[str] = frozenset()  # ids of the sessions that the failing commit's trailers name
    replaced: frozenset[str] = frozenset()  # links of sessions that left no trace within the cool-down
    moment: Moment = field(default_factory=Moment)

    @classmethod
    def of(cls, asker: Asker, run: Run, written_by: frozenset[str] = frozenset()) -> Case:
        """With what was gathered. A list may lack a green run, but it never invents one."""
        green = run.history.last_green_of_event if run.history else None
        return cls(asker, GreenRuns({green: run.event} if green else {}), written_by)

    def live(self, claim: Claim) -> bool:
        return self.asker.concerns(claim) and self.moment.counts(claim)

    def is_old(self, claim: Claim) -> bool:
        """Whether the cool-down is over."""
        return self.moment.is_old(claim, self.asker.terms.cool_down)

    def separated_by_green(self, claim: Claim) -> bool:
        """Whether a green run lies between the claim's run and the asker's."""
        asker, greens = self.asker, self.greens
        if claim.run == asker.run:
            return False
        first, last = sorted((claim.run, asker.run))
        events = (asker.event, greens.events.get(claim.run, asker.event))
        return any(
            first <= green <= last and green != asker.run and event in events
            for green, event in greens.runs.items()
        )


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the entries mean for a job."""

    blockers: tuple[Claim, ...] = ()
    limited: bool = False  # blocked by the number of sessions, not by this failure
    sessions: int = 0  # of the incident: started, or about to be
    by_session: bool = False  # blocked because a session wrote the commit
    leader: Claim | None = None  # the claim to wait for: it may yet come to nothing
    # Whether it may change with the list of green runs; and the earliest run on which it depends
    back_to: int | None = None
    is_back: bool = False  # the failure came back within the cool-down, after a green run
    unsure: bool = False  # for want of a log, it may be another failure

    @property
    def blocked(self) -> bool:
        return bool(self.blockers) or self.limited

    @property
    def points_to(self) -> Claim | None:
        """The claim that people are pointed to."""
        return _foremost(self.blockers)

    @property
    def stage(self) -> Stage:
        """What the failing commit shows."""
        return Stage.LIMITED if self.limited else Stage.COVERED


def _foremost(claims: Iterable[Claim]) -> Claim | None:
    """One with a session, else the last."""
    rank = {Stage.FIRED: 2, Stage.UNKNOWN: 1}
    return max(claims, key=lambda claim: (rank.get(claim.stage, 0), claim.id), default=None)


def rule(found: Iterable[Claim], case: Case) -> Ruling:
    """Whether the job may fire."""
    found = list(found)
    claims, moment = [claim for claim in found if case.asker.sees(claim)], case.moment
    if case.asker.key:
        return _rule_for_key(claims, case)
    # A session's own failure is its own to mend, or a person's: another session could only begin a loop.
    authors = tuple(claim for claim in found if claim.url and session_id(claim.url) in case.written_by)
    if authors and case.asker.terms.again_since is None:
        return Ruling(authors, limited=True, by_session=True)
    own = moment.own.claim_id if moment.own else ""
    live = [claim for claim in claims if case.live(claim) and claim.claim_id != own]
    refused = [
        claim
        for claim in claims
        if claim.stage is Stage.REFUSED
        and claim.claim_id in moment.waited_for
        and case.asker.is_sibling(claim)
    ]
    # Settled claims first: where they block, there is nothing to wait for.
    settled = [claim for claim in live if not moment.going_on(claim)]
    ruling = _weigh(settled, refused, case)
    return ruling if ruling.blocked else _weigh(live, refused, case)


def _rule_for_key(claims: Iterable[Claim], case: Case) -> Ruling:
    """Once within the cool-down, on whatever branch; nothing ends it earlier.

    What was going on as this job came, or turned up since, counts however short that is. So does what its
    attempt has started.
    """
    asker, moment = case.asker, case.moment
    blockers = []
    for claim in claims:
        if claim.workflow != asker.workflow or (moment.own and claim.claim_id == moment.own.claim_id):
            continue
        same, waited = asker.is_sibling(claim), claim.claim_id in moment.waited_for
        if moment.going_on(claim):
            counts = moment.counts(claim)
        elif moment.counts(claim):
            counts = same or waited or not case.is_old(claim)
        else:
            counts = same and waited and claim.stage is Stage.REFUSED
        if counts and _counts_again(claim, case):
            blockers.append(claim)
    # Settled claims first: where they block, there is nothing to wait for.
    settled = [claim for claim in blockers if not moment.going_on(claim)]
    leader = next((claim for claim in blockers if moment.going_on(claim)), None)
    return Ruling(tuple(settled or blockers), leader=None if settled else leader)


def _weigh(live: Sequence[Claim], refused: Sequence[Claim], case: Case) -> Ruling:
    """What these claims mean."""
    asker = case.asker
    incident = [claim for claim in live if not case.separated_by_green(claim)]
    back = [claim for claim in live if case.separated_by_green(claim) and not case.is_old(claim)]
    blockers = _blockers([*incident, *refused], back, case)
    limited = not blockers and len(incident) >= asker.terms.max_sessions and asker.terms.again_since is None
    decisive = blockers or (incident if limited else [])
    others = [claim for claim in decisive if claim.run != asker.run and (limited or case.is_old(claim))]
    foremost = _foremost(decisive)
    return Ruling(
        blockers=tuple(decisive),
        limited=limited,
        sessions=len(incident),
        leader=next((claim for claim in decisive if case.moment.going_on(claim)), None),
        back_to=min((claim.run for claim in others), default=None),
        is_back=foremost in back,
        unsure=foremost is not None and not asker.is_sibling(foremost) and not asker.named(foremost),
    )


def _blockers(incident: Sequence[Claim], back: Sequence[Claim], case: Case) -> list[Claim]:
    """The claims that make this fire the second for one failure; `back`: those of earlier incidents."""
    asker = case.asker
    incident = [claim for claim in incident if _counts_again(claim, case)]
    back = [claim for claim in back if _counts_again(claim, case)]
    siblings = [claim for claim in incident if asker.is_sibling(claim)]
    if siblings:
        return siblings
    covering = {claim: asker.covered(claim) for claim in incident} | {
        claim: asker.named(claim) for claim in back
    }
    covering = {claim: what for claim, what in covering.items() if what and claim.url not in case.replaced}
    covers_all = frozenset(asker.failures) <= frozenset[Fingerprint]().union(*covering.values())
    return list(covering) if covers_all else []


def _counts_again(claim: Claim, case: Case) -> bool:
    """With `again`: not what was settled before a person asked."""
    since, moment = case.asker.terms.again_since, case.moment
    newer = since is None or claim.until is None or claim.until >= since
    waited = claim.claim_id in moment.waited_for and not moment.in_doubt(claim)
    return newer or moment.going_on(claim) or waited
