"""The compiled formats of secrets. `token_data` has them with their examples, and describes their fields."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ..patterns import pattern

_COMPILED = Path(__file__).resolve().parent / "token_data" / "compiled.json"


class TokenFormat(NamedTuple):
    """A token that its form identifies (`vendors.toml`)."""

    kind: str
    keywords: tuple[str, ...]
    pattern: re.Pattern[str]  # matches `before` characters in front of the keyword; a group narrows it
    before: int


class Syntax(NamedTuple):
    """Where a tool or a format has a secret (`syntaxes.toml`)."""

    literals: tuple[str, ...]  # in lower case
    pattern: re.Pattern[str]  # matches at a literal, on lower-case text; its group is the secret
    reaches: bool  # it spans arguments: a word is tried once, however often a literal is in it
    look: str  # of the value: "random" where ordinary words can be there as well, "mixed", "any"
    needs: str  # a literal, in lower case, without which nothing can match


@cache
def _compiled() -> dict[str, Any]:
    """The file's tables. It is read when the first text is searched, not on import."""
    tables: dict[str, Any] = json.loads(_COMPILED.read_text("utf-8"))
    return tables


def token_formats() -> list[TokenFormat]:
    """All token formats, in the order of their file. Their patterns are compiled on first use."""
    return [
        TokenFormat(kind, tuple(keywords), pattern(expression, re.ASCII), before)
        for kind, keywords, expression, before in _compiled()["tokens"]
    ]


def syntaxes() -> list[Syntax]:
    """All syntaxes of tools, in the order of their file. Their patterns are compiled on first use."""
    return [
        Syntax(tuple(literals), pattern(expression), *rest)
        for literals, expression, *rest in _compiled()["syntaxes"]
    ]


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
