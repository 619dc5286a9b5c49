"""Which workflows are red on default branches now, and in which order a session is due for them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from ..github.account import Branch, BranchRun
from ..model import RUN_FAILED

# What starts a run on a branch itself: https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
EVENTS = ("push", "schedule", "workflow_dispatch", "merge_group")
# A cancelled or skipped run says nothing of the code. One that only ran out of time can't be told from it.
TELLING = ("success", *RUN_FAILED)
NEVER = datetime.min.replace(tzinfo=UTC)


class State(StrEnum):
    DUE = "due"
    NOT_YET = "not yet"  # it ended just now: a job of the repository's own comes first
    TOO_OLD = "too old"


@dataclass(frozen=True, slots=True)
class Red:
    """A workflow that is red on its default branch."""

    repository: str
    run: BranchRun  # the newest one that tells
    since: datetime  # when the first of its failed runs in a row ended, as far as they are known
    state: State


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


def in_order(due: Iterable[Red], tried: Mapping[int, datetime]) -> list[Red]:
    """Never tried before tried, these by when; pushes before schedules; longest red first.

    Args:
        tried: when a run was last tried without a session, by its id.
    """

    def rank(one: Red) -> tuple[datetime, bool, datetime, int]:
        run = one.run
        return tried.get(run.id, NEVER), run.event == "schedule", one.since, run.id

    return sorted(due, key=rank)
