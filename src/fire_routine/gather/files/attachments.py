"""Files of the runner that `attach` names: logs, and the failing tests of JUnit XML reports."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import BinaryIO

from ...model import Attachment, Digest, Note
from .globbing import Found, find

MOST_FILES = 20
MOST_BYTES = 32 * 1024 * 1024  # of one file
ALL_BYTES = 64 * 1024 * 1024  # of all files together
SECONDS = 15.0  # to find and read all files; a log of 64 MiB takes about three
_CHUNK = 256 * 1024
_REPORT = ".xml"
# What zip, gzip, bzip2, xz and zstd files begin with: GitHub's own archive of a run's logs is one.
_BZIP2 = tuple(b"BZh%d1AY&SY" % level for level in range(1, 10))
COMPRESSED = (b"PK\x03\x04", b"\x1f\x8b", *_BZIP2, b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd")

Read = Callable[[Iterable[bytes]], Digest]


def read_attachments(
    patterns: Sequence[str],
    workspace: Path | None,
    read: Read,
    *,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[tuple[Attachment, ...], tuple[Note, ...]]:
    """The files that the patterns name, read; and notes on what was left out.

    Only regular files inside the workspace are read. No link is followed, whether it is the file or
    a folder on the way: a failed job may have left it there to have something else sent.

    Args:
        patterns: globs relative to the workspace, with `*`, `?`, `[…]` and `**`.
        workspace: the runner's `GITHUB_WORKSPACE`; None where there is none.
        read: a log's chunks to its digest (`distill.read`).
        seconds: for all files together.
    """
    if workspace is None:
        note = Note("attach", "there is no workspace", "Run the action in a job that has GITHUB_WORKSPACE.")
        return (), (note,) if patterns else ()
    budget = _Budget(clock() + seconds, clock)
    found = Found()
    for pattern in patterns:
        find(workspace, pattern, found, budget.is_spent)
    attachments: list[Attachment] = []
    notes: list[Note] = []
    for path in list(found.files)[:MOST_FILES]:
        try:
            attachments.append(Attachment(path.as_posix(), _digest(workspace / path, path, read, budget)))
        except (OSError, ValueError) as problem:
            notes.append(_note(path, problem))
    if len(found.files) > MOST_FILES:
        why = f"the patterns match {len(found.files)} files and {MOST_FILES} are read"
        notes.append(Note("attach: some files", why, "Name fewer files."))
    return tuple(attachments), (*found.notes, *notes)


class _Budget:
    """The bytes and the time that all files share."""

    def __init__(self, deadline: float, clock: Callable[[], float]) -> None:
        self._bytes = ALL_BYTES
        self._deadline = deadline
        self._clock = clock

    def is_spent(self) -> bool:
        return self._clock() > self._deadline

    def take(self, size: int) -> None:
        """
        Raises:
            ValueError: this many more bytes would be too many.
        """
        if size > self._bytes:
            raise ValueError(f"together with the files before it, it is larger than {_mebibytes(ALL_BYTES)}")
        self._bytes -= size

    def chunks(self, file: BinaryIO) -> Iterator[bytes]:
        """The file's bytes up to the cap, should it be growing.

        Raises:
            ValueError: the time is spent.
        """
        left = MOST_BYTES
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            if self.is_spent():
                raise ValueError("there was no time left to read it")
            left -= len(chunk)
            yield chunk


def _mebibytes(size: int) -> str:
    return f"{size // 1024 // 1024} MiB"


def _note(path: PurePath, problem: OSError | ValueError) -> Note:
    why = (problem.strerror or "it can't be read") if isinstance(problem, OSError) else str(problem)
    return Note(f"attach: {path.as_posix()}", why, "Name a log or a JUnit XML file that the job has written.")


def _digest(path: Path, name: PurePath, read: Read, budget: _Budget) -> Digest:
    """
    Raises:
        OSError: it can't be opened or read.
        ValueError: it is no regular file, too large, too late, compressed, or XML with a document type.
    """
    with open(path, "rb", opener=_open_plainly) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("it is not a regular file")
        if status.st_size > MOST_BYTES:
            raise ValueError(f"it is larger than {_mebibytes(MOST_BYTES)}")
        if file.peek(10).startswith(COMPRESSED):
            raise ValueError("it is compressed")
        budget.take(status.st_size)
        if name.suffix.lower() == _REPORT:
            from .junit import read_report  # only here, for its start-up time

            report = read_report(budget.chunks(file))
            if report is not None:
                return report
            file.seek(0)
        return read(budget.chunks(file))


def _open_plainly(path: str, flags: int) -> int:
    """Opens no link, and does not wait for a pipe's writer."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
