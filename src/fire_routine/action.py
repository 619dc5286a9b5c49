"""The action: settings → the story of one run (`story.py`) → report. Users never see a traceback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import fire, story
from .clock import REAL, Clock
from .github.client import GitHub
from .model.evidence import Verdict
from .model.outcome import Outcome, Result, Skip
from .model.reason import Reason
from .model.run import Note, TargetKind
from .policy import causes
from .redact import keep_out, redact_text
from .report.contents import Contents
from .report.notice import Section
from .report.pages import told, told_green
from .report.posting import post
from .report.reporting import report
from .report.workflow import Workflow
from .settings import PREFIX, SettingsError, context_of_run, read_context, read_settings
from .story import Environment, Progress


def run_action(environ: Mapping[str, str], workflow: Workflow | None = None, *, clock: Clock = REAL) -> int:
    """Report the failed run that the environment names; the step's exit code.

    Args:
        environ: the inputs and the runner's variables.
        workflow: where the report goes; None: to the runner, as the process's own environment names it.
        clock: a GitHub that never lags needs no pauses.
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
    github = GitHub(context.api_url, settings.github_token, context.repository, clock=clock, say=workflow.say)
    with github, fire.uninterruptible():  # the outcome of a fire is reported even while the job is cancelled
        environment = Environment(settings, context, own, github, workflow.say, clock)
        return _report(workflow, environment, story.run(environment))


def _report(workflow: Workflow, environment: Environment, progress: Progress) -> int:
    settings, evidence, log, past = environment.settings, progress.evidence, progress.log, progress.past

    brief = evidence.brief if evidence else None
    verdict = brief.verdict if brief else None
    if evidence and settings.dry_run and causes.is_untrusted(settings, evidence.run):
        brief = None  # whoever takes the text of a dry run relies on the same guard
        verdict = verdict and Verdict(verdict.whose)
    contents = Contents(
        progress.outcome,
        _clean,
        brief=brief,
        run=evidence.run if evidence else progress.run,
        failures=evidence.failures if evidence else (),
        notes=(*(evidence.notes if evidence else ()), *(log.notes if log else ()), *past.notes),
        max_sessions=settings.max_sessions,
        skip_label=next(iter(settings.skip_labels), ""),
        past=past,
        verdict=verdict,
    )
    return report(
        workflow,
        contents,
        temp=environment.context.temp,
        post=lambda: _post(environment, progress, contents),
    )


def _post(environment: Environment, progress: Progress, contents: Contents) -> Sequence[Note]:
    """Bring the comment and the issue up to date, where the inputs ask for them."""
    settings, run, verdict = environment.settings, contents.run, progress.verdict
    if run is None or not (settings.comment or settings.issue):
        return ()
    watched = run.target_kind is TargetKind.WORKFLOW_RUN
    is_green = watched and run.conclusion == "success"
    if is_green:
        text = told_green(run)
    elif progress.evidence:
        decided = verdict.reason if isinstance(verdict, Skip) else progress.outcome.reason
        untrusted = causes.is_untrusted(settings, run)
        text = told(contents, "" if decided is Reason.DRY_RUN else decided, untrusted=untrusted)
    else:
        text = ""
    if not text:
        return ()
    return post(
        environment.github.of(run.repository),
        run,
        Section.of(run, text, is_red=not is_green),
        progress.log.identity if progress.log else None,
        comment=settings.comment,
        issue=settings.issue,
    )


def _clean(line: str) -> str:
    return redact_text(line)[0]
