"""Which rule takes a line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter

from ..patterns import pattern
from .rules import DULL, GENERAL, SPECIFIC
from .rules.rule import CAUSE, HINT, NOISE, Rule
from .text import texts

_ALL = (*DULL, *SPECIFIC, *GENERAL)
_GENERAL = frozenset(rule.name for rule in GENERAL)
_PROBE = 600  # characters of a line that are tested
_PARTS = (b"error", b"fail", b"exception", b"panic", b"warn", b"exit")  # looked for inside words, too
# What other tools put before a line: times, a container's or target's name, a box's edge.
_PREFIX = (
    r"(?:(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?"
    r"|\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?|[\w./-]{1,40} +\||\[[\w ./:@-]{1,40}\]|#\d+ \d+\.\d+|[|=>])(?: |$))+"
)
RAW_PREFIX = pattern(_PREFIX.encode())
_RED = pattern(rb"(?:\x1b|\^\[)\[(?:[0-9;]*;)?(?:31|91)(?:;[0-9;]*)?m")
_RED_RULE = next(rule for rule in GENERAL if rule.name == "red")

_INFO = pattern(r"(?:\[?\d{4}-\S+ [\d:.,]+\]? )?\[?(?:INFO|DEBUG|TRACE|VERBOSE|info|debug)\b(?!.*FAIL)")
_INFO_RULE = next(rule for rule in GENERAL if rule.name == "information")

_Entry = tuple[int, bytes, Rule]  # order, literal, rule
_Words = frozenset[bytes] | set[bytes]


# Words of every log's lines: a rule is looked up by another word of its literal where there is one.
_COMMON = frozenset(
    b"test tests file files code command with found package service remote line not version build "
    b"connection download data passed run module function running info https".split()
)


def _word(literal: bytes) -> bytes:
    """The word by which a literal is looked up; none: it has no word that tells."""
    words = re.findall(rb"[a-z]+", literal)
    return max(words, key=lambda word: (word not in _COMMON, len(word)), default=b"")


def _index() -> tuple[dict[bytes, list[_Entry]], dict[bytes, list[_Entry]]]:
    """Rules by a part of a word or a word, and where a literal has none, by the first character of a line."""
    firsts: dict[bytes, list[_Entry]] = {}
    words: dict[bytes, list[_Entry]] = {part: [] for part in _PARTS}
    for order, rule in enumerate(_ALL):
        for literal in filter(None, rule.literals):
            raw = literal[3:].encode() if literal[0] == "^" else literal.encode()
            word = next((part for part in _PARTS if part in raw), b"") or _word(raw)
            if literal[0] == "^" and (len(word) < 3 or word in _COMMON):
                firsts.setdefault(literal[1].encode(), []).append((order, raw, rule))
            else:
                words.setdefault(word, []).append((order, b"" if raw == word else raw, rule))
    return firsts, words


_FIRSTS, _BY_WORD = _index()
_WORDS = frozenset(_BY_WORD).difference(_PARTS)
# Everything but letters and line ends to blanks, and letters to lower case.
_LETTERS = bytes(
    code | 32 if chr(code).isalpha() and code < 128 else 10 if code == 10 else 32 for code in range(256)
)


def _of_formats(entries: Sequence[_Entry]) -> tuple[tuple[bytes, Rule], ...]:
    return tuple((literal, rule) for _, literal, rule in entries if rule.name in _FORMATS)


# What makes a line worth a look wherever it stands: these parts of words, …
_ANYWHERE = (b"error", b"fail", b"exception", b"panic")
# … and that a rule for a tool's format takes it: those rules by word and by first character.
_FORMATS = frozenset(rule.name for rule in SPECIFIC if rule.weight >= HINT)
_FORMATS_BY_WORD = {word: found for word in _WORDS if (found := _of_formats(_BY_WORD[word]))}
_FORMAT_WORDS = frozenset(_FORMATS_BY_WORD)
_DIGITS = frozenset(b"%d" % digit for digit in range(10))


def _by_start() -> dict[bytes, tuple[tuple[bytes, Rule], ...]]:
    """The same rules by the first byte of a line."""
    found: dict[bytes, tuple[tuple[bytes, Rule], ...]] = {}
    for first, entries in _FIRSTS.items():
        for start in _DIGITS if first == b"0" else (first[:1],):
            rules = tuple((literal or first, rule) for literal, rule in _of_formats(entries))
            found[start] = found.get(start, ()) + rules
    return {start: rules for start, rules in found.items() if rules}


_FORMATS_BY_START = _by_start()


@lru_cache(maxsize=4096)
def _entries(first: bytes, words: _Words, parts: tuple[bytes, ...]) -> tuple[_Entry, ...]:
    """What to try on a line with these words, in order."""
    entries = list(_FIRSTS.get(first, ()))
    for word in (*parts, *words):
        entries += _BY_WORD[word]
    return tuple(sorted(entries, key=itemgetter(0)))


def _start(low: bytes) -> bytes:
    """The first character of a line; every digit is a nought."""
    start = low.lstrip()[:4]
    if start[:1] > b"\x7f":
        return start.decode("utf-8", "ignore")[:1].encode()
    return b"0" if start[:1] in _DIGITS else start[:1]


def _tried(low: bytes) -> tuple[_Entry, ...]:
    """What to try on a line in lower case."""
    first = _start(low)
    parts = tuple([part for part in _PARTS if part in low])
    return _entries(
        first if first in _FIRSTS else b"", _WORDS.intersection(low.translate(_LETTERS).split()), parts
    )


def _first(line: bytes, low: bytes) -> Rule | None:
    """The first rule, in the order of `rules`, that takes the line."""
    text = ""
    for _, literal, rule in _tried(low):
        if not literal or literal in low:
            text = text or line.decode("utf-8", "replace")
            if rule.pattern.search(text):
                return rule
    return None


def _rule(line: bytes, low: bytes, red: bool) -> Rule | None:
    """The rule for a line, behind what other tools put before it too; red is an error in every tool."""
    rule = _first(line, low)
    if rule is None or (rule.name in _GENERAL and rule.weight > NOISE):
        prefix = RAW_PREFIX.match(line)
        if prefix is not None:
            better = _first(line[prefix.end() :], low[prefix.end() :])
            if better is not None and (rule is None or better.weight > rule.weight):
                rule = better
    if rule is not None and 1 <= rule.weight < CAUSE - 1 and _INFO.match(line.decode("utf-8", "replace")):
        return _INFO_RULE
    if red and (rule is None or (rule.name in _GENERAL and 1 <= rule.weight < _RED_RULE.weight)):
        return _RED_RULE if line.strip() else rule
    return rule


def _holding(parts: Sequence[bytes], joined: bytes, lines: Sequence[bytes]) -> set[int]:
    """Which of the lines, joined, hold one of the parts: found in the whole, as most hold none."""
    found: set[int] = set()
    ends = list(accumulate(map(len, lines), lambda end, length: end + length + 1))
    for part in parts:
        at = joined.find(part)
        while at >= 0:
            line = bisect_right(ends, at)
            found.add(line)
            at = joined.find(part, ends[line])
    return found


def _reds(lines: Sequence[bytes]) -> set[int]:
    """Which of the raw lines are red."""
    return {at for at in _holding((b"31", b"91"), b"\n".join(lines), lines) if _RED.search(lines[at])}


def _worth_a_look(shown: Sequence[bytes], joined: bytes, lower: Sequence[bytes]) -> set[int]:
    """Which lines are tried wherever they stand: most of a log's aren't, so this is done for all at once."""
    found = _holding(_ANYWHERE, joined, lower)
    letters = joined.translate(_LETTERS).split(b"\n")
    for at, without in enumerate(map(_FORMAT_WORDS.isdisjoint, map(bytes.split, letters))):
        if not without and at not in found:
            low = lower[at]
            for word in _FORMAT_WORDS.intersection(letters[at].split()):
                for literal, rule in _FORMATS_BY_WORD[word]:
                    if literal in low and rule.pattern.search(shown[at].decode("utf-8", "replace")):
                        found.add(at)
    for at, low in enumerate(lower):
        rules = _FORMATS_BY_START.get(low.lstrip()[:1])
        if rules is not None:
            for literal, rule in rules:
                if literal in low and rule.pattern.search(shown[at].decode("utf-8", "replace")):
                    found.add(at)
    return found


def classify(lines: list[bytes], *, every: bool) -> list[Rule | None]:
    """The rule for each of the raw lines, their timestamps taken off.

    Without `every`, a line is tried only where one of the words stands that make a line worth a look
    wherever it stands: weaker ones count near the place where a step failed.
    """
    shown = [  # no line, however made, costs more than a short one
        line if len(line) <= _PROBE else line[: _PROBE - 100] + line[-100:] for line in texts(lines)
    ]
    joined = b"\n".join(shown).lower()
    lower = joined.split(b"\n")
    reds = _reds(lines)
    looked = range(len(lines)) if every else sorted(_worth_a_look(shown, joined, lower) | reds)
    rules: list[Rule | None] = [None] * len(lines)
    for at in looked:
        rules[at] = _rule(shown[at], lower[at], at in reds)
    return rules


def classify_line(raw: bytes) -> Rule | None:
    """The rule for one raw line without a timestamp."""
    return classify([raw], every=True)[0]
