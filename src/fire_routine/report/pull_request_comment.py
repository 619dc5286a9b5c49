"""The pull request comment: one for each pull request, updated by its marker."""

from __future__ import annotations

from ..model import Outcome, Result, Run
from ..sanitising import inline, link
from .job_summary import NAME, Clean, job_link, session_link

MARKER = "<!-- fire-routine -->"  # the comment that is updated is the one that begins with it
MAX_JOBS = 10
OF_OTHERS = ("max-sessions", "claude-session")  # the session that these name is at work on another failure


def comment(outcome: Outcome, run: Run, *, clean: Clean) -> str:
    """The comment in Markdown; empty where there is nothing to tell the pull request's readers.

    They are told of a session, or that one may have started: not of a decision to skip, nor of a fault of
    the set-up, which stand in the job summary for those who can change them.
    """
    if outcome.reason in OF_OTHERS:
        return ""
    if not outcome.session_url and outcome.result is not Result.UNKNOWN:
        return ""
    where = f"{link(clean(run.workflow), run.url, NAME)} failed on {inline(run.head_sha[:12])}"
    if outcome.result is Result.UNKNOWN:
        told = f"{where}. A Claude Code session may have started: the endpoint's answer was lost."
    elif outcome.result is Result.SKIPPED:
        told = f"{where}, again. The Claude Code session for this failure: {session_link(outcome)}"
    else:
        told = f"{where}. A Claude Code session has started: {session_link(outcome)}"
    return f"{MARKER}\n{told}\n\n{_jobs(run, clean)}".rstrip()


def _jobs(run: Run, clean: Clean) -> str:
    lines = [f"- {job_link(job, clean)}" for job in run.failed_jobs[:MAX_JOBS]]
    if len(run.failed_jobs) > MAX_JOBS:
        lines.append(f"- … and {len(run.failed_jobs) - MAX_JOBS} failed jobs more")
    return "\n".join(lines)
