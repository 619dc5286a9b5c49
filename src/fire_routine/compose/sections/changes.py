"""What changed since the last green run, and which of it the evidence names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ...model.evidence import utf16_length
from ...model.run import ChangedFile, Commit, History, PullRequest, Run
from ...patterns import pattern
from ...sanitize import inline
from ..layout import FRAME, Part, fill, listed, quoted
from .title_facts import name, never_green

_WEIGHT = 2  # a fifth of the failures' weight
_NAME = 160
_MOST = 4_000  # units of the section, however much room there is
_SUBJECT = 120
# The API lists at most this many, without their number:
# https://docs.github.com/rest/commits/commits#compare-two-commits
MOST_FILES = 300
_HUNKS = 2_000  # units of all hunks together
_FILES = 5  # of which hunks are shown
_NEAR = 20  # lines between one of a hunk and the named one
_WANTED = 20  # places that the evidence names in a file
_BEFORE, _AFTER = 8, 16  # lines of a patch before and after that
_LINES = 20_000  # of a patch that are looked at
_PATH = pattern(r"[\w.@+-]+(?:/[\w.@+-]+)*")
_HUNK = pattern(r"@@ -\d+(?:,\d+)? \+(?P<start>\d{1,9})(?:,\d+)? @@")
# What may be between a file's name and the number of a line: `:12`, `", line 12`, `(12,5)`, `:line 12`
_LINE_OF = r"%s[\"':, (\[]{1,3}(?:line )?(\d{1,7})"


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
        changed = f"What the pull request changes against {name(history.base_branch, _NAME)}"
    text = f"\n\n## {changed}\n\n" + "\n".join(f"- {line}" for line in intro)
    if utf16_length(text) > limit:
        return ""
    files = sorted(history.files, key=lambda file: not file.named)
    merged, commits = history.merged, [one for one in history.commits if one.sha != run.head_sha]
    total = max(history.total_commits, len(history.commits))
    known = ", the head's above" if len(commits) < len(history.commits) else ""  # among the facts
    count = f"the first {MOST_FILES}" if len(files) >= MOST_FILES else len(files)
    parts = [
        Part(partial(_hunks, files), 4),  # a changed line that the failure names may be the cause itself
        Part(partial(_list, f"Changed files ({count})", [*map(_file, files)]), 2),
        Part(partial(_list, f"Pull requests merged since then ({len(merged)})", [*map(_pull, merged)])),
        Part(
            partial(_list, f"Commits ({total}{known})", [*map(_commit, commits)], total=total - bool(known))
        ),
    ]
    return text + "".join(fill(parts, min(limit, _MOST) - utf16_length(text)))


def _verdicts(run: Run, history: History) -> list[str]:
    lines = []
    if history.same_commit_was_green:
        lines.append("**The same commit was green before.** Look for order, time, network and chance first.")
    if history.base_is_red and run.pull_request:
        base = name(run.pull_request.base_branch)
        lines.append(f"**Already red on the base branch** {base}: the cause may not be in this change.")
    if history.never_green:
        known = never_green(history)
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


def _by(author: str) -> str:
    return f", {name(author, 48)}" if author else ""


def _pull(pull: PullRequest) -> str:
    return f"- #{pull.number} {name(pull.title, _SUBJECT)}{_by(pull.author)}"


def _file(file: ChangedFile) -> str:
    status = "" if file.status == "modified" else f", {name(file.status, 20)}"
    mark = " — **named in the log**" if file.named else ""
    return f"- {name(file.path, _NAME)} +{file.additions} −{file.deletions}{status}{mark}"


def _commit(commit: Commit) -> str:
    return f"- {name(commit.sha[:10])} {name(commit.subject, _SUBJECT)}{_by(commit.author)}"


def marked(files: Sequence[ChangedFile], evidence: str) -> tuple[ChangedFile, ...]:
    """The files, those marked that the evidence names; patches of a few of them, cut to the named lines.

    To be called before redaction, which would take too long for the patches of hundreds of files. Only whole
    lines are left out.
    """
    names = named(files, evidence)
    shown = [file.path for file in files if file.path in names and file.patch][:_FILES]
    patches = {file.path: _nearest(file, evidence) for file in files if file.path in shown}
    return tuple(replace(file, named=file.path in names, patch=patches.get(file.path, "")) for file in files)


def named(files: Sequence[ChangedFile], evidence: str) -> set[str]:
    """The paths among the changed files that the evidence names.

    A log may name a file by its path in the repository, by an absolute path, or by its last components. A
    bare file name counts if no other changed file has that name.
    """
    if not files:
        return set()
    tokens = set(_PATH.findall(evidence.replace("\\", "/")))
    endings = {token[start:] for token in tokens for start in _component_starts(token)}
    bare = [file.path.rpartition("/")[2] for file in files]
    found = set()
    for file, last in zip(files, bare, strict=True):
        tails = {file.path[start:] for start in _component_starts(file.path)}
        if "." not in last or bare.count(last) > 1:
            tails.discard(last)
        whole = endings if "/" in file.path else tokens
        if file.path in whole or tails & tokens:
            found.add(file.path)
    return found


def _component_starts(path: str) -> list[int]:
    # A path of more components than any file system allows is no path.
    return [0, *(match.end() for match in re.finditer("/", path[:4096]))][-40:]


def _hunks(files: Sequence[ChangedFile], limit: int) -> str:
    """The hunks of the named files, quoted, each after a blank line and its file's name."""
    parts = [Part(partial(_block, file)) for file in files if file.patch]
    return "".join(fill(parts, min(limit, _HUNKS)))


def _block(file: ChangedFile, limit: int) -> str:
    """As many whole lines as fit."""
    title = f"\n\nChanged in {name(file.path, _NAME)}:\n"
    lines = listed(file.patch.split("\n"), limit - utf16_length(title) - FRAME, "\n")
    return title + quoted(lines) if lines else ""


def _nearest(file: ChangedFile, evidence: str) -> str:
    """Lines of the patch around the line that the evidence names, else around the first that was changed."""
    file_name = re.escape(file.path.rpartition("/")[2])
    wanted = [int(number) for number in re.findall(_LINE_OF % file_name, evidence)[:_WANTED]]
    lines = file.patch.split("\n")[:_LINES]
    number, distance, middle = 0, _NEAR, -1
    for at, line in enumerate(lines):
        if hunk := _HUNK.match(line):
            number = int(hunk["start"])
            continue
        if middle < 0 and line.startswith(("+", "-")):
            middle = at
        if line.startswith((" ", "+")):  # a line of the file as it is now
            away = min((abs(number - one) for one in wanted), default=_NEAR)
            if away < distance:
                distance, middle = away, at
            number += 1
    return "\n".join(lines[max(middle - _BEFORE, 0) : middle + _AFTER]) if middle >= 0 else ""
