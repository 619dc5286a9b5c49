"""The rules: what is known of tools' formats, and tables of what else is known of their lines.

Both are data, written in `knowledge/*.toml`. `tools/rules.py compile` makes of these the one file that is
read here: to parse the TOML at each start would take longer than to read a small log.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..model.evidence import ERROR_WEIGHT
from ..patterns import pattern

# Scale of weights: what a rule's `role` weighs. `confidence` is added to it.
CAUSE = 10.0  # the tool names what is wrong, and where
RESULT = 7.0  # names what failed, without saying why
ERROR_LIKE = ERROR_WEIGHT  # an error by its looks, of no known tool
HINT = 2.5  # a word that is often near a cause
CONSEQUENCE = 1.5  # follows from a failure that was reported before
WARNING = 1.2  # explains a failure only where nothing else does
NOISE = 0.1  # looks like an error and is not one
ROLES = {
    "cause": CAUSE,
    "result": RESULT,
    "error-like": ERROR_LIKE,
    "hint": HINT,
    "consequence": CONSEQUENCE,
    "warning": WARNING,
    "noise": NOISE,
}

# Tiers, in the order in which their rules are tried. The first rule that matches is the line's.
NOISE_TIER = "noise"  # lines that look like errors and are not
TOOL = "tool"  # formats of one tool
SHARED = "shared"  # formats that several tools of a language share
PLACE = "place"  # a place in a file and a message, as many linters print them
SIGN = "sign"  # a sign anywhere in a line, of any tool
GENERAL = "general"  # errors by their looks
TIERS = (NOISE_TIER, TOOL, SHARED, PLACE, SIGN, GENERAL)

ANY_FAMILY = "any"  # fails in any language: a network, a disk, a check

# Parts of words that make a line worth a look wherever it is.
ANYWHERE = (b"error", b"fail", b"exception", b"panic")
# What names the parts of a match, as GitHub's problem matchers do
# (https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md).
CAPTURES = ("file", "line", "column", "severity", "message", "code")

COMPILED = Path(__file__).with_name("knowledge") / "compiled.json"
BEGIN = "^"  # before a keyword with which the line's text begins, after an indentation

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a rule's line describes the step's end."""

    how: str  # in the report's words
    runner: str = ""  # the runner that prints it; programs print the same elsewhere
    also_in_tests: bool = False  # tests print it, too


@dataclass(frozen=True, slots=True)
class Rule:
    """One format. CONTRIBUTING.md shows how one is written.

    `pattern` is tried on lines that hold one of the `keywords`. Keywords are lower-case, 0 stands for any
    digit, and `^` before one for the beginning of a line's text, after an indentation.
    """

    id: str
    order: int  # of all rules, in which they are tried
    tier: str
    weight: float
    pattern: re.Pattern[str]
    family: str = ""  # the language whose tools print it, or ANY_FAMILY; empty: none
    keywords: tuple[str, ...] = ()
    anchored: bool = False  # its expression matches at the beginning of a line only

    # context: which neighbours belong to the line (see `context.reach`)
    indented: int = 12  # lines after it that are indented deeper, or continue it
    paragraph: int = 0  # lines after it, up to a blank one
    before: int = 0  # lines before it that match `before_match`
    before_match: re.Pattern[bytes] | None = None
    reason: re.Pattern[bytes] | None = None  # a neighbour with the reason
    distinguisher: re.Pattern[bytes] | None = None  # a neighbour that distinguishes it from others, not why

    is_list: bool = False  # its lines list what failed: many say as much as a few
    summary: bool = False  # its line counts all failures
    also_in_success: bool = False  # programs print it where nothing fails, too
    process_failed: bool = False  # its process fails in the end, though the tests passed
    command_failed: bool = False  # says that a command failed, whose output is above
    outcome_only: bool = False  # shows only how something ended, as after any command, and not why
    ended: Ended | None = None

    def search(self, text: str) -> re.Match[str] | None:
        """The match of its expression in a line's text."""
        return self.pattern.match(text) if self.anchored else self.pattern.search(text)

    @property
    def anywhere(self) -> bool:
        """Whether its line is worth a look wherever it is; others count near a step's end only."""
        return is_anywhere(self.tier, self.weight)


def is_anywhere(tier: str, weight: float) -> bool:
    """See `Rule.anywhere`."""
    return tier not in (NOISE_TIER, GENERAL) and weight >= WARNING


_OF_BYTES = ("before_match", "reason", "distinguisher")


@cache
def _compiled() -> Fields:
    knowledge: Fields = json.loads(COMPILED.read_bytes())
    return knowledge


def entries() -> list[Fields]:
    """The compiled fields of all rules, in the order in which they are tried."""
    fields: list[Fields] = _compiled()["rules"]
    return fields


@cache
def rule_at(order: int) -> Rule:
    """The rule with this place in the order. A log needs few of them: each is made when it is needed."""
    return rule_from(entries()[order], order)


def rules() -> tuple[Rule, ...]:
    """All rules, in the order in which they are tried."""
    return tuple(map(rule_at, range(len(entries()))))


@cache
def rule_named(name: str) -> Rule:
    """The rule with this id."""
    return rule_at(next(at for at, fields in enumerate(entries()) if fields["id"] == name))


def rule_from(fields: Fields, order: int) -> Rule:
    """A rule from its compiled fields; what is not among them has its default."""
    made = dict(fields)
    alternatives = made.pop("match", ["(?!)"])  # of the matcher's own rules, which match no line by a pattern
    made["pattern"] = pattern("|".join(alternatives))
    made["anchored"] = all(alternative.startswith("^") for alternative in alternatives)
    made["keywords"] = tuple(fields.get("keywords", ()))
    for name in _OF_BYTES:
        if name in made:
            made[name] = pattern(made[name].encode())
    if "ended" in made:
        made["ended"] = Ended(**made["ended"])
    return Rule(order=order, **made)


def table(name: str) -> Any:
    """One of the tables, by its name in its TOML file, as `tools/rules.py` compiles it."""
    return _compiled()["tables"][name]


def expression(name: str) -> re.Pattern[bytes]:
    """One of the expressions of `knowledge/expressions.toml`."""
    return pattern(table("expressions")[name].encode())
