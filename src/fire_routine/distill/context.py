"""The context of a finding: the lines around it that belong to it. And what these lines show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .lines import (
    LONGEST,
    PROBE,
    RAW_PREFIX,
    RETURN,
    TRAVIS_FOLD,
    probed,
    segments,
    stamp_of,
    turned,
    unprefixed,
    unstamped,
)
from .noise import boilerplate_among
from .rules import WARNING, Rule, expression
from .steps import ends_step
from .types import Finding

# Shares of a finding's weight.
NEXT_TO, FALL = 0.95, 0.006  # a line of what its rule reaches; less for each line of distance
BEFORE = (0.35, 0.25, 0.15)  # the lines before that, the nearest first
AFTER, FALL_AFTER = 0.5, 0.02  # the first line after that, and how much less each further one
LINES_AFTER = 20  # lines after that which have a share
BOILERPLATE = 0.2  # factor: a line that explains nothing, here and before a step's end

LONG = 32 * 1024  # bytes of a line from which on only what is shown of it is looked at
CONTINUES, OTHER_PART = expression("continues"), expression("other_part")
ITEM = re.compile(rb"- \S")
# A logger's own time, if its minute is that of the line's timestamp.
_TIME = re.compile(r"\[?\d{4}-\d\d-\d\d[T ]\d\d(:\d\d):\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]? (?=.*\w)")
_WARNING_ROW = b" warning "  # the level in a row of a linter's list


@dataclass(frozen=True, slots=True)
class Context:
    """Consecutive lines around a finding, and the finding's own."""

    finding: Finding
    first: int  # number of the first of them
    texts: list[bytes]  # what they show
    shares: list[float]  # of the finding's weight


@dataclass(frozen=True, slots=True)
class LineStore:
    """The lines of a log that may be shown, by their numbers."""

    raw: Mapping[int, bytes]
    text: Mapping[int, bytes]  # as `lines.shown` has it
    boilerplate: frozenset[int]  # numbers of lines that explain nothing
    several: frozenset[int]  # numbers of lines of which several texts are shown, or a part

    def lines(self, numbers: Iterable[int]) -> list[str]:
        """What each of the lines shows; what was between carriage returns is a line of its own."""
        numbers = list(numbers)
        if not numbers:
            return []
        lines = b"\n".join([self.text[number] for number in numbers]).decode("utf-8", "replace").split("\n")
        for at, number in enumerate(numbers):
            if number in self.several:
                lines[at] = "\n".join(segments(self.raw[number]))
            elif (time := _TIME.match(lines[at])) and stamp_of(self.raw[number])[1].endswith(
                time[1].encode(), 0, 16
            ):
                lines[at] = lines[at][time.end() :]
        return lines


def store_of(raw: Mapping[int, bytes], findings: Iterable[Finding], closely: Iterable[int]) -> LineStore:
    """The store of raw lines, and of the lines around findings.

    `closely`: numbers of the lines, besides those around findings, whose text is compared with boilerplate.
    """
    own: dict[int, bytes] = {}
    for finding in findings:
        own.update(enumerate(finding.lines, finding.number - finding.at))
    raw = {**raw, **own}
    long = {number: segments(line)[-1].encode() for number, line in raw.items() if len(line) > LONG}
    numbers = [number for number in raw if number not in long]
    bare = unstamped([raw[number] for number in numbers])
    shown = turned(bare)
    several = {at for at, line in enumerate(shown) if RETURN in line}
    dull: set[int] = set()
    for at in several:
        if shown[at].startswith(b"travis_"):  # a fold's mark, and what follows in its line
            dull.add(at)
        shown[at] = shown[at].rpartition(b"\r")[2]
    # A fold alone in its line is not shown.
    shown = [b"" if line[:7] == b"travis_" and TRAVIS_FOLD.fullmatch(line) else line for line in shown]
    several.update(at for at, line in enumerate(shown) if len(line) > LONGEST or b"^[[" in bare[at])
    text = long | dict(zip(numbers, shown, strict=True))
    looked = sorted({*own, *closely})
    boilerplate = boilerplate_among([text[number] for number in looked])
    return LineStore(
        raw,
        text,
        frozenset(numbers[at] for at in dull).union(looked[at] for at in boilerplate),
        frozenset(numbers[at] for at in several).union(long),
    )


def near(finding: Finding) -> Finding:
    """The finding with no more lines than may belong to it, however many of its report are at hand."""
    rule = finding.rule
    first = max(finding.at - rule.before - len(BEFORE), 0)
    last = finding.at + 1 + max(rule.indented, rule.paragraph) + LINES_AFTER
    return finding._replace(lines=finding.lines[first:last], at=finding.at - first)


def context_of(finding: Finding, store: LineStore) -> Context:
    """The context of a finding whose lines are in the store."""
    finding = near(finding)
    rule, index, begin = finding.rule, finding.at, finding.number - finding.at
    shown = [store.text[number] for number in range(begin, begin + len(finding.lines))]
    texts = list(map(probed, shown)) if max(map(len, shown)) > PROBE else shown
    prefixed = RAW_PREFIX.match(texts[index]) is not None
    if prefixed:
        texts = [unprefixed(text) for text in texts]
    start, end = (
        (_back(rule, index, texts), _ahead(rule, index, texts)) if rule.weight > 1 else (index, index + 1)
    )
    before = BEFORE[:start]
    shares = [
        *reversed(before),
        *(1.0 if at == index else NEXT_TO - FALL * (abs(at - index) - 1) for at in range(start, end)),
        *(AFTER - FALL_AFTER * distance for distance in range(_after(rule, texts[end : end + LINES_AFTER]))),
    ]
    first = start - len(before)
    around = texts[first : first + len(shares)]
    dull = {at for at in range(len(shares)) if begin + first + at in store.boilerplate}
    if prefixed:
        dull |= boilerplate_among(around)
    if rule.is_list and _WARNING_ROW not in texts[index]:  # between a file and its error, and below it
        dull.update(at for at, text in enumerate(around) if _WARNING_ROW in text)
    for at in dull - {index - first}:
        shares[at] *= BOILERPLATE
    return Context(finding, begin + first, shown[first : first + len(shares)], shares)


def _ahead(rule: Rule, index: int, texts: Sequence[bytes]) -> int:
    """The place after the last line that belongs to the one at `index`."""
    indented, paragraph = index + 1 + rule.indented, index + 1 + rule.paragraph
    depth, of_list = indent(texts[index]), ITEM.match(texts[index])
    end, blanks = index + 1, 0
    for at in range(index + 1, min(len(texts), max(indented, paragraph))):
        line = texts[at]
        if not line.strip():
            blanks += 1
            if blanks > 1:
                break
        elif ends_step(line) or OTHER_PART.match(line):
            break
        elif (at < paragraph and not blanks) or (
            at < indented
            and (indent(line) > depth or CONTINUES.match(line))
            and not (of_list and ITEM.match(line))  # the next item
        ):
            blanks, end = 0, at + 1
        else:
            break
    return end


def _after(rule: Rule, texts: Sequence[bytes]) -> int:
    """How many of the lines after those that belong to a finding may explain it: those of the same part. A
    warning and a count of failures say all of it."""
    if rule.weight <= WARNING or rule.summary:
        return 0
    return next(
        (at for at, line in enumerate(texts) if ends_step(line) or OTHER_PART.match(line)), len(texts)
    )


def _back(rule: Rule, index: int, texts: Sequence[bytes]) -> int:
    """The first line that leads to the one at `index`."""
    begin = index
    if rule.before_match is not None:
        for at in range(index - 1, max(index - rule.before, 0) - 1, -1):
            if not rule.before_match.match(texts[at]):
                break
            if texts[at].strip():
                begin = at
    return begin


def indent(line: bytes) -> int:
    return len(line) - len(line.lstrip())
