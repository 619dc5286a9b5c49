"""The whole story of the action: settings → policy → first look → gather → distill → compose → decision →
fire → report.

`evidence.py` has the part from the run to the text. With it, `cli.py` and `demo.py` the only module that
knows several stages. Anything that goes wrong is reported as an outcome: nothing here raises, and users never
see a traceback.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from . import fire, gather, policy
from .clock import REAL, Clock
from .decision import decide, not_sent
from .evidence import Evidence, Say, gather_evidence
from .github.client import GitHub
from .ledger import Ledger, Terms
from .model import (
    EVENT_BRANCH,
    SESSION_BRANCH,
    Action,
    Failure,
    GitHubError,
    Note,
    Outcome,
    Past,
    Reason,
    Result,
    Run,
    SessionTrace,
    Trigger,
    TriggerKind,
    Verdict,
    fault_of,
)
from .redact import keep_out, redact_text
from .report import Contents, Workflow, report
from .sanitize import code
from .settings import (
    PREFIX,
    Context,
    Settings,
    SettingsError,
    context_of_run,
    read_context,
    read_settings,
)
from .threads import result, threads

TRACES = 15.0  # seconds for what became of earlier sessions


@dataclass(slots=True)
class _Progress:
    """How far the story has come: what the report can show, wherever it ended."""

    outcome: Outcome
    run: Run | None = None  # as far as it was known before anything was gathered
    evidence: Evidence | None = None
    ledger: Ledger | None = None
    firing: bool = False  # from here on a request may have been sent


def run_action(environ: Mapping[str, str], workflow: Workflow | None = None, *, clock: Clock = REAL) -> int:
    """Report the failed run that the environment names; the step's exit code.

    Args:
        environ: the inputs and the runner's variables.
        workflow: where the report goes; None: to the runner, as the process's own environment names it.
        clock: its pauses are those of the decision and of the fire. A GitHub that never lags needs none.
    """
    workflow = workflow or Workflow()
    own_secrets = [
        environ.get(PREFIX + name, "") for name in ("ROUTINE_TOKEN", "ROUTINE_URL", "GITHUB_TOKEN")
    ]
    keep_out(*own_secrets)
    for secret in own_secrets:
        workflow.mask(secret)
    try:
        settings, own = read_settings(environ), read_context(environ)
        context = context_of_run(settings, own)
    except SettingsError as error:
        outcome = Outcome(Result.FAILED, Reason.INVALID_INPUT, str(error))
        return report(workflow, Contents(outcome, _clean))
    github = GitHub(context.api_url, settings.github_token, context.repository, announce=workflow.say)
    with github, fire.uninterruptible():  # the outcome of a fire is reported even while the job is cancelled
        progress = _run_story(settings, context, own, github, workflow.say, clock)
        return _report(workflow, settings, context, github, progress)


def _run_story(
    settings: Settings, context: Context, own: Context, github: GitHub, say: Say, clock: Clock
) -> _Progress:
    """`context`: of the run to report; `own`: of the one that this runs in, which differs with an address."""
    progress = _Progress(Outcome(Result.FAILED, Reason.INTERNAL_ERROR, ""))
    try:
        _story(settings, context, own, github, say, clock, progress)
    except gather.GatherError as error:
        progress.outcome = Outcome(Result.FAILED, Reason.NO_RUN, error.message)
    except fire.Interrupted as interruption:
        progress.outcome = _ended_early(
            progress, Reason.INTERRUPTED, f"The job was cancelled ({interruption})"
        )
    except Exception as error:  # a fault of ours must not look like a failure of the user's
        fault = f"The action has a fault ({code(fault_of(error))}; please report it). It ended"
        progress.outcome = _ended_early(progress, Reason.INTERNAL_ERROR, fault)
    if progress.ledger is not None:
        progress.ledger.settle(progress.outcome)
    return progress


def _story(
    settings: Settings,
    context: Context,
    own: Context,
    github: GitHub,
    say: Say,
    clock: Clock,
    progress: _Progress,
) -> None:
    """Everything up to the outcome. The fire comes last and raises nothing itself."""
    trigger = gather.find_trigger(settings, context)
    reported = gather.run_as_reported(trigger, context)
    verdict = policy.before_gathering(settings, context, reported)
    if verdict is not None:
        progress.outcome = _declined(verdict)
        return
    with fire.interruptible():
        ledger = progress.ledger = Ledger(
            github,
            _terms(settings, context, own, github),
            temp=context.temp,
            clock=clock,
            say=say,
            trace=partial(_traces, github, EVENT_BRANCH if settings.key else SESSION_BRANCH),
        )
        progress.run, verdict = reported, _before_gathering(settings, github, ledger, trigger, reported)
        if verdict is not None:
            progress.outcome = _declined(verdict)
            return
        say(f"Reading run {trigger.run_id} from GitHub …")
        with threads(1, "ledger") as pool:
            found = pool.submit(ledger.find)
            evidence = progress.evidence = gather_evidence(
                github, trigger, settings, context, say, recall=partial(_with_rerun, ledger, settings)
            )
            result(found)
        with threads(1, "context") as pool:
            asked: list[Future[Evidence]] = []

            def ask() -> None:
                asked.append(pool.submit(evidence.with_context, github))

            verdict = decide(
                settings, context, evidence.run, evidence.brief, ledger, github, evidence.failures, ask
            )
            if settings.dry_run:
                ask()
            if asked:
                progress.evidence = result(asked[0])
                evidence = progress.evidence
        past = ledger.past
        if (verdict.fire or settings.dry_run) and (past.sessions or past.seen):
            evidence = progress.evidence = evidence.with_past(past)
        if not verdict.fire:
            progress.outcome = _declined(verdict)
            return
        say(f"Firing the routine. {verdict.message}")
        progress.firing = True
        fired = fire.fire_once(settings, evidence.brief.text, clock=clock, announce=say)
        progress.outcome = replace(fired, session_number=verdict.session_number)


def _terms(settings: Settings, context: Context, own: Context, github: GitHub) -> Terms:
    """What the ledger needs of the inputs.

    Raises:
        GatherError: with `again`, GitHub does not say when the run was created that asks.
    """
    asked = None
    if settings.again:
        try:
            asked = github.of(own.repository).run(own.run_id or 0, None)[0].created_at
        except GitHubError as error:
            raise gather.GatherError(
                f"again: GitHub does not state when this run was created ({code(error)}). Nothing was sent."
                " Run it again later, with `actions: read`."
            ) from None
    return Terms(
        max_sessions=settings.max_sessions,
        daily_limit=settings.daily_limit,
        for_key=bool(settings.key),
        rerun_first=settings.rerun_first and not settings.again,
        cool_down=timedelta(hours=settings.cool_down),
        again_since=asked,
        place=settings.ledger_commit,
        routine_url=settings.routine_url,
        legs=context.job_total,
        default_token=context.default_token,
        elsewhere=context is not own,
    )


def _before_gathering(
    settings: Settings, github: GitHub, ledger: Ledger, trigger: Trigger, run: Run | None
) -> Verdict | None:
    """What one or two requests show against a fire. A dry run shows its text, no matter what."""
    if run and run.conclusion == "success" and run.attempt > 1:
        flake = ledger.record_flake(run, write=not settings.dry_run) or policy.not_failed(run.conclusion)
        return not_sent(flake) if settings.dry_run else flake
    if settings.dry_run or not run or not run.head_sha:
        return None
    # Of final jobs there is one, so what such a look would save is not worth its request.
    verdict = ledger.look_first(run) if trigger.kind is TriggerKind.STEP else None
    return verdict or (policy.stale(github, run) if run.default_branch and not settings.again else None)


def _with_rerun(ledger: Ledger, settings: Settings, run: Run, failures: Sequence[Failure]) -> Run:
    """The run with what the ledger knows of its attempt before, if that one may have been re-run for us."""
    by_entry = any(one.known and one.known.action is Action.RERUN for one in failures)
    if run.attempt == 1 or not (settings.rerun_first or by_entry):
        return run
    return replace(run, rerun=ledger.known_of(run, [one.fingerprint for one in failures]))


def _traces(
    github: GitHub, prefix: str, runs: Collection[int], since: datetime | None
) -> tuple[Mapping[int, SessionTrace], Sequence[Note]]:
    from .github.traces import session_traces  # a first failure needs none

    timely = github.within(github.clock.monotonic() + TRACES).sparing()
    return session_traces(timely, runs, since=since, prefixes=(prefix,))


def _report(
    workflow: Workflow, settings: Settings, context: Context, github: GitHub, progress: _Progress
) -> int:
    def post_comment(number: int, marker: str, body: str) -> Note | None:
        try:
            github.comment(number, marker, body, ledger.identity if ledger else None)
        except GitHubError as error:
            event = evidence.run.fired_for if evidence else None
            what = "issue" if event and not event.on_pull_request else "pull request"
            needed = f"{what.replace(' ', '-')}s: write" if error.status in (403, 404) else ""
            return Note(f"the comment on the {what}", str(error), permission=needed)
        return None

    evidence, ledger = progress.evidence, progress.ledger
    past = ledger.past if ledger else Past()
    brief = evidence.brief if evidence else None
    if evidence and settings.dry_run and _is_untrusted(settings, evidence.run):
        brief = None  # whoever takes the text of a dry run relies on the same guard
    contents = Contents(
        progress.outcome,
        _clean,
        brief=brief,
        run=evidence.run if evidence else progress.run,
        failures=evidence.failures if evidence else (),
        notes=(*(evidence.notes if evidence else ()), *(ledger.notes if ledger else ()), *past.notes),
        max_sessions=settings.max_sessions,
        skip_label=next(iter(settings.skip_labels), ""),
        past=past,
    )
    return report(
        workflow,
        contents,
        temp=context.temp,
        post_comment=post_comment if settings.comment and evidence else None,
    )


def _is_untrusted(settings: Settings, run: Run) -> bool:
    if run.fired_for:
        return policy.may_cause(run.fired_for, run, settings) is not None
    return not settings.allow_forks and policy.untrusted(run) is not None


def _ended_early(progress: _Progress, reason: Reason, what: str) -> Outcome:
    """The outcome of a story that was cut short: before the fire, or as `fire_once` begins or returns."""
    if progress.outcome.result is Result.FIRED:
        return progress.outcome
    if progress.firing:
        return Outcome(Result.UNKNOWN, reason, f"{what} while the routine was fired. {fire.CHECK}")
    return Outcome(Result.FAILED, reason, f"{what} before anything was sent.")


def _declined(verdict: Verdict) -> Outcome:
    return Outcome(
        Result.FAILED if verdict.failed else Result.SKIPPED,
        verdict.reason,
        verdict.message,
        session_id=verdict.session_id,
        session_url=verdict.session_url,
    )


def _clean(line: str) -> str:
    return redact_text(line)[0]
