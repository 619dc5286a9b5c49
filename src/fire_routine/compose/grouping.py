"""Failed jobs → distinct failures: legs of a matrix that fail alike are one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

from ..model import Annotation, Digest, FailedJob, Failure
from ..patterns import pattern

# What GitHub annotates a job with that has no log, and never will have.
_NO_LOG = pattern(
    r"lost communication with the server|was not acquired by|was not started because"
    r"|automatically failed because|encountered an internal error"
)
_MATRIX_VALUES = pattern(r" \(.*\)$")
_VOLATILE = pattern(
    r"0x[0-9a-fA-F]+"
    r"|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"  # UUIDs
    r"|\b[0-9a-fA-F]{7,64}\b"  # hashes
    r"|(?:[A-Za-z]:)?[\\/](?:[^\s\\/:'\"]+[\\/])+"  # folders of absolute paths
    r"|\d+"
)
_JOB_PATH = " / "  # between a reusable workflow's caller and its job


def base_name(job: str) -> str:
    """A job's name without its matrix values: `build / test (ubuntu-latest, 3.12)` → `build / test`.

    GitHub appends them in parentheses to a job whose `name:` does not spell them
    (https://docs.github.com/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations).
    """
    return _JOB_PATH.join(_MATRIX_VALUES.sub("", part) for part in job.split(_JOB_PATH))


def matrix_values(job: str) -> tuple[str, ...]:
    """The matrix values in a job's name; none where its name shows none."""
    found = [_MATRIX_VALUES.search(part) for part in job.split(_JOB_PATH)]
    return tuple(value for match in found if match for value in match.group()[2:-1].split(", "))


def combined(fingerprints: Iterable[str]) -> str:
    """One fingerprint for several failures, whatever their order: a single one's own, none's empty."""
    distinct = sorted(set(fingerprints))
    return hashed(distinct) if len(distinct) > 1 else "".join(distinct)


def hashed(parts: Iterable[str]) -> str:
    """A fingerprint of texts in their order."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def group(
    failed_jobs: Sequence[FailedJob], digests: Mapping[int, Digest], cut: Collection[int] = ()
) -> tuple[Failure, ...]:
    """The distinct failures of a run, most telling first: those that failed by themselves before
    those that were cancelled, then in the order in which they failed.

    Args:
        failed_jobs: the failed jobs of one attempt.
        digests: by job id; a job without one is told apart by its failed steps and annotations.
        cut: ids of jobs of whose logs only a part could be had.
    """
    alike: dict[str, list[FailedJob]] = {}
    for job in sorted(failed_jobs, key=_telling):
        digest = None if job.id in cut else digests.get(job.id)  # a part has another one than the whole
        fingerprint = (digest.fingerprint if digest else "") or _fingerprint_without_log(job)
        alike.setdefault(fingerprint, []).append(job)
    return tuple(
        Failure(
            fingerprint,
            tuple(jobs),
            next((digests[job.id] for job in jobs if job.id in digests), None),
            unread=all(_unread(job, digests, cut) for job in jobs),
        )
        for fingerprint, jobs in alike.items()
    )


def _unread(job: FailedJob, digests: Mapping[int, Digest], cut: Collection[int]) -> bool:
    """Whether another time would tell more: of a job that is still running, or was lost, there is no log."""
    if job.id in digests:
        return job.id in cut
    return not job.running and not any(_NO_LOG.search(note.message) for note in job.annotations)


def telling_annotations(job: FailedJob) -> tuple[Annotation, ...]:
    """The job's annotations of level `failure` that say more than that something failed."""
    return tuple(note for note in job.annotations if note.level == "failure" and not note.generic)


def _telling(job: FailedJob) -> tuple[bool, float, str, int]:
    ended = job.completed_at.timestamp() if job.completed_at else float("inf")
    return job.conclusion == "cancelled", ended, job.name, job.id


def _fingerprint_without_log(job: FailedJob) -> str:
    steps = [_normalised(step.name) for step in job.failed_steps]
    notes = sorted({_normalised(f"{note.title} {note.message}") for note in telling_annotations(job)})
    # A custom `name:` may spell matrix values anywhere, so the name counts only where it must.
    name = [] if notes else [_normalised(base_name(job.name)), job.conclusion]
    return hashed([*name, *steps, *notes])


def _normalised(text: str) -> str:
    return " ".join(_VOLATILE.sub("#", text).split())
