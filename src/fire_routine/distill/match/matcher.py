"""Which rule takes a line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from operator import itemgetter

from ...patterns import pattern
from ..lines.clean import PROBE, both_ends, numbered, probed, texts
from ..lines.multi_search import Literals
from ..lines.prefixes import RAW_PREFIX
from ..rules import ANYWHERE, entries, given_to, rule_at
from ..rules.keywords import BEGIN
from ..rules.schema import CAUSE, GENERAL, HINT, NOISE, NOISE_TIER, SIGN, Rule
from .prefilter import FOLD, red_places, searched

_TIME = r"(?:\[[\w ./:@-]{1,40}\] )?\[?(?:\d{4}[-/]\S+[T ])?\d+:\d\d[\d:.,Z]*\]? +"
_SOURCE = r"(?:- )?(?:\[[^\]]{1,60}\] |[\w.]{1,60} - )?\[?"  # between a time and a level: a thread, a logger
# https://google.github.io/glog/stable/logging/#log-line-prefix; Kubernetes and Abseil leave the year out
_GLOG = r"(?:\d{4}){1,2} \d\d:\d\d:\d+\.\d+ +\d+ [\w./-]+:\d+\] "
_INFO = pattern(
    rf"(?:(?:{_TIME})?{_SOURCE}(?:INFO|DEBUG|TRACE|VERBOSE|info|debug)\b|I{_GLOG})(?!.*(?:FAIL|\[ERROR\]))"
)
_WARN = pattern(rf"{_TIME}{_SOURCE}(?:WARN(?:ING)?\b|warn(?:ing)?\])|\[WARN(?:ING)?\] |W{_GLOG}")
# Source code as compilers and linters quote it, after its line's number.
_QUOTED = pattern(r"\s*(?:> *)?\d+ ?(?:[|│▕]|\\x\{2502\}) (?! *(?:ERROR|WARNING) )")
# A compiler's note below such source, next to the place that it points at: belongs to the error above.
_LABEL = pattern(r" +\|[ |]+(?:[-^~]{2,}|_{2,}[-^~])")
# A rule that a keyword calls for: the first character of the line's text if the keyword begins it; its order.
_Place = tuple[str, int]
_Call = tuple[frozenset[bytes], Rule]  # first characters, of which the line has one; none: any; the rule


@cache
def _all() -> tuple[Literals, list[list[_Place]], frozenset[int]]:
    """The keywords of all rules, the rules that each calls for, and which are worth a look anywhere."""
    calls: dict[bytes, list[_Place]] = {word: [] for word in ANYWHERE}
    for order, fields in enumerate(entries()):
        keywords = fields["keywords"]
        for keyword, text in zip(keywords, searched(keywords), strict=True):
            first = keyword[1] if keyword.startswith(BEGIN) else ""
            calls.setdefault(text, []).append((first, order))
    literals = Literals(calls)
    anywhere = frozenset(at for at, literal in enumerate(literals.literals) if literal in ANYWHERE)
    return literals, [calls[literal] for literal in literals.literals], anywhere


@lru_cache(maxsize=1024)
def _called(literals: frozenset[int], general: bool) -> tuple[_Call, ...]:
    """The rules that these literals call for, in order; the general ones only if asked for."""
    _, calls, _ = _all()
    called = dict.fromkeys(place for at in literals for place in calls[at])
    rules = [(first, rule_at(order)) for first, order in sorted(called, key=itemgetter(1))]
    return tuple(
        (frozenset((first.encode(),)) if first else rule.first, rule)
        for first, rule in rules
        if general or rule.tier != GENERAL
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
    for first, rule in called:
        if (not first or start in first) and rule.search(text):
            return rule
    return None


def _better(rest_rule: Rule, whole: Rule | None) -> bool:
    """Whether the rule for the text after a prefix outranks the one for the whole line.

    It always does if it takes the text as no failure.
    """
    if whole is None or rest_rule.tier == NOISE_TIER:
        return True
    if not whole.wrapper and whole.tier not in (SIGN, GENERAL):
        return False
    if rest_rule.weight < 1 or rest_rule.weight > whole.weight:
        return True
    return whole.tier == GENERAL and rest_rule.tier != GENERAL


def _quotes(rule: Rule, text: str) -> bool:
    """Whether what a rule took is a source that a tool quotes, or a label in one."""
    return _LABEL.match(text) is not None or (rule.tier == GENERAL and _QUOTED.match(text) is not None)


def _rule(line: bytes, called: Sequence[_Call], red: bool) -> Rule | None:
    """The rule for a line, also after other tools' prefixes; red is an error in every tool."""
    bare = text = line.decode("utf-8", "replace")
    rule = _first(line, text, called)
    if rule is None or rule.weight > NOISE:
        prefix = RAW_PREFIX.match(line)
        if prefix is not None:
            rest = line[prefix.end() :]
            bare = rest.decode("utf-8", "replace")
            rest_rule = _first(rest, bare, called)
            if rest_rule is not None and _better(rest_rule, rule):
                rule = rest_rule
    if rule is not None and (_quotes(rule, text) or (bare is not text and _quotes(rule, bare))):
        return given_to("quoted-source")
    if rule is not None and (1 <= rule.weight < CAUSE - 1 or rule.tier == SIGN) and _INFO.match(text):
        return given_to("information")
    if rule is not None and HINT < rule.weight < CAUSE and not rule.fatal_warning and _WARN.match(text):
        return given_to("warning")
    weaker = rule is None or (rule.tier == GENERAL and 1 <= rule.weight < given_to("red").weight)
    if red and weaker and rule is not given_to("warning"):
        return given_to("red") if line.strip() else rule
    return rule


def classify(lines: Sequence[bytes], *, every: bool) -> list[Rule | None]:
    """The rule for each of the raw lines, their timestamps taken off.

    Without `every`, a line counts only in two cases: a tool's format takes it, or it holds one of the words
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
        rule = _rule(shown[at], _called(frozenset(held), general), red)
        if general or (rule is not None and rule.anywhere):
            rules[at] = rule
    return rules
