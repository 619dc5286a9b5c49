"""Which rule takes a line."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .rules import GENERAL, SPECIFIC
from .rules.rule import Rule

_ALL = (*SPECIFIC, *GENERAL)


def _rarest(literal: str) -> str:
    """The three characters of it that the fewest lines hold, by the looks of them."""
    common = "etaoinsrhldcu "
    grams = [literal[at : at + 3] for at in range(len(literal) - 2)]
    return min(grams, key=lambda gram: sum(common.find(character) >= 0 for character in gram))


def _index(
    rules: Iterable[Rule],
) -> tuple[dict[str, list[tuple[str, int, Rule]]], list[tuple[str, int, Rule]]]:
    """Rules by three characters of their literals, and those with shorter ones."""
    index: dict[str, list[tuple[str, int, Rule]]] = {}
    short: list[tuple[str, int, Rule]] = []
    for order, rule in enumerate(rules):
        for literal in rule.literals:
            entry = (literal, order, rule)
            (index.setdefault(_rarest(literal), []) if len(literal) >= 3 else short).append(entry)
    return index, short


_INDEX, _SHORT = _index(_ALL)
_GRAMS = frozenset(_INDEX)
_PROBE = 600  # characters of a line that are tested
RED = re.compile(rb"\x1b\[(?:[0-9;]*;)?(?:31|91)(?:;[0-9;]*)?m")
_RED_RULE = next(rule for rule in GENERAL if rule.name == "red")


def classify(text: str) -> Rule | None:
    """The first rule, in the order of `rules`, that takes the line."""
    if len(text) > _PROBE:  # so that no line, however made, costs more than a short one
        text = text[: _PROBE - 100] + text[-100:]
    low = text.lower()
    found: dict[int, Rule] = {}
    for gram in _GRAMS.intersection(map("".join, zip(low, low[1:], low[2:], strict=False))):
        for literal, order, rule in _INDEX[gram]:
            if literal in low:
                found[order] = rule
    for literal, order, rule in _SHORT:
        if literal in low:
            found[order] = rule
    for order in sorted(found):
        if found[order].pattern.search(text):
            return found[order]
    return None


def classify_line(text: str, raw: bytes) -> Rule | None:
    """As `classify`, where colour counts too: red is an error in every tool."""
    rule = classify(text)
    if (
        (rule is None or rule.weight < _RED_RULE.weight)
        and b"\x1b[" in raw
        and RED.search(raw)
        and text.strip()
    ):
        return rule if rule is not None and rule.weight < 1 else _RED_RULE
    return rule
