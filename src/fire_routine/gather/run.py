"""Everything GitHub knows of the run and its failed jobs, with a note on each thing that is unavailable."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import replace

from ..clock import Deadline
from ..github.api import Listing
from ..github.client import INSISTENCE, GitHub
from ..github.missing import ACTIONS, CHECKS, Missing
from ..model.outcome import GitHubError
from ..model.run import Annotation, Job, Run, Target, TargetKind
from ..patterns import pattern
from ..sanitize import code
from ..settings import Context
from ..threads import result, threads
from . import event
from .context import ask_for_context
from .event import GatherError, is_own_run

WIDTH = 8  # requests at a time
# Up to this many jobs that ended in failure, the annotations of all are read at once: they may name files and
# lines that a log lacks. Of more jobs, only those whose logs do not explain the failure.
FEW = 16
ASKED_CANCELLED = 32  # cancelled jobs whose annotations are read, to find those that timed out
SHORTEST_TIMEOUT = 59.0  # seconds: `timeout-minutes` is at least 1, and times are in whole seconds
# GitHub's annotation of such a job
_TIMED_OUT = pattern(r"The job (?:running on runner .{1,200} )?has exceeded the maximum execution time")
# Seconds before each further question whether GitHub knows that the step before this one failed
LAGS = (1.0, 1.0, 2.0)
FAILED = ("failure", "timed_out")


def gather_run(github: GitHub, target: Target, context: Context, deadline: Deadline) -> Run:
    """The run, its failed jobs with their steps and annotations, its pull request and last green run.

    Anything unavailable is left out, with a note. Without any answer from GitHub, the run is what the
    runner's environment and the event's payload describe. Its repository is named as GitHub names it by now.

    Most runs take at most 10 requests. Long listings and repetitions add to them, and so does each job whose
    annotations are needed: up to 16 failed ones, those that timed out, and up to 32 cancelled ones.

    Args:

    Raises:
        GatherError: neither GitHub nor the runner and the event describe the run.
    """
    missing = Missing(token=bool(github.token))
    timely = github.within(deadline)
    with threads(WIDTH, "gather") as pool:
        run = _gathered(timely, missing, pool, target, context)
    origin = event.origin(target, context)
    return replace(run, origin_in_payload=origin, notes=(*run.notes, *missing.collected()))


def _gathered(github: GitHub, missing: Missing, pool: Executor, target: Target, context: Context) -> Run:
    insisting = github.insisting(github.clock.monotonic() + INSISTENCE)
    record = pool.submit(insisting.run, target.run_id, target.attempt)
    jobs = pool.submit(insisting.jobs, target.run_id, target.attempt) if target.attempt else None
    try:
        run, numbers = result(record)
    except GitHubError as error:
        run, numbers = _described(target, context, error)
        if error.status in (None, 401) and not _has_come(jobs):  # any other request would fail, too
            missing.add("what GitHub knows of the run and its jobs", error, ACTIONS)
            return without_jobs(run, target, context)
        missing.add("the run's record", error, ACTIONS)
    else:
        run = replace(run, on_tag=event.is_on_tag(run, target, context))
        if run.repository.casefold() != github.repository.casefold():
            # It has been renamed. GitHub redirects from the old name, but a redirect loses queries, the token
            # of a log's request, and everything that is written.
            github, insisting = github.of(run.repository), insisting.of(run.repository)
            jobs = None
    complete = ask_for_context(github, missing, pool, run, numbers, target, context)
    try:
        listing = result(jobs) if jobs else insisting.jobs(target.run_id, run.attempt)
    except GitHubError as error:
        missing.add("the jobs of the run", error, ACTIONS)
        return complete(without_jobs(run, target, context))
    _note_unlisted(run, listing, missing)
    known = with_jobs(github, missing, pool, run, listing.items, target, context)
    if not known.failed_jobs and len(listing.items) < listing.total:
        known = replace(known, jobs_known=False)  # the failure may be another job's
    return complete(known)


def _described(target: Target, context: Context, error: GitHubError) -> tuple[Run, tuple[int, ...]]:
    """The run as the runner's environment and the event describe it, and its pull requests' numbers.

    Raises:
        GatherError: they do not describe it.
    """
    described = event.run(target, context)
    if described is None:
        raise GatherError(_unknown(target, error)) from None
    run, numbers = described
    return replace(run, on_tag=event.is_on_tag(run, target, context)), numbers


def _note_unlisted(run: Run, listing: Listing[Job], missing: Missing) -> None:
    """Note the jobs that the listing should have."""
    if not listing.total and run.conclusion not in (None, "success"):
        invalid = "The workflow's file may be invalid: see the run's page."
        remedy = invalid if run.conclusion == "startup_failure" else ""
        missing.say("the jobs of the run", f"it ended as {code(run.conclusion)} before any job began", remedy)
    if unlisted := listing.total - len(listing.items):
        missing.say(
            f"{unlisted} of the run's {listing.total} jobs", "GitHub does not list them as documented"
        )


def _has_come(jobs: Future[Listing[Job]] | None) -> bool:
    """Whether the jobs, requested at the same time, were listed."""
    try:
        return jobs is not None and bool(result(jobs))
    except GitHubError:
        return False


def _unknown(target: Target, error: GitHubError) -> str:
    if error.status == 404:
        return (
            f"run-id: {code(target.repository)} has no run {target.run_id} that `github-token` may read."
            " Check the number, and that the token has `actions: read`."
        )
    check = "Check that `github-token` is valid and has `actions: read`, or run this again later."
    if error.status is None:
        check = "Check the network and any proxy, or run this again later."
    elif error.rate_limited or error.status >= 500:
        check = "Run this again later."
    return f"run-id: run {target.run_id} of {code(target.repository)} could not be read ({error}). {check}"


# --- jobs ------------------------------------------------------------------------------------------


def find_own_job(jobs: Sequence[Job], context: Context) -> Job | None:
    """The job that runs this: by its id, else the one in progress on this runner."""
    if context.job_id is not None:
        return next((job for job in jobs if job.id == context.job_id), None)
    running = [job for job in jobs if job.status == "in_progress"]
    mine = [job for job in running if context.runner_name and job.runner_name == context.runner_name]
    if len(mine) != 1:
        mine = [job for job in mine or running if _named(job, context.job)]
    return mine[0] if len(mine) == 1 else None


def _named(job: Job, key: str) -> bool:
    """Whether a job has the name that GitHub gives it by its key: a leg of a matrix adds its values."""
    return job.name == key or job.name.startswith(f"{key} (")


def with_jobs(
    github: GitHub,
    missing: Missing,
    pool: Executor,
    run: Run,
    jobs: Sequence[Job],
    target: Target,
    context: Context,
) -> Run:
    """The run with its failed, passed and cancelled jobs.

    A job has failed if it ended in failure or ran out of time. GitHub lists the latter as cancelled, as it
    does those that a person or fail-fast cancelled: its annotation distinguishes it. The job that runs this
    counts only if a step of it has failed: then this is a step of the failing job.
    """
    own_run = is_own_run(target, context)
    running = _failing_running_jobs(github, jobs, context) if own_run else []
    failed = [job for job in jobs if job.conclusion in FAILED]
    cancelled = [job for job in jobs if job.conclusion == "cancelled"]
    may_have_timed_out = sorted(
        (job for job in cancelled if job.seconds >= SHORTEST_TIMEOUT), key=lambda job: -job.seconds
    )
    asked = [*running, *failed, *may_have_timed_out[:ASKED_CANCELLED]]
    later = {job.id for job in _asked_later(failed)}
    annotations = _annotations(github, missing, pool, [job for job in asked if job.id not in later])
    found = [
        replace(job, conclusion=end, annotations=annotations.get(job.id, ()))
        for job in asked
        if (end := "running" if job in running else _end_of(job, annotations.get(job.id, ())))
    ]
    if not running and own_run and context.job_status == "failure":
        found.insert(0, unlisted(run, context))
    known = {job.id for job in found}
    return replace(
        run,
        target_kind=_kind(target, own_run, found),
        failed_jobs=tuple(found),
        passed_jobs=tuple(job.name for job in jobs if job.conclusion == "success"),
        cancelled_jobs=tuple(job.name for job in cancelled if job.id not in known),
    )


def _end_of(job: Job, annotations: Sequence[Annotation]) -> str:
    """How a job failed; empty if it was cancelled, but not by its time-out."""
    if job.conclusion != "cancelled":
        return job.conclusion
    return "timed_out" if any(_TIMED_OUT.match(note.message) for note in annotations) else ""


def without_jobs(run: Run, target: Target, context: Context) -> Run:
    """The run if its jobs can't be listed: the runner still reports whether this very job failed."""
    own = is_own_run(target, context) and context.job_status == "failure"
    found = [unlisted(run, context)] if own else []
    kind = _kind(target, is_own_run(target, context), found)
    return replace(run, jobs_known=False, target_kind=kind, failed_jobs=tuple(found))


def unlisted(run: Run, context: Context) -> Job:
    """The job that runs this, as far as the runner's environment describes it."""
    return Job(id=context.job_id or 0, name=context.job, conclusion="running", url=run.url)


def _kind(target: Target, own_run: bool, failed: Sequence[Job]) -> TargetKind:
    if not own_run:
        return target.kind
    return TargetKind.STEP if any(job.running for job in failed) else TargetKind.FINAL_JOB


def _failing_running_jobs(github: GitHub, jobs: Sequence[Job], context: Context) -> list[Job]:
    """The job that runs this, if a step of it failed.

    If it cannot be identified (legs of a matrix on runners without names): each job in progress with a failed
    step.
    """
    own = find_own_job(jobs, context)
    if own is None:
        return [job for job in jobs if job.status == "in_progress" and _has_failed_step(job)]
    if _has_failed_step(own):
        return [own]
    if context.job_status != "failure":
        return []
    for pause in LAGS:  # the runner knows before the API does
        github.clock.sleep(pause)
        with suppress(GitHubError):
            own = github.job(own.id)
        if _has_failed_step(own):
            break
    return [own]


def _has_failed_step(job: Job) -> bool:
    return any(step.conclusion in FAILED for step in job.steps)


def with_annotations(github: GitHub, run: Run, unexplained: Collection[int], deadline: Deadline) -> Run:
    """The run with the annotations that only its logs show to be needed.

    Args:
        unexplained: ids of the failed jobs whose log is missing or shows no error.
    """
    wanted = [job for job in _asked_later(run.failed_jobs) if job.id in unexplained]
    if not wanted:
        return run
    missing = Missing(token=bool(github.token))
    with threads(WIDTH, "annotations") as pool:
        found = _annotations(github.within(deadline).sparing(), missing, pool, wanted)
    jobs = tuple(
        replace(job, annotations=found[job.id]) if job.id in found else job for job in run.failed_jobs
    )
    return replace(run, failed_jobs=jobs, notes=(*run.notes, *missing.collected()))


def _asked_later(jobs: Sequence[Job]) -> list[Job]:
    """The jobs whose annotations wait for their logs: of many jobs, those that ended in failure."""
    failed = [job for job in jobs if job.conclusion == "failure"]
    return failed if len(failed) > FEW else []


def _annotations(
    github: GitHub, missing: Missing, pool: Executor, jobs: Sequence[Job]
) -> dict[int, tuple[Annotation, ...]]:
    """Each job's annotations, by job id."""

    def ask(job: Job) -> tuple[Annotation, ...]:
        what = "whether a time-out ended" if job.conclusion == "cancelled" else "the annotations of"
        return missing.ask(what, CHECKS, lambda: github.annotations(job.id), (), job.name)

    asked = {job.id: pool.submit(ask, job) for job in jobs}
    return {number: result(future) for number, future in asked.items()}
