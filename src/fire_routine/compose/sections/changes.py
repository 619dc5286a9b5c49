"""What changed since the last green run, and which of it the evidence names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ...model import ChangedFile, Commit, History, PullRequest, Run, utf16_length
from ...sanitize import inline
from ..layout import Part, fill, listed, short
from .hunks import hunks
from .title_facts import never_green

_WEIGHT = 2  # a fifth of the failures' weight
_MOST = 4_000  # units of the section, however much room there is
_SUBJECT = 120
# The API lists at most this many, without their number:
# https://docs.github.com/rest/commits/commits#compare-two-commits
MOST_FILES = 300


def changes_part(run: Run) -> Part | None:
    """What changed; None: nothing is known of it."""
    history = run.history
    intro = _verdicts(run, history) if history else []
    return (
        Part(partial(_changes, run, history, intro), _WEIGHT, "what changed") if history and intro else None
    )


def _changes(run: Run, history: History, intro: Sequence[str], limit: int) -> str:
    """The section within `limit` units, after a blank line."""
    changed = "What changed since the last green run" if history.last_green_run else "What changed"
    if history.base_branch and (history.commits or history.files):
        changed = f"What the pull request changes against {_name(history.base_branch)}"
    text = f"\n\n## {changed}\n\n" + "\n".join(f"- {line}" for line in intro)
    if utf16_length(text) > limit:
        return ""
    files = sorted(history.files, key=lambda file: not file.named)
    merged, commits = history.merged, [one for one in history.commits if one.sha != run.head_sha]
    total = max(history.total_commits, len(history.commits))
    known = ", the head's above" if len(commits) < len(history.commits) else ""  # among the facts
    count = f"the first {MOST_FILES}" if len(files) >= MOST_FILES else len(files)
    parts = [
        Part(partial(_list, f"Changed files ({count})", [*map(_file, files)]), 2),
        Part(partial(hunks, files), 2),
        Part(partial(_list, f"Pull requests merged since then ({len(merged)})", [*map(_pull, merged)])),
        Part(
            partial(_list, f"Commits ({total}{known})", [*map(_commit, commits)], total=total - bool(known))
        ),
    ]
    return text + "".join(fill(parts, min(limit, _MOST) - utf16_length(text)))


def _verdicts(run: Run, history: History) -> list[str]:
    lines = []
    if history.same_commit_was_green:
        lines.append(
            "**Flaky:** the same commit was green before. Look for order, time, network and chance first."
        )
    if history.base_is_red and run.pull_request:
        base = _name(run.pull_request.base_branch)
        lines.append(f"**Already red on the base branch** {base}: the cause may not be in this change.")
    if history.never_green:
        known = never_green(history, _name)
        lines.append(f"**{known[0].upper()}{known[1:]}.**")
    if history.last_green_run:
        lines.append(_green("Last green", history.last_green_run, history.last_green_sha))
        if history.total_commits == 0 and not history.commits and not history.same_commit_was_green:
            lines.append("No commit since then is known.")
        if history.last_green_of_event not in (None, history.last_green_run):
            # Another event's run may do other things, as a push's and a nightly one do.
            of_event = f"Last green of event {inline(run.event)}"
            lines.append(_green(of_event, history.last_green_of_event, history.last_green_sha_of_event))
    return lines


def _green(what: str, run_id: int | None, sha: str | None) -> str:
    return f"{what}: run {run_id}" + (f", commit {inline(sha[:10])}." if sha else ".")


def _list(title: str, items: Sequence[str], limit: int, total: int = 0) -> str:
    """A list below its title; empty where there is nothing to list."""
    heading = f"\n\n{title}:\n"
    shown = listed(items, limit - len(heading), "\n", total) if items else ""
    return f"{heading}{shown}" if shown else ""


def _name(text: str, limit: int = 160) -> str:
    return inline(short(text, limit))


def _by(author: str) -> str:
    return f", {_name(author, 48)}" if author else ""


def _pull(pull: PullRequest) -> str:
    return f"- #{pull.number} {_name(pull.title, _SUBJECT)}{_by(pull.author)}"


def _file(file: ChangedFile) -> str:
    status = "" if file.status == "modified" else f", {_name(file.status, 20)}"
    mark = " — **named in the log**" if file.named else ""
    return f"- {_name(file.path)} +{file.additions} −{file.deletions}{status}{mark}"


def _commit(commit: Commit) -> str:
    return f"- {_name(commit.sha[:10])} {_name(commit.subject, _SUBJECT)}{_by(commit.author)}"
