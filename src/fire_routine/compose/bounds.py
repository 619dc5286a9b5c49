"""Bounds what is searched for secrets: that takes about a second for a million characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..model.evidence import Attachment, Digest, Failure, Line
from ..model.run import Annotation, Job, Run
from .grouping import specific_annotations
from .layout import shares
from .sections.changes import marked

_EVIDENCE = 200_000  # characters of logs in which names of changed files are looked for
_BESIDE = 400_000  # characters of lines for redaction alone
_LOGS = 20  # failures of which they are
_ANNOTATIONS = 4  # annotations may take one part in this many of the room, together
_MESSAGE = 500  # characters of a commit's message, of which the text shows the first line


def bounded(
    run: Run, failures: Sequence[Failure], attachments: Sequence[Attachment], room: int
) -> tuple[Run, tuple[Failure, ...], tuple[Attachment, ...]]:
    """The same with logs and annotations of `room` characters together, and short commit messages.

    Of hundreds of large digests, or of endless annotations, the text has room for a few lines each.
    """
    for_notes = room // _ANNOTATIONS
    jobs = [*run.failed_jobs, *(job for failure in failures for job in failure.jobs)]
    each = for_notes // max(len({note for job in jobs for note in job.annotations}), 1)
    logs = [failure.digest for failure in failures if failure.digest]
    digests = iter(_trimmed([*logs, *(one.digest for one in attachments)], room - for_notes))
    run = replace(run, failed_jobs=_with_short_notes(run.failed_jobs, each))
    return (
        _with_short_history(run, failures),
        tuple(
            replace(one, jobs=_with_short_notes(one.jobs, each), digest=one.digest and next(digests))
            for one in failures
        ),
        tuple(replace(one, digest=next(digests)) for one in attachments),
    )


def _trimmed(digests: Sequence[Digest], room: int) -> list[Digest]:
    """The digests, of `room` characters together: from those that need more than their share, the
    weakest lines are removed, whole ones only."""
    sizes = [[len(line.text) + 1 for line in digest.lines] for digest in digests]
    trimmed = []
    for digest, size, share in zip(digests, sizes, shares([*map(sum, sizes)], room), strict=True):
        kept = set()
        for at in sorted(range(len(size)), key=lambda at: _order(digest.lines[at])):
            if size[at] <= share:
                share -= size[at]
                kept.add(at)
        trimmed.append(replace(digest, lines=tuple(digest.lines[at] for at in sorted(kept))))
    besides = [sum(len(line) + 1 for _, line in digest.beside) for digest in trimmed]
    return [
        replace(digest, beside=tuple(_last(digest.beside, share)))
        for digest, share in zip(trimmed, shares(besides, _BESIDE), strict=True)
    ]


def _order(line: Line) -> tuple[bool, int, float]:
    """What is kept first: what a reader needs of the failures."""
    return line.block < 0, line.rank, -line.weight


def _last(lines: Sequence[tuple[int, str]], room: int) -> Iterator[tuple[int, str]]:
    """The last of the lines that fit: those near what is shown, then those that name secrets."""
    for number, line in reversed(lines):
        room -= len(line) + 1
        if room < 0:
            return
        yield number, line


def _with_short_notes(jobs: Sequence[Job], size: int) -> tuple[Job, ...]:
    """The jobs with annotations of `size` characters each."""

    def short(note: Annotation) -> Annotation:
        title, path = _cut(note.title, size // 4), _cut(note.path, size // 4)
        return replace(note, message=_cut(note.message, size // 2), title=title, path=path)

    return tuple(replace(job, annotations=tuple(map(short, job.annotations))) for job in jobs)


def _with_short_history(run: Run, failures: Sequence[Failure]) -> Run:
    """The run with the messages and patches of which something is shown; the files that logs name marked."""
    commit = run.commit and replace(run.commit, message=_cut(run.commit.message, _MESSAGE))
    history = run.history
    if history is not None:
        subjects = (replace(commit, message=_cut(commit.subject, _MESSAGE)) for commit in history.commits)
        files = marked(history.files, _evidence(failures)) if history.files else ()
        history = replace(history, commits=tuple(subjects), files=files)
    return replace(run, commit=commit, history=history)


def _evidence(failures: Sequence[Failure]) -> str:
    """What the annotations and the logs tell of the failures."""
    notes = (note for one in failures for job in one.jobs for note in specific_annotations(job))
    digests = [one.digest for one in failures if one.digest][:_LOGS]
    pieces = [f"{note.path}:{note.line}: {note.message}" for note in notes]
    pieces += [file for digest in digests for file in digest.files]
    pieces += [line.text for digest in digests for line in digest.lines]
    return "\n".join(pieces)[:_EVIDENCE]


def _cut(text: str, limit: int) -> str:
    """The text, cut before a word: half a token could not be recognised as a secret."""
    if len(text) <= limit:
        return text
    head = text[: limit + 1]
    end = max(head.rfind(" "), head.rfind("\n"), 0)
    return f"{head[:end]} [… {len(text) - end} characters …]"
