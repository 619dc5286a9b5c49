"""What keeps a failure from being fired at all, no matter what was fired before. Pure.

Each guard gives the `Verdict` that skips the run, with its own reason and one line on how to change it; or
None.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...model import RUN_FAILED, Message, Origin, Run, TriggerKind, Verdict
from ...settings import Context, Settings
from .branch_filter import matches


@dataclass(frozen=True, slots=True)
class Subject:
    """As much of the reported run as these guards ask for."""

    event: str
    origin: Origin
    head_repository: str | None  # owner/name; None: deleted, or not known
    branch: str
    attempt: int
    conclusion: str | None = None  # None: not completed


def skip(reason: str, message: str) -> Verdict:
    return Verdict(fire=False, reason=reason, message=message)


def not_failed(conclusion: str | None) -> Verdict:
    """A finished run, reported by a workflow of its own, that did not fail."""
    return skip(
        "not-failed",
        Message(
            "The run ended as {conclusion}, so there is nothing to report. To spare the job, add"
            " `if: github.event.workflow_run.conclusion != 'success'`. To report this workflow's own jobs,"
            " add `run-id: ${{{{ github.run_id }}}}`.",
            conclusion=conclusion,
        ),
    )


def guards(settings: Settings, context: Context, run: Run) -> Verdict | None:
    """What the run as it was gathered decides."""
    head = None if run.event == "workflow_run" and not run.from_fork else run.head_repository
    if run.event.startswith("pull_request") and run.pull_request and not run.from_fork:
        head = run.pull_request.head_repository
    subject = Subject(
        event=run.event,
        origin=run.origin,
        head_repository=head,
        branch=run.head_branch or "",
        attempt=run.attempt,
        conclusion=run.conclusion,
    )
    return _not_failed(context, run) or by_settings(settings, subject)


def by_settings(settings: Settings, subject: Subject) -> Verdict | None:
    """The guards that an input governs."""
    if not settings.allow_forks and (verdict := _untrusted(subject)):
        return verdict
    if matches(subject.branch, settings.skip_branches):
        return skip(
            "skip-branches",
            Message(
                "Branch `{branch}` matches `skip-branches` ({patterns}). Change `skip-branches` to report"
                " it.",
                branch=subject.branch,
                patterns=", ".join(settings.skip_branches),
            ),
        )
    if subject.attempt < settings.min_attempt:
        return skip(
            "min-attempt",
            Message(
                "This is attempt {attempt}, and `min-attempt` is {least}. Re-run the failed jobs, or lower"
                " `min-attempt`.",
                attempt=subject.attempt,
                least=settings.min_attempt,
            ),
        )
    return None


def _untrusted(subject: Subject) -> Verdict | None:
    """Skip the run unless people with write access wrote the code, or started the run themselves."""
    remedy = Message("To send its log anyway, set `allow-forks: true` (see Security in the README).")
    if subject.origin is Origin.FORK:
        fork = Message("a fork")
        if subject.head_repository:
            fork = Message("the fork `{name}`", name=subject.head_repository)
        message = Message(
            "The code that ran is from {fork}, so its log is untrusted. {remedy}", fork=fork, remedy=remedy
        )
        return skip("fork", message)
    if subject.origin is Origin.UNKNOWN:
        event = subject.event or "unknown"
        return skip(
            "untrusted-run",
            Message(
                "The event (`{event}`) does not prove that people with write access wrote the code that ran."
                " {remedy}",
                event=event,
                remedy=remedy,
            ),
        )
    return None


def _not_failed(context: Context, run: Run) -> Verdict | None:
    timed_out = any(job.conclusion == "timed_out" for job in run.failed_jobs)
    if run.conclusion == "cancelled" and not timed_out:
        return _cancelled()
    if run.conclusion is not None:
        if run.conclusion in (*RUN_FAILED, "cancelled"):
            return None
        return skip(
            "not-failed",
            Message(
                "The run ended as {conclusion}, so there is nothing to report. Start this job only after a"
                " failure: see Quick start in the README.",
                conclusion=run.conclusion,
            ),
        )
    own_failed = run.trigger is TriggerKind.STEP or (
        run.id == context.run_id and context.job_status == "failure"
    )
    if run.failed_jobs or own_failed or not run.jobs_known:
        return None
    if run.cancelled_jobs:
        return _cancelled()
    return skip(
        "not-failed",
        Message(
            "No job of the run has failed so far. Start this job after all others, with the condition of"
            " Quick start in the README."
        ),
    )


def _cancelled() -> Verdict:
    return skip(
        "cancelled",
        Message(
            "A person or a newer run cancelled the run, and no job ran out of time. Re-run it to report it."
        ),
    )
