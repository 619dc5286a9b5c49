"""The job summary: the outcome, what broke, what was unavailable, and the text in a fold."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from ..model import Outcome, Result, Run
from ..sanitize import inline, prose, verbatim
from .contents import Contents
from .failures import blocks, counted, title
from .headings import heading
from .markdown import NAME, alert, capital, fold, named_link, rendered, sentence, size, worded_link
from .sessions import sessions

# Bytes of one step's summary, without the newline that is added. GitHub rejects a longer one as a whole:
# https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
LIMIT = 1024 * 1024 - 1
MOST_NOTES = 30
MOST_LINES = 15  # of the outcome's message: one line per invalid input
MOST_FILES = 10
# Blocks of failures, and jobs in the fold of each, from the most to the least: the first that fits is taken.
_DETAIL = ((10, 256), (10, 50), (10, 0), (3, 0), (1, 0))
_SHARE = 0.6  # of the limit for everything above the text

# What the recommended job has. A block that names some permissions takes all others away, so it names all.
PERMISSIONS = {
    "actions": "read",
    "checks": "read",
    "contents": "read",
    "pull-requests": "read",
    "statuses": "write",
}


def summary(contents: Contents, limit: int = LIMIT) -> str:
    """The summary in Markdown, at most `limit` bytes of UTF-8."""
    head = ""
    for most, folded_jobs in _DETAIL:
        head = "\n\n".join(_head(contents, most, folded_jobs))
        if size(head) <= limit * _SHARE:
            break
    else:
        head = _first_paragraphs(head, limit * 9 // 10)
    text = _text(contents, limit - size(head) - 2)
    return f"{head}\n\n{text}" if text else head


def _head(contents: Contents, most: int, folded_jobs: int) -> Iterator[str]:
    shown = heading(contents.outcome)
    yield f"### {shown.line}"
    yield alert(shown.alert, list(_outcome(contents)) or [shown.sentence])
    if failed := title(contents):
        yield f"#### {failed}"
        yield from blocks(contents, most, folded_jobs)
    yield from _files(contents)
    yield from _unavailable(contents)
    yield from _redactions(contents)


def _first_paragraphs(head: str, limit: int) -> str:
    """As many whole paragraphs from the start as fit. A cut fold is left out."""
    kept = ""
    for paragraph in head.split("\n\n"):
        longer = f"{kept}\n\n{paragraph}" if kept else paragraph
        if size(longer) > limit or paragraph.startswith(("<details", "`")):
            break
        kept = longer
    return kept


# --- the alert ----------------------------------------------------------------------------------


def _outcome(contents: Contents) -> Iterator[str]:
    outcome = contents.outcome
    first = [session_link(outcome), session_number(contents), retries(outcome)]
    if any(first):
        yield " · ".join(filter(None, first))
    if outcome.result is not Result.FIRED:
        yield from rendered(outcome.message, contents.clean)[:MOST_LINES]
    yield from sessions(contents)
    if contents.run:
        yield where(contents, contents.run)
    if outcome.reason and not contents.dry_run:
        yield f"Reason: {inline(outcome.reason, NAME)}"


def session_link(outcome: Outcome) -> str:
    """The session's link. Its words name the host, so that they can't promise another place."""
    host = urlsplit(outcome.session_url).hostname or ""
    which = "earlier session" if outcome.result is Result.SKIPPED else "session"
    linked = worded_link(f"Open the {which} on {host}", outcome.session_url)
    return f"**{linked}**" if linked else ""


def session_number(contents: Contents) -> str:
    number = contents.outcome.session_number
    if not number:
        return ""
    most = f" of at most {contents.max_sessions}" if contents.max_sessions else ""
    return f"session {number}{most} in this incident"


def retries(outcome: Outcome) -> str:
    """ "after 2 retries (503)"; empty where the first attempt was the last."""
    if not outcome.retried:
        return ""
    causes = ", ".join(dict.fromkeys(prose(cause, NAME) for cause in outcome.retried))
    number = len(outcome.retried)
    return f"after {number} {'retry' if number == 1 else 'retries'} ({causes})"


def where(contents: Contents, run: Run) -> str:
    """The reported run, its branch and commit, and its pull request."""
    number = f" #{run.number}" if run.number else f" {run.id}"
    again = f", attempt {run.attempt}" if run.attempt > 1 else ""
    workflow = named_link(f"{run.workflow}{number}", run.url, contents.clean) + again
    branch = f"{inline(contents.clean(run.head_branch), NAME)} @ " if run.head_branch else ""
    commit = named_link(run.head_sha[:7], run.commit.url if run.commit else "", contents.clean)
    parts = [workflow, branch + commit]
    if pull := run.pull_request:
        linked = worded_link(f"pull request #{pull.number}", pull.url) or f"pull request {pull.number}"
        parts.append(f"{linked} {prose(contents.clean(pull.title), NAME)}".rstrip())
    return " · ".join(parts)


# --- below the failures -------------------------------------------------------------------------


def _files(contents: Contents) -> Iterator[str]:
    files = contents.brief.named_files if contents.brief else ()
    if not files:
        return
    shown = [f"{inline(file.path, NAME)} +{file.additions} −{file.deletions}" for file in files[:MOST_FILES]]
    more = f" and {len(files) - MOST_FILES} more" if len(files) > MOST_FILES else ""
    yield f"**Changed files that the log names:** {', '.join(shown)}{more}"


def _unavailable(contents: Contents) -> Iterator[str]:
    notes = list(dict.fromkeys(contents.notes))
    if not notes:
        return
    lines = []
    for note in notes[:MOST_NOTES]:
        what = prose(contents.clean(note.what), 300)
        why = sentence(note.why, contents.clean)
        remedy = "" if note.permission else capital(sentence(note.remedy, contents.clean))
        lines.append(f"- {capital(what)}: {why} {remedy}".rstrip())
    if len(notes) > MOST_NOTES:
        lines.append(f"- … and {len(notes) - MOST_NOTES} more")
    yield "**Unavailable**\n\n" + "\n".join(lines)
    if block := permissions_block([note.permission for note in notes]):
        yield f"Give the job that runs this action these permissions:\n\n{block}"


def permissions_block(missing: list[str]) -> str:
    """All that the action needs, to be pasted; empty where no permission is missing."""
    wanted = dict(PERMISSIONS)
    for permission in filter(None, missing):
        name, _, level = permission.partition(": ")
        wanted[name] = "write" if "write" in (level, wanted.get(name)) else level
    lines = [f"  {name}: {level}" for name, level in sorted(wanted.items())]
    return verbatim("\n".join(["permissions:", *lines]), "yaml") if any(missing) else ""


def _redactions(contents: Contents) -> Iterator[str]:
    redactions = contents.brief.redactions if contents.brief else {}
    counts = [f"{count} × {inline(kind, NAME)}" for kind, count in sorted(redactions.items()) if count]
    if counts:
        yield f"**Redacted in the text:** {', '.join(counts)}"


# --- the text -----------------------------------------------------------------------------------


def _text(contents: Contents, room: int) -> str:
    """The text in a fold, in a fence of its own, cut to `room` bytes; empty where there is none."""
    brief = contents.brief
    if brief is None:
        return ""
    whole = _folded(contents, verbatim(brief.text, "text"))
    if size(whole) <= room:
        return whole
    note = "The end of the text has no room in a job summary. The `text-file` output has all of it."
    spare = room - size(_folded(contents, verbatim("", "text"))) - size(note) - 2
    # The fence grows with the back-ticks in the text, at most two bytes for each byte of them.
    spare -= len(verbatim(brief.text, "text")) - len(brief.text) - len("text\n\n")
    if spare <= 0:
        return note
    text = brief.text.encode("utf-8", "replace")[:spare].decode("utf-8", "ignore")
    return _folded(contents, f"{verbatim(text, 'text')}\n\n{note}")


def _folded(contents: Contents, content: str) -> str:
    brief = contents.brief
    characters = brief.characters if brief else 0
    redacted = sum(brief.redactions.values()) if brief else 0
    what = "The text that was sent"
    if contents.dry_run:
        what = "The text that the session would get"
    elif contents.outcome.result in (Result.SKIPPED, Result.FAILED):
        what = "The text, which was not sent"
    replaced = f"{counted(redacted, 'secret')} replaced" if redacted else "nothing redacted"
    facts = f"{what} ({counted(characters, 'character')}, {replaced})"
    return fold(facts, content, opened=contents.dry_run)
