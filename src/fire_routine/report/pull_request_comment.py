"""The pull request's comment: one for each incident, updated in place by its marker."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from ..model import Outcome, Result, Run, SessionState
from .contents import Contents
from .failures import line, title
from .headings import heading
from .job_summary import retries, session_link, session_number, where
from .markdown import worded_link
from .sessions import sessions

MOST_FAILURES = 10
ELSEWHERE = ("max-sessions", "claude-session")  # the session that these name works on another failure
SESSIONS_PAGE = "https://claude.ai/code"


_ON_IT = "Claude is on it: the same failure again"
_AGAIN: dict[SessionState | None, str] = {
    SessionState.NONE: "No trace of Claude's session so far: the same failure again",
    SessionState.BRANCH: "Claude has pushed a branch: the same failure again",
    SessionState.OPEN: "Claude has opened a pull request: the same failure again",
    SessionState.MERGED: "Claude's pull request is merged: the same failure again",
    SessionState.CLOSED: "Claude's pull request was closed: the same failure again",
}
_AT_WORK = (None, SessionState.BRANCH, SessionState.OPEN)
_NO_MORE = "No further session starts for this failure until the workflow is green and `cool-down` is over."
_ADVICE: dict[SessionState | None, str] = {
    SessionState.NONE: "Open the session to see what it does. If it leaves no trace for `cool-down` hours,"
    " one more may start when this failure comes again.",
    SessionState.OPEN: f"Review the session's pull request. {_NO_MORE}",
    SessionState.MERGED: f"This run may not have the merged fix yet, or the fix is not enough. {_NO_MORE}",
    SessionState.CLOSED: f"A person should look: the session's pull request was not merged. {_NO_MORE}",
}


def marker(run: Run) -> str:
    """What the incident's comment begins with. An incident starts after a green run of the workflow."""
    green = run.history.last_green_run if run.history else None
    key = hashlib.sha256(f"{run.workflow_path}\x00{run.event}\x00{green}".encode()).hexdigest()[:12]
    return f"<!-- fire-routine {key} -->"


def comment(contents: Contents) -> str:
    """The comment in Markdown; empty where the pull request's readers need none.

    It reports a session, or that one may have started. Decisions to skip and faults of the set-up are in the
    job summary, for those who can change them.
    """
    outcome, run = contents.outcome, contents.run
    if run is None or outcome.reason in ELSEWHERE:
        return ""
    if not outcome.session_url and outcome.result is not Result.UNKNOWN:
        return ""
    return f"{marker(run)}\n" + "\n\n".join(_paragraphs(contents, run))


def _paragraphs(contents: Contents, run: Run) -> Iterator[str]:
    outcome = contents.outcome
    shown = heading(outcome)
    again = outcome.result is Result.SKIPPED
    state = contents.session.state if contents.session else None
    if not again:
        yield f"### {shown.line}"
    else:
        yield f"### {'🛠️' if state in _AT_WORK else '⚠️'} {_AGAIN.get(state, _ON_IT)}"
    facts = [session_link(outcome), "" if again else session_number(contents), retries(outcome)]
    if any(facts):
        yield " · ".join(filter(None, facts))
    yield from sessions(contents)
    yield where(contents, run)
    if failed := title(contents):
        yield f"**{failed}**"
    numbers = range(min(MOST_FAILURES, len(contents.failures)))
    lines = [f"- {line(contents, number)}" for number in numbers]
    if len(contents.failures) > MOST_FAILURES:
        lines.append(f"- … and {len(contents.failures) - MOST_FAILURES} more distinct failures")
    if lines:
        yield "\n".join(lines)
    yield from _next(outcome, state)


def _next(outcome: Outcome, state: SessionState | None) -> Iterator[str]:
    """What happens next, and how to stop it."""
    if advice := _ADVICE.get(state):
        yield f"**What happens next:** {advice}"
        return
    if outcome.result is Result.UNKNOWN:
        page = worded_link("claude.ai/code", SESSIONS_PAGE)
        yield (
            "**What happens next:** The endpoint's answer was lost, so a session may or may not have started."
            f" Look at {page}. This failure is not sent again until the workflow is green."
        )
        return
    opened = worded_link("Open the session", outcome.session_url) or "Open the session"
    yield (
        "**What happens next:** The session looks for the cause. If it finds a fix, it opens a pull"
        " request from a `claude/…` branch. Nothing reaches this branch unless someone merges it."
    )
    yield (
        f"**To stop it:** {opened} and interrupt it. To start no more sessions, set"
        " `dry-run: true` in the workflow."
    )
