"""To fire or not: the guards first, then the election, and the labels before and after it."""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Brief, Failure, Message, Run, Verdict
from ..settings import Context, Settings
from .election.election import Election
from .ledger.status_api import StatusApi
from .policy.guards import guards, skip
from .policy.known_failures import known_failures
from .policy.labels import labelled


def decide(
    settings: Settings,
    context: Context,
    run: Run,
    brief: Brief,
    election: Election,
    api: StatusApi,
    failures: Sequence[Failure] = (),
) -> Verdict:
    """Whether to fire. `election.settle` must be given the outcome, whether or not it is fired.

    An election may take half a minute, so the labels are read again as the last thing before the fire.
    """
    verdict = guards(settings, context, run) or known_failures(failures)
    verdict = verdict or labelled(api, run, settings.skip_labels, election.note)
    if settings.dry_run:
        verdict = verdict or election.preview(run, brief)
        return skip("dry-run", Message("Nothing was sent. {would}", would=_without_dry_run(verdict)))
    verdict = verdict or election.claim(run, brief)
    if verdict.fire:
        return labelled(api, run, settings.skip_labels, election.note) or verdict
    return verdict


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
