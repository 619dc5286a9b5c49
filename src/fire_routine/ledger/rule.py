"""Who may fire, decided from the ledger's entries alone. Pure.

The claims have one order, that of their ids. Of two jobs that are at it, the one with the higher id yields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .claims import Claim, session_id
from .entry import Failure, Stage, is_uncertain

DOUBTED = timedelta(minutes=5)  # after which no job is at the request that it announced
LAPSES = timedelta(seconds=40)  # after which a claim without an announcement no longer counts


@dataclass(frozen=True, slots=True)
class Greens:
    """Green runs of the branch, and the events of its runs, as far as GitHub's lists name them."""

    runs: Mapping[int, str] = field(default_factory=dict)  # id: event
    events: Mapping[int, str] = field(default_factory=dict)  # of other runs
    readable: bool = True  # False: the token lacks `actions: read`


@dataclass(frozen=True, slots=True)
class Job:
    """A job that wants to fire, and what it knows."""

    workflow: str
    run: int
    attempt: int
    ref: str
    commit: str
    event: str
    failures: tuple[Failure, ...]
    max_sessions: int
    cool_down: timedelta
    trailers: frozenset[str] = frozenset()  # ids of the sessions that commits name as their authors
    replaced: frozenset[str] = frozenset()  # links of sessions that left no trace within the cool-down
    again_since: datetime | None = None  # `again`: when the run was created that asks
    greens: Greens = field(default_factory=Greens)
    now: datetime | None = None  # by GitHub's clock
    own: Claim | None = None  # its claim, once it is announced
    waited_for: frozenset[str] = frozenset()  # marks
    lapsed: frozenset[str] = frozenset()  # marks of claims that it has watched until they lapsed

    @property
    def key(self) -> str:
        """The name of the key that it fires for; empty: it fires for failures."""
        return next((one.name for one in self.failures if one.name.startswith("k")), "")

    def concerns(self, claim: Claim) -> bool:
        """Whether it sees the claim: for a key those of this key alone, for failures none of a key."""
        keys = [name for name in claim.names if name.startswith("k")]
        return self.key in keys if self.key else not keys

    def going_on(self, claim: Claim) -> bool:
        """Whether a request may be on its way."""
        if claim.stage is Stage.CLAIMED and claim.mark not in self.lapsed:
            return not self.now or not claim.at or self.now - claim.at < LAPSES
        return claim.stage is Stage.ANNOUNCED and not self.in_doubt(claim)

    def in_doubt(self, claim: Claim) -> bool:
        """Whether an announced request has no result for so long that its job must be gone."""
        old = self.now and claim.until and self.now - claim.until >= DOUBTED
        return claim.stage is Stage.ANNOUNCED and bool(old)

    def live(self, claim: Claim) -> bool:
        if claim.workflow != self.workflow or not (self.ref.startswith(claim.ref) or claim.run == self.run):
            return False
        going_on = self.going_on(claim) and (self.own is None or claim.id < self.own.id)
        return claim.has_session or going_on or self.in_doubt(claim)

    def is_old(self, claim: Claim) -> bool:
        """Whether the cool-down is over."""
        return bool(self.now and claim.at and self.now - claim.at >= self.cool_down)

    def apart(self, claim: Claim) -> bool:
        """Whether a green run lies between the claim's run and this one."""
        if claim.run == self.run:
            return False
        if not self.greens.readable:
            return claim.commit != self.commit and self.is_old(claim)
        first, last = sorted((claim.run, self.run))
        events = (self.event, self.greens.events.get(claim.run, self.event))
        return any(
            first <= green <= last and green != self.run and event in events
            for green, event in self.greens.runs.items()
        )

    def named(self, claim: Claim) -> frozenset[Failure]:
        """The failures that the claim certainly names."""
        return frozenset(
            one
            for one in self.failures
            if not one.uncertain and any(name in claim.names for name in _names(one))
        )

    def covered(self, claim: Claim) -> frozenset[Failure]:
        """The failures that a claim of the incident is for, or may be.

        A failure without a log can't be distinguished from an earlier one. Nor can any failure of a run, or
        of a commit of which nothing else was known, that had a session started without a log.
        """
        blind = all(name.rpartition(" ")[2].startswith("x") for name in claim.names)
        again = claim.run == self.run or (claim.commit == self.commit and blind)
        if again and any(map(is_uncertain, claim.names)):
            return frozenset(self.failures)
        same = (one for one in self.failures if one.name in claim.names)
        may_be = () if blind else (one for one in self.failures if one.uncertain)
        return self.named(claim).union(same, may_be)


def _names(one: Failure) -> Iterable[str]:
    """What an entry may call a failure that this one equals."""
    yield one.name
    yield from (f"s{name[1:]}" for name in one.by_step)
    if one.name.startswith("s"):
        yield f"j{one.name[1:]}"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the entries mean for a job."""

    blockers: tuple[Claim, ...] = ()
    limited: bool = False  # blocked by the number of sessions, not by this failure
    sessions: int = 0  # of the incident: started, or about to be
    looping: bool = False  # sessions that the commits name count among them
    leader: Claim | None = None  # the claim to wait for: it may yet come to nothing
    # Whether it may change with the list of green runs; and the earliest run on which it depends
    back_to: int | None = None
    is_back: bool = False  # the failure came back within the cool-down, after a green run
    unsure: bool = False  # for want of a log, it may be another failure

    @property
    def fire(self) -> bool:
        return not self.blockers and not self.limited

    @property
    def shown(self) -> Claim | None:
        """The claim that people are shown: one with a session, else the last."""
        rank = {Stage.FIRED: 2, Stage.UNKNOWN: 1}
        return max(self.blockers, key=lambda claim: (rank.get(claim.stage, 0), claim.id), default=None)


def rule(found: Iterable[Claim], job: Job) -> Ruling:
    """Whether the job may fire."""
    claims = list(found)
    if job.key:
        return _rule_for_key(claims, job)
    live = [claim for claim in claims if job.live(claim) and (job.own is None or claim.mark != job.own.mark)]
    refused = [
        claim
        for claim in claims
        if claim.stage is Stage.REFUSED
        and claim.mark in job.waited_for
        and claim.same_attempt(job.run, job.attempt)
    ]
    known = job.trailers & {session_id(claim.url) for claim in claims if claim.url}
    # Settled claims first: where they block, there is nothing to wait for.
    for counted in ([claim for claim in live if not job.going_on(claim)], live):
        incident = [claim for claim in counted if not job.apart(claim)]
        back = [claim for claim in counted if job.apart(claim) and not job.is_old(claim)]
        blockers = _blockers([*incident, *refused], back, job)
        sessions = len(incident) + len(known - {session_id(claim.url) for claim in incident})
        limited = not blockers and sessions >= job.max_sessions and job.again_since is None
        if blockers or limited:
            break
    decisive = blockers or (incident if limited else [])
    others = [claim for claim in decisive if claim.run != job.run and (limited or job.is_old(claim))]
    shown = Ruling(tuple(decisive)).shown
    return Ruling(
        blockers=tuple(decisive),
        limited=limited,
        sessions=sessions,
        looping=bool(known),
        leader=next((claim for claim in decisive if job.going_on(claim)), None),
        back_to=min((claim.run for claim in others), default=None),
        is_back=shown in back,
        unsure=shown is not None and not shown.same_attempt(job.run, job.attempt) and not job.named(shown),
    )


def _rule_for_key(claims: Iterable[Claim], job: Job) -> Ruling:
    """Once within the cool-down, on whatever branch; nothing ends it earlier.

    What was going on as this job came, and what this attempt has started, counts however short that is.
    """
    blockers = []
    for claim in claims:
        if claim.workflow != job.workflow or (job.own and claim.mark == job.own.mark):
            continue
        same = claim.same_attempt(job.run, job.attempt)
        waited = claim.mark in job.waited_for
        if job.going_on(claim):
            counts = job.own is None or claim.id < job.own.id
        elif claim.has_session or job.in_doubt(claim):
            counts = same or waited or not job.is_old(claim)
        else:
            counts = same and waited and claim.stage is Stage.REFUSED
        if counts and (job.again_since is None or _counts_again(claim, job, job.again_since)):
            blockers.append(claim)
    # Settled claims first: where they block, there is nothing to wait for.
    settled = [claim for claim in blockers if not job.going_on(claim)]
    leader = next((claim for claim in blockers if job.going_on(claim)), None)
    return Ruling(tuple(settled or blockers), leader=None if settled else leader)


def _blockers(incident: Sequence[Claim], back: Sequence[Claim], job: Job) -> list[Claim]:
    """The claims that make this fire the second for one failure; `back`: those of earlier incidents."""
    if job.again_since is not None:
        incident = [claim for claim in incident if _counts_again(claim, job, job.again_since)]
        back = [claim for claim in back if _counts_again(claim, job, job.again_since)]
    siblings = [claim for claim in incident if claim.same_attempt(job.run, job.attempt)]
    if siblings:
        return siblings
    covering = {claim: job.covered(claim) for claim in incident} | {claim: job.named(claim) for claim in back}
    covering = {one: what for one, what in covering.items() if what and one.url not in job.replaced}
    covers_all = frozenset(job.failures) <= frozenset[Failure]().union(*covering.values())
    return list(covering) if covers_all else []


def _counts_again(claim: Claim, job: Job, since: datetime) -> bool:
    """With `again`: not what was settled before a person asked."""
    newer = claim.until is None or claim.until >= since
    waited = claim.mark in job.waited_for and not job.in_doubt(claim)
    return newer or job.going_on(claim) or waited
