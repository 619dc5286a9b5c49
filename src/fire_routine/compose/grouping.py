"""Failed jobs → distinct failures: legs of a matrix with the same failure are one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..model.evidence import Digest, Failure, Fingerprint
from ..model.run import Annotation, Job, Run
from ..patterns import pattern

# What GitHub annotates a job with that has no log, and never will have.
_NO_LOG = pattern(
    r"lost communication with the server|was not acquired by|was not started because"
    r"|automatically failed because|encountered an internal error"
)
_VOLATILE = pattern(
    r"0x[0-9a-fA-F]+"
    r"|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"  # UUIDs
    r"|\b[0-9a-fA-F]{7,64}\b"  # hashes
    r"|(?:[A-Za-z]:)?[\\/](?:[^\s\\/:'\"]+[\\/])+"  # folders of absolute paths
    r"|\d+"
)
_GATE = 120  # most lines in the log of a job that only checks other jobs
# https://docs.github.com/actions/reference/workflows-and-actions/contexts#needs-context
_RESULT = pattern(r"(?:[\"'=]|: )(?:failure|cancelled|skipped)(?:[\s\"',;)\]}]|$)")

# The values of a matrix, at the end of a job's name or of its callers' (`caller / job`)
_MATRIX = pattern(r" \((?:[^()]|\([^()]*\))+\)(?= / |$)")


def distinct(fingerprints: Iterable[Fingerprint]) -> tuple[Fingerprint, ...]:
    """Each once, sorted. If one of two equal ones has no log, both count as one without."""
    each: dict[str, Fingerprint] = {}
    for one in fingerprints:
        other = each.get(one.digest, one)
        each[one.digest] = replace(
            one,
            no_log=one.no_log or other.no_log,
            running=one.running and other.running,
            by_step=tuple(dict.fromkeys((*other.by_step, *one.by_step))),
        )
    return tuple(one for _, one in sorted(each.items()))


def combined(fingerprints: Iterable[Fingerprint]) -> Fingerprint:
    """One for several failures in any order; of a single failure its own."""
    each = distinct(fingerprints)
    if len(each) == 1:
        return each[0]
    no_log = [one.no_log for one in each]
    one = Fingerprint.of((one.digest for one in each), no_log=all(no_log))
    return replace(one, count=len(each), partly=any(no_log) and not all(no_log))


def group(
    failed_jobs: Sequence[Job], digests: Mapping[int, Digest], cut: Collection[int] = ()
) -> tuple[Failure, ...]:
    """The distinct failures of a run, in the order in which they failed, gates last.

    A fingerprint knows no numbers, so jobs of two names may share one: the coverage of two suites is too low.
    They are one failure only if they ran the same command, or if their strongest lines are the same. A job
    without a digest is distinguished by its failed steps and annotations. `cut`: ids of jobs whose logs are
    available only in part.
    """
    whole = {number: digest for number, digest in digests.items() if number not in cut}
    alike: list[_Alike] = []
    for job in sorted(failed_jobs, key=_order):
        traits = _traits(job, digests.get(job.id), job.id in cut)
        found = _Alike(_fingerprint(job, whole.get(job.id)), [job], traits)
        for one in [one for one in alike if one.same(found)]:
            alike.remove(one)
            found = _Alike(one.fingerprint, [*one.jobs, *found.jobs], one.traits | found.traits)
        alike.append(found)
    alike.sort(key=lambda one: min(map(_order, one.jobs)))
    failures = [_failure(one.fingerprint, sorted(one.jobs, key=_order), digests, cut) for one in alike]
    gates = _gates(failures)
    failures = [replace(one, gate=at in gates) for at, one in enumerate(failures)]
    return tuple(sorted(failures, key=lambda failure: failure.gate))


class _Alike(NamedTuple):
    """Jobs that are one failure."""

    fingerprint: Fingerprint
    jobs: list[Job]
    traits: frozenset[tuple[str, ...]]  # one of which another job of this failure has, too; empty: any has

    def same(self, other: _Alike) -> bool:
        if self.fingerprint != other.fingerprint:
            return False
        return not (self.traits and other.traits) or not self.traits.isdisjoint(other.traits)


def _traits(job: Job, digest: Digest | None, cut: bool) -> frozenset[tuple[str, ...]]:
    """The matrix, the command and the strongest lines.

    Of a log of which only a part could be read, what that part shows. This is not the fingerprint: in another
    run, another part may have been read.
    """
    if digest is None:
        return frozenset()
    if cut:
        known = digest.fingerprint if digest.explained else None
        return frozenset([("part", known.digest)] if known else [])
    ran = [("command", digest.command)] if digest.command else []
    strongest = [line.text for line in digest.lines if line.block == 0 and not line.rank]
    return frozenset([("name", base_name(job.name)), *ran, ("lines", *strongest)])


def _fingerprint(job: Job, digest: Digest | None) -> Fingerprint:
    """The log's own. If the log only shows how the job ended: the annotations', or that of this step's end.

    A step is identified by its number: GitHub names one after its command, which may contain a matrix's
    values.
    """
    own = digest.fingerprint if digest is not None else None
    if digest is not None and own is not None and digest.explained:
        return own
    if digest is None or digest.explained or specific_annotations(job):
        return _fingerprint_without_log(job)
    steps = [str(step.number) for step in job.failed_steps[:1]]
    return Fingerprint.of([own.digest if own else "", digest.ended, _normalised(base_name(job.name)), *steps])


def _gates(failures: Sequence[Failure]) -> frozenset[int]:
    """The places of the failures whose jobs began when the others had ended, and only check their results.

    Branch protection often requires such a job.
    """
    small = {at for at, one in enumerate(failures) if one.digest and _checks_other_jobs(one.digest)}
    ended = [job.completed_at for at, one in enumerate(failures) if at not in small for job in one.jobs]
    last = max(filter(None, ended), default=None)
    if last is None or None in ended:
        return frozenset()
    return frozenset(
        at for at in small if all(job.started_at and job.started_at >= last for job in failures[at].jobs)
    )


def _checks_other_jobs(digest: Digest) -> bool:
    """Whether it is a short log with values of `needs.*.result`."""
    if digest.total_lines > _GATE:
        return False
    lines = (line.text for line in digest.lines)
    return any(_RESULT.search(text) for text in (digest.command, *lines))


def _failure(
    fingerprint: Fingerprint, jobs: Sequence[Job], digests: Mapping[int, Digest], cut: Collection[int]
) -> Failure:
    logs = [digests.get(job.id) for job in jobs]
    shown = next((job.id for job in jobs if job.id in digests), None)
    return Failure(
        replace(
            fingerprint,
            no_log=all(_unread(job, digests, cut) for job in jobs),
            running=all(job.running and job.failed_steps for job in jobs),
            by_step=tuple(dict.fromkeys(_by_step(job) for job in jobs)),
        ),
        tuple(jobs),
        None if shown is None else digests[shown],
        partial=shown in cut,
        exit_codes=tuple(_exit_code(job, log) for job, log in zip(jobs, logs, strict=True)),
        shells=tuple(dict.fromkeys(log.shell for log in logs if log and log.shell)),
    )


def _exit_code(job: Job, digest: Digest | None) -> int | None:
    """That of the failed step, by the log, else by what the runner annotated."""
    if digest and digest.exit_code is not None:
        return digest.exit_code
    codes = (note.exit_code for note in job.annotations)
    return next((code for code in codes if code is not None), None)


def _unread(job: Job, digests: Mapping[int, Digest], cut: Collection[int]) -> bool:
    """Whether it may be any failure of its job: a log is missing that a later attempt may find."""
    if job.id in digests:
        return job.id in cut
    if job.running:  # without its step, which GitHub may show late, it may be any failure of its job
        return not job.failed_steps
    return not any(_NO_LOG.search(note.message) for note in job.annotations)


def specific_annotations(job: Job) -> tuple[Annotation, ...]:
    """The job's annotations of level `failure` that name a cause, not only that something failed."""
    return tuple(note for note in job.annotations if note.level == "failure" and not note.generic)


def _order(job: Job) -> tuple[float, str, int]:
    name = re.sub(r"\d+", lambda number: number[0].zfill(9), job.name)  # 3.9 before 3.10
    return job.completed_at.timestamp() if job.completed_at else float("inf"), name, job.id


def _fingerprint_without_log(job: Job) -> Fingerprint:
    steps = [_normalised(step.name) for step in job.failed_steps]
    notes = sorted({_normalised(f"{note.title} {note.message}") for note in specific_annotations(job)})
    # A custom `name:` may spell matrix values anywhere, so the name counts only where it must.
    name = [] if notes else [_normalised(base_name(job.name)), job.conclusion]
    return Fingerprint.of([*name, *steps, *notes])


def _by_step(job: Job) -> str:
    """The digest that the job's failure has while the job runs, when nothing else is known of it."""
    return _fingerprint_without_log(replace(job, conclusion="running", annotations=())).digest


def _normalised(text: str) -> str:
    return " ".join(_VOLATILE.sub("#", text).split())


def passed_legs(run: Run, failure: Failure) -> tuple[str, ...]:
    """The jobs of the same matrix that passed."""
    bases = {base_name(job.name) for job in failure.jobs}
    return tuple(name for name in run.passed_jobs if _MATRIX.search(name) and base_name(name) in bases)


def base_name(job: str) -> str:
    """A job's name without its matrix values: `build / test (ubuntu-latest, 3.12)` → `build / test`.

    GitHub appends them in parentheses to a job whose `name:` does not spell them
    (https://docs.github.com/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations).
    """
    return _MATRIX.sub("", job)
