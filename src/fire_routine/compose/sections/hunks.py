"""Changed files that the evidence names, and their hunks: what was changed where it broke."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ...model import ChangedFile, utf16_length
from ...patterns import pattern
from ...sanitize import inline
from ..layout import FRAME, Part, fill, listed, quoted, short

MOST = 1_500  # units of all hunks together
_FILES = 5
_NEAR = 20  # lines between one of a hunk and the named one
_WANTED = 20  # places that the evidence names in a file
_BEFORE, _AFTER = 8, 16  # lines of a patch before and after that
_LINES = 20_000  # of a patch that are looked at
_NAME = 160
_PATH = pattern(r"[\w.@+-]+(?:/[\w.@+-]+)*")
_HUNK = pattern(r"@@ -\d+(?:,\d+)? \+(?P<start>\d{1,9})(?:,\d+)? @@")
# What may be between a file's name and the number of a line: `:12`, `", line 12`, `(12,5)`, `:line 12`
_LINE_OF = r"%s[\"':, (\[]{1,3}(?:line )?(\d{1,7})"


def marked(files: Sequence[ChangedFile], evidence: str) -> tuple[ChangedFile, ...]:
    """The files, those marked that the evidence names; patches of a few of them, cut to the named lines.

    To be called before redaction, which would take too long for the patches of hundreds of files. Only whole
    lines are left out.
    """
    names = named(files, evidence)
    shown = [file.path for file in files if file.path in names and file.patch][:_FILES]
    patches = {file.path: _nearest(file, evidence) for file in files if file.path in shown}
    return tuple(replace(file, named=file.path in names, patch=patches.get(file.path, "")) for file in files)


def named(files: Sequence[ChangedFile], evidence: str) -> set[str]:
    """The paths among the changed files that the evidence names.

    A log may name a file by its path in the repository, by an absolute path, or by its last components. A
    bare file name counts if no other changed file has that name.
    """
    if not files:
        return set()
    tokens = set(_PATH.findall(evidence.replace("\\", "/")))
    endings = {token[start:] for token in tokens for start in _component_starts(token)}
    bare = [file.path.rpartition("/")[2] for file in files]
    found = set()
    for file, name in zip(files, bare, strict=True):
        tails = {file.path[start:] for start in _component_starts(file.path)}
        if "." not in name or bare.count(name) > 1:
            tails.discard(name)
        whole = endings if "/" in file.path else tokens
        if file.path in whole or tails & tokens:
            found.add(file.path)
    return found


def _component_starts(path: str) -> list[int]:
    # A path of more components than any file system allows is no path.
    return [0, *(match.end() for match in re.finditer("/", path[:4096]))][-40:]


def hunks(files: Sequence[ChangedFile], limit: int) -> str:
    """The hunks of the named files, quoted, each after a blank line and its file's name."""
    parts = [Part(partial(_block, file)) for file in files if file.patch]
    return "".join(fill(parts, min(limit, MOST)))


def _block(file: ChangedFile, limit: int) -> str:
    """As many whole lines as fit."""
    title = f"\n\nChanged in {inline(short(file.path, _NAME))}:\n"
    lines = listed(file.patch.split("\n"), limit - utf16_length(title) - FRAME, "\n")
    return title + quoted(lines) if lines else ""


def _nearest(file: ChangedFile, evidence: str) -> str:
    """Lines of the patch around the line that the evidence names, else around the first that was changed."""
    name = re.escape(file.path.rpartition("/")[2])
    wanted = [int(number) for number in re.findall(_LINE_OF % name, evidence)[:_WANTED]]
    lines = file.patch.split("\n")[:_LINES]
    number, distance, middle = 0, _NEAR, -1
    for at, line in enumerate(lines):
        if hunk := _HUNK.match(line):
            number = int(hunk["start"])
            continue
        if middle < 0 and line.startswith(("+", "-")):
            middle = at
        if line.startswith((" ", "+")):  # a line of the file as it is now
            away = min((abs(number - one) for one in wanted), default=_NEAR)
            if away < distance:
                distance, middle = away, at
            number += 1
    return "\n".join(lines[max(middle - _BEFORE, 0) : middle + _AFTER]) if middle >= 0 else ""
