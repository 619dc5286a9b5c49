"""Branch patterns, read as GitHub reads the `branches` filter of a workflow.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_TOKEN = re.compile(
    r"\\(?P<escaped>.)"
    r"|(?P<anything>\*\*+)"
    r"|(?P<part>\*)"
    r"|\[(?P<listed>(?:[A-Za-z0-9](?:-[A-Za-z0-9])?)+)\]"
    r"|(?P<quantifier>[?+])"
    r"|(?P<literal>.)",
    re.DOTALL,
)


class _Token(NamedTuple):
    accepts: re.Pattern[str]  # a character
    optional: bool = False
    repeats: bool = False


_ANYTHING = _Token(re.compile(r"(?s:.)"), optional=True, repeats=True)
_PART = _Token(re.compile(r"[^/]"), optional=True, repeats=True)


def matches(branch: str, patterns: Iterable[str]) -> bool:
    """Whether the patterns select the branch: the last one that matches it decides.

    `*` stands for any characters but `/`, `**` for any characters, `?` and `+` for none or one and
    for one or more of the character before, `[a-z0-9]` for one of those listed, `\\` takes the
    special meaning from the next character, and a leading `!` takes matching branches out again.

    A stranger may have named the branch: the time is at most the product of the lengths.
    """
    selected = False
    for pattern in patterns:
        excludes = pattern.startswith("!")
        if _match(_tokens(pattern[1:] if excludes else pattern), branch):
            selected = not excludes
    return selected


def _match(tokens: Sequence[_Token], branch: str) -> bool:
    """All places in the pattern are followed at once, so that nothing is tried twice."""
    places = _reached(tokens, {0})
    for character in branch:
        taken = [at for at in places if at < len(tokens) and tokens[at].accepts.match(character)]
        stay = {at for at in taken if tokens[at].repeats}
        places = _reached(tokens, stay | {at + 1 for at in taken})
    return len(tokens) in places


def _reached(tokens: Sequence[_Token], places: set[int]) -> set[int]:
    """The places, and those behind what may be left out."""
    for at, token in enumerate(tokens):
        if at in places and token.optional:
            places.add(at + 1)
    return places


def _tokens(pattern: str) -> list[_Token]:
    tokens: list[_Token] = []
    repeatable = False  # whether a quantifier may follow
    for found in _TOKEN.finditer(pattern):
        kind, text = found.lastgroup, found[0]
        if kind == "quantifier" and repeatable:
            tokens[-1] = tokens[-1]._replace(optional=text == "?", repeats=text == "+")
            repeatable = False
            continue
        repeatable = kind not in ("anything", "part")
        if not repeatable:
            tokens.append(_ANYTHING if kind == "anything" else _PART)
        elif kind == "listed" and _in_order(found["listed"]):
            tokens.append(_Token(re.compile(text)))
        else:
            tokens += [_Token(re.compile(re.escape(each))) for each in found["escaped"] or text]
    return tokens


def _in_order(listed: str) -> bool:
    """Whether each range of a character list runs upwards, as an expression needs it."""
    return all(low <= high for low, high in re.findall(r"(.)-(.)", listed))
