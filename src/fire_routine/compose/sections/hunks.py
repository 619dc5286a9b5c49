"""Hunks of changed files that the evidence names: what was changed where it broke."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from ...model import ChangedFile, utf16_length
from ...patterns import pattern
from ...sanitize import inline
from ..layout import Part, fill, quoted, short

MOST = 1_500  # units of all hunks together
_FILES = 5
_NEAR = 20  # lines between one of a hunk and the named one
_WANTED = 20  # places that the evidence names in a file
_BEFORE, _AFTER = 8, 16  # lines of a patch before and after that
_LINES = 20_000  # of a patch that are looked at
_SHORTEST = 120  # units that are worth a block
_NAME = 160
_HUNK = pattern(r"@@ -\d+(?:,\d+)? \+(?P<start>\d{1,9})(?:,\d+)? @@")
# What may be between a file's name and the number of a line: `:12`, `", line 12`, `(12,5)`, `:line 12`
_LINE_OF = r"%s[\"':, (\[]{1,3}(?:line )?(\d{1,7})"


def with_named_hunks(files: Sequence[ChangedFile], names: set[str], evidence: str) -> tuple[ChangedFile, ...]:
    """The files, with patches of those alone that the evidence names, cut to what is near the named lines.

    To be called before redaction, which would take too long for the patches of hundreds of files. Only whole
    lines are left out.
    """
    chosen = [file.path for file in files if file.path in names and file.patch][:_FILES]
    return tuple(
        replace(file, patch=_nearest(file, evidence) if file.path in chosen else "") if file.patch else file
        for file in files
    )


def hunks(files: Sequence[ChangedFile], names: set[str], limit: int) -> str:
    """The hunks of the named files, quoted, each after a blank line and its file's name."""
    parts = [Part(partial(_block, file)) for file in files if file.path in names and file.patch]
    return "".join(fill(parts, min(limit, MOST)))


def _block(file: ChangedFile, limit: int) -> str:
    """As many whole lines as fit."""
    title = f"\n\nChanged in {inline(short(file.path, _NAME))}:\n"
    lines = file.patch.split("\n")
    while lines and limit >= _SHORTEST:
        block = title + quoted("\n".join(lines))
        if (over := utf16_length(block) - limit) <= 0:
            return block
        while lines and over > 0:
            over -= utf16_length(lines.pop()) + 1
    return ""


def _nearest(file: ChangedFile, evidence: str) -> str:
    """Lines of the patch around the line that the evidence names, else around the first that was changed."""
    name = re.escape(file.path.rpartition("/")[2])
    wanted = {int(number) for number in re.findall(_LINE_OF % name, evidence)[:_WANTED]}
    lines = list(islice(_numbered(file.patch), _LINES))
    changed = [at for at, (line, _) in enumerate(lines) if line[:1] in ("+", "-")]
    if not changed:
        return ""
    numbered = [(number, at) for at, (_, number) in enumerate(lines) if number is not None]
    away = [(abs(number - one), at) for number, at in numbered for one in wanted]
    distance, there = min(away, default=(_NEAR, 0))
    middle = there if distance < _NEAR else changed[0]
    return "\n".join(line for line, _ in lines[max(middle - _BEFORE, 0) : middle + _AFTER])


def _numbered(patch: str) -> Iterator[tuple[str, int | None]]:
    """Each line of a patch in the unified format, and its number in the file as it is now."""
    number = None
    for line in patch.split("\n"):
        if found := _HUNK.match(line):
            number = int(found["start"])
            yield line, None
        else:
            yield line, number if line[:1] != "-" else None
            if number is not None and line[:1] in (" ", "+"):
                number += 1
