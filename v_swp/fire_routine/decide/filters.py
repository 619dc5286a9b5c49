"""Branch patterns, read as GitHub reads the `branches` filter of a workflow.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_TOKEN = re.compile(
    r"\\(?P<escaped>.)"
    r"|(?P<anything>\*\*+)"
    r"|(?P<part>\*)"
    r"|\[(?P<listed>(?:[A-Za-z0-9](?:-[A-Za-z0-9])?)+)\]"
    r"|(?P<quantifier>[?+])"
    r"|(?P<literal>.)",
    re.DOTALL,
)


def matches(branch: str, patterns: Iterable[str]) -> bool:
    """Whether the patterns select the branch: the last one that matches it decides.

    `*` stands for any characters but `/`, `**` for any characters, `?` and `+` for none or one and
    for one or more of the character before, `[a-z0-9]` for one of those listed, `\\` takes the
    special meaning from the next character, and a leading `!` takes matching branches out again.
    """
    selected = False
    for pattern in patterns:
        excludes = pattern.startswith("!")
        if _expression(pattern[1:] if excludes else pattern).fullmatch(branch):
            selected = not excludes
    return selected


def _expression(pattern: str) -> re.Pattern[str]:
    parts: list[str] = []
    repeatable = False  # whether a quantifier may follow
    for token in _TOKEN.finditer(pattern):
        kind, text = token.lastgroup, token[0]
        if kind == "quantifier" and repeatable:
            parts[-1] += text
            repeatable = False
            continue
        wildcard = {"anything": ".*", "part": "[^/]*"}.get(kind or "")
        repeatable = wildcard is None
        if kind == "listed" and _in_order(token["listed"]):
            parts.append(text)
        elif wildcard != (parts[-1] if parts else ""):
            parts.append(wildcard or re.escape(token["escaped"] or text))
    return re.compile("".join(parts), re.DOTALL)


def _in_order(listed: str) -> bool:
    """Whether each range of a character list runs upwards, as an expression needs it."""
    return all(low <= high for low, high in re.findall(r"(.)-(.)", listed))
