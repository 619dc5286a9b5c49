"""Everything GitHub knows of the run, with a note on each thing that is unavailable."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from dataclasses import replace

from ..github.client import INSISTENCE, GitHub
from ..github.missing import ACTIONS, Missing
from ..github.parse import Job
from ..github.session import Listing
from ..model import GitHubError, Run, Trigger
from ..sanitize import code
from ..settings import Context
from ..threads import result, threads
from . import event
from .context import ask_for_context
from .event_source import GatherError
from .jobs import WIDTH, may_have_failed, with_jobs, without_jobs


def gather_run(github: GitHub, trigger: Trigger, context: Context, deadline: float) -> Run:
    """The run, its failed jobs with their steps and annotations, its pull request and history.

    Anything unavailable is left out, with a note. Without any answer from GitHub, the run is what the
    runner's environment and the event's payload describe.

    Most runs take at most 10 requests. Long listings and repetitions add to them, and so does each job whose
    annotations are needed: up to 16 failed ones, those that timed out, and up to 32 cancelled ones.

    Args:
        deadline: in monotonic seconds.

    Raises:
        GatherError: neither GitHub nor the runner and the event describe the run.
    """
    missing = Missing(token=bool(github.token))
    timely = github.within(deadline)
    with threads(WIDTH, "gather") as pool:
        run = _gathered(timely, missing, pool, trigger, context)
    github.repository = timely.repository
    origin = event.origin(trigger, context)
    left_out = github.take_left_out()
    return replace(run, origin_in_payload=origin, notes=(*run.notes, *missing.collected(), *left_out))


def _gathered(github: GitHub, missing: Missing, pool: Executor, trigger: Trigger, context: Context) -> Run:
    insisting = github.insisting(github.clock.monotonic() + INSISTENCE)
    record = pool.submit(insisting.run, trigger.run_id, trigger.attempt)
    jobs = pool.submit(insisting.jobs, trigger.run_id, trigger.attempt) if trigger.attempt else None
    try:
        run, numbers = result(record)
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
    complete = ask_for_context(github, missing, pool, run, numbers, trigger, context)
    try:
        listing = result(jobs) if jobs else insisting.jobs(trigger.run_id, run.attempt)
    except GitHubError as error:
        missing.add("the jobs of the run", error, ACTIONS)
        return complete(without_jobs(run, trigger, context))
    _note_unlisted(run, listing, missing)
    known = with_jobs(github, missing, pool, run, listing.items, trigger, context)
    if not known.failed_jobs and any(map(may_have_failed, listing.odd)):
        known = replace(known, jobs_known=False)  # the failure may be that job's
    return complete(known)


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
        missing.say("the jobs of the run", f"it ended as {code(run.conclusion)} before any job began")
    if unlisted := listing.total - len(listing.items) - len(listing.odd):
        missing.say(f"{unlisted} of the run's {listing.total} jobs", "GitHub lists no more of them")


def _has_come(jobs: Future[Listing[Job]] | None) -> bool:
    """Whether the jobs, requested at the same time, were listed."""
    try:
        return jobs is not None and bool(result(jobs))
    except GitHubError:
        return False


def _unknown(trigger: Trigger, error: GitHubError) -> str:
    if error.status == 404:
        return (
            f"run-id: {code(trigger.repository)} has no run {trigger.run_id} that `github-token` may read."
            " Check the number, and that the token has `actions: read`."
        )
    check = "Check that `github-token` is valid and has `actions: read`"
    if error.status is None:
        check = "Check the network and any proxy"
    return (
        f"run-id: run {trigger.run_id} of {code(trigger.repository)} could not be read ({error})."
        f" {check}, or run this again later."
    )
