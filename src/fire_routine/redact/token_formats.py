"""The compiled formats of secrets. `token_data` has them with their examples, and describes their fields."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ..patterns import pattern

_COMPILED = Path(__file__).resolve().parent / "token_data" / "compiled.json"


class Format(NamedTuple):
    """A token that its form identifies (`vendors.toml`), or where a tool has a secret (`syntaxes.toml`)."""

    kind: str
    literals: tuple[str, ...]
    pattern: re.Pattern[str]  # matches `before` characters in front of a literal; a group narrows it
    before: int
    lowered: bool  # it is for lower-case text
    look: str  # of the secret: "" is all, "any" no placeholder; "random" or "mixed" where words can be, too
    reaches: bool  # it spans arguments: a word is tried once, however often a literal is in it
    needs: str  # a literal, in lower case, without which nothing can match


@cache
def _compiled() -> dict[str, Any]:
    """The file's tables. It is read when the first text is searched, not on import."""
    tables: dict[str, Any] = json.loads(_COMPILED.read_text("utf-8"))
    return tables


@cache
def formats() -> dict[str, list[Format]]:
    """All formats by their literals, in the order of their files. A pattern is compiled on first use."""
    found: dict[str, list[Format]] = {}
    for kind, literals, expression, before, lowered, *rest in _compiled()["formats"]:
        compiled = pattern(expression, 0 if lowered else re.ASCII)
        one = Format(kind, tuple(literals), compiled, before, lowered, *rest)
        for literal in one.literals:
            found.setdefault(literal, []).append(one)
    return found


class Command(NamedTuple):
    """A command that prints or reads a secret (`words.toml`)."""

    words: tuple[str, ...]  # in lower case, in their order
    literal: str  # the one that the text is searched for


@cache
def commands(name: str) -> tuple[Command, ...]:
    """A list of commands of `words.toml`."""
    every = (tuple(words.split()) for words in sorted(word_list(name)))
    return tuple(Command(words, max(words, key=len)) for words in every)


@cache
def word_list(name: str) -> frozenset[str]:
    """A list of `words.toml`."""
    return frozenset(_compiled()["words"][name])


@cache
def word_pattern(name: str, end: str = "") -> re.Pattern[str]:
    """One of a list's words, which are expressions, and what `end` matches after it; regardless of case."""
    return re.compile(rf"(?:{'|'.join(sorted(word_list(name)))}){end}", re.IGNORECASE | re.DOTALL)
