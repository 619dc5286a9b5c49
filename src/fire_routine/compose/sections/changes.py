"""What changed since the last green run, and which of it the evidence names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from ...model import ChangedFile, Commit, History, PullRequest, Run, utf16_length
from ...patterns import pattern
from ...sanitize import inline
from ..layout import Part, fill, listed, short
from .hunks import hunks
from .title_facts import never_green

_PATH = pattern(r"[\w.@+-]+(?:/[\w.@+-]+)*")
_WEIGHT = 2  # a fifth of the failures' weight
_NAME = 160
_MOST = 4_000  # units of the section, however much room there is
_SUBJECT = 120
# The API lists at most this many, without their number:
# https://docs.github.com/rest/commits/commits#compare-two-commits
MOST_FILES = 300


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
    for file, name in zip(files, bare, strict=True):
        tails = {file.path[start:] for start in _component_starts(file.path)}
        if "." not in name or bare.count(name) > 1:
            tails.discard(name)
        whole = endings if "/" in file.path else tokens
        if file.path in whole or tails & tokens:
            found.add(file.path)
    return found


def _component_starts(path: str) -> list[int]:
    # A path of more components than any file system allows is no path.
    return [0, *(match.end() for match in re.finditer("/", path[:4096]))][-40:]


def changes_part(run: Run, evidence: str) -> Part | None:
    """What changed; None: nothing is known of it. `evidence`: the excerpts and annotations of the text."""
    part = Part(partial(_changes, run, evidence), _WEIGHT, "what changed")
    return part if run.history and _verdicts(run, run.history) else None


def _changes(run: Run, evidence: str, limit: int) -> str:
    """The section within `limit` units, after a blank line; empty where nothing is known of it.

    Args:
        evidence: the excerpts and annotations of the text.
    """
    history = run.history
    if history is None:
        return ""
    intro = "\n".join(f"- {line}" for line in _verdicts(run, history))
    changed = "What changed since the last green run" if history.last_green_run else "What changed"
    if history.base_branch and (history.commits or history.files):
        changed = f"What the pull request changes against {inline(short(history.base_branch, _NAME))}"
    text = f"\n\n## {changed}\n\n{intro}"
    if not intro or utf16_length(text) > limit:
        return ""
    limit = min(limit, _MOST)
    marked = named(history.files, evidence)
    files = sorted(history.files, key=lambda file: file.path not in marked)
    parts = [
        Part(lambda n: _list(f"Changed files ({_count(files)})", [_file(f, marked) for f in files], n), 2),
        Part(lambda n: hunks(files, marked, n), 2),
        Part(lambda n: _merged(history.merged, n)),
        Part(lambda n: _commits(history, run.head_sha, n)),
    ]
    return text + "".join(fill(parts, limit - utf16_length(text)))


def _verdicts(run: Run, history: History) -> list[str]:
    lines = []
    if history.same_commit_was_green:
        lines.append(
            "**Flaky:** the same commit was green before. Look for order, time, network and chance first."
        )
    if history.base_is_red and run.pull_request:
        base = inline(short(run.pull_request.base_branch, _NAME))
        lines.append(f"**Already red on the base branch** {base}: the cause may not be in this change.")
    if history.never_green:
        known = never_green(history, lambda branch: inline(short(branch, _NAME)))
        lines.append(f"**{known[0].upper()}{known[1:]}.**")
    if history.last_green_run:
        sha = f", commit {inline(history.last_green_sha[:10])}" if history.last_green_sha else ""
        lines.append(f"Last green: run {history.last_green_run}{sha}.")
        if history.total_commits == 0 and not history.commits and not history.same_commit_was_green:
            lines.append("No commit since then is known.")
        if history.last_green_of_event not in (None, history.last_green_run):
            # Another event's run may do other things, as a push's and a nightly one do.
            green = history.last_green_sha_of_event
            at = f", commit {inline(green[:10])}" if green else ""
            lines.append(f"Last green of event {inline(run.event)}: run {history.last_green_of_event}{at}.")
    return lines


def _list(title: str, items: Sequence[str], limit: int) -> str:
    """A list below its title."""
    heading = f"\n\n{title}:\n"
    shown = listed(items, limit - len(heading), "\n")
    return f"{heading}{shown}" if shown else ""


def _count(files: Sequence[ChangedFile]) -> str:
    return f"the first {MOST_FILES}" if len(files) >= MOST_FILES else str(len(files))


def _commits(history: History, head_sha: str, limit: int) -> str:
    """The commits; the head's message is among the facts."""
    commits, total = history.commits, max(history.total_commits, len(history.commits))
    others = [_commit(commit) for commit in commits if commit.sha != head_sha]
    text = _list(
        f"Commits ({total}, the head's above)" if len(others) < len(commits) else f"Commits ({total})",
        others,
        limit,
    )
    unlisted = f"\n… the API lists {len(commits)} of them" if text and total > len(commits) else ""
    return text + unlisted if utf16_length(text) + len(unlisted) <= limit else text


def _merged(pulls: Sequence[PullRequest], limit: int) -> str:
    """The pull requests to suspect; empty where none is known."""
    return _list(f"Pull requests merged since then ({len(pulls)})", [_pull(pull) for pull in pulls], limit)


def _pull(pull: PullRequest) -> str:
    author = f", {inline(short(pull.author, 48))}" if pull.author else ""
    return f"- #{pull.number} {inline(short(pull.title, _SUBJECT))}{author}"


def _file(file: ChangedFile, marked: set[str]) -> str:
    status = "" if file.status == "modified" else f", {inline(short(file.status, 20))}"
    mark = " — **named in the log**" if file.path in marked else ""
    return f"- {inline(short(file.path, _NAME))} +{file.additions} −{file.deletions}{status}{mark}"


def _commit(commit: Commit) -> str:
    author = f", {inline(short(commit.author, 48))}" if commit.author else ""
    return f"- {inline(commit.sha[:10])} {inline(short(commit.subject, _SUBJECT))}{author}"
