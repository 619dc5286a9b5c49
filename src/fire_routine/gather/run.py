"""Everything GitHub knows of the run, with a note for each thing that can't be had."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from ..model import GitHubError, Message, Run, Trigger
from ..settings import Context
from . import event
from .api.client import INSISTENCE, GitHub
from .api.parse import Job
from .api.session import Listing
from .best_effort import ACTIONS, BestEffort
from .context import ask_for_context
from .event_source import GatherError
from .jobs import WIDTH, may_have_failed, with_jobs, without_jobs
from .missing import Missing
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

    Whatever can't be had is left out and named in `notes`; where GitHub can't be asked at all, the
    run is what the runner and the event's payload say. At most 10 requests (pages of jobs beyond
    the third, those of a green run that may have had others, repetitions, and the default branch
    where nothing else tells it, apart), and one for each job whose annotations are needed: at most 16 that
    failed, those that timed out, and at most 32 cancelled ones that may have timed out. `deadline` is a
    reading of `github.clock` in seconds.

    Raises:
        GatherError: GitHub does not tell of the run, and neither do the runner and the event.
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
    github, run_id = best_effort.github, trigger.run_id
    insisting = github.insisting(github.clock() + INSISTENCE)
    asked = best_effort.pool.submit(insisting.run, run_id, trigger.attempt)
    asked_jobs = best_effort.pool.submit(insisting.jobs, run_id, trigger.attempt) if trigger.attempt else None
    try:
        run, numbers = asked.result()
        if run.repository.casefold() != github.repository.casefold():
            # It has another name by now. From the old one GitHub redirects, and what is asked for in a query,
            # the token of a log's request and all that is to be written get lost on the way.
            github.repository = insisting.repository = run.repository
            asked_jobs = None
    except GitHubError as error:
        told = event.run(trigger, context)
        if told is None:
            raise GatherError(_unknown(trigger, error)) from None
        run, numbers = told
        if error.status in (None, 401) and not _came(asked_jobs):  # so it would be with everything else
            best_effort.missing.add("what GitHub knows of the run and its jobs", error, ACTIONS)
            run = replace(run, on_tag=event.is_on_tag(run, trigger, context))
            return without_jobs(run, trigger, context)
        best_effort.missing.add("the run's record", error, ACTIONS)
    run = replace(run, on_tag=event.is_on_tag(run, trigger, context))
    around = ask_for_context(best_effort, run, numbers, trigger, context)
    try:
        listing = asked_jobs.result() if asked_jobs else insisting.jobs(run_id, run.attempt)
    except GitHubError as error:
        best_effort.missing.add("the jobs of the run", error, ACTIONS)
        return around.complete(without_jobs(run, trigger, context))
    jobs = listing.items
    if not listing.total and run.conclusion not in (None, "success"):
        best_effort.missing.say("the jobs of the run", f"it ended as {run.conclusion} before any job began")
    if unlisted := listing.total - len(jobs) - len(listing.odd):
        best_effort.missing.say(
            f"{unlisted} of the run's {listing.total} jobs", "GitHub lists no more of them"
        )
    known = with_jobs(run, jobs, best_effort, trigger, context, sleep)
    if not known.failed_jobs and any(map(may_have_failed, listing.odd)):
        known = replace(known, jobs_known=False)  # the failure may be that job's
    return around.complete(known)


def _came(asked: Pending[Listing[Job]] | None) -> bool:
    """Whether the jobs, asked for at the same time, were listed."""
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
    return Message(
        "run-id: run {id} of {repository} could not be read ({error}). Check that `github-token` is valid and"
        " has `actions: read`, or run this again later.",
        repository=trigger.repository,
        id=trigger.run_id,
        error=error,
    )
