"""Which rule takes a line."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter

from .rules import DULL, GENERAL, SPECIFIC
from .rules.rule import CAUSE, NOISE, Rule
from .text import shown

_ALL = (*DULL, *SPECIFIC, *GENERAL)
_GENERAL = frozenset(rule.name for rule in GENERAL)
_PROBE = 600  # characters of a line that are tested
_PARTS = ("error", "fail", "exception", "warn", "panic", "exit")  # looked for inside words, too
# What other tools put before a line: times, a container's or target's name, a box's edge.
PREFIX = re.compile(
    r"(?:(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?"
    r"|\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?|[\w./-]{1,40} +\||\[[\w ./:@-]{1,40}\]|#\d+ \d+\.\d+|[|=>])(?: |$))+"
)
RAW_PREFIX = re.compile(PREFIX.pattern.encode())
RED = re.compile(rb"(?:\x1b|\^\[)\[(?:[0-9;]*;)?(?:31|91)(?:;[0-9;]*)?m")
_RED_RULE = next(rule for rule in GENERAL if rule.name == "red")

_INFO = re.compile(r"(?:\[?\d{4}-\S+ [\d:.,]+\]? )?\[?(?:INFO|DEBUG|TRACE|VERBOSE|info|debug)\b(?!.*FAIL)")
_INFO_RULE = next(rule for rule in GENERAL if rule.name == "information")

_Entry = tuple[int, str, Callable[[str], object], Rule]  # order, literal, search, rule


def _word(literal: str) -> str:
    words: list[str] = re.findall(r"[a-z]+", literal)
    return max(words, key=len)


def _index() -> tuple[dict[str, list[_Entry]], dict[str, list[_Entry]], dict[str, list[_Entry]]]:
    """Rules by the first character of a line, by a part of a word, and by a word."""
    firsts: dict[str, list[_Entry]] = {}
    parts: dict[str, list[_Entry]] = {part: [] for part in _PARTS}
    words: dict[str, list[_Entry]] = {}
    for order, rule in enumerate(_ALL):
        for literal in filter(None, rule.literals):
            part = next((part for part in _PARTS if part in literal), None)
            if literal[0] == "^":
                entries, literal = firsts.setdefault(literal[1], []), literal[3:]
            elif part is not None:
                entries, literal = parts[part], "" if literal == part else literal
            else:
                word = _word(literal)
                entries, literal = words.setdefault(word, []), "" if literal == word else literal
            entries.append((order, literal, rule.pattern.search, rule))
    return firsts, parts, words


_FIRSTS, _BY_PART, _BY_WORD = _index()
_RAW_PARTS = tuple((part.encode(), part) for part in _PARTS)
_WORDS = frozenset(word.encode() for word in _BY_WORD)
# Everything but letters to blanks, and letters to lower case.
_LETTERS = bytes(code | 32 if chr(code).isalpha() and code < 128 else 32 for code in range(256))


@lru_cache(maxsize=4096)
def _entries(keys: tuple[str | bytes, ...]) -> tuple[_Entry, ...]:
    """What to try on a line with these keys, in order."""
    entries = list(_FIRSTS.get(str(keys[0]), ()))
    for key in keys[1:]:
        entries += _BY_WORD[key.decode()] if isinstance(key, bytes) else _BY_PART[key]
    return tuple(sorted(entries, key=itemgetter(0)))


def _keys(line: bytes) -> tuple[str | bytes, ...] | None:
    """By what to look up the rules for a line; None: no rule can take it."""
    low = line.lower()
    start = low.lstrip()[:4].decode("utf-8", "ignore")[:1]
    if start.isdigit():
        start = "0"
    elif start not in _FIRSTS:
        start = ""
    words = _WORDS.intersection(low.translate(_LETTERS).split())
    parts = [part for raw, part in _RAW_PARTS if raw in low]
    return (start, *parts, *sorted(words)) if start or words or parts else None


def classify(text: str) -> Rule | None:
    """The first rule, in the order of `rules`, that takes the line."""
    if len(text) > _PROBE:  # so that no line, however made, costs more than a short one
        text = text[: _PROBE - 100] + text[-100:]
    keys = _keys(text.encode("utf-8", "replace"))
    return _first(text, keys) if keys else None


def _first(text: str, keys: tuple[str | bytes, ...]) -> Rule | None:
    low = text.lower()
    for _, literal, search, rule in _entries(keys):
        if (not literal or literal in low) and search(text):
            return rule
    return None


def classify_line(raw: bytes) -> Rule | None:
    """As `classify`, behind what other tools put before the line, and where red is an error in every tool."""
    line = shown(raw)
    if len(line) > _PROBE:
        line = line[: _PROBE - 100] + line[-100:]
    keys = _keys(line)
    red = (b"31" in raw or b"91" in raw) and RED.search(raw) is not None and line.strip()
    if keys is None:
        return _RED_RULE if red else None
    text = line.decode("utf-8", "replace")
    rule = _first(text, keys)
    if rule is None or (rule.name in _GENERAL and rule.weight > NOISE):
        rule = _behind_prefix(line, rule)
    if rule is not None and rule.weight < CAUSE - 1 and _INFO.match(text):
        return _INFO_RULE
    if red and (rule is None or (rule.name in _GENERAL and 1 <= rule.weight < _RED_RULE.weight)):
        return _RED_RULE
    return rule


def _behind_prefix(line: bytes, rule: Rule | None) -> Rule | None:
    """The rule for what stands behind another tool's prefix, where it weighs more."""
    prefix = RAW_PREFIX.match(line)
    if prefix is None:
        return rule
    inner = line[prefix.end() :]
    keys = _keys(inner)
    better = _first(inner.decode("utf-8", "replace"), keys) if keys else None
    return better if better is not None and (rule is None or better.weight > rule.weight) else rule
