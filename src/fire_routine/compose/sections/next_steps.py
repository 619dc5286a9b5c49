"""The missing evidence, and how to go on: commands with real ids."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

from ...model.evidence import Failure
from ...model.outcome import EVENT_BRANCH, SESSION_BRANCH
from ...model.run import Note, Run
from ...patterns import pattern
from ...sanitize import fence, inline
from ..layout import Part, cut, listed, short
from .title_facts import warning

_REPOSITORY = pattern(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}")
_SHA = pattern(r"[0-9a-f]{40}|[0-9a-f]{64}")
_PUBLIC = "github.com"


def missing_part(notes: Sequence[Note]) -> Part | None:
    """What is missing; None: nothing is."""
    return Part(partial(_missing, notes), name="the missing evidence") if notes else None


def _missing(notes: Sequence[Note], limit: int) -> str:
    """What is unavailable, why, and what would make it available: within `limit` units, after a
    blank line."""
    heading = "\n\n## Missing evidence\n\n"
    lines = listed([_note(note) for note in dict.fromkeys(notes)], limit - len(heading), "\n")
    return heading + lines if lines else ""


def _note(note: Note) -> str:
    what, why, remedy = (" ".join(text.split()).rstrip(".") for text in (note.what, note.why, note.advice))
    line = f"- {inline(cut(what, 120))}: {cut(why, 200)}."  # a job's or a file's name may be in it
    if remedy:
        line += f" {remedy[0].upper()}{cut(remedy[1:], 200)}."
    return line.replace("](", "] (").replace("<", "‹")  # no link and no tag, regardless of names in it


def go_on_section(run: Run, failures: Sequence[Failure], server_url: str) -> str:
    """Commands for the whole log, the commit, and a branch to work on; after a blank line.

    Of logs of another CI, only the commit may be known.

    Nothing that a person can name goes into a command: ids and hashes only, and only of their form. Of
    several jobs, `JOB` stands for the number of one.
    """
    known = not run.id or _REPOSITORY.fullmatch(run.repository)
    if not known or not _SHA.fullmatch(run.head_sha):
        return ""
    host = urlsplit(server_url).netloc.rpartition("@")[2] or _PUBLIC
    api = "gh api" if host == _PUBLIC else f"gh api --hostname {shlex.quote(host)}"
    path = f"repos/{run.repository}/actions"
    jobs = [job for failure in failures for job in failure.jobs]
    job = "JOB" if len(jobs) > 1 else "".join(str(job.id) for job in jobs)
    log = f"{api} {path}/jobs/{job}/logs\n" if run.id and not all(job.running for job in jobs) else ""
    # A merge queue's commit is in no pull request, though one is known of the run.
    by_pull = run.pull_request if run.event != "merge_group" else None
    ref = f"refs/pull/{by_pull.number}/head" if by_pull else run.head_sha
    checkout = f"git fetch origin {ref} && git checkout -B {_branch(run)} {run.head_sha}"
    words = _words(run)
    heading = "\n\n## How to go on\n\n" + (f"{words}\n\n" if words else "")
    return heading + fence(log + checkout, "sh")


def _branch(run: Run) -> str:
    if run.fired_for:
        return f"{EVENT_BRANCH}{run.id}"
    return f"{SESSION_BRANCH}{run.id}" if run.id else f"claude/fix-{run.head_sha[:10]}"


def _words(run: Run) -> str:
    words = []
    if run.event == "pull_request" and run.pull_request:
        base = inline(short(run.pull_request.base_branch, 100))
        words.append(f"The run tested the head merged into {base}.")
    if warning(run):
        words.append("The code is untrusted too: read it before you run any of it.")
    return " ".join(words)
