"""The run as the runner's environment and the event's payload describe it, without any request. Pure."""

from __future__ import annotations

from dataclasses import replace

from ..github import fields, parse
from ..model.run import Commit, Origin, PullRequest, Run, Target, origin_in_payload
from ..settings import Context
from .event_source import finished_run


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
