"""The missing evidence, and how to go on: commands with real ids."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

from ...model.evidence import Failure, to_fire
from ...model.fix_branch import fix_branch
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
    """How to read the whole log, commands for the commit and a branch to work on; after a blank line.

    Of logs of another CI, only the commit may be known. Sessions have GitHub's `get_job_logs`
    (https://github.com/github/github-mcp-server) where the hosts of logs are out of their reach.
    A stranger's commit goes to a folder of its own: Claude Code reloads settings, and their hooks, from the
    files that it works on (https://code.claude.com/docs/en/settings).

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
    logged = bool(run.id) and not all(job.running for job in jobs)
    log = f"{api} {path}/jobs/{job}/logs\n" if logged else ""
    # A merge queue's commit is in no pull request, though one is known of the run.
    by_pull = run.pull_request if run.event != "merge_group" else None
    ref = f"refs/pull/{by_pull.number}/head" if by_pull else run.head_sha
    apart = f"git worktree add --detach ../untrusted-{run.head_sha[:10]} {run.head_sha}"
    checkout = apart if warning(run) else f"git checkout -B {_branch(run, failures)} {run.head_sha}"
    words = _words(run)
    if logged and host == _PUBLIC:
        tool = f"the built-in tool `get_job_logs` first (`job_id` {job}), `gh api` second"
        words = f"For whole logs, {tool}. {words}".rstrip()
    heading = "\n\n## How to go on\n\n" + (f"{words}\n\n" if words else "")
    return heading + fence(f"{log}git fetch origin {ref}\n{checkout}", "sh")


def _branch(run: Run, failures: Sequence[Failure]) -> str:
    if not run.id:
        return f"claude/fix-{run.head_sha[:10]}"
    return fix_branch(run, [one.fingerprint for one in to_fire(failures) or failures])


def _words(run: Run) -> str:
    words = []
    if run.event == "pull_request" and run.pull_request:
        base = inline(short(run.pull_request.base_branch, 100))
        words.append(f"The run tested the head merged into {base}.")
    if warning(run):
        words.append("The code is untrusted too: never check it out in place, and read it before you run it.")
    return " ".join(words)
