"""The stage itself: the outcome goes to every place where people look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..model import Note, Outcome, Result
from .contents import Contents
from .headings import heading
from .job_summary import MOST_NOTES, summary
from .markdown import Clean
from .pull_request_comment import comment, marker
from .step_outputs import exit_code, outputs, write_text
from .workflow import Level, Workflow

PostComment = Callable[[int, str, str], Note | None]
"""Posts or updates (pull request number, marker, body); a note where that was impossible."""


def report(
    workflow: Workflow,
    contents: Contents,
    *,
    temp: Path | None = None,
    on_error: str = "fail",
    post_comment: PostComment | None = None,
) -> int:
    """Outputs, summary, comment, a line for each note and the one annotation; returns the exit code."""
    outcome, brief, run = contents.outcome, contents.brief, contents.run
    notes = list(contents.notes)
    text_file = ""
    try:
        text_file = write_text(brief, temp) if brief else ""
    except OSError as error:
        notes.append(_unwritten(error))
    # Before the comment, which may take longer than the job has
    workflow.set_outputs(outputs(outcome, brief, text_file, contents.session))
    if post_comment and run and run.pull_request and (body := comment(contents)):
        note = post_comment(run.pull_request.number, marker(run), body)
        notes.extend([note] if note else [])
    for note in notes[:MOST_NOTES]:
        line = f"Unavailable: {note.what}: {note.why.rstrip('.')}. {note.remedy}"
        workflow.say(contents.clean(line.rstrip()))
    workflow.add_summary(summary(replace(contents, notes=tuple(notes))))
    code = exit_code(outcome.result, on_error)
    workflow.annotate(*annotation(outcome, failing=code != 0, clean=contents.clean))
    return code


def _unwritten(error: OSError) -> Note:
    why = error.strerror or "it can't be written"
    return Note("the file with the text", why, "Check that the runner's temporary folder is writable.")


def annotation(outcome: Outcome, *, failing: bool, clean: Clean) -> tuple[Level, str]:
    """The step's one annotation: its level, and a line with what happened and where to look."""
    shown = heading(outcome)
    parts = [clean(line.strip()) for line in outcome.message.splitlines() if line.strip()]
    message = shown.sentence
    if parts and outcome.result is not Result.FIRED:
        message = f"{shown.sentence.partition(':')[0]}: {' '.join(parts)}"
    if outcome.session_url and outcome.session_url not in message:
        message = f"{message.rstrip('.')}: {outcome.session_url}"
    if outcome.result in (Result.FIRED, Result.SKIPPED):
        return ("warning" if shown.alert == "WARNING" else "notice"), message
    return ("error" if failing else "warning"), message
