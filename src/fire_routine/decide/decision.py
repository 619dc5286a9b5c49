"""To fire or not: the guards first, then the ledger."""

from __future__ import annotations

from ..model import Brief, Run, Verdict
from ..settings import Context, Settings
from .guards import guards, skip
from .ledger import Ledger


def decide(settings: Settings, context: Context, run: Run, brief: Brief, ledger: Ledger) -> Verdict:
    """Whether to fire. Where so, the fire is claimed, and `ledger.settle` must be given the outcome."""
    verdict = guards(settings, context, run)
    if settings.dry_run:
        verdict = verdict or ledger.look(run, brief)
        would = "it would be sent."
        if verdict:
            end = "fail" if verdict.failed else "be skipped"
            would = f"it would {end} ({verdict.reason}): {verdict.message}"
        return skip("dry-run", f"dry-run is set, so nothing was sent. Without it, {would}")
    return verdict or ledger.claim(run, brief)
