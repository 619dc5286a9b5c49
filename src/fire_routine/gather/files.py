"""Files of the runner that `attach` names: logs, and the failing tests of JUnit XML reports.

Only regular files inside the workspace are read. No link is followed, whether it is the file or a folder on
the way: a failed job may have left it there to have something else sent. Everything is bounded.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePath
from typing import IO

from ..clock import REAL, Clock, Deadline
from ..model.evidence import COMPRESSED, Attachment, Digest
from ..model.run import Note
from .storage import LATE

MOST_FILES = 20
MOST_BYTES = 32 * 1024 * 1024  # of one file
ALL_BYTES = 64 * 1024 * 1024  # of all files together
MOST_ENTRIES = 100_000  # files and folders looked at, for each pattern
TOO_LARGE = f"it is larger than {MOST_BYTES >> 20} MiB"
SECONDS = 15.0  # to find and read all files; a log of 64 MiB takes about three
_CHUNK = 256 * 1024
_REPORTS = (".xml", ".trx")
_ANY_DEPTH = "**"
_REFUSED = ".git"  # holds the token that actions/checkout leaves there

Read = Callable[[Iterable[bytes]], Digest]


def read_attachments(
    patterns: Sequence[str],
    workspace: Path | None,
    read: Read,
    *,
    seconds: float = SECONDS,
    clock: Clock = REAL,
) -> tuple[tuple[Attachment, ...], tuple[Note, ...]]:
    """The files that the patterns name, read; and notes on what was left out.

    Args:
        patterns: globs relative to the workspace, with `*`, `?`, `[…]` and `**`. As in a shell, they match no
            leading dot.
        workspace: the runner's `GITHUB_WORKSPACE`; None where there is none.
        read: a log's chunks to its digest (`distill.read`).
        seconds: for all files together.
    """
    if workspace is None:
        note = Note("attach", "there is no workspace", "Run the action in a job that has GITHUB_WORKSPACE.")
        return (), (note,) if patterns else ()
    budget = Budget(clock.monotonic() + seconds, clock)
    found: dict[PurePath, None] = {}  # each once, in the patterns' order
    notes: dict[Note, None] = {}
    for pattern in patterns:
        paths, problems = _find(workspace, pattern, budget)
        found.update(dict.fromkeys(paths))
        notes.update(dict.fromkeys(problems))
    attachments: list[Attachment] = []
    for path in list(found)[:MOST_FILES]:
        try:
            attachments.append(Attachment(path.as_posix(), _digest(workspace, path, read, budget)))
        except (OSError, ValueError) as problem:
            why = (problem.strerror or "it can't be read") if isinstance(problem, OSError) else str(problem)
            notes[_note(path.as_posix(), why, "Name a log or a JUnit XML file that the job has written.")] = (
                None
            )
    if len(found) > MOST_FILES:
        why = f"the patterns match {len(found)} files and {MOST_FILES} are read"
        notes[Note("attach: some files", why, "Name fewer files.")] = None
    return tuple(attachments), tuple(notes)


class Budget:
    """The bytes and the time that all files share."""

    def __init__(self, deadline: Deadline, clock: Clock) -> None:
        self._bytes = ALL_BYTES
        self._deadline = deadline
        self._clock = clock

    def is_spent(self) -> bool:
        return self._bytes < 0 or self._clock.monotonic() > self._deadline

    def chunks(self, file: IO[bytes]) -> Iterator[bytes]:
        """The file's bytes, however many it states or unpacks to.

        Raises:
            ValueError: they are too many, or the time is spent.
        """
        left = MOST_BYTES
        while chunk := file.read(_CHUNK):
            left -= len(chunk)
            self._bytes -= len(chunk)
            if left < 0:
                raise ValueError(TOO_LARGE)
            if self._bytes < 0:
                raise ValueError(f"with the files before it, it is larger than {ALL_BYTES >> 20} MiB")
            if self.is_spent():
                raise ValueError(LATE)
            yield chunk


def _find(workspace: Path, pattern: str, budget: Budget) -> tuple[list[PurePath], list[Note]]:
    """The paths that match, relative to the workspace: by name, a folder's files before those below it.

    And notes on what is refused, unreadable or missing.
    """
    parts = _relative(workspace, pattern)
    if not parts:
        return [], [_note(pattern, "it leads out of the workspace", "Name files below it.")]
    found: list[PurePath] = []
    notes: list[Note] = []
    looked_at = 0
    magic = (number for number, part in enumerate(parts[:-1]) if re.search(r"[*?\[]", part))
    start = PurePath(*parts[: next(magic, len(parts) - 1)])
    if not _is_plain(workspace, start):
        way = (*reversed(start.parents), start)
        link = next(path for path in way if not _is_plain(workspace, path))
        return [], [_note(link.as_posix(), "it is a link", "Name the folder itself.")]

    def unreadable(error: OSError) -> None:
        if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
            what = PurePath(error.filename).relative_to(workspace).as_posix()
            remedy = "Let the job's user read it, or name other files."
            notes.append(_note(what, error.strerror or "it can't be read", remedy))

    for folder, folders, names in os.walk(workspace / start, onerror=unreadable):
        looked_at += 1 + len(folders) + len(names)
        over = f"more than {MOST_ENTRIES:,} files and folders would have to be looked at"
        if looked_at > MOST_ENTRIES or budget.is_spent():
            why = over if looked_at > MOST_ENTRIES else "there was no time left to look for it"
            return found, [*notes, _note(pattern, why, "Name the folder in the pattern.")]
        at = PurePath(folder).relative_to(workspace)
        found += (at / name for name in sorted(names) if _matches((*at.parts, name), parts))
        folders[:] = sorted(name for name in folders if _matches((*at.parts, name), parts, folder=True))
    if not found and not notes:
        notes.append(_note(pattern, "no file matches", "Check the path and that the job writes it."))
    return found, notes


def _relative(workspace: Path, pattern: str) -> tuple[str, ...]:
    """The pattern's parts below the workspace; none if it leads out of it."""
    path = PurePath(pattern)
    if path.is_absolute():
        if not path.is_relative_to(workspace):
            return ()
        path = path.relative_to(workspace)
    parts = path.parts
    return () if path.anchor or ".." in parts or "\0" in pattern else parts


def _matches(path: tuple[str, ...], pattern: tuple[str, ...], *, folder: bool = False) -> bool:
    """Whether a file's path matches; `folder`: whether paths below one may match."""
    if not pattern:
        return not path and not folder
    if not path and folder:
        return True
    first, rest = pattern[0], pattern[1:]
    if first == _ANY_DEPTH and _matches(path, rest, folder=folder):
        return True
    if not path or path[0] == _REFUSED or (path[0][0] == "." and first[0] != "."):
        return False
    if first == _ANY_DEPTH:
        return _matches(path[1:], pattern, folder=folder)
    return fnmatch(path[0], first) and _matches(path[1:], rest, folder=folder)


def _is_plain(workspace: Path, path: PurePath) -> bool:
    """Whether neither the path below the workspace nor a folder on the way to it is a link or a junction."""
    return Path(os.path.realpath(workspace / path)) == Path(os.path.realpath(workspace)) / path


def _note(what: str, why: str, remedy: str) -> Note:
    return Note(f"attach: {what if len(what) <= 200 else f'{what[:199]}…'}", why, remedy)


def _digest(workspace: Path, path: PurePath, read: Read, budget: Budget) -> Digest:
    """
    Raises:
        OSError: it can't be opened or read.
        ValueError: it is a link or no regular file, too large, too late, compressed, or XML with a DTD.
    """
    if not _is_plain(workspace, path):
        raise ValueError("it is a link")
    with open(workspace / path, "rb", opener=_open_plainly) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("it is not a regular file")
        if status.st_size > MOST_BYTES:
            raise ValueError(TOO_LARGE)
        if file.peek(10).startswith(COMPRESSED):
            raise ValueError("it is compressed")
        if path.suffix.lower() in _REPORTS:
            from .junit import read_report  # only here, for its start-up time

            report = read_report(budget.chunks(file))
            if report is not None:
                return report
            file.seek(0)
        return read(budget.chunks(file))


def _open_plainly(path: str, flags: int) -> int:
    """Opens no link, and does not wait for a pipe's writer."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
