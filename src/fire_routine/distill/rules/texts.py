"""Texts that a regular expression accepts, for checking it: each alternative occurs in one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

MOST = 400  # texts of one expression
_OF_CATEGORY = {
    sre.CATEGORY_DIGIT: "7",
    sre.CATEGORY_NOT_DIGIT: "x",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_NOT_SPACE: "x",
    sre.CATEGORY_WORD: "x",
    sre.CATEGORY_NOT_WORD: "-",
}
_CANDIDATES = "xX7 -.:/_(){}[]'\"é"


def accepted(expression: str) -> list[str]:
    """Texts that the expression accepts: the first by its first alternatives, each other by another one."""
    search = re.compile(expression).search
    return [text for text in _sequence(_parser.parse(expression))[:MOST] if search(text)]


def prefixes(expression: str) -> set[str]:
    """What the expression accepts before each of its repetitions."""
    found: set[str] = set()
    _collect(_parser.parse(expression), "", found)
    return found


def _collect(nodes: Iterable[tuple[Any, Any]], before: str, found: set[str]) -> None:
    for what, value in nodes:
        if what in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            found.add(before)
            _collect(value[2], before, found)
        elif what is sre.SUBPATTERN:
            _collect(value[3], before, found)
        elif what is sre.ATOMIC_GROUP:
            _collect(value, before, found)
        elif what is sre.BRANCH:
            for branch in value[1]:
                _collect(branch, before, found)
        before += _node(what, value)[0]


def _sequence(nodes: Iterable[tuple[Any, Any]]) -> list[str]:
    parts = [_node(what, value) for what, value in nodes]
    default = [part[0] for part in parts]
    texts = ["".join(default)]
    for at, part in enumerate(parts):
        before, after = "".join(default[:at]), "".join(default[at + 1 :])
        texts += [before + other + after for other in part[1:]]
    return texts


def _node(what: Any, value: Any) -> Sequence[str]:
    """Texts that a node of the parser's accepts, the first for where others are varied."""
    if what is sre.LITERAL:
        return [chr(value)]
    if what is sre.NOT_LITERAL:
        return [next(each for each in _CANDIDATES if each != chr(value))]
    if what is sre.IN:
        return _of_class(value)
    if what is sre.SUBPATTERN:
        return _sequence(value[3])
    if what is sre.ATOMIC_GROUP:
        return _sequence(value)
    if what is sre.BRANCH:
        return [text for branch in value[1] for text in _sequence(branch)]
    if what in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return _repeated(int(value[0]), _sequence(value[2]))
    return ["x"] if what is sre.ANY else [""]


def _repeated(least: int, texts: Sequence[str]) -> list[str]:
    if least == 0:
        return ["", *texts]
    return [text * least for text in texts] + [texts[0] * (least + 1)]


def _of_class(items: Sequence[tuple[Any, Any]]) -> list[str]:
    if items[0][0] is sre.NEGATE:
        excluded = re.compile(_class_of(items[1:]))
        return [next((each for each in _CANDIDATES if not excluded.match(each)), "☃")]
    found: list[str] = []
    for what, value in items:
        if what is sre.LITERAL:
            found.append(chr(value))
        elif what is sre.RANGE:
            found.append(chr(value[0]))
        elif what is sre.CATEGORY:
            found.append(_OF_CATEGORY[value])
    return found


def _class_of(items: Iterable[tuple[Any, Any]]) -> str:
    """A character class as text."""
    names = {
        sre.CATEGORY_DIGIT: r"\d",
        sre.CATEGORY_NOT_DIGIT: r"\D",
        sre.CATEGORY_SPACE: r"\s",
        sre.CATEGORY_NOT_SPACE: r"\S",
        sre.CATEGORY_WORD: r"\w",
        sre.CATEGORY_NOT_WORD: r"\W",
    }
    parts: list[str] = []
    for what, value in items:
        if what is sre.LITERAL:
            parts.append(re.escape(chr(value)))
        elif what is sre.RANGE:
            parts.append(f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}")
        elif what is sre.CATEGORY:
            parts.append(names[value])
    return f"[{''.join(parts)}]"
