"""To fire or not: the guards first, then the election."""

from __future__ import annotations

from ..model import Brief, Run, Verdict
from ..settings import Context, Settings
from .election.election import Election
from .policy.guards import guards, skip


def decide(settings: Settings, context: Context, run: Run, brief: Brief, election: Election) -> Verdict:
    """Whether to fire. Where so, the fire is claimed, and `election.settle` must be given the outcome."""
    verdict = guards(settings, context, run)
    if settings.dry_run:
        verdict = verdict or election.preview(run, brief)
        would = "it would be sent."
        if verdict:
            end = "fail" if verdict.failed else "be skipped"
            would = f"it would {end} ({verdict.reason}): {verdict.message}"
        return skip("dry-run", f"dry-run is set, so nothing was sent. Without it, {would}")
    return verdict or election.claim(run, brief)
