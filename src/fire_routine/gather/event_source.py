"""Which run to report. Pure: it reads the settings and the runner's environment, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model.run import Target, TargetKind
from ..settings import Context, Settings


class GatherError(Exception):
    """There is no run to report. `message`: one line, naming the input and the remedy."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def find_target(settings: Settings, context: Context) -> Target:
    """The `run-id` input's run, else the finished run of a `workflow_run` event, else this run.

    With `key`, it is this run, whatever its event.

    For this run, `job.status` distinguishes STEP and FINAL_JOB. Not every runner sets it, so the own job's
    steps do so again when the jobs are listed (`Run.target_kind`).

    Raises:
        GatherError: there is no run.
    """
    if not context.repository:
        raise GatherError("GITHUB_REPOSITORY is not set: run this in a workflow, or give a run's address.")
    if settings.run_id is not None:
        named = settings.run_id
        number, stated = (named, None) if isinstance(named, int) else (named.id, named.attempt)
        own = context.run_attempt if number == context.run_id else None
        return Target(TargetKind.RUN_ID, context.repository, number, stated or own)
    if settings.key:
        return _own(TargetKind.EVENT, context)
    if context.event_name == "workflow_run":
        finished = finished_run(context)
        run_id, attempt = finished.get("id"), finished.get("run_attempt")
        if not isinstance(run_id, int):
            raise GatherError("run-id: the `workflow_run` event names no run. Give its number as `run-id`.")
        return Target(
            TargetKind.WORKFLOW_RUN,
            context.repository,
            run_id,
            attempt if isinstance(attempt, int) else None,
        )
    return _own(TargetKind.STEP if context.job_status == "failure" else TargetKind.FINAL_JOB, context)


def _own(kind: TargetKind, context: Context) -> Target:
    """This run."""
    if context.run_id is None:
        raise GatherError("run-id: GITHUB_RUN_ID is not set. Run this in a workflow, or give a run's number.")
    return Target(kind, context.repository, context.run_id, context.run_attempt)


def finished_run(context: Context) -> Mapping[str, Any]:
    """The run that a `workflow_run` event is about; empty if there is none."""
    payload = context.event.get("workflow_run")
    return payload if isinstance(payload, Mapping) else {}
