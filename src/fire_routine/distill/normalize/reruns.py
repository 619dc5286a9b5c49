"""Lines of a failure as they are in another run: no run numbers, times, paths, hashes, ports, processes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from zlib import crc32

from ...patterns import pattern
from ..lines.clean import DIGITS, probed
from ..rules import table

READ = 1_500  # characters of a line that are looked at
LONGEST = 240  # of what is left of it that count: another folder's name may be longer
# What a console without UTF-8 (Windows') has another character for, or none: GCC's quotes, Ruby's until 3.3,
# GHC's bullets, pointers and marks of Node's tools, trees of JUnit's.
_PLAIN = str.maketrans("‘’`•❯", "'''*>", "✘✗✖✕×❌⨯✔✓√│├└╷╵─━═")
_SPELLED = str.maketrans("0123456789-", "abcdefghij_")
_SUBSTITUTIONS = [
    (each.get("holds", [""]), pattern(each["match"]), each.get("by")) for each in table("substitution")
]
# Folders of a path, and words that hold a number; each begins with a literal, which re looks for first.
_FOLDERS, _NUMBERED = re.compile(rb" (?:[^\s/\\]*+[/\\])++"), re.compile(rb" [^ \n\d]*+\d\S*+")


def _spelled(match: re.Match[str]) -> str:
    """A number that names something, spelled in letters, so that the folding of digits leaves it."""
    return match.group().translate(_SPELLED)


def normalised(lines: Iterable[str]) -> list[str]:
    """Each line as it would be in another run of the same failure (`rules/tables/substitutions.toml`)."""
    read = [line[:READ].replace("\n", " ") for line in lines]
    if not read:
        return []
    text = "\n".join(read).lower().translate(_PLAIN)
    for holds, expression, by in _SUBSTITUTIONS:
        if any(each in text for each in holds):
            text = expression.sub(_spelled if by is None else by, text)
    return [line[:LONGEST].strip(" #") for line in text.split("\n")]


def digests(texts: Sequence[bytes]) -> list[int]:
    """A number for the text of each line, the same in another run: quick, for very many lines.

    Numbers don't count, and words with some count less.
    """
    if not texts:
        return []
    text = _FOLDERS.sub(b" ", b"\n".join([b" " + probed(line) for line in texts]))
    words, lines = _NUMBERED.sub(b"", text).split(b"\n"), text.translate(None, DIGITS).split(b"\n")
    return [crc32(few) << 32 | crc32(more) for few, more in zip(words, lines, strict=True)]
