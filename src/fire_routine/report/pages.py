"""The job summary, and what a comment or an issue says: the same facts, in the order that each reader needs.

The summary has all: the outcome, what broke, what was unavailable, and the text in a fold. What `told` makes
is for the readers of the pull request or the issue; `notice.py` keeps it in place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from ..model.outcome import Result, SessionState
from ..model.reason import Cure, Reason
from ..model.run import Run, TargetKind, counted
from ..sanitize import inline, prose, verbatim
from ..version import DOCUMENTS
from .contents import Contents, heading
from .failures import blocks, line, title, whose
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
MOST_FAILURES = 10  # in the comment
_SEND_AGAIN = f"[send it again]({DOCUMENTS}/reasons.md#send-again)"  # what a person can do
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
    shown = heading(contents)
    yield f"### {shown.line}"
    yield alert(shown.alert, list(_outcome(contents)) or [shown.sentence])
    if failed := title(contents):
        yield f"#### {failed}"
        yield from whose(contents)
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


# --- in both --------------------------------------------------------------------------------------


def _facts(contents: Contents) -> Iterator[str]:
    """The session's link, its number and the retries, as far as there are any, on one line."""
    outcome = contents.outcome
    facts = []
    which = "earlier session" if outcome.result is Result.SKIPPED else "session"
    # The words name the host, so that they can't promise another place.
    words = f"Open the {which} on {urlsplit(outcome.session_url).hostname or ''}"
    if linked := worded_link(words, outcome.session_url):
        facts.append(f"**{linked}**")
    if outcome.session_number and outcome.result is Result.FIRED:
        most = f" of at most {contents.max_sessions}" if contents.max_sessions else ""
        facts.append(f"session {outcome.session_number}{most} in this incident")
    if number := len(outcome.retried):
        causes = ", ".join(dict.fromkeys(outcome.retried))
        facts.append(f"after {number} {'retry' if number == 1 else 'retries'} ({causes})")
    if facts:
        yield capital(" · ".join(facts))


def _where(contents: Contents, run: Run) -> str:
    """The reported run, its branch and commit, and its pull request."""
    again = f", attempt {run.attempt}" if run.attempt > 1 else ""
    branch = f"{inline(contents.clean(run.head_branch), NAME)} @ " if run.head_branch else ""
    commit = named_link(run.head_sha[:7], run.commit.url if run.commit else "", contents.clean)
    parts = [_page(contents, run) + again, branch + commit]
    if pull := run.pull_request:
        linked = worded_link(f"pull request #{pull.number}", pull.url) or f"pull request {pull.number}"
        parts.append(f"{linked} {prose(contents.clean(pull.title), NAME)}".rstrip())
    return " · ".join(parts)


def _page(contents: Contents, run: Run) -> str:
    number = f" #{run.number}" if run.number else f" {run.id}"
    return named_link(f"{run.workflow}{number}", run.url, contents.clean)


# --- the summary ----------------------------------------------------------------------------------


def _outcome(contents: Contents) -> Iterator[str]:
    outcome = contents.outcome
    if outcome.result is not Result.FIRED:
        yield from rendered(outcome.message, contents.clean)[:MOST_LINES]
    yield from _facts(contents)
    yield from sessions(contents)
    if outcome.result is not Result.FIRED:
        yield from _once_more(contents)
    if contents.missing:
        yield contents.missing
    if contents.run:
        yield _where(contents, contents.run)
    if outcome.reason and not contents.dry_run:
        yield f"Reason: {inline(outcome.reason, NAME)}"


def _once_more(contents: Contents) -> Iterator[str]:
    """How a person sends it once more, where the message's own remedy does not do that."""
    outcome, run = contents.outcome, contents.run
    if run is None or contents.dry_run:
        return
    if Cure.RERUN in outcome.cure:
        yield f"To send it, re-run the failed jobs of {_page(contents, run)}."
    elif Cure.PERSON in outcome.cure or outcome.result is Result.UNKNOWN:
        yield f"To start a session anyway, {_SEND_AGAIN} with {run.subject.again.format(run.id)}."


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
        what = capital(prose(contents.clean(note.what), 300))
        remedy = capital(sentence(note.remedy, contents.clean))  # permissions come together, below
        lines.append(f"- {what}: {sentence(note.why, contents.clean)} {remedy}".rstrip())
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


# --- the comment ----------------------------------------------------------------------------------

_NO_MORE = "No further session starts for this failure until the workflow is green and `cool-down` is over."
# When the same failure comes again: an icon, what became of its session, and what to do; empty: nothing
_AGAIN: dict[SessionState | None, tuple[str, str, str]] = {
    None: ("🛠️", "Claude is on it", ""),
    SessionState.NONE: (
        "⚠️",
        "No trace of Claude's session so far",
        "Open the session to see what it does. If it leaves no trace for `cool-down` hours, one more may"
        " start when this failure comes again.",
    ),
    SessionState.BRANCH: ("🛠️", "Claude has pushed a branch", ""),
    SessionState.OPEN: (
        "🛠️",
        "Claude has opened a pull request",
        "Review the session's pull request. No further session starts for this failure while it is open.",
    ),
    SessionState.MERGED: (
        "⚠️",
        "Claude's pull request is merged",
        f"This run may not have the merged fix yet, or the fix is not enough. {_NO_MORE}",
    ),
    SessionState.CLOSED: (
        "⚠️",
        "Claude's pull request was closed",
        f"A person should look: the session's pull request was not merged. {_NO_MORE}",
    ),
}


# After these there is nothing to tell: a newer run reports, people asked for silence, or it may yet pass.
_UNTOLD = frozenset(
    {Reason.STALE_HEAD, Reason.PULL_REQUEST_CLOSED, Reason.CANCELLED, Reason.NOT_FAILED}
    | {Reason.SKIP_LABELS, Reason.RERUN}
)
_NO_GREEN = "A last job runs only after a failure, so this does not change when the workflow is green again."


def told(contents: Contents, decided: Reason | str, *, untrusted: bool = False) -> str:
    """What the readers of the pull request or the issue are told, in Markdown; empty: nothing.

    Args:
        decided: why no session was started; of a dry run, why none would be; empty: one was, or would be.
        untrusted: outsiders may have written the code. Agents read comments, so only words of ours are told.
    """
    run, has_session = contents.run, _has_session(contents)
    if run is None:
        return ""
    if run.fired_for:  # nothing is repeated where strangers' words are
        return "\n\n".join(_of_key(contents)) if has_session else ""
    if decided in _UNTOLD or not (contents.failures or has_session):
        return ""
    return "\n\n".join(_in_our_words(contents, run) if untrusted else _paragraphs(contents, run))


def _has_session(contents: Contents) -> bool:
    """Whether a session is on this failure, or may be. That of `max-sessions` is on another one."""
    outcome = contents.outcome
    is_known = bool(outcome.session_url or contents.session) and outcome.reason != Reason.MAX_SESSIONS
    return is_known or outcome.result is Result.UNKNOWN


def told_green(run: Run) -> str:
    """What is told of a workflow that was red and is green again, in words of ours alone."""
    return f"### ✅ Green again\n\n{_run_page(run)} passed."


def _run_page(run: Run) -> str:
    return worded_link(f"Run {run.id}", run.url) or f"Run {run.id}"


def _in_our_words(contents: Contents, run: Run) -> Iterator[str]:
    yield f"### ❌ {title(contents)}"
    yield from _facts(contents)
    yield _run_page(run)
    if verdict := contents.verdict:
        yield f"**Verdict:** {inline(verdict.whose)}"
    kinds = Counter(rule for failure in contents.failures if (rule := failure.rule))
    if kinds:
        counts = [f"{count} × {inline(rule, NAME)}" for rule, count in kinds.most_common(MOST_FAILURES)]
        yield f"Found by: {', '.join(counts)}"
    yield (
        "People from outside may have written this code, so its log, and the names of its jobs and files, are"
        " not repeated here. The job summary has them."
    )


def _of_key(contents: Contents) -> Iterator[str]:
    yield "### 🛠️ Claude is on it" if contents.outcome.session_url else f"### {heading(contents).line}"
    yield from _facts(contents)


def _paragraphs(contents: Contents, run: Run) -> Iterator[str]:
    outcome, has_session = contents.outcome, _has_session(contents)
    icon, what, advice = _AGAIN[contents.session.state if contents.session else None]
    again = f"{icon} {what}: the same failure again"
    if not has_session:
        yield f"### ❌ {title(contents)}"
    else:
        yield f"### {again if outcome.result is Result.SKIPPED else heading(contents).line}"
    yield from _facts(contents)
    yield from sessions(contents)
    yield _where(contents, run)
    yield from whose(contents)
    if has_session and (failed := title(contents)):
        yield f"**{failed}**"
    numbers = range(min(MOST_FAILURES, len(contents.failures)))
    lines = [f"- {line(contents, number)}" for number in numbers]
    if len(contents.failures) > MOST_FAILURES:
        lines.append(f"- … and {len(contents.failures) - MOST_FAILURES} more distinct failures")
    if lines:
        yield "\n".join(lines)
    if has_session:
        yield from _next(contents, advice)
    if run.target_kind in (TargetKind.STEP, TargetKind.FINAL_JOB):
        yield _NO_GREEN


def _next(contents: Contents, advice: str) -> Iterator[str]:
    """What happens next, and how to stop it."""
    outcome = contents.outcome
    if not advice and outcome.result is Result.UNKNOWN:
        advice = (
            "The endpoint's answer was lost, so a session may or may not have started. Look at"
            " https://claude.ai/code. Until the workflow is green, this failure is not sent again, unless a"
            f" person does: {_SEND_AGAIN}."
        )
    if advice:
        yield f"**What happens next:** {advice}"
        return
    yield (
        "**What happens next:** The session looks for the cause. If it finds a fix, it opens a pull"
        " request from a `claude/…` branch. Else it reports what it found."
    )
    opened = worded_link("Open the session", outcome.session_url) or "Open the session"
    label = f"give this pull request the label {inline(contents.skip_label, NAME)}"
    no_more = label if contents.skip_label else "set `dry-run: true` in the workflow"
    yield f"**To stop it:** {opened} and interrupt it. To start no more sessions, {no_more}."
