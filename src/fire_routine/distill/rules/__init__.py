"""The rules, in the order in which they are tried: the first that matches takes the line. And tables of what
else is known of tools' lines.

Both are written in TOML: the rules in a file for each family of tools, the tables in the folder `tables`.
`fire-routine rules compile` makes of them the two files that are read here.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from ...patterns import pattern
from .schema import ANY_FAMILY, Fields, Rule, rule_from

# Parts of words that make a line worth a look wherever it is.
ANYWHERE = (b"error", b"fail", b"exception", b"panic")
COMPILED, TABLES = (Path(__file__).with_name(name) for name in ("_compiled.json", "_tables.json"))


@cache
def entries() -> list[Fields]:
    """The compiled fields of all rules, in the order in which they are tried."""
    fields: list[Fields] = json.loads(COMPILED.read_bytes())
    return fields


@cache
def rule_at(order: int) -> Rule:
    """The rule with this place in the order. A log needs few of them: each is made when it is needed."""
    return rule_from(entries()[order], order)


def rules() -> tuple[Rule, ...]:
    """All rules, in the order in which they are tried."""
    return tuple(map(rule_at, range(len(entries()))))


@cache
def _tables() -> dict[str, Any]:
    if not TABLES.exists():  # it is being made
        from .tables import compiled

        return compiled()
    tables: dict[str, Any] = json.loads(TABLES.read_bytes())
    return tables


def table(name: str) -> Any:
    """The table of this name, as `rules.tables` compiles it."""
    return _tables()[name]


def expression(name: str) -> re.Pattern[bytes]:
    """One of the expressions of `tables/expressions.toml`."""
    return pattern(table("expressions")[name].encode())


@cache
def ids_of_any_family() -> frozenset[str]:
    """The rules for what fails in the tools of any language."""
    return frozenset(fields["id"] for fields in entries() if fields["family"] == ANY_FAMILY)


@cache
def given_to(what: str) -> Rule:
    """The rule that is given to lines that the matcher recognises itself."""
    return rule_at(next(at for at, fields in enumerate(entries()) if fields.get("given_to") == what))
