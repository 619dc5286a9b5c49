"""Globs inside one folder: nothing outside it, no links followed, bounded."""

from __future__ import annotations

import fnmatch
import re
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from ..model import Note

MOST_ENTRIES = 100_000  # folder entries looked at, for each pattern
_ANY_DEPTH = "**"
_MAGIC = re.compile(r"[*?\[]")
_REFUSED = ".git"  # holds the token that actions/checkout leaves there


@dataclass(slots=True)
class Found:
    """What the patterns so far have found: paths relative to the folder, each once, in the patterns'
    order; those of one pattern by name, files in a folder before those farther below it."""

    files: dict[PurePath, None] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    looked_at: int = 0  # folder entries


def find(folder: Path, pattern: str, found: Found) -> None:
    """Adds the files below `folder` that match, and notes for what is refused or missing.

    `*`, `?` and `[…]` stay within a path component and, as in a shell, match no leading dot; `**`
    stands for any folders, dot folders left out.
    """
    relative = _relative(folder, pattern)
    if relative is None:
        found.notes.append(_note(pattern, "it leads out of the workspace", "name files below it"))
        return
    before = len(found.files), len(found.notes)
    begin = found.looked_at
    pending = deque([(PurePath(), relative)])
    seen = set(pending)
    while pending:
        if found.looked_at - begin > MOST_ENTRIES:
            why = f"more than {MOST_ENTRIES:,} files and folders would have to be looked at"
            found.notes.append(_note(pattern, why, "name the folder in the pattern"))
            return
        for step in _step(folder, *pending.popleft(), found):
            if step not in seen:
                seen.add(step)
                pending.append(step)
    if before == (len(found.files), len(found.notes)):
        found.notes.append(_note(pattern, "no file matches", "check the path and that the job writes it"))


def _relative(folder: Path, pattern: str) -> tuple[str, ...] | None:
    path = PurePath(pattern)
    if path.is_absolute():
        if not path.is_relative_to(folder):
            return None
        path = path.relative_to(folder)
    parts = path.parts
    return None if path.anchor or ".." in parts or not parts else parts


def _step(
    folder: Path, at: PurePath, parts: tuple[str, ...], found: Found
) -> list[tuple[PurePath, tuple[str, ...]]]:
    """Takes the files that match here; returns the folders to go on in, with what is to match there."""
    first, rest = parts[0], parts[1:]
    steps = []
    if first == _ANY_DEPTH and rest:
        steps.append((at, rest))  # no folder in between
    for name in _names(folder / at, first, found):
        path, entry = at / name, folder / at / name
        deeper = parts if first == _ANY_DEPTH else rest
        if name == _REFUSED:
            continue
        if entry.is_symlink() or _is_junction(entry):
            if not rest or first != _ANY_DEPTH:
                found.notes.append(_note(path.as_posix(), "it is a link", "name the file itself"))
        elif entry.is_dir():
            if deeper:
                steps.append((path, deeper))
        elif not rest and entry.exists():
            found.files[path] = None
    return steps


def _is_junction(path: Path) -> bool:
    """Windows' other kind of link (Path.is_junction is new in Python 3.12)."""
    try:
        return bool(getattr(path.lstat(), "st_reparse_tag", 0))
    except OSError:
        return False


def _names(folder: Path, part: str, found: Found) -> list[str]:
    if part != _ANY_DEPTH and not _MAGIC.search(part):
        found.looked_at += 1
        return [part]
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError:  # gone, no folder, or not ours to read: nothing matches there
        return []
    found.looked_at += len(names)
    match = re.compile(fnmatch.translate("*" if part == _ANY_DEPTH else part)).match
    return [name for name in names if match(name) and (name[0] != "." or part[0] == ".")]


def _note(what: str, why: str, remedy: str) -> Note:
    return Note(f"attach: {what}", why, remedy)
