"""What is wrong with the rules, and which rule matches a line and why."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from typing import Any

from tools.knowledge import Source, compiled, entries, sources

from fire_routine.distill.lines import PROBE, RAW_PREFIX, probed, shown
from fire_routine.distill.match import FOLD, classify
from fire_routine.distill.noise import boilerplate_among
from fire_routine.distill.outages import outage
from fire_routine.distill.rules import BEGIN, COMPILED, Rule, rules

# What is repeated to find an expression that takes long, after so many beginnings of each example.
_PUMPS = (" ", "a", "A", "1", "/", ".", ":", "-", "(", "a ", "a.", "a/", "A::", "1:", "[a] ", "at ", "=", '"')
_BEGINNINGS = 4
# For twice the line an expression may take twice as long, and a little more: time is measured. What takes
# less than SHORT of the time of a million steps of a loop (about 0.1 ms) is not looked at.
GROWTH, SHORT, TRIALS = 3.0, 0.01, 7

_Search = Callable[[str], object]


def problems_in_time(seconds: float = 60.0) -> list[str]:
    """The problems of the rules, found by a process of its own: no expression keeps it longer than `seconds`.

    A rule that does is the last problem. Python ends no search before its time.
    """
    receive, send = Pipe(duplex=False)
    child = Process(target=_tell, args=(send,), daemon=True)
    child.start()
    send.close()
    found, place = list[str](), "the rules' examples"
    try:
        while receive.poll(seconds):
            is_problem, text = receive.recv()
            found, place = ([*found, text], place) if is_problem else (found, text)
    except EOFError:
        return found
    child.kill()
    return [
        *found,
        f"{place}: an expression takes more than {seconds:.0f} s: let no repetition be in another",
    ]


def _tell(send: Connection) -> None:
    for problem in problems(lambda place: send.send((False, place))):
        send.send((True, problem))
    send.close()


def problems(at: Callable[[str], object] = str) -> Iterator[str]:
    """The problems of the rules, one line per problem; nothing: all is well.

    Args:
        at: is told of each rule before its expressions are tried.

    Raises:
        RuleError: an entry is wrong.
    """
    if COMPILED.read_text(encoding="utf-8") != compiled():
        yield "the compiled file is not what the TOML files say: run `tools/rules.py compile`"
        return
    written = sources()
    yield from examples(written)
    for entry in entries("boilerplate"):
        yield from of_boilerplate(entry)
    for entry in entries("outage"):
        yield from of_outage(entry)
    for source in written:
        at(str(source.error("its match")))
        yield from keywords(source)
        yield from slow(source)


def examples(written: Sequence[Source]) -> Iterator[str]:
    """Each rule matches its examples, so no other is in its way, and none of its counter-examples."""
    wanted = [(source, example) for source in written for example in source.examples]
    unwanted = [(source, line) for source in written for line in source.counterexamples]
    found = classify([line.encode() for _, line in (*wanted, *unwanted)], every=True)
    for (source, line), rule in zip(wanted, found, strict=False):
        if rule is None or rule.id != source.id:
            by = f"{rule.id!r} matches" if rule is not None else "no rule matches"
            yield str(source.error(f"{by} its example: {line}"))
    for (source, line), rule in zip(unwanted, found[len(wanted) :], strict=True):
        if rule is not None and rule.id == source.id:
            yield str(source.error(f"it matches what it must not: {line}"))
    for source in written:
        if not source.examples:
            yield str(source.error("it has no example: add a line that its tool prints"))


def of_boilerplate(entry: Mapping[str, Any]) -> Iterator[str]:
    """An entry's examples are boilerplate among other lines, its counter-examples are none."""
    if not entry.get("examples"):
        yield f"boilerplate {entry['match']}: it has no example"
    for name, wanted in (("examples", {1}), ("not", set[int]())):
        for line in entry.get(name, ()):
            if boilerplate_among([b"cart.c: 3", line.encode(), b"cart.c: 4"]) != wanted:
                yield f"boilerplate {entry['match']}: {'not ' * bool(wanted)}boilerplate: {line}"


def of_outage(entry: Mapping[str, Any]) -> Iterator[str]:
    """An outage is known by each of its examples, and by none of its counter-examples."""
    for line in entry["examples"]:
        if outage(None, [line]) != entry["what"]:
            yield f"outage {entry['what']}: not known by: {line}"
    for line in entry["not"]:
        if outage(None, [line]):
            yield f"outage {entry['what']}: wrongly known by: {line}"


def keywords(source: Source) -> Iterator[str]:
    """One of a rule's keywords is in each of its examples."""
    if not source.fields.get("keywords"):
        return
    for example in source.examples:
        line = shown(example.encode())
        prefix = RAW_PREFIX.match(line)
        texts = [each.decode() for each in (line, line[prefix.end() :] if prefix else line)]
        if not any(_holds(text, keyword) for text in texts for keyword in source.fields["keywords"]):
            yield str(source.error(f"none of its keywords is in its example: {example}"))


def _folded(text: str) -> str:
    """The text as keywords have it."""
    return "".join(chr(FOLD[ord(each)]) if each.isascii() and each.isprintable() else each for each in text)


def _holds(text: str, keyword: str) -> bool:
    line = _folded(text)
    return line.lstrip().startswith(keyword[1:]) if keyword.startswith(BEGIN) else keyword in line


def slow(source: Source) -> Iterator[str]:
    """No line takes long, whoever made it: time grows with its length, not with its square."""
    if "match" not in source.fields:
        return
    search = re.compile("|".join(source.fields["match"])).search
    parts = range(_BEGINNINGS + 1)
    starts = {each[: len(each) * part // _BEGINNINGS] for each in source.examples for part in parts}
    for start in sorted(starts):
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


def explanation(line: str) -> Iterator[tuple[str, str]]:
    """Which rule matches a line, and why: names and values, in the order in which they are shown."""
    raw = probed(shown(line.encode("utf-8", "replace")))
    prefix = RAW_PREFIX.match(raw)
    texts = [raw.decode("utf-8", "replace")]
    if prefix:
        texts.append(raw[prefix.end() :].decode("utf-8", "replace"))
    (found,) = classify([line.encode("utf-8", "replace")], every=True)
    if found is None:
        yield "rule", "none: no keyword of any rule with a match is in the line"
    else:
        yield from _of_rule(found, texts)
    if prefix:
        yield "prefix", f"{prefix[0].decode('utf-8', 'replace')!r} is a prefix: the rest is matched too"
    for rule in rules():
        if rule is not found and any(_matches(rule, text) for text in texts):
            yield "also", f"{rule.id} ({rule.tier}, {_ordinal(rule)}, weight {rule.weight:g})"


def _of_rule(rule: Rule, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield "rule", rule.id
    line = next((text for text in texts if _matches(rule, text)), "")
    if line:
        yield "because", f"of all rules that match it is tried first: {rule.tier}, {_ordinal(rule)}"
    else:
        yield "because", f"the line is of a kind that the matcher recognises itself: {rule.id}"
    yield "weight", f"{rule.weight:g}" + ("" if rule.anywhere else ", near the end of a failed step only")
    if words := [word for word in rule.keywords if _holds(line, word)]:
        yield "keyword", ", ".join(map(repr, words))
    if line and (match := rule.pattern.search(line)):
        yield "match", rule.pattern.pattern
        yield "matched", repr(match[0])
        yield from ((name, value) for name, value in match.groupdict().items() if value is not None)


def _ordinal(rule: Rule) -> str:
    return f"number {rule.order + 1} of {len(rules())}"


def _matches(rule: Rule, line: str) -> bool:
    return any(_holds(line, word) for word in rule.keywords) and rule.pattern.search(line) is not None
