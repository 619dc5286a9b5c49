"""The rules, in the order in which they are tried: the first that matches takes the line.

They are written in TOML, a file for each family of tools, and compiled by `fire-routine rules compile` into
the one file that is read here.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from .schema import ANY_FAMILY, Rule, rule_from

# Parts of words that make a line worth a look wherever it is.
ANYWHERE = (b"error", b"fail", b"exception", b"panic")
COMPILED = Path(__file__).with_name("_compiled.json")


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order in which they are tried."""
    return tuple(rule_from(fields, order) for order, fields in enumerate(json.loads(COMPILED.read_bytes())))


@cache
def ids_of_any_family() -> frozenset[str]:
    """The rules for what fails in the tools of any language."""
    return frozenset(rule.id for rule in rules() if rule.family == ANY_FAMILY)


@cache
def given_to(what: str) -> Rule:
    """The rule that is given to lines that the matcher recognises itself."""
    return next(rule for rule in rules() if rule.given_to == what)
