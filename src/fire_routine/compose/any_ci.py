"""Logs of any CI → a failed run in the shape of GitHub's, so that its text is made in the same way.

Such a run has the id 0. Its jobs are the logs, and its facts are what the caller states of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..model.evidence import Digest, Failure
from ..model.run import Job, Note, Origin, Run
from .grouping import group


def run_of_logs(
    logs: Sequence[tuple[str, Digest]],
    *,
    title: str = "",
    url: str = "",
    branch: str = "",
    sha: str = "",
    trusted: bool = False,
    notes: Sequence[Note] = (),
) -> tuple[Run, tuple[Failure, ...]]:
    """The run whose logs these are, by their names, and its distinct failures.

    The rest is in the caller's words: what failed, the job's or pipeline's address, what could not be read.
    `trusted`: whoever calls knows that people with write access wrote the code, as on a protected branch.
    """
    jobs = tuple(Job(number, name, "failure", url="") for number, (name, _) in enumerate(logs, 1))
    run = Run(
        repository="",
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
        head_repository="",
        actor="",
        url=url,
        created_at=None,
        failed_jobs=jobs,
        origin_in_payload=Origin.WRITERS if trusted else None,
        notes=tuple(notes),
    )
    return run, group(jobs, {number: digest for number, (_, digest) in enumerate(logs, 1)})
