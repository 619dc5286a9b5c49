"""The compiled formats of vendors' tokens; `token_data/vendors.toml` describes the fields."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ..patterns import pattern

_COMPILED = Path(__file__).resolve().parent / "token_data" / "compiled.json"


class TokenFormat(NamedTuple):
    """A token that its form identifies."""

    kind: str
    keywords: tuple[str, ...]
    pattern: re.Pattern[str]  # matches `before` characters in front of the keyword; a group narrows it
    before: int
    whole: int
    one_line: bool  # not looked for over line breaks
    closed: bool  # nothing may follow it, so it may have to be looked for within fewer lines


class NamedFormat(NamedTuple):
    """A value that is a secret where it is assigned to a name with one of `names` in it."""

    kind: str
    names: tuple[str, ...]  # in lower case
    value: str  # regular expression


@cache
def _compiled() -> dict[str, list[list[Any]]]:
    """The file's tables. It is read when the first text is searched, not on import."""
    tables: dict[str, list[list[Any]]] = json.loads(_COMPILED.read_text("utf-8"))
    return tables


def token_formats() -> list[TokenFormat]:
    """All token formats, in the order of their files. Their patterns are compiled on first use."""
    rows = _compiled()["tokens"]
    return [
        TokenFormat(
            kind, tuple(keywords), pattern(expression, re.ASCII), before, whole, one_line, "(?!" in expression
        )
        for kind, keywords, expression, before, whole, one_line in rows
    ]


def named_formats() -> list[NamedFormat]:
    """All formats of named values, in the order of their files."""
    return [NamedFormat(kind, tuple(names), value) for kind, names, value in _compiled()["named"]]
