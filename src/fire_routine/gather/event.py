"""Which run to report, and the run as the runner's environment and the event's payload describe it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..github import fields, parse
from ..model.run import Commit, Origin, PullRequest, Run, Target, TargetKind, origin_in_payload
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


def is_own_run(target: Target, context: Context) -> bool:
    """Whether the run to report is the one that the action runs in."""
    return (target.repository, target.run_id) == (context.repository, context.run_id)


def run(target: Target, context: Context) -> tuple[Run, tuple[int, ...]] | None:
    """The run as far as it is described, and the pull requests that it names; None: it is not described."""
    finished = finished_run(context)
    if (target.repository, target.run_id) == (context.repository, finished.get("id")):
        try:
            return parse.run(finished, target.repository), parse.pull_request_numbers(finished)
        except (KeyError, TypeError, ValueError):
            pass
    return (_own_run(target, context), ()) if is_own_run(target, context) else None


def run_as_reported(target: Target, context: Context) -> Run | None:
    """The run as far as the runner and the event's payload describe it; None: they do not."""
    found = run(target, context)
    finished = finished_run(context)
    if found is None or (not is_own_run(target, context) and "head_repository" not in finished):
        return None  # or it is not stated whose code ran
    return replace(
        found[0],
        named_pull_requests=found[1],
        target_kind=target.kind,
        default_branch=found[0].default_branch or default_branch(context),
        origin_in_payload=origin(target, context),
    )


def default_branch(context: Context) -> str:
    value = fields.part(context.event, "repository").get("default_branch")
    return value if isinstance(value, str) else ""


def pull_request(context: Context) -> PullRequest | None:
    """The pull request that this run's event is about."""
    try:
        return parse.pull_request(context.event["pull_request"])
    except (KeyError, TypeError, ValueError):
        return None


def is_on_tag(run: Run, target: Target, context: Context) -> bool:
    """Whether `head_branch` names a tag.

    GitHub's API does not state it, but the runner does for its own run.
    """
    if is_own_run(target, context):
        return context.ref_type == "tag" and run.head_branch == context.ref_name
    return run.event == "release"


def origin(target: Target, context: Context) -> Origin | None:
    """What the own event's payload proves of the code that the run executed.

    None: nothing, or the run to report is another one.
    """
    if not is_own_run(target, context):
        return None
    return origin_in_payload(context.event_name, context.event, context.repository)


def _own_run(target: Target, context: Context) -> Run:
    pull = pull_request(context)
    sha = pull.head_sha if pull else context.sha
    # Without its payload, whose code a pull request's run executed is not known.
    repository = None if context.event_name == "pull_request" else context.repository
    head = fields.part(context.event, "head_commit")
    try:
        commit = parse.run_commit(head)
    except (KeyError, TypeError):
        commit = Commit(sha, url=f"{context.server_url}/{target.repository}/commit/{sha}")
    path = context.workflow_ref.partition("@")[0].removeprefix(f"{context.repository}/")
    return Run(
        repository=target.repository,
        id=target.run_id,
        attempt=target.attempt or context.run_attempt,
        workflow=context.workflow,
        workflow_id=0,
        workflow_path=path,
        event=context.event_name,
        status="in_progress",
        conclusion=None,
        head_branch=(pull.head_branch if pull else "") or context.head_ref or context.ref_name or None,
        head_sha=sha,
        head_repository=pull.head_repository if pull else repository,
        actor=context.actor,
        url=f"{context.server_url}/{target.repository}/actions/runs/{target.run_id}",
        created_at=None,
        target_kind=target.kind,
        commit=commit if commit.sha == sha else Commit(sha),
        pull_request=pull,
        default_branch=default_branch(context),
    )
