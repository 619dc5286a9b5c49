"""Bounds what is searched for secrets: that takes about a second for a million characters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..model import Annotation, Attachment, Digest, FailedJob, Failure, Run
from .layout import shares
from .sections.changes import named
from .sections.hunks import with_named_hunks

_SEARCHED = 200_000  # characters of logs in which names of changed files are looked for
_ANNOTATIONS = 4  # annotations may take one part in this many of the room, together
_MESSAGE = 4_000  # characters of the head commit's message, of which the text shows at most 1,000
_SUBJECT = 500  # characters of another commit's first line, which is all that is shown of it


def bounded(
    run: Run, failures: Sequence[Failure], attachments: Sequence[Attachment], room: int
) -> tuple[Run, tuple[Failure, ...], tuple[Attachment, ...]]:
    """The same with logs and annotations of `room` characters together, and short commit messages.

    Of hundreds of large digests, or of endless annotations, the text has room for a few lines each.
    """
    jobs = [*run.failed_jobs, *(job for failure in failures for job in failure.jobs)]
    notes = _shortened((note for job in jobs for note in job.annotations), room // _ANNOTATIONS)
    left = room - sum(map(_size, notes.values()))
    logs = [failure.digest for failure in failures if failure.digest]
    digests = iter(trimmed([*logs, *(one.digest for one in attachments)], left))
    return (
        _with_hunks(
            _with_short_commits(replace(run, failed_jobs=_with_notes(run.failed_jobs, notes))), failures
        ),
        tuple(
            replace(
                one,
                jobs=_with_notes(one.jobs, notes),
                digest=next(digests) if one.digest else None,
            )
            for one in failures
        ),
        tuple(replace(one, digest=next(digests)) for one in attachments),
    )


def trimmed(digests: Sequence[Digest], room: int) -> list[Digest]:
    """The digests, of `room` characters together: from those that need more than their share, the
    weakest lines are removed, whole ones only."""
    sizes = [sum(len(line) + 1 for block in digest.blocks for line in block.lines) for digest in digests]
    given = shares(sizes, room)
    return [
        digest if size <= share else _trimmed(digest, share)
        for digest, size, share in zip(digests, sizes, given, strict=True)
    ]


def _trimmed(digest: Digest, room: int) -> Digest:
    kept = set()
    for block in sorted(digest.blocks, key=lambda block: -block.weight):
        size = sum(len(line) + 1 for line in block.lines)
        if size <= room:
            room -= size
            kept.add(id(block))
    return replace(digest, blocks=tuple(block for block in digest.blocks if id(block) in kept))


def _with_notes(jobs: Sequence[FailedJob], notes: Mapping[Annotation, Annotation]) -> tuple[FailedJob, ...]:
    return tuple(replace(job, annotations=tuple(notes[note] for note in job.annotations)) for job in jobs)


def _size(note: Annotation) -> int:
    return len(note.message) + len(note.title) + len(note.path)


def _shortened(annotations: Iterable[Annotation], room: int) -> dict[Annotation, Annotation]:
    """Each distinct annotation, and the same cut to what leaves the others their share."""
    notes = list(dict.fromkeys(annotations))
    given = shares([_size(note) for note in notes], room)
    return {
        note: note if _size(note) <= share else _short(note, share)
        for note, share in zip(notes, given, strict=True)
    }


def _short(note: Annotation, share: int) -> Annotation:
    title, path = _cut(note.title, share // 4), _cut(note.path, share // 4)
    return replace(note, message=_cut(note.message, share // 2), title=title, path=path)


def _with_short_commits(run: Run) -> Run:
    history = run.history
    if history is not None:
        subjects = (replace(commit, message=_cut(commit.subject, _SUBJECT)) for commit in history.commits)
        history = replace(history, commits=tuple(subjects))
    commit = run.commit and replace(run.commit, message=_cut(run.commit.message, _MESSAGE))
    return replace(run, commit=commit, history=history)


def _with_hunks(run: Run, failures: Sequence[Failure]) -> Run:
    """Patches are kept of the few files alone that the evidence names."""
    history = run.history
    if history is None or not any(file.patch for file in history.files):
        return run
    lines = (line for one in failures if one.digest for block in one.digest.blocks for line in block.lines)
    notes = (f"{note.path}:{note.line}" for one in failures for job in one.jobs for note in job.annotations)
    evidence = "\n".join((*notes, *lines))[:_SEARCHED]
    files = with_named_hunks(history.files, named(history.files, evidence), evidence)
    return replace(run, history=replace(history, files=files))


def _cut(text: str, limit: int) -> str:
    """The text, cut before a word: half a token could not be recognised as a secret."""
    if len(text) <= limit:
        return text
    head = text[: limit + 1]
    end = max(head.rfind(" "), head.rfind("\n"), 0)
    return f"{head[:end]} [… {len(text) - end} characters …]"
