"""Whether to fire: the guards first, then the election, and the labels before and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..model import Brief, Failure, Message, Run, Verdict
from ..settings import Context, Settings
from .election.election import Election
from .ledger.status_api import StatusApi
from .policy.guards import guards, not_failed, skip
from .policy.known_failures import can_be_rerun, known_as, known_entries, known_failures
from .policy.labels import labelled
from .policy.preflight import unfinished


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
    verdict = (
        unfinished(run.status, rerun_first=settings.rerun_first)
        or guards(settings, context, run)
        or known_failures(failures)
    )
    verdict = verdict or labelled(api, run, settings.skip_labels, election.note)
    known = () if verdict else known_entries(failures)  # those with which the failed jobs are re-run
    rerun = bool(known) and can_be_rerun(run, election.note)
    if settings.dry_run:
        verdict = verdict or election.preview(run, brief, rerun=rerun)
        return skip("dry-run", Message("Nothing was sent. {would}", would=_without_dry_run(verdict)))
    verdict = verdict or election.claim(run, brief, rerun=rerun)
    if verdict.reason == "rerun" and known:
        message = Message("{known} {message}", known=known_as(known), message=verdict.message)
        return replace(verdict, message=message)
    if verdict.fire:
        return labelled(api, run, settings.skip_labels, election.note) or verdict
    return verdict


def passed(settings: Settings, run: Run, election: Election) -> Verdict:
    """What becomes of a run that was green in a later attempt: nothing is fired, and a flake is recorded."""
    verdict = election.record_flake(run, write=not settings.dry_run) or not_failed(run.conclusion)
    if settings.dry_run:
        return skip("dry-run", Message("Nothing was sent. {would}", would=_without_dry_run(verdict)))
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
