"""The whole story of the action: settings → first look at the ledger → gather → distill → compose → decide →
fire → report.

With `cli.py` and `demo.py` the only module that knows every stage. Anything that goes wrong is reported as an
outcome: nothing here raises, and users never see a traceback.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import TextIO

from . import compose, decide, distill, fire, gather
from .gather.api.client import GitHub
from .model import (
    Brief,
    Digest,
    FailedJob,
    Failure,
    GitHubError,
    Message,
    Note,
    Outcome,
    Result,
    Run,
    Trigger,
    TriggerKind,
    Verdict,
)
from .redact import redact_text
from .report import Contents, Workflow, report
from .settings import PREFIX, Context, Settings, SettingsError, read_context, read_settings

GATHERING = 90.0  # seconds for all that is asked of GitHub before the decision; what is late is left out
GREEN = 5.0  # seconds for the logs of the last green run: welcome, never waited for

Say = Callable[[str], None]
Sleep = Callable[[float], object]  # pauses for seconds


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the failed run, and the text made of it."""

    run: Run
    failures: tuple[Failure, ...]
    brief: Brief


@dataclass(slots=True)
class _Progress:
    """How far the story has come: what the report can show, wherever it ended."""

    outcome: Outcome
    run: Run | None = None  # as far as it was known before anything was gathered
    evidence: Evidence | None = None
    election: decide.Election | None = None
    firing: bool = False  # from here on a request may have been sent


def run_action(environ: Mapping[str, str], out: TextIO, *, sleep: Sleep = time.sleep) -> int:
    """Report the failed run that the environment names; the step's exit code.

    Args:
        sleep: the pauses of the election. A GitHub that never lags, such as the demo's, needs none.
    """
    workflow = Workflow(environ, out)
    for name in ("ROUTINE_TOKEN", "ROUTINE_URL", "GITHUB_TOKEN"):
        workflow.mask(environ.get(PREFIX + name, ""))
    try:
        settings, context = read_settings(environ), read_context(environ)
    except SettingsError as error:
        on_error = environ.get(f"{PREFIX}ON_ERROR", "").strip()
        outcome = Outcome(Result.FAILED, "invalid-input", error.message)
        return report(workflow, Contents(outcome, _clean), on_error="warn" if on_error == "warn" else "fail")
    github = GitHub(context.api_url, settings.github_token, context.repository, announce=workflow.say)
    with github, fire.uninterruptible():  # the outcome of a fire is reported even while the job is cancelled
        progress = _run_story(settings, context, github, workflow.say, sleep)
        return _report(workflow, settings, context, github, progress)


def _run_story(settings: Settings, context: Context, github: GitHub, say: Say, sleep: Sleep) -> _Progress:
    progress = _Progress(Outcome(Result.FAILED, "internal-error", ""))
    try:
        _story(settings, context, github, say, sleep, progress)
    except gather.GatherError as error:
        progress.outcome = Outcome(Result.FAILED, "no-run", error.message)
    except fire.Interrupted as interruption:
        progress.outcome = _ended_early(
            progress, "interrupted", Message("The job was cancelled ({signal})", signal=interruption)
        )
    except Exception as error:  # a fault of ours must not look like a failure of the user's
        fault = Message(
            "The action has a fault ({kind} in {place}; please report it). It ended",
            kind=type(error).__name__,
            place=_place(error),
        )
        progress.outcome = _ended_early(progress, "internal-error", fault)
    if progress.election is not None:
        progress.election.settle(progress.outcome)
    return progress


def _story(
    settings: Settings, context: Context, github: GitHub, say: Say, sleep: Sleep, progress: _Progress
) -> None:
    """Everything up to the outcome. The fire comes last and raises nothing itself."""
    verdict = decide.before_gathering(settings, context)
    if verdict is not None:
        progress.outcome = _declined(verdict)
        return
    trigger = gather.find_trigger(settings, context)
    with fire.interruptible():
        terms = decide.Terms(
            settings.once_per,
            settings.max_sessions,
            settings.rerun_first,
            timedelta(hours=settings.cool_down if settings.once_per == "incident" else 0),
            settings.routine_url,
            legs=context.job_total,
            default_token=context.default_token,
        )
        election = progress.election = decide.Election(github, terms, temp=context.temp, sleep=sleep, say=say)
        reported = gather.run_as_reported(trigger, context)
        if settings.rerun_first and reported and reported.conclusion == "success" and reported.attempt > 1:
            progress.run, verdict = reported, decide.passed(settings, reported, election)
        elif not settings.dry_run:  # that shows its text anyway
            progress.run, verdict = reported, _first_look(election, trigger, reported)
        if verdict is not None:
            progress.outcome = _declined(verdict)
            return
        say(f"Reading run {trigger.run_id} from GitHub …")

        def recall(run: Run, failures: Sequence[Failure]) -> Run:
            prints = [failure.fingerprint for failure in failures]
            again = settings.rerun_first and run.attempt > 1
            return replace(run, rerun=election.known_of(run, prints)) if again else run

        evidence = gather_evidence(github, trigger, settings, context, say, recall=recall)
        progress.evidence = evidence
        verdict = decide.decide(
            settings, context, evidence.run, evidence.brief, election, github, evidence.failures
        )
        if not verdict.fire:
            progress.outcome = _declined(verdict)
            return
        say(f"Firing the routine. {verdict.message}")
        progress.firing = True
        fired = fire.fire_once(settings, evidence.brief.text, announce=say)
        progress.outcome = replace(fired, session_number=verdict.session_number)


def _first_look(election: decide.Election, trigger: Trigger, run: Run | None) -> Verdict | None:
    """What the ledger shows of this attempt before anything is gathered."""
    return election.look_first(run, spread=trigger.kind is TriggerKind.STEP) if run and run.head_sha else None


def gather_evidence(
    github: GitHub,
    trigger: Trigger,
    settings: Settings,
    context: Context,
    say: Say,
    show: Say = lambda _state: None,
    recall: Callable[[Run, Sequence[Failure]], Run] = lambda run, _failures: run,
) -> Evidence:
    """From the run to the text: gather, distill, compose.

    `say` gets lines that stay, `show` the state of work that takes long. `recall` adds what the ledger knows.
    """
    deadline = time.monotonic() + GATHERING
    run = gather.gather_run(github, trigger, context, deadline)
    failed = _count(len(run.failed_jobs), "failed job")
    say(f"{_clean(run.workflow)}, run {run.id}, attempt {run.attempt}: {failed}")
    greens = gather.read_green_logs(github, run, distill.read_green, min(deadline, time.monotonic() + GREEN))

    reader, number = distill.Reader(), count(1)

    def consume(job: FailedJob, chunks: Iterator[bytes]) -> Digest:
        digest = reader.read(chunks, steps=job.steps, green=greens.get(job.id))
        show(f"Reading logs: {next(number)} of {len(run.failed_jobs)}")
        return digest

    digests, unread, cut = gather.read_logs(github, run, consume, deadline)
    run = gather.with_annotations(github, run, _unexplained(run, digests, cut), deadline)
    attachments, unattached = gather.read_attachments(settings.attach, context.workspace, distill.read)
    run = replace(run, notes=(*run.notes, *unread, *unattached))
    failures = compose.group(run.failed_jobs, digests, cut)
    failures, unusable = gather.mark_known(
        github, settings.known_failures, failures, attachments, deadline, distill.is_list
    )
    run = recall(run, failures)
    brief = compose.compose(
        run,
        failures,
        attachments,
        text=settings.text,
        max_characters=settings.max_characters,
        excerpt=distill.excerpt,
        server_url=context.server_url,
    )
    say(f"{_count(len(digests), 'log')} read, {_count(len(failures), 'distinct failure')},"
        f" a text of {brief.characters:,} characters")  # fmt: skip
    for known in dict.fromkeys(failure.known for failure in failures if failure.known):
        say(f"Known failure: {known.place} (action `{known.action}`)")
    return Evidence(replace(run, notes=(*run.notes, *unusable)), failures, brief)


def _unexplained(run: Run, digests: Mapping[int, Digest], cut: Collection[int]) -> frozenset[int]:
    """Ids of the failed jobs whose log is missing, is only there in part, or shows no error."""
    explained = (number for number, log in digests.items() if log.fingerprint and log.explained)
    return frozenset(job.id for job in run.failed_jobs).difference(set(explained).difference(cut))


def _report(
    workflow: Workflow, settings: Settings, context: Context, github: GitHub, progress: _Progress
) -> int:
    def post_comment(number: int, marker: str, body: str) -> Note | None:
        try:
            github.comment(number, marker, body)
        except GitHubError as error:
            needed = "pull-requests: write" if error.status in (403, 404) else ""
            return Note("the comment on the pull request", str(error), permission=needed)
        return None

    evidence = progress.evidence
    election = progress.election
    contents = Contents(
        progress.outcome,
        _clean,
        brief=evidence.brief if evidence else None,
        run=evidence.run if evidence else progress.run,
        failures=evidence.failures if evidence else (),
        notes=(*(evidence.run.notes if evidence else ()), *(election.notes if election else ())),
        max_sessions=settings.max_sessions,
    )
    return report(
        workflow,
        contents,
        temp=context.temp,
        on_error=settings.on_error,
        post_comment=post_comment if settings.comment and evidence else None,
    )


def _ended_early(progress: _Progress, reason: str, what: Message) -> Outcome:
    """The outcome where something came between: before the fire, or as `fire_once` begins or returns."""
    if progress.outcome.result is Result.FIRED:
        return progress.outcome
    if progress.firing:
        message = Message(
            "{what} while the routine was fired. A session may have started: look at https://claude.ai/code"
            " before you fire again.",
            what=what,
        )
        return Outcome(Result.UNKNOWN, reason, message)
    return Outcome(Result.FAILED, reason, Message("{what} before anything was sent.", what=what))


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


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _place(error: Exception) -> str:
    """The innermost function, for a report of the fault: never a value, which might be a secret."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_qualname if trace is not None else "?"
