"""Files of the runner that `attach` names: logs, and JUnit XML as its failing tests."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import BinaryIO

from ..model import Attachment, Digest, Note
from .globbing import Found, find

MOST_FILES = 20
MOST_BYTES = 32 * 1024 * 1024  # of a file; an XML report is held whole, and parsed at once
_CHUNK = 1024 * 1024
_REPORT = ".xml"
# What zip, gzip, bzip2, xz and zstd files begin with: GitHub's own archive of a run's logs is one.
_BZIP2 = tuple(b"BZh%d1AY&SY" % level for level in range(1, 10))
COMPRESSED = (b"PK\x03\x04", b"\x1f\x8b", *_BZIP2, b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd")

Read = Callable[[Iterable[bytes]], Digest]


def read_attachments(
    patterns: Sequence[str], workspace: Path | None, read: Read
) -> tuple[tuple[Attachment, ...], tuple[Note, ...]]:
    """The files that the patterns name, read; and what was not, and why.

    Only regular files inside the workspace are read: no link is followed, whether it is the file or
    a folder on the way, for a failed job may have left it there to have something else sent.

    Args:
        patterns: globs relative to the workspace, with `*`, `?`, `[…]` and `**`.
        workspace: the runner's `GITHUB_WORKSPACE`; None where there is none.
        read: a log's chunks to its digest (`distill.read`).
    """
    if workspace is None:
        note = Note("attach", "there is no workspace", "Run the action in a job that has GITHUB_WORKSPACE.")
        return (), (note,) if patterns else ()
    found = Found()
    for pattern in patterns:
        find(workspace, pattern, found)
    notes = list(found.notes)
    attachments = []
    for path in list(found.files)[:MOST_FILES]:
        try:
            attachments.append(Attachment(path.as_posix(), _digest(workspace / path, path, read)))
        except (OSError, ValueError) as problem:
            notes.append(_note(path, problem))
    if len(found.files) > MOST_FILES:
        why = f"the patterns match {len(found.files)} files and {MOST_FILES} are read"
        notes.append(Note("attach: some files", why, "Name fewer files."))
    return tuple(attachments), tuple(notes)


def _note(path: PurePath, problem: OSError | ValueError) -> Note:
    why = (problem.strerror or "it can't be read") if isinstance(problem, OSError) else str(problem)
    return Note(f"attach: {path.as_posix()}", why, "Name a log or a JUnit XML file that the job has written.")


def _digest(path: Path, name: PurePath, read: Read) -> Digest:
    """
    Raises:
        OSError: it can't be opened.
        ValueError: it is no regular file, too large, compressed, or XML with a document type of its own.
    """
    with open(path, "rb", opener=_plainly) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("it is not a regular file")
        if status.st_size > MOST_BYTES:
            raise ValueError(f"it is larger than {MOST_BYTES // 1024 // 1024} MiB")
        if file.peek(10).startswith(COMPRESSED):
            raise ValueError("it is compressed")
        chunks = _chunks(file)
        if name.suffix.lower() != _REPORT:
            return read(chunks)
        data = b"".join(chunks)
    from .junit import read_report  # only here, for its start-up time

    return read_report(data) or read([data])


def _plainly(path: str, flags: int) -> int:
    """Opens no link, and does not wait for a pipe's writer."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """The file's bytes up to the cap, should it be growing."""
    left = MOST_BYTES
    while left > 0 and (chunk := file.read(min(_CHUNK, left))):
        left -= len(chunk)
        yield chunk
