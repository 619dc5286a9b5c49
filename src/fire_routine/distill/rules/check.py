"""Checks the rules: what `fire-routine rules check` reports."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from ..lines.clean import PROBE
from ..match.matcher import classify
from . import COMPILED, TABLES, rules, tables
from .compile import Source, as_text, compiled, sources
from .keywords import BEGIN, folded
from .schema import Rule
from .texts import accepted, prefixes

# What is repeated to find an expression that takes long, and the number of texts before it that are tried.
_PUMPS = (" ", "a", "A", "1", "/", ".", ":", "-", "(", "a ", "a.", "a/", "A::", "1:", "[a] ", "at ", "=", '"')
_STARTS = 4
# For twice the line an expression may take twice as long, and a little more: time is measured. What takes
# less than SHORT of the time of a million steps of a loop (about 0.1 ms) is not looked at.
GROWTH, SHORT, TRIALS = 3.0, 0.01, 7

_Search = Callable[[str], object]


def problems() -> Iterator[str]:
    """The problems of the rules, one line per problem; nothing: all is well.

    Raises:
        RuleError: an entry is wrong.
    """
    written = sources()
    texts = {COMPILED: as_text(compiled(written)), TABLES: tables.as_text()}
    if any(file.read_text(encoding="utf-8") != text for file, text in texts.items()):
        yield "the compiled files are not what the TOML files say: run `fire-routine rules compile`"
        return
    by_id = {rule.id: rule for rule in rules()}
    yield from examples(written)
    for source in written:
        rule = by_id[source.id]
        if source.match:
            yield from unreached(source, rule)
            yield from slow(source)


def examples(written: Sequence[Source]) -> Iterator[str]:
    """Each rule takes its examples, so no other takes all that it could, and none of what it must not."""
    wanted = [(source, example) for source in written for example in source.examples]
    unwanted = [(source, line) for source in written for line in source.counterexamples]
    taken = classify([line.encode() for _, line in (*wanted, *unwanted)], every=True)
    for (source, line), rule in zip(wanted, taken, strict=False):
        if rule is None or rule.id != source.id:
            by = f"taken by {rule.id!r}" if rule is not None else "taken by no rule"
            yield str(source.error(f"its example is {by}: {line}"))
    for (source, line), rule in zip(unwanted, taken[len(wanted) :], strict=True):
        if rule is not None and rule.id == source.id:
            yield str(source.error(f"it takes what it must not: {line}"))
    for source in written:
        if source.match and not source.examples:
            yield str(source.error("it has no example: add a line that its tool prints"))


def unreached(source: Source, rule: Rule) -> Iterator[str]:
    """One of its keywords is in each text that its expression accepts."""
    for text in accepted(source.match):
        if not has_keyword(rule, text):
            yield str(source.error(f"no keyword is in a line that it matches: {text}"))
            return


def has_keyword(rule: Rule, text: str) -> bool:
    """Whether the rule's expression is tried on a line."""
    line = folded(text)
    begin = line.lstrip()
    if rule.first and begin[:1].encode() not in rule.first:
        return False
    return any(
        begin.startswith(keyword[1:]) if keyword.startswith(BEGIN) else keyword in line
        for keyword in rule.keywords
    )


def slow(source: Source) -> Iterator[str]:
    """No line takes long, whoever made it: time grows with its length, not with its square."""
    search = re.compile(source.match).search
    for start in sorted(prefixes(source.match), key=lambda text: (len(text), text))[:_STARTS]:
        for pump in _PUMPS:
            if _grows(search, start, pump):
                line = (start + pump * PROBE)[:60]
                yield str(source.error(f"for twice the line it takes more than twice as long: {line}…"))
                return


def _grows(search: _Search, start: str, pump: str) -> bool:
    once, twice = ((start + pump * PROBE)[: PROBE * times] + "\x00" for times in (1, 2))
    if _timed(search, twice) < SHORT * _unit():
        return False
    # Something else may have taken the time: only what is slow each time is reported.
    return all(_timed(search, twice) > GROWTH * _timed(search, once) for _ in range(TRIALS))


def _timed(search: _Search, line: str) -> float:
    begin = time.thread_time()
    search(line)
    return time.thread_time() - begin


@cache
def _unit() -> float:
    """Seconds that a loop of a million steps takes here."""
    begin = time.thread_time()
    for _ in range(1_000_000):
        pass
    return time.thread_time() - begin
