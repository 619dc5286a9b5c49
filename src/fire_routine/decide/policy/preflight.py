"""What the inputs and the event alone decide, before anything is asked of GitHub. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...model import RUN_FAILED, Message, Origin, Verdict, origin_in_payload, origin_of
from ...settings import Context, Settings
from .guards import Subject, by_settings, not_failed, skip

# With these two GitHub runs the base repository's workflow with its secrets, fork or not.
_PRIVILEGED = ("pull_request_target", "workflow_run")
_SECRETS = {"routine-url": "ROUTINE_FIRE_URL", "routine-token": "ROUTINE_FIRE_TOKEN"}


def before_gathering(settings: Settings, context: Context) -> Verdict | None:
    """What the inputs and the event alone decide. A dry run needs no secrets and is never ended here."""
    subject = _subject(settings.run_id, context)
    too_early = unfinished(_status(settings.run_id, context), rerun_first=settings.rerun_first)
    if too_early or settings.dry_run:
        return too_early
    ended = None
    if subject and subject.conclusion == "success" and subject.attempt > 1:
        unwanted = by_settings(settings, subject)  # it may be a flake; to record it takes no secrets
        return not_failed(subject.conclusion) if unwanted and not settings.rerun_first else unwanted
    if subject and subject.conclusion not in (None, *RUN_FAILED, "cancelled"):
        ended = not_failed(subject.conclusion)
    secrets = {"routine-url": settings.routine_url, "routine-token": settings.routine_token}
    if not ended and (missing := [name for name, value in secrets.items() if not value]):
        return _without_secrets(missing, context, subject)
    return ended or (by_settings(settings, subject) if subject else None)


def unfinished(status: str, *, rerun_first: bool) -> Verdict | None:
    """Refuse `rerun-first` for a run that has not ended: GitHub can't re-run one.

    `status`: of the run, as GitHub words it; empty: not known yet.
    """
    if not rerun_first or status in ("", "completed"):
        return None
    return Verdict(
        fire=False,
        failed=True,
        reason="invalid-input",
        message=Message(
            "rerun-first: the run has not ended, so its jobs can't be re-run. Set it in a workflow of its"
            " own, which `workflow_run` starts with `types: [completed]` (examples/rerun-first.yml)."
        ),
    )


def _status(run_id: int | None, context: Context) -> str:
    """The status of the run to report, as far as the event shows it."""
    if context.event_name == "workflow_run" and run_id is None:
        status = _mapping(context.event, "workflow_run").get("status")
        return status if isinstance(status, str) else ""
    return "in_progress" if run_id in (None, context.run_id) else ""


def _without_secrets(missing: Sequence[str], context: Context, subject: Subject | None) -> Verdict:
    """Why there are no secrets; `missing`: the inputs that are empty."""
    if context.actor == "dependabot[bot]":
        return skip(
            "dependabot-without-secrets",
            Message(
                "GitHub gives Dependabot's runs no Actions secrets. Save them as Dependabot secrets too"
                " (Settings → Secrets and variables → Dependabot)."
            ),
        )
    if subject and subject.origin is Origin.FORK and context.event_name not in _PRIVILEGED:
        return skip(
            "fork-without-secrets",
            Message(
                "GitHub gives a fork's pull request no secrets. To report it, use a `workflow_run` workflow"
                " with `allow-forks: true`. Its log is untrusted: see Security in the README."
            ),
        )
    inputs = " and ".join(missing)
    secrets = " and ".join(_SECRETS[name] for name in missing)
    verb = "is" if len(missing) == 1 else "are"
    return Verdict(
        fire=False,
        failed=True,
        reason="missing-secrets",
        message=Message(
            "{inputs} {verb} empty. Save {secrets} under Settings → Secrets and variables → Actions, and pass"
            " them as `${{{{ secrets.… }}}}`. A reusable workflow needs `secrets: inherit`.",
            inputs=inputs,
            verb=verb,
            secrets=secrets,
        ),
    )


def _subject(run_id: int | None, context: Context) -> Subject | None:
    """The reported run as far as the event describes it; None where it is another one."""
    finished = _mapping(context.event, "workflow_run")
    if context.event_name == "workflow_run" and run_id in (None, finished.get("id")):
        return _of_finished(finished, context)
    if run_id not in (None, context.run_id):
        return None
    head = _mapping(context.event, "pull_request", "head")
    head_repository = _name(_mapping(head, "repo")) if head else context.repository
    proven = origin_in_payload(context.event_name, context.event, context.repository)
    return Subject(
        event=context.event_name,
        origin=origin_of(context.event_name, context.repository, head_repository, proven),
        head_repository=None if context.event_name == "workflow_run" else head_repository,
        branch=context.head_ref or context.ref_name,
        attempt=context.run_attempt,
    )


def _of_finished(finished: Mapping[str, Any], context: Context) -> Subject | None:
    attempt, conclusion = finished.get("run_attempt"), finished.get("conclusion")
    if not isinstance(attempt, int) or "head_repository" not in finished:
        return None
    event, head_repository = str(finished.get("event") or ""), _name(_mapping(finished, "head_repository"))
    return Subject(
        event=event,
        origin=origin_of(event, context.repository, head_repository),
        head_repository=head_repository,
        branch=str(finished.get("head_branch") or ""),
        attempt=attempt,
        conclusion=conclusion if isinstance(conclusion, str) else None,
    )


def _mapping(value: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for key in path:
        inner = value.get(key)
        value = inner if isinstance(inner, Mapping) else {}
    return value


def _name(repository: Mapping[str, Any]) -> str | None:
    name = repository.get("full_name")
    return name if isinstance(name, str) else None
