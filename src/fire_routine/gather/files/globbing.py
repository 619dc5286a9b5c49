"""Globs inside one folder: nothing outside it, no links followed, bounded."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from ...model import Note

MOST_ENTRIES = 100_000  # folder entries looked at, for each pattern
_MOST_NOTES = 20  # on entries that can't be read, for each pattern
_ANY_DEPTH = "**"
_MAGIC = re.compile(r"[*?\[]")
_REFUSED = ".git"  # holds the token that actions/checkout leaves there

_State = tuple[PurePath, tuple[str, ...]]  # a folder, and what is to match below it


@dataclass(slots=True)
class Found:
    """What the patterns so far have found: paths relative to the folder, each once, in the patterns'
    order; those of one pattern by name, files in a folder before those farther below it."""

    files: dict[PurePath, None] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def find(folder: Path, pattern: str, found: Found, is_late: Callable[[], bool] = lambda: False) -> None:
    """Add the files below `folder` that match, and notes on what is refused, unreadable or missing.

    `*`, `?` and `[…]` stay within a path component and, as in a shell, match no leading dot; `**`
    stands for any folders, dot folders left out. The search ends when `is_late` returns true.
    """
    relative = _relative(folder, pattern)
    if relative is None:
        found.notes.append(_note(pattern, "it leads out of the workspace", "Name files below it."))
        return
    before = len(found.files)
    search = _Search(folder, found)
    pending = deque([(PurePath(), relative)])
    seen = set(pending)
    while pending:
        if search.looked_at > MOST_ENTRIES:
            why = f"more than {MOST_ENTRIES:,} files and folders would have to be looked at"
            found.notes.append(_note(pattern, why, "Name the folder in the pattern."))
            return
        if is_late():
            why = "there was no time left to look for it"
            found.notes.append(_note(pattern, why, "Name the folder in the pattern."))
            return
        for state in search.step(*pending.popleft()):
            if state not in seen:
                seen.add(state)
                pending.append(state)
    if before == len(found.files) and not search.noted:
        found.notes.append(_note(pattern, "no file matches", "Check the path and that the job writes it."))


def _relative(folder: Path, pattern: str) -> tuple[str, ...] | None:
    path = PurePath(pattern)
    if path.is_absolute():
        if not path.is_relative_to(folder):
            return None
        path = path.relative_to(folder)
    parts = path.parts
    return None if path.anchor or ".." in parts or not parts else parts


class _Search:
    """Looks for the files of one pattern, folder by folder."""

    def __init__(self, folder: Path, found: Found) -> None:
        self._folder = folder
        self._found = found
        self.noted = 0
        self.looked_at = 0  # folder entries

    def step(self, at: PurePath, parts: tuple[str, ...]) -> Iterator[_State]:
        """Take the matching files of the folder `at`; the folders to go on in, and what is to match there."""
        first, rest = parts[0], parts[1:]
        any_depth = first == _ANY_DEPTH
        if any_depth and rest:
            yield at, rest  # no folder in between
        deeper = parts if any_depth else rest
        for name, status in self._entries(at, first):
            path = at / name
            if _is_link(status):
                if not rest or not any_depth:
                    self._say(path, "it is a link", "Name the file itself.")
            elif stat.S_ISDIR(status.st_mode):
                if deeper:
                    yield path, deeper
            elif not rest:
                self._found.files[path] = None

    def _entries(self, at: PurePath, part: str) -> Iterator[tuple[str, os.stat_result]]:
        """The entries of a folder that match, by name; those that can't be looked at are noted."""
        for name in self._names(at, part):
            if name == _REFUSED:
                continue
            try:
                yield name, os.lstat(self._folder / at / name)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except (OSError, ValueError) as error:  # no permission, too long a name, a NUL in it
                self._unreadable(at / name, error)

    def _names(self, at: PurePath, part: str) -> list[str]:
        if part != _ANY_DEPTH and not _MAGIC.search(part):
            self.looked_at += 1
            return [part]
        try:
            names = sorted(entry.name for entry in (self._folder / at).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []
        except (OSError, ValueError) as error:
            self._unreadable(at, error)
            return []
        self.looked_at += len(names)
        match = re.compile(fnmatch.translate("*" if part == _ANY_DEPTH else part)).match
        return [name for name in names if match(name) and (name[0] != "." or part[0] == ".")]

    def _unreadable(self, path: PurePath, error: OSError | ValueError) -> None:
        why = (error.strerror if isinstance(error, OSError) else None) or "it can't be read"
        self._say(path, why, "Let the job's user read it, or name other files.")

    def _say(self, path: PurePath, why: str, remedy: str) -> None:
        self.noted += 1
        note = _note(path.as_posix(), why, remedy)
        if self.noted <= _MOST_NOTES and note not in self._found.notes:
            self._found.notes.append(note)


def _is_link(status: os.stat_result) -> bool:
    """Whether it is a symbolic link, or Windows' other kind, a junction."""
    tag: int = getattr(status, "st_reparse_tag", 0)
    return stat.S_ISLNK(status.st_mode) or tag != 0


def _note(what: str, why: str, remedy: str) -> Note:
    shown = what if len(what) <= 200 else f"{what[:199]}…"
    return Note(f"attach: {shown}", why, remedy)
