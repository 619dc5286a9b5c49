"""Which rule takes a line, and why: what `fire-routine rules explain LINE` prints."""

from __future__ import annotations

from collections.abc import Iterator

from ..lines.clean import probed, shown
from ..lines.prefixes import RAW_PREFIX
from ..match.matcher import classify
from . import rules
from .keywords import BEGIN, folded
from .schema import Rule


def explanation(line: str) -> Iterator[tuple[str, str]]:
    """Names and values, in the order in which they are shown."""
    raw = shown(line.encode("utf-8", "replace"))
    text = probed(raw).decode("utf-8", "replace")
    prefix = RAW_PREFIX.match(probed(raw))
    rest = probed(raw)[prefix.end() :].decode("utf-8", "replace") if prefix else text
    (taken,) = classify([line.encode("utf-8", "replace")], every=True)
    if taken is None:
        yield "rule", "none: no keyword of any rule with a match is in the line"
    else:
        yield from _of_rule(taken, text, rest)
    if rest != text:
        yield "prefix", f"{text[: len(text) - len(rest)]!r} is a prefix: the rest is matched too"
    others = [
        rule for rule in rules() if rule is not taken and any(_matches(rule, each) for each in (text, rest))
    ]
    for at, rule in enumerate(others):
        yield (
            "also matches" if at == 0 else "",
            f"{rule.id} ({rule.tier}, {_ordinal(rule)}, weight {rule.weight:g})",
        )


def _of_rule(rule: Rule, text: str, rest: str) -> Iterator[tuple[str, str]]:
    yield "rule", rule.id
    if rule.given_to and not _matches(rule, text) and not _matches(rule, rest):
        yield "because", f"the line is of a kind that the matcher recognises itself: {rule.given_to}"
    else:
        yield "because", f"of all rules that match it is tried first: {rule.tier}, {_ordinal(rule)}"
    yield "weight", f"{rule.weight:g}" + ("" if rule.anywhere else ", near the end of a failed step only")
    line = next((each for each in (text, rest) if _matches(rule, each)), "")
    if words := [word for word in rule.keywords if _holds(line, word)]:
        yield "keyword", ", ".join(repr(word.removeprefix(BEGIN)) for word in words)
    found = rule.pattern.search(line) if line else None
    if found is not None:
        yield "match", rule.pattern.pattern
        yield "matched", repr(found[0])
        for name, value in found.groupdict().items():
            if value is not None:
                yield name, value


def _ordinal(rule: Rule) -> str:
    return f"number {rule.order + 1} of {len(rules())}"


def _holds(line: str, keyword: str) -> bool:
    text = folded(line)
    return text.lstrip().startswith(keyword[1:]) if keyword.startswith(BEGIN) else keyword in text


def _matches(rule: Rule, line: str) -> bool:
    return any(_holds(line, word) for word in rule.keywords) and rule.pattern.search(line) is not None
