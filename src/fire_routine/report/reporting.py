"""The stage itself: what became of it goes to every place where people look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ..model import Brief, Failure, Note, Outcome, Result, Run
from .job_summary import MAX_NOTES, Clean, summary
from .pull_request_comment import MARKER, comment
from .step_outputs import exit_code, outputs, write_text
from .workflow import Level, Workflow

PostComment = Callable[[int, str, str], Note | None]
"""Posts or updates (pull request number, marker, body); a note where that could not be done."""


def report(
    workflow: Workflow,
    outcome: Outcome,
    *,
    brief: Brief | None = None,
    run: Run | None = None,
    failures: Sequence[Failure] = (),
    notes: Sequence[Note] = (),
    temp: Path | None = None,
    on_error: str = "fail",
    post_comment: PostComment | None = None,
    clean: Clean,
) -> int:
    """Outputs, summary, comment, a line for each note and the one annotation; returns the exit code."""
    said = list(notes)
    text_file = ""
    try:
        text_file = write_text(brief, temp) if brief else ""
    except OSError as error:
        said.append(Note("the text's file", error.strerror or "it can't be written"))
    workflow.set_outputs(outputs(outcome, brief, text_file))  # a comment may take longer than the job has
    if post_comment and run and run.pull_request and (body := comment(outcome, run, clean=clean)):
        note = post_comment(run.pull_request.number, MARKER, body)
        said.extend([note] if note else [])
    for note in said[:MAX_NOTES]:
        workflow.say(clean(f"left out: {note.what}: {note.why.rstrip('.')}. {note.remedy}".rstrip()))
    workflow.add_summary(summary(outcome, brief, run, failures, said, clean=clean))
    code = exit_code(outcome.result, on_error)
    workflow.annotate(*annotation(outcome, failing=code != 0, clean=clean))
    return code


def annotation(outcome: Outcome, *, failing: bool, clean: Clean) -> tuple[Level, str]:
    """The step's one annotation: its level, and a line that says what happened and where to look."""
    message = "; ".join(clean(line.strip()) for line in outcome.message.splitlines() if line.strip())
    message = message or outcome.reason or outcome.result.value
    if outcome.session_url and outcome.session_url not in message:
        message = f"{message}: {outcome.session_url}"
    if outcome.result in (Result.FIRED, Result.SKIPPED):
        return "notice", message
    return ("error" if failing else "warning"), message
