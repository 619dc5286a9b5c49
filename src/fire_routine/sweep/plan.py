"""Which workflows are red on default branches now, and in which order a session is due for them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from operator import itemgetter

from ..github.account import Branch, BranchRun
from ..ledger.entry import Claim, Stage, label
from ..ledger.rule import Moment
from ..model.run import RUN_FAILED

# What starts a run on a branch itself: https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
EVENTS = ("push", "schedule", "workflow_dispatch", "merge_group")
# A cancelled or skipped run says nothing of the code. One that only ran out of time can't be told from it.
TELLING = ("success", *RUN_FAILED)


class State(StrEnum):
    """What is known of a red run, or became of it."""

    NOT_YET = "not yet"  # it ended just now: a job of the repository's own comes first
    TOO_OLD = "too old"
    DUE = "due"
    FIRED = "fired"
    WOULD_FIRE = "would fire"  # in a dry run
    WAITING = "waiting"
    SKIPPED = "skipped"
    NOT_CHOSEN = "not chosen"
    UNKNOWN = "unknown"  # a session may have started


@dataclass(frozen=True, slots=True)
class Red:
    """A workflow that is red on its default branch, and what became of it."""

    repository: str
    run: BranchRun  # the newest one that tells
    since: datetime  # when the first of its failed runs in a row ended, as far as they are known
    state: State
    reason: str = ""  # a few words
    message: str = ""  # the story's own, Markdown
    session_url: str = ""


def red(branches: Iterable[Branch], now: datetime, since: timedelta, after: timedelta) -> list[Red]:
    """Per workflow the newest completed run decides, on whichever commit it ran.

    Args:
        since: how long ago it ended at most.
        after: and at least.
    """
    found = []
    for branch in branches:
        told: dict[str, list[BranchRun]] = {}
        for run in sorted(branch.runs, key=lambda run: run.number, reverse=True):
            if run.event in EVENTS and run.status == "completed" and run.conclusion in TELLING:
                told.setdefault(run.workflow, []).append(run)
        for runs in told.values():
            failed = list(takewhile(lambda run: run.conclusion in RUN_FAILED, runs))
            if failed:
                age = now - runs[0].updated_at
                state = State.TOO_OLD if age > since else State.NOT_YET if age < after else State.DUE
                began = min(run.updated_at for run in failed)
                found.append(Red(branch.repository, runs[0], began, state))
    return found


def in_order(due: Iterable[Red]) -> list[Red]:
    """Pushes before schedules; longest red first."""
    return sorted(due, key=lambda one: (one.run.event == "schedule", one.since, one.run.id))


def by_turns(due: Iterable[Red]) -> list[Red]:
    """The first of each repository, then the second of each: none comes before all others."""
    before, turns = Counter[str](), list[tuple[int, Red]]()
    for one in due:
        turns.append((before[one.repository], one))
        before[one.repository] += 1
    return [one for _, one in sorted(turns, key=itemgetter(0))]


def was_told(known: Iterable[Claim], one: Red) -> bool:
    """Whether a story of the workflow was told in vain since it is red."""
    name, vain = label_of(one.run), (Stage.SEEN, Stage.WITHDRAWN, Stage.REFUSED)
    return any(
        claim.workflow == name and claim.stage in vain and claim.until and claim.until >= one.since
        for claim in known
    )


def label_of(run: BranchRun) -> str:
    """The workflow's, as its entries have it."""
    return label(f".github/workflows/{run.workflow}")


def latest(known: Iterable[Claim], run: BranchRun) -> list[Claim]:
    """The claims of a run's latest attempt.

    GraphQL states no attempt. A claim that is newer than the run's end is of its latest one.
    """
    return [one for one in known if one.run == run.id and one.until and one.until >= run.updated_at]


def judged(claims: Iterable[Claim], now: datetime) -> tuple[State, str, str]:
    """What they mean for their attempt: its state, why, and the session's link."""
    moment = Moment(now=now)
    for claim in claims:
        if claim.stage is Stage.FIRED:
            return State.SKIPPED, "it has a session", claim.url
        if claim.stage is Stage.SEEN:
            return State.SKIPPED, "an earlier sweep found that no session is due", ""
        if claim.stage is Stage.UNKNOWN or moment.in_doubt(claim):
            return State.UNKNOWN, "a session may have started: look at https://claude.ai/code", ""
        if moment.going_on(claim):
            return State.WAITING, "its session is being started", ""
    return State.DUE, "", ""
