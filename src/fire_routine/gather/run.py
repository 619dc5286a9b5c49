"""Everything GitHub knows of the run, with a note on each thing that is unavailable."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from ..model import GitHubError, Message, Run, Trigger
from ..settings import Context
from . import event
from ..github.client import INSISTENCE, GitHub
from ..github.parse import Job
from ..github.session import Listing
from .best_effort import ACTIONS, BestEffort
from .context import ask_for_context
from .event_source import GatherError
from .jobs import WIDTH, may_have_failed, with_jobs, without_jobs
from ..github.missing import Missing
from .worker_pool import Pending, WorkerPool


def gather_run(
    github: GitHub,
    trigger: Trigger,
    context: Context,
    deadline: float,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Run:
    """The run, its failed jobs with their steps and annotations, its pull request and history.

    Anything unavailable is left out, with a note. Without any answer from GitHub, the run is what the
    runner's environment and the event's payload describe.

    Most runs take at most 10 requests. Long listings and repetitions add to them, and so does each job whose
    annotations are needed: up to 16 failed ones, those that timed out, and up to 32 cancelled ones.

    Args:
        deadline: a reading of `github.clock` in seconds.

    Raises:
        GatherError: neither GitHub nor the runner and the event describe the run.
    """
    notes = Missing(token=bool(github.token))
    with WorkerPool(WIDTH, "gather") as threads:
        best_effort = BestEffort(github.within(deadline), notes, threads)
        run = _gathered(best_effort, trigger, context, sleep)
    github.repository = best_effort.github.repository
    origin = event.origin(trigger, context)
    left_out = github.take_left_out()
    return replace(run, origin_in_payload=origin, notes=(*run.notes, *notes.collected(), *left_out))


def _gathered(
    best_effort: BestEffort, trigger: Trigger, context: Context, sleep: Callable[[float], None]
) -> Run:
    github, pool, missing = best_effort.github, best_effort.pool, best_effort.missing
    insisting = github.insisting(github.clock() + INSISTENCE)
    record = pool.submit(insisting.run, trigger.run_id, trigger.attempt)
    jobs = pool.submit(insisting.jobs, trigger.run_id, trigger.attempt) if trigger.attempt else None
    try:
        run, numbers = record.result()
    except GitHubError as error:
        run, numbers = _described(trigger, context, error)
        if error.status in (None, 401) and not _has_come(jobs):  # any other request would fail, too
            missing.add("what GitHub knows of the run and its jobs", error, ACTIONS)
            return without_jobs(run, trigger, context)
        missing.add("the run's record", error, ACTIONS)
    else:
        run = replace(run, on_tag=event.is_on_tag(run, trigger, context))
        if run.repository.casefold() != github.repository.casefold():
            # It has been renamed. GitHub redirects from the old name, but a redirect loses queries, the token
            # of a log's request, and everything that is written.
            github.repository = insisting.repository = run.repository
            jobs = None
    requested = ask_for_context(best_effort, run, numbers, trigger, context)
    try:
        listing = jobs.result() if jobs else insisting.jobs(trigger.run_id, run.attempt)
    except GitHubError as error:
        missing.add("the jobs of the run", error, ACTIONS)
        return requested.complete(without_jobs(run, trigger, context))
    _note_unlisted(run, listing, missing)
    known = with_jobs(run, listing.items, best_effort, trigger, context, sleep)
    if not known.failed_jobs and any(map(may_have_failed, listing.odd)):
        known = replace(known, jobs_known=False)  # the failure may be that job's
    return requested.complete(known)


def _described(trigger: Trigger, context: Context, error: GitHubError) -> tuple[Run, tuple[int, ...]]:
    """The run as the runner's environment and the event describe it, and its pull requests' numbers.

    Raises:
        GatherError: they do not describe it.
    """
    described = event.run(trigger, context)
    if described is None:
        raise GatherError(_unknown(trigger, error)) from None
    run, numbers = described
    return replace(run, on_tag=event.is_on_tag(run, trigger, context)), numbers


def _note_unlisted(run: Run, listing: Listing[Job], missing: Missing) -> None:
    """Note the jobs that the listing should have."""
    if not listing.total and run.conclusion not in (None, "success"):
        missing.say("the jobs of the run", f"it ended as {run.conclusion} before any job began")
    if unlisted := listing.total - len(listing.items) - len(listing.odd):
        missing.say(f"{unlisted} of the run's {listing.total} jobs", "GitHub lists no more of them")


def _has_come(asked: Pending[Listing[Job]] | None) -> bool:
    """Whether the jobs, requested at the same time, were listed."""
    try:
        return asked is not None and bool(asked.result())
    except GitHubError:
        return False


def _unknown(trigger: Trigger, error: GitHubError) -> Message:
    if error.status == 404:
        return Message(
            "run-id: {repository} has no run {id} that `github-token` may read. Check the number, and that"
            " the token has `actions: read`.",
            repository=trigger.repository,
            id=trigger.run_id,
        )
    if error.status is None:
        return Message(
            "run-id: run {id} of {repository} could not be read ({error}). Check the network and any proxy,"
            " or run this again later.",
            repository=trigger.repository,
            id=trigger.run_id,
            error=error,
        )
    return Message(
        "run-id: run {id} of {repository} could not be read ({error}). Check that `github-token` is valid and"
        " has `actions: read`, or run this again later.",
        repository=trigger.repository,
        id=trigger.run_id,
        error=error,
    )
