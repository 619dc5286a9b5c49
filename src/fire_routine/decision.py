"""Whether to fire: the policies first, then the ledger, and the labels before and after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from . import policy
from .ledger import Ledger
from .model import Brief, Failure, Reason, Run, Verdict
from .settings import Context, Settings


def decide(
    settings: Settings,
    context: Context,
    run: Run,
    brief: Brief,
    ledger: Ledger,
    api: policy.FreshApi,
    failures: Sequence[Failure] = (),
    claimed: Callable[[], object] = lambda: None,
) -> Verdict:
    """Whether to fire. `ledger.settle` must be given the outcome, whether or not it is fired.

    `claimed` is called once the ledger allows the fire, before the labels are read for the last time.
    The labels are read again as the last thing before the fire, as the ledger may take half a minute.
    """

    limit = policy.limit_a_day(settings, run)
    if run.fired_for:
        verdict = policy.may_cause(run.fired_for, run, settings)
        if settings.dry_run:
            return not_sent(verdict or ledger.preview(run, brief, limit=limit))
        return verdict or ledger.claim(run, brief, limit=limit)

    def labelled() -> Verdict | None:
        return policy.labelled(api, run, settings.skip_labels, ledger.note)

    verdict = (
        policy.unfinished(run.status, rerun_first=settings.rerun_first)
        or policy.guards(settings, context, run)
        or policy.known_failures(failures)
        or labelled()
    )
    known = () if verdict else policy.known_entries(failures)  # those with which the failed jobs are re-run
    rerun = bool(known) and not settings.again and policy.can_be_rerun(run, ledger.note)
    trailers = frozenset[str]() if verdict else policy.trailing_sessions(api, run)
    if settings.dry_run:
        return not_sent(verdict or ledger.preview(run, brief, trailers=trailers, rerun=rerun, limit=limit))
    if verdict:
        return verdict
    verdict = ledger.claim(
        run,
        brief,
        trailers=trailers,
        before=lambda: None if settings.again else policy.stale(api, run),
        rerun=rerun,
        limit=limit,
    )
    if verdict.reason == Reason.RERUN and known:
        return replace(verdict, message=f"{policy.known_as(known)} {verdict.message}")
    if verdict.fire:
        claimed()
    return (verdict.fire and labelled()) or verdict


def not_sent(verdict: Verdict | None) -> Verdict:
    """What a dry run reports of the verdict; None: it would start a session."""
    would = "this would start a session."
    if verdict is not None:
        end = "fail" if verdict.failed else "be skipped"
        would = f"it would {end} (`{verdict.reason}`): {verdict.message}"
    return policy.skip(Reason.DRY_RUN, f"Nothing was sent. Without `dry-run`, {would}")
