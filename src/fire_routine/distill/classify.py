"""Which rule takes a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from operator import itemgetter

from ..patterns import pattern
from .candidates import ANYWHERE, FOLD, FORMATS, first_and_text, red_places
from .literals import Literals
from .rules import DULL, GENERAL, SPECIFIC
from .rules.infrastructure import SIGNS
from .rules.rule import CAUSE, HINT, NOISE, Rule
from .text import PROBE, both_ends, numbered, probed, texts

_ALL = (*DULL, *SPECIFIC, *GENERAL)
_GENERAL = frozenset(rule.name for rule in GENERAL)
_DULL = frozenset(rule.name for rule in DULL)
_SIGNS = frozenset(rule.name for rule in SIGNS)
# What other tools put before a line: times, a container's, a target's or an Ant task's name, a box's edge,
# the number and level in npm's own log, what git puts before a remote's output (Heroku indents that).
# A level tells something itself, so behind another it stays.
_PREFIX = (
    r"(?:(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?"
    r"|\[?\d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?: [AP]M)?(?:\]:?|:)?"
    r"(?: +(?:TRACE|DEBUG|INFO|WARNING|ERROR|FATAL|CRITICAL) +-)?"
    r"|[ \d]\d{0,3}:\d\d\.\d\d|remote:(?: {7})?|C/C\+\+:|[\w.+-]{1,80}>"
    r"|(?!\d+ +\|)[\w./-]{1,40}(?:\(\d+\)| \d+)? +\|"
    r"|^\[ERROR\]|\[(?!WARN|warn|ERROR\]|INFO\] +/|\D\]|[A-Z]+_[A-Z])[\w ./:@#&,()+-]{1,60}\](?:   \||:)?"
    r"| {2,12}\[[a-z][\w.-]{1,20}\]|\d+ error(?= gyp | [A-Z]:\\| /)|#\d+ \d+\.\d+|[|=>]|▸"
    r"|(?:[\w.-]+/)+[\w.-]+ [a-z][\w:-]*:|@?[\w./-]{1,60}:[a-z][a-z:-]{1,30}:"
    r"|@[\w.-]{1,60}/[\w.-]{1,60}:)(?: |$)"  # a package of npm with a scope, as Lerna names it
    # Docker Compose puts its time before a line without a blank.
    r"|2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z"
    # A record that holds what was printed: https://pkg.go.dev/cmd/test2json, and as loggers write them.
    r'|^\{[^\n]{0,600}?"(?:Output|msg|message)": ?")+'
    r"|##\[error\]"
)
RAW_PREFIX = pattern(_PREFIX.encode())
_RED_RULE = next(rule for rule in GENERAL if rule.name == "red")

# A line that a problem matcher took.
_MATCHED = next(rule for rule in SPECIFIC if rule.name == "actions-error")

_TIME = r"(?:\[[\w ./:@-]{1,40}\] )?\[?(?:\d{4}[-/]\S+[T ])?\d+:\d\d[\d:.,Z]*\]? +"
_SAID = r"(?:- )?(?:\[[^\]]{1,60}\] |[\w.]{1,60} - )?\[?"  # between a time and a level: a thread, a logger
# https://google.github.io/glog/stable/logging/#log-line-prefix; Kubernetes and Abseil leave the year out
_GLOG = r"(?:\d{4}){1,2} \d\d:\d\d:\d+\.\d+ +\d+ [\w./-]+:\d+\] "
_INFO = pattern(
    rf"(?:(?:{_TIME})?{_SAID}(?:INFO|DEBUG|TRACE|VERBOSE|info|debug)\b|I{_GLOG})(?!.*(?:FAIL|\[ERROR\]))"
)
_INFO_RULE = next(rule for rule in GENERAL if rule.name == "information")
_WARN = pattern(rf"{_TIME}{_SAID}(?:WARN(?:ING)?\b|warn(?:ing)?\])|\[WARN(?:ING)?\] |W{_GLOG}")
_WARN_RULE = next(rule for rule in GENERAL if rule.name == "warning")

# A source as compilers and linters quote it, behind its line's number.
_QUOTED = pattern(r"\s*(?:> *)?\d+ ?(?:[|│▕]|\\x\{2502\}) (?! *(?:ERROR|WARNING) )")
# What a compiler says below such a source, beside the place that it points at: belongs to the error above.
_LABEL = pattern(r" +\|[ |]+(?:[-^~]{2,}|_{2,}[-^~])")
_QUOTED_RULE = next(rule for rule in GENERAL if rule.name == "quoted-source")

_Call = tuple[int, bytes, Rule]  # order, first character or none, rule


@cache
def _all() -> tuple[Literals, list[tuple[_Call, ...]], frozenset[int]]:
    """The literals of all rules, the rules that each calls for, and which are worth a look anywhere."""
    calls: dict[bytes, list[_Call]] = {}
    for order, rule in enumerate(_ALL):
        for literal in filter(None, rule.literals):
            first, text = first_and_text(literal)
            calls.setdefault(text, []).append((order, first, rule))
    literals = Literals(calls)
    anywhere = frozenset(at for at, literal in enumerate(literals.literals) if literal in ANYWHERE)
    return literals, [tuple(calls[literal]) for literal in literals.literals], anywhere


@lru_cache(maxsize=4096)
def _called(literals: frozenset[int], general: bool) -> tuple[_Call, ...]:
    """The rules that these literals call for, in order; the general ones only if asked for."""
    _, calls, _ = _all()
    found = {call[:2]: call for at in literals for call in calls[at]}
    return tuple(
        sorted(
            [call for call in found.values() if general or call[2].name not in _GENERAL], key=itemgetter(0)
        )
    )


def _start(line: bytes) -> bytes:
    """The first character of a line."""
    start = line.lstrip()[:4]
    if start[:1] > b"\x7f":
        return start.decode("utf-8", "ignore")[:1].encode()
    return start[:1].translate(FOLD)


def _first(line: bytes, text: str, called: Sequence[_Call]) -> Rule | None:
    """The first of the rules that takes the line."""
    start = _start(line)
    for _, first, rule in called:
        if (not first or first == start) and rule.pattern.search(text):
            return rule
    return None


def _better(behind: Rule, whole: Rule | None) -> bool:
    """Whether the rule for what stands behind a prefix tells more than the one for the whole line: surely
    where it says that this is no failure, whatever words it holds."""
    if whole is None or behind.name in _DULL:
        return True
    if whole is not _MATCHED and whole.name not in _SIGNS and whole.name not in _GENERAL:
        return False
    if behind.weight < 1 or behind.weight > whole.weight:
        return True
    return whole.name in _GENERAL and behind.name not in _GENERAL


def _quotes(rule: Rule, text: str) -> bool:
    """Whether what a rule took is a source that a tool quotes, or a label in one."""
    return _LABEL.match(text) is not None or (rule.name in _GENERAL and _QUOTED.match(text) is not None)


def _rule(line: bytes, called: Sequence[_Call], red: bool) -> Rule | None:
    """The rule for a line, behind what other tools put before it too; red is an error in every tool."""
    bare = text = line.decode("utf-8", "replace")
    rule = _first(line, text, called)
    if rule is None or rule.weight > NOISE:
        prefix = RAW_PREFIX.match(line)
        if prefix is not None:
            rest = line[prefix.end() :]
            bare = rest.decode("utf-8", "replace")
            behind = _first(rest, bare, called)
            if behind is not None and _better(behind, rule):
                rule = behind
    if rule is not None and (_quotes(rule, text) or (bare is not text and _quotes(rule, bare))):
        return _QUOTED_RULE
    if rule is not None and (1 <= rule.weight < CAUSE - 1 or rule.name in _SIGNS) and _INFO.match(text):
        return _INFO_RULE
    if rule is not None and HINT < rule.weight < CAUSE and not rule.warns and _WARN.match(text):
        return _WARN_RULE
    weaker = rule is None or (rule.name in _GENERAL and 1 <= rule.weight < _RED_RULE.weight)
    if red and weaker and rule is not _WARN_RULE:
        return _RED_RULE if line.strip() else rule
    return rule


def _held(shown: Sequence[bytes], reds: Iterable[int]) -> dict[int, set[int]]:
    """The places of the lines in which literals stand, or that are red, and which literals."""
    literals, _, _ = _all()
    held = literals.among(shown, b"\n".join(shown).translate(FOLD))
    for at in reds:
        held.setdefault(at, set())
    return held


def classify(lines: Sequence[bytes], *, every: bool) -> list[Rule | None]:
    """The rule for each of the raw lines, their timestamps taken off.

    Without `every`, a line counts only where a tool's format takes it, or it holds one of the words that
    are worth a look wherever they stand: weaker ones count near the place where a step failed.
    """
    shown = texts(list(map(both_ends, lines)))
    if max(map(len, shown), default=0) > PROBE:
        shown = list(map(probed, shown))
    _, _, anywhere = _all()
    joined = b"\n".join(lines)
    reds = set(numbered(joined, red_places(joined)))
    rules: list[Rule | None] = [None] * len(lines)
    for at, held in _held(shown, reds).items():
        red = at in reds
        general = every or red or not held.isdisjoint(anywhere)
        rule = _rule(shown[at], _called(frozenset(held), general), red)
        if general or (rule is not None and rule.name in FORMATS):
            rules[at] = rule
    return rules
