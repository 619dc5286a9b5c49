"""To fire or not: the guards first, then the election."""

from __future__ import annotations

from ..model import Brief, Message, Run, Verdict
from ..settings import Context, Settings
from .election.election import Election
from .policy.guards import guards, skip


def decide(settings: Settings, context: Context, run: Run, brief: Brief, election: Election) -> Verdict:
    """Whether to fire. Where so, the fire is claimed, and `election.settle` must be given the outcome."""
    verdict = guards(settings, context, run)
    if settings.dry_run:
        verdict = verdict or election.preview(run, brief)
        return skip("dry-run", Message("Nothing was sent. {would}", would=_without_dry_run(verdict)))
    return verdict or election.claim(run, brief)


def _without_dry_run(verdict: Verdict | None) -> Message:
    if verdict is None:
        return Message("Without `dry-run`, this would start a session.")
    end = Message("fail") if verdict.failed else Message("be skipped")
    return Message(
        "Without `dry-run`, it would {end} (`{reason}`): {message}",
        end=end,
        reason=verdict.reason,
        message=verdict.message,
    )
