"""The stage itself: the outcome goes to every place where people and later steps look."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..model.evidence import Brief
from ..model.outcome import Result
from ..model.run import Note
from ..sanitize import web_address
from .contents import Contents, heading
from .pages import MOST_NOTES, summary
from .workflow import Level, Workflow


def report(
    workflow: Workflow,
    contents: Contents,
    *,
    temp: Path | None = None,
    post: Callable[[], Sequence[Note]] = tuple,
) -> int:
    """Outputs, summary, a line for each note and the one annotation; returns the exit code.

    Args:
        post: brings comment and issue up to date; a note on what was impossible.
    """
    outcome, brief = contents.outcome, contents.brief
    notes = list(contents.notes)
    text_file = ""
    try:
        text_file = write_text(brief, temp) if brief else ""
    except OSError as error:
        notes.append(_unwritten(error))
    # Before the comment and the issue, which may take longer than the job has
    workflow.set_outputs(outputs(contents, text_file))
    notes.extend(post())
    for note in notes[:MOST_NOTES]:
        line = f"Unavailable: {note.what}: {note.why.rstrip('.')}. {note.advice}"
        workflow.say(contents.clean(line.rstrip()))
    workflow.add_summary(summary(replace(contents, notes=tuple(notes))))
    workflow.annotate(*annotation(replace(contents, notes=tuple(notes))))
    return exit_code(outcome.result)


def _unwritten(error: OSError) -> Note:
    why = error.strerror or "it can't be written"
    return Note("the file with the text", why, "Check that the runner's temporary folder is writable.")


def annotation(contents: Contents) -> tuple[Level, str]:
    """The step's one annotation: its level, and a line with what happened, what broke and where to look."""
    shown, outcome = heading(contents), contents.outcome
    parts = [contents.clean(line.strip()) for line in outcome.message.splitlines() if line.strip()]
    message = shown.sentence
    if parts and outcome.result is not Result.FIRED:
        message = f"{shown.sentence.partition(':')[0]}: {' '.join(parts)}"
    if outcome.session_url and outcome.session_url not in message:
        message = f"{message.rstrip('.')}: {outcome.session_url}"
    if contents.brief and contents.brief.cause:
        message = f"{message.rstrip('.')}. What broke: {contents.clean(contents.brief.cause)}"
    if outcome.result in (Result.FIRED, Result.SKIPPED):
        warned = shown.alert == "WARNING"
        return ("warning" if warned else "notice"), f"{message} {contents.missing}".rstrip()
    return "error", message


# --- for later steps ------------------------------------------------------------------------------


def outputs(contents: Contents, text_file: str) -> Mapping[str, str]:
    """The action's outputs by name; what there is not is empty."""
    outcome, brief, session = contents.outcome, contents.brief, contents.session
    state = session.state if session else None
    pull_request = session.pull_request.url if session and session.pull_request else ""
    details = {
        "http_status": outcome.http_status,
        "error_type": outcome.error_type,
        "request_id": outcome.request_id,
        "retry_after": outcome.retry_after,
    }
    return {
        "outcome": outcome.result.value,
        "reason": outcome.reason,
        "session-id": outcome.session_id,
        "session-url": outcome.session_url,
        "session-state": state.value if state else "",
        "pull-request-url": pull_request if web_address(pull_request) else "",
        "cause": brief.cause if brief else "",
        "verdict": contents.verdict.whose if contents.verdict else "",
        "fingerprint": brief.fingerprint.digest if brief else "",
        "text-file": text_file,
        "details": json.dumps({name: value for name, value in details.items() if value not in (None, "")}),
    }


def exit_code(result: Result) -> int:
    """1 where no session is known to have started though one should have."""
    return 1 if result in (Result.FAILED, Result.UNKNOWN) else 0


def write_text(brief: Brief, folder: Path | None) -> str:
    """The text in a new file of `folder` (the runner's temporary one, never the checkout): its path.

    Empty without a folder.

    Raises:
        OSError: the folder can't be written.
    """
    if folder is None:
        return ""
    descriptor, path = tempfile.mkstemp(prefix="fire-routine-", suffix=".md", dir=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(brief.text.encode("utf-8", "replace"))
    return path
