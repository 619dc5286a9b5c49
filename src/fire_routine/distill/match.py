"""Which rule matches a line: a cheap search for keywords in all lines, then expressions on few of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from operator import attrgetter
from threading import Lock
from typing import cast

from ..patterns import pattern
from ..search import Literals
from ..secret_words import AROUND, IN_HEAD, LITERALS
from .lines import CARET, ESCAPE, PROBE, RAW_PREFIX, both_ends, labelled, numbered, probed, texts, unstamped
from .noise import OF_RUNS
from .normalize import masked
from .rules import (
    ANYWHERE,
    BEGIN,
    GENERAL,
    HINT,
    NOISE_TIER,
    RESULT,
    SHARED,
    SIGN,
    TOOL,
    Rule,
    entries,
    is_anywhere,
    rule_at,
    rule_named,
)
from .steps import GITHUB_MARKS, OTHER_MARKS
from .windows import Window

# Most lines, with masked numbers, whose match is remembered, and bytes of them; reset when exceeded.
MOST_LINES = 50_000
MOST_BYTES = 8 * 1024 * 1024

# Bits for what a line's literals show: of steps; that it names a secret, or one in the lines around it, or in
# a table below it; and from `RUNS` on of runs, one per tool.
OF_GITHUB, OF_OTHERS, OF_NAMED, OF_AROUND, OF_HEAD = (1 << at for at in range(5))
RUNS = 5
_MARKS = (
    {literal: 1 << RUNS + tool for tool, literals in enumerate(OF_RUNS) for literal in literals}
    | dict.fromkeys(OTHER_MARKS, OF_OTHERS)
    | dict.fromkeys(GITHUB_MARKS, OF_GITHUB)
)


def _folded(code: int) -> int:
    """Lower-case letters; digits become `0`; what a line's text may follow becomes a line's end; few bytes
    beyond ASCII. The fewer different literals there are, the faster is the search. A rule's expression
    distinguishes what is equal then."""
    if chr(code) in "0123456789":
        return ord("0")
    if chr(code) in "\r\x07":
        return ord("\n")
    return ord(chr(code).lower()) if code < 128 else 128 + code % 16


FOLD = bytes(map(_folded, range(256)))

# Of lines that name secrets, and what such a line is marked with.
NAMING = {
    literal.translate(FOLD): OF_NAMED
    | OF_AROUND * (literal.decode() in AROUND)
    | OF_HEAD * any(literal.find(word) >= 0 for word in IN_HEAD)
    for literal in LITERALS
}

# --- Lines that are red: an error in every tool -----------------------------------------------------------

# An escape sequence, or what stands for one, that sets the colour; and the rest of its line.
_RED, _RED_CARETS = (
    pattern(start + rb"\[(?:[0-9;]{0,20};)?[39]1[;m][^\n]*") for start in (rb"\x1b", rb"\^\[")
)


def red_places(raw: bytes) -> list[int]:
    """Where raw lines become red, the first place in each."""
    if ESCAPE in raw:
        return [red.start() for red in _RED.finditer(raw)]
    if CARET in raw and raw.find(b"^[[") >= 0:
        return [red.start() for red in _RED_CARETS.finditer(raw)]
    return []


# --- Lines that are worth a look --------------------------------------------------------------------------

# What a line's text follows: another line, a timestamp, what other tools put before it; an indentation.
# Escape sequences are searched, too, since to take them off takes longer: so it may follow the end of one,
# which sets a colour or erases a line.
_ESCAPED = (b"0m", b"[m", b"0k", b"[k")
_BEFORE = (b"\n", b"z ", b"] ", b"| ", b": ", b"0 ", "▸ ".encode().translate(FOLD), *_ESCAPED)
_INDENTATIONS = (b"\n ", b"  ", b"\t", *(end + b" " for end in _ESCAPED))
_FOUND = pattern(b"|".join(ANYWHERE))  # what holds one of these is found by it
_PLACE, _COLOURED = b":0", b"\x1b[0m:0"  # a file's name may have a colour of its own


def _searched(keyword: str) -> bytes:
    """The text of a keyword, as it is looked for in folded lines."""
    return keyword.removeprefix(BEGIN).encode().translate(FOLD)


def _beginnings(text: bytes, indented: bool) -> list[bytes]:
    """Literals for a line that begins with the text."""
    before = (*_BEFORE, *_INDENTATIONS) if indented else _BEFORE
    return [start + text for start in before]


@cache
def _formats() -> Literals:
    """What makes a line worth a look wherever it is."""
    found = [*(mark.translate(FOLD) for mark in _MARKS), *NAMING]
    found = [text for text in found if not _FOUND.search(text)]
    for fields in entries():
        if not is_anywhere(fields["tier"], fields["weight"]):
            continue
        indented = fields["match"][0].startswith(("^\\s", "^ "))
        for keyword in fields["keywords"]:
            text = _searched(keyword)
            if _FOUND.search(text):
                continue
            if keyword.startswith(BEGIN):
                found += _beginnings(text, indented)
            else:
                found.append(text)
                if _PLACE in text:
                    found.append(text.replace(_PLACE, _COLOURED, 1))
    return Literals((*ANYWHERE, *found))


def worth_a_look(raw: bytes, first: int = 0) -> list[int]:
    """The numbers of the raw lines that may be marks, or that a rule may match wherever they are. Few are.

    Args:
        raw: the lines, each with a line's end before it.
        first: the number of the first of them.
    """
    # Of `bytes`, each one is also compared with what becomes of it, which takes twice as long.
    places = _formats().ends(cast("bytes", bytearray(raw).translate(FOLD)))
    reds = red_places(raw)
    return numbered(raw, sorted([*places, *reds]) if reds else places, first - 1)


@cache
def _marks() -> tuple[Literals, list[list[tuple[bytes, int]]]]:
    """What marks lines, folded, and of each literal what it may be in a line: its text there, its mark."""
    marks: dict[bytes, list[tuple[bytes, int]]] = {text: [(b"", mark)] for text, mark in NAMING.items()}
    for text, mark in _MARKS.items():
        marks.setdefault(text.translate(FOLD), []).append((text, mark))
    literals = Literals(marks)
    return literals, [marks[literal] for literal in literals.literals]


def _marks_among(lines: Sequence[bytes]) -> dict[int, int]:
    """The places of the lines that may be marks, and of what (`OF_GITHUB` and the others, added)."""
    literals, marks = _marks()
    found: dict[int, int] = {}
    for at, held in literals.among(lines, b"\n".join(lines).translate(FOLD)).items():
        line, of = lines[at], 0
        for literal in held:
            for text, mark in marks[literal]:
                if line.find(text) >= 0:
                    of |= mark
        if of:
            found[at] = of
    return found


# --- The rule for a line ----------------------------------------------------------------------------------

_TIME = r"(?:\[[\w ./:@-]{1,40}\] )?\[?(?:\d{4}[-/]\S+[T ])?\d+:\d\d[\d:.,Z]*\]? +"
_SOURCE = r"(?:- )?(?:\[[^\]]{1,60}\] |[\w.]{1,60} - )?\[?"  # between a time and a level: a thread, a logger
# https://google.github.io/glog/stable/logging/#log-line-prefix; Kubernetes and Abseil leave the year out
_GLOG = r"(?:\d{4}){1,2} \d\d:\d\d:\d+\.\d+ +\d+ [\w./-]+:\d+\] "
# A record as pino, zap, logrus and slog write one.
_JSON_LEVEL = r"\{(?:\"[^\"]{1,20}\": ?\"[^\"]{0,60}\", ?){0,3}\"level\": ?\""
_INFO = pattern(
    rf"{_JSON_LEVEL}(?:info|debug|trace)\"|(?:(?:{_TIME})?{_SOURCE}(?:INFO|DEBUG|TRACE|VERBOSE|info|debug)\b|I{_GLOG})(?!.*(?:FAIL|\[ERROR\]))"
)
_WARN = pattern(
    rf"{_JSON_LEVEL}warn(?:ing)?\"|{_TIME}{_SOURCE}(?:WARN(?:ING)?\b|warn(?:ing)?\])"
    rf"|\[WARN(?:ING)?\] |W{_GLOG}"
)


@cache
def _all() -> tuple[Literals, list[list[int]], frozenset[int]]:
    """The keywords of all rules, the rules that each calls for, and which are worth a look anywhere."""
    calls: dict[bytes, list[int]] = {word: [] for word in ANYWHERE}
    for order, fields in enumerate(entries()):
        for keyword in fields.get("keywords", ()):
            calls.setdefault(_searched(keyword), []).append(order)
    literals = Literals(calls)
    anywhere = frozenset(at for at, literal in enumerate(literals.literals) if literal in ANYWHERE)
    return literals, [calls[literal] for literal in literals.literals], anywhere


_ANYWHERE = attrgetter("anywhere")


@lru_cache(maxsize=1024)
def _called(literals: frozenset[int], general: bool) -> tuple[Rule, ...]:
    """The rules that these literals call for, in order; the general ones only if asked for. Without these,
    none is tried unless one counts wherever its line is."""
    _, calls, _ = _all()
    called = tuple(map(rule_at, sorted({order for at in literals for order in calls[at]})))
    if general:
        return called
    return tuple(each for each in called if each.tier != GENERAL) if any(map(_ANYWHERE, called)) else ()


def _first(text: str, called: Sequence[Rule]) -> Rule | None:
    """The first of the rules that matches the line. Most do not: `Rule.search` is inlined."""
    for rule in called:
        if rule.pattern.match(text) if rule.anchored else rule.pattern.search(text):
            return rule
    return None


def _better(rest_rule: Rule, whole: Rule | None, record: bool) -> bool:
    """Whether the rule for the text after a prefix, or in a record, outranks the one for the whole line.

    It always does if the text is no failure by its rule.
    """
    if whole is None or rest_rule.tier == NOISE_TIER:
        return True
    if whole.tier == NOISE_TIER:  # a record of what a tool printed has that tool's word, whatever its level
        return record and rest_rule.tier in (TOOL, SHARED) and rest_rule.weight >= RESULT
    if whole.tier not in (SIGN, GENERAL):
        return False
    if rest_rule.weight < 1 or rest_rule.weight > whole.weight:
        return True
    return whole.tier == GENERAL and rest_rule.tier != GENERAL


def _rule(line: bytes, called: Sequence[Rule], red: bool) -> Rule | None:
    """The rule for a line, also after other tools' prefixes; red is an error in every tool."""
    text = line.decode("utf-8", "replace")
    rule = _first(text, called)
    prefix = RAW_PREFIX.match(line)
    if prefix is not None:
        rest_rule = _first(line[prefix.end() :].decode("utf-8", "replace"), called)
        if rest_rule is not None and _better(rest_rule, rule, line.lstrip().startswith(b"{")):
            rule = rest_rule
    # A level says less of a line than a tool's rule does.
    if rule is not None and rule.weight >= 1 and rule.tier in (SIGN, GENERAL):
        if _INFO.match(text):
            return rule_named("information")
        if rule.weight > HINT and _WARN.match(text):
            return rule_named("warning")
    weaker = rule is None or (rule.tier == GENERAL and 1 <= rule.weight < rule_named("red").weight)
    if red and weaker and rule is not rule_named("warning") and line.strip():
        return rule_named("red")
    return rule


def classify(lines: Sequence[bytes], *, every: bool) -> list[Rule | None]:
    """The rule for each of the raw lines, their timestamps taken off.

    Without `every`, a line counts only in two cases: a tool's format matches it, or it holds one of the words
    that are worth a look wherever they are. Weaker words count near the place where a step failed.
    """
    shown = texts(list(map(both_ends, lines)))
    if max(map(len, shown), default=0) > PROBE:
        shown = list(map(probed, shown))
    literals, _, anywhere = _all()
    joined = b"\n".join(lines)
    reds = set(numbered(joined, red_places(joined)))
    rules: list[Rule | None] = [None] * len(lines)
    among = literals.among(shown, b"\n".join(shown).translate(FOLD))
    for at in reds:
        among.setdefault(at, set())
    for at, held in among.items():
        red = at in reds
        general = every or red or not held.isdisjoint(anywhere)
        called = _called(frozenset(held), general)
        rule = _rule(shown[at], called, red) if called or red else None
        if general or (rule is not None and rule.anywhere):
            rules[at] = rule
    return rules


# --- Each line classified once ----------------------------------------------------------------------------

# A line's place in its window, it masked, its rule, of what it may be a mark.
Match = tuple[int, bytes, Rule | None, int]
_Kind = tuple[Rule | None, int]  # the rule that matches a line, of what it may be a mark


class _Learnt:
    """Which lines, numbers masked, a rule matches or may be marks: each is classified once."""

    def __init__(self, *, every: bool) -> None:
        self._every = every  # as `classify` has it
        self._kinds: dict[bytes, _Kind | None] = {}  # None: no rule matches it
        # Each kind once, by the rule's name: thousands of lines are of one.
        self._same: dict[tuple[str, int], _Kind] = {}
        self._size = 0

    def look(self, places: Sequence[int], lines: Sequence[bytes]) -> list[Match]:
        """Those of the lines at these places, without their timestamps, that a rule matches or that may be
        marks."""
        masks = masked(lines)
        if self._size > MOST_BYTES or len(self._kinds) > MOST_LINES:
            self._kinds = {}  # who is at work with the old one goes on with it
            self._size = 0
        kinds = self._kinds
        new = {mask: at for at, mask in enumerate(masks) if mask not in kinds}
        fresh = [lines[at] for at in new.values()]
        marks = _marks_among(fresh)
        for at, (mask, rule) in enumerate(zip(new, classify(fresh, every=self._every), strict=True)):
            self._size += len(mask)
            failure = rule if rule is not None and rule.weight >= 1 else None
            kinds[mask] = self._kind(failure, marks.get(at, 0))
        return [
            (at, mask, *kind)
            for at, mask in zip(places, masks, strict=True)
            if (kind := kinds[mask]) is not None
        ]

    def _kind(self, rule: Rule | None, mark: int) -> _Kind | None:
        if rule is None and not mark:
            return None
        return self._same.setdefault((rule.id if rule is not None else "", mark), (rule, mark))


class MatchCache:
    """What has been learnt of lines. Threads that share it take turns."""

    def __init__(self) -> None:
        # One can run at a time; without turns they wait for one another at each match, and hold more.
        self.turn = Lock()
        self._anywhere, self._near = _Learnt(every=False), _Learnt(every=True)

    def look(self, window: Window) -> list[Match]:
        """The new lines that are worth a look wherever they are."""
        lines = window.lines[window.start : window.stop]
        raw = b"\n".join((b"", *unstamped(lines))) if labelled(lines) else window.new
        places = worth_a_look(raw, window.start)
        return self._anywhere.look(places, unstamped([window.lines[at] for at in places])) if places else []

    def look_at_each(self, window: Sequence[bytes], places: Sequence[int]) -> list[Match]:
        """The same of a window's lines at these places, of which none needs to hold a word that is worth a
        look anywhere."""
        return self._near.look(places, unstamped([window[at] for at in places])) if places else []
