"""Branch patterns, read as GitHub reads the `branches` filter of a workflow.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ..patterns import pattern as compiled

_PARTS = compiled(
    r"(?P<any>\*\*+)|(?P<some>\*)|(?P<count>[?+])|\\(?P<escaped>.)"
    r"|(?P<listed>\[(?:[A-Za-z0-9](?:-[A-Za-z0-9])?)+\])|(?P<plain>.)",
    re.DOTALL,
)


class _Part(NamedTuple):
    """One character, and how often it may occur."""

    accepts: re.Pattern[str]
    optional: bool = False
    repeats: bool = False


_ANY = _Part(re.compile(r"(?s:.)"), optional=True, repeats=True)
_SOME = _Part(re.compile(r"[^/]"), optional=True, repeats=True)


def matches(branch: str, patterns: Iterable[str]) -> bool:
    """Whether the patterns select the branch: the last one that matches it decides.

    `*` matches any characters but `/`, and `**` any at all. `?` and `+` allow the character before them at
    most once, and at least once. `[a-z0-9]` matches one of those listed. `\\` makes the next character an
    ordinary one. A leading `!` excludes the branches that match.

    Anyone may have named the branch, so the time is bounded by the product of the two lengths.
    """
    selected = False
    for pattern in patterns:
        excludes = pattern.startswith("!")
        if _matches(branch, _parts(pattern.removeprefix("!"))):
            selected = not excludes
    return selected


def _matches(branch: str, parts: Iterable[_Part]) -> bool:
    ends = {0}  # how much of the branch the parts so far can match
    for part in parts:
        before, ends = ends, set(ends) if part.optional else set()
        for at, character in enumerate(branch):
            if (at in before or (part.repeats and at in ends)) and part.accepts.match(character):
                ends.add(at + 1)
    return len(branch) in ends


def _parts(pattern: str) -> list[_Part]:
    parts: list[_Part] = []
    countable = False  # whether `?` or `+` may follow
    for found in _PARTS.finditer(pattern):
        kind, text = found.lastgroup, found[0]
        if kind == "count" and countable:
            parts[-1] = parts[-1]._replace(optional=text == "?", repeats=text == "+")
        elif kind in ("any", "some"):
            parts.append(_ANY if kind == "any" else _SOME)
        elif kind == "listed" and all(low <= high for low, high in re.findall("(.)-(.)", text)):
            parts.append(_Part(re.compile(text)))
        else:
            parts += [_Part(re.compile(re.escape(each))) for each in found["escaped"] or text]
        countable = kind not in ("any", "some") and not (kind == "count" and countable)
    return parts
