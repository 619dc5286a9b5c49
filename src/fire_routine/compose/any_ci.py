"""Logs of any CI → a failed run in the shape of GitHub's, so that its text is made in the same way.

Such a run has the id 0. Its jobs are the logs, and its facts are what the caller states of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Digest, FailedJob, Failure, Note, Run
from ..patterns import pattern
from ..sanitize import fence, inline
from .grouping import group
from .layout import cut, listed, short

_LONGEST = 255  # units of a value that is of no use cut, such as a branch
_LINK = pattern(r"https?://[A-Za-z0-9._~:/?#\[\]!$&()*+,;=%-]{1,1000}")  # without a user's name or password
_SHA = pattern(r"[0-9a-f]{40}|[0-9a-f]{64}")


def run_of_logs(
    logs: Sequence[tuple[str, Digest]],
    *,
    title: str = "",
    url: str = "",
    repository: str = "",
    branch: str = "",
    sha: str = "",
    notes: Sequence[Note] = (),
) -> tuple[Run, tuple[Failure, ...]]:
    """The run whose logs these are, by their names, and its distinct failures.

    Args:
        title: what failed, in the caller's words.
        url: the address of the job or pipeline.
        repository: owner/name, or any path.
        notes: on logs that could not be read.
    """
    jobs = tuple(FailedJob(number, name, "failure", url="") for number, (name, _) in enumerate(logs, 1))
    run = Run(
        repository=repository,
        id=0,
        attempt=0,
        workflow=title,
        workflow_id=0,
        workflow_path="",
        event="",
        status="completed",
        conclusion="failure",
        head_branch=branch or None,
        head_sha=sha,
        head_repository=repository,
        actor="",
        url=url,
        created_at=None,
        failed_jobs=jobs,
        notes=tuple(notes),
    )
    return run, group(jobs, {number: digest for number, (_, digest) in enumerate(logs, 1)})


def title(run: Run, failures: Sequence[Failure], cap: int) -> str:
    """What failed and where, on one line; `cap`: units of a name."""
    names = [inline(short(job.name, cap)) for failure in failures for job in failure.jobs]
    what = inline(short(run.workflow, 2 * cap)) if run.workflow else listed(names, 4 * cap)
    where = f" in {inline(short(run.repository, _LONGEST))}" if run.repository else ""
    on = f" on {inline(short(run.head_branch, _LONGEST))}" if run.head_branch else ""
    return f"Failed: {what or 'a job of another CI'}{where}{on}"


def facts(run: Run, cap: int) -> list[str]:
    """What the caller stated and the title does not have, a line each."""
    link = f"<{run.url}>" if _LINK.fullmatch(run.url) else ""
    lines = [
        f"Commit: {inline(short(run.head_sha, _LONGEST))}" if run.head_sha else "",
        f"Address: {link or inline(cut(run.url, 4 * cap))}" if run.url else "",
    ]
    return [line for line in lines if line] or ["Nothing is known of the run but its logs."]


def go_on(run: Run) -> str:
    """The commit as a branch to work on, after a blank line; empty where no commit is stated."""
    if not _SHA.fullmatch(run.head_sha):
        return ""
    command = f"git fetch origin {run.head_sha} && git checkout -B claude/fix-{run.head_sha[:10]} FETCH_HEAD"
    return f"\n\n## How to go on\n\n{fence(command, 'sh')}"
