"""What keeps a failure from being fired at all, no matter what was fired before. Pure.

Each guard gives the `Skip` of the run, with its own reason and one line on how to change it; or
None.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..model.outcome import Skip
from ..model.reason import Reason
from ..model.run import RUN_FAILED, Origin, Run, TargetKind
from ..sanitize import code
from ..settings import Context, Settings
from .branch_filter import matches

# With these two GitHub runs the base repository's workflow with its secrets, fork or not.
_PRIVILEGED = ("pull_request_target", "workflow_run")
_NO_KEY = "Or `key` was empty: without one, a run is reported only if it failed."
_SECRETS = {"routine-url": "ROUTINE_FIRE_URL", "routine-token": "ROUTINE_FIRE_TOKEN"}


# --- before anything is asked of GitHub --------------------------------------------------------------


def before_gathering(settings: Settings, context: Context, run: Run | None) -> Skip | None:
    """What the inputs and the event alone decide. A dry run needs no secrets, and only a green run
    ends it here.

    `run`: as far as the runner and the event describe it; None: they do not.
    """
    too_early = unfinished(run.status if run else "", rerun_first=settings.rerun_first)
    if too_early:
        return too_early
    missing = [] if settings.dry_run else _missing(settings)
    if settings.key:
        return _without_secrets(missing, context, run) if missing else None
    if settings.dry_run:
        was_green = run and run.conclusion == "success" and run.attempt == 1
        return not_failed("success") if was_green else None
    if run and run.conclusion == "success" and run.attempt > 1:
        unwanted = _by_settings(settings, run)  # it may be a flake; to record it takes no secrets
        return not_failed(run.conclusion) if unwanted and not settings.rerun_first else unwanted
    if run and run.conclusion not in (None, *RUN_FAILED, "cancelled"):
        return not_failed(run.conclusion)
    if missing:
        return _without_secrets(missing, context, run)
    return _by_settings(settings, run, code_is_known=_describes_its_code(run)) if run else None


def _missing(settings: Settings) -> list[str]:
    secrets = {"routine-url": settings.routine_url, "routine-token": settings.routine_token}
    return [name for name, value in secrets.items() if not value]


def unfinished(status: str, *, rerun_first: bool) -> Skip | None:
    """Refuse `rerun-first` for a run that has not ended: GitHub can't re-run one.

    `status`: of the run, as GitHub words it; empty: not known yet.
    """
    if not rerun_first or status in ("", "completed"):
        return None
    return Skip(
        failed=True,
        reason=Reason.INVALID_INPUT,
        message="rerun-first: the run has not ended, so its jobs can't be re-run. Set it in a workflow of its"
        " own, which `workflow_run` starts with `types: [completed]` (examples/rerun-first.yml).",
    )


def _describes_its_code(run: Run) -> bool:
    """Whether it is known whose code ran: without its payload, a pull request's own run does not."""
    own = run.target_kind in (TargetKind.STEP, TargetKind.FINAL_JOB)
    return not own or run.event != "pull_request" or run.pull_request is not None


def _without_secrets(missing: Sequence[str], context: Context, run: Run | None) -> Skip:
    """Why there are no secrets; `missing`: the inputs that are empty."""
    if context.actor == "dependabot[bot]":
        return Skip(
            Reason.SECRETS_WITHHELD,
            "GitHub gives Dependabot's runs no Actions secrets. Save them as Dependabot secrets too"
            " (Settings → Secrets and variables → Dependabot).",
        )
    if run and run.origin is Origin.FORK and context.event_name not in _PRIVILEGED:
        return Skip(
            Reason.SECRETS_WITHHELD,
            "GitHub gives a fork's pull request no secrets. To report it, use a `workflow_run` workflow"
            " with `allow-forks: true`. Its log is untrusted: see Security in the README.",
        )
    secrets = " and ".join(_SECRETS[name] for name in missing)
    return Skip(
        failed=True,
        reason=Reason.MISSING_SECRETS,
        message=f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} empty. Save {secrets} under"
        " Settings → Secrets and variables → Actions, and pass them as `${{ secrets.… }}`. A reusable"
        " workflow needs `secrets: inherit`.",
    )


# --- once the run is known ----------------------------------------------------------------------------


def after_gathering(settings: Settings, context: Context, run: Run) -> Skip | None:
    """What the run as it was gathered decides."""
    return _not_failed(context, run) or _by_settings(settings, run)


def not_failed(conclusion: str | None) -> Skip:
    """A finished run, reported by a workflow of its own, that did not fail."""
    return Skip(
        Reason.NOT_FAILED,
        f"The run ended as {code(conclusion)}, so there is nothing to report. To spare the job, add"
        " `if: github.event.workflow_run.conclusion != 'success'`. To report this workflow's own jobs,"
        f" add `run-id: ${{{{ github.run_id }}}}`. {_NO_KEY}",
    )


def _by_settings(settings: Settings, run: Run, *, code_is_known: bool = True) -> Skip | None:
    """The guards that an input governs. `code_is_known`: whose code ran; else that is judged later."""
    if code_is_known and not settings.allow_forks and (skipped := untrusted(run)):
        return skipped
    branch = run.head_branch or ""
    if matches(branch, settings.skip_branches):
        return Skip(
            Reason.SKIP_BRANCHES,
            f"Branch {code(branch)} matches `skip-branches` ({code(', '.join(settings.skip_branches))})."
            " Change `skip-branches` to report it.",
        )
    return None


def untrusted(run: Run) -> Skip | None:
    """Skip the run unless people with write access wrote the code, or started the run themselves."""
    remedy = "To send its log anyway, set `allow-forks: true` (see Security in the README)."
    if run.origin is Origin.FORK:
        name = run.head_repository if run.from_fork else ""
        if run.pull_request and not run.from_fork:
            name = run.pull_request.head_repository
        fork = f"the fork {code(name)}" if name else "a fork"
        return Skip(
            Reason.UNTRUSTED_RUN, f"The code that ran is from {fork}, so its log is untrusted. {remedy}"
        )
    if run.origin is Origin.UNKNOWN:
        return Skip(
            Reason.UNTRUSTED_RUN,
            f"The event ({code(run.event or 'unknown')}) does not prove that people with write access wrote"
            f" the code that ran. {remedy}",
        )
    return None


def _not_failed(context: Context, run: Run) -> Skip | None:
    timed_out = any(job.conclusion == "timed_out" for job in run.failed_jobs)
    if run.conclusion == "cancelled" and not timed_out:
        return _cancelled()
    if run.conclusion is not None:
        if run.conclusion in (*RUN_FAILED, "cancelled"):
            return None
        return Skip(
            Reason.NOT_FAILED,
            f"The run ended as {code(run.conclusion)}, so there is nothing to report. Start this job only"
            f" after a failure: see Quick start in the README. {_NO_KEY}",
        )
    own_failed = run.target_kind is TargetKind.STEP or (
        run.id == context.run_id and context.job_status == "failure"
    )
    if run.failed_jobs or own_failed or not run.jobs_known:
        return None
    if run.cancelled_jobs:
        return _cancelled()
    return Skip(
        Reason.NOT_FAILED,
        "No job of the run has failed so far. Start this job after all others, with the condition of"
        f" Quick start in the README. {_NO_KEY}",
    )


def _cancelled() -> Skip:
    return Skip(
        Reason.CANCELLED,
        "A person or a newer run cancelled the run, and no job ran out of time. Re-run it to report it.",
    )
