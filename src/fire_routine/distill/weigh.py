"""Spans and marks → a bounded digest: each line with its weight, in the log's order.

The numbers below were chosen by their recall on labelled logs of real failures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from ..model import Block, Digest, Step
from .captures import files_named
from .facts import facts
from .findings import Finding, Scan, Span, keep, span_of
from .first import Lines, outrank
from .green import Green, weigh_against
from .identity import identity
from .kept import Kept
from .numbering import Numbering
from .place import HUGE, factors, inside
from .repeats import repeats
from .rules.schema import CONSEQUENCE, ERROR_LIKE, WARNING
from .shares import Share, shares
from .steps import Failed, failed_steps
from .tail import looked_at, weights
from .text import LONGEST, shown

MOST = 76_000  # bytes a digest keeps: the largest budget, and room for lines that redaction shortens
AROUND = 100  # bytes, about, of what is kept beside each line that a rule took
SHOWN = 0.35  # of its weight has a line of a block whose text another line shows, such as a stack frame
ERROR_LIKEED = 12  # lines from which on the same text is a second report
BLANK = 3  # blank lines between two that are kept, at most
MORE = 0.9  # an earlier line shows it, unless it has less than this of the later one's weight
ENDING, LONGER = 48, 80  # bytes of its end by which a line that is longer says what others said
TWICE, AGAIN = 2, 0.7  # how many of them tell all of it, and what of its weight the next one has
ONCE = 200  # bytes from which on one alone does
ITS_LAST, OVERWRITTEN = 3, 0.3  # texts between a line's carriage returns that tell all, and what others do
REACHED, AT_MOST = 1 / 16, 8  # of the way to the strongest line, for each finding more that reaches a line

ANY = 0.02  # the weight of any line of a log that is kept as a whole

_WORDS = re.compile(rb"[A-Za-z]+")


def _strongest(scan: Scan, failed: Failed, green: Green | None) -> list[tuple[Finding, float]]:
    """The findings, in the log's order, that may be among the most telling lines, and their factors."""
    weighed = list(zip(scan.findings, factors(scan, failed), strict=True))
    room = MOST
    chosen: list[tuple[Finding, float]] = []
    for finding, factor in sorted(weighed, key=lambda pair: -pair[0].rule.weight * pair[1]):
        chosen.append((finding, factor))
        if green is None or finding.raw not in green:
            room -= len(shown(finding.raw)) + AROUND
        if room < 0:
            break
    return sorted(chosen, key=lambda pair: pair[0].number)


class _Endings:
    """Which lines end as lines before them: a list of names, each with the one reason."""

    def __init__(self) -> None:
        self._met: dict[bytes, int] = {}
        self._rank: dict[int, int] = {}  # of a line by its number, which may stand in several spans

    def factor(self, number: int, text: bytes) -> float:
        """Of a line that is longer than `LONGER`."""
        if number not in self._rank:
            # At its end may stand a project's or a check's name, in brackets: that is no reason.
            ending = text[: text.rfind(b" [") if text.endswith(b"]") else None][-ENDING:]
            self._met[ending] = self._rank[number] = self._met.get(ending, 0) + 1
        return 1.0 if self._rank[number] <= (TWICE if len(text) <= ONCE else 1) else AGAIN


def _showing(shares: Sequence[Share]) -> dict[bytes, int]:
    """For each text, without its indentation and what reports put around a name, the number of the line that
    shows it: the first, but for one that tells clearly more. A ruler belongs to what stands below it."""
    showing: dict[bytes, tuple[int, float]] = {}
    for number, weight, _, text, _ in shares:
        before = showing.get(text)
        if before is None or (before[1] < weight * MORE and _WORDS.search(text)):
            showing[text] = (number, weight)
    return {text: number for text, (number, _) in showing.items()}


def _raise(lines: Lines, number: int, weight: float, rule: str) -> None:
    """A line tells as much as the most that anything gives it."""
    before = lines.get(number)
    if before is None or before[0] < weight:
        lines[number] = (weight, rule)


def _told_apart(keys: Mapping[int, int], number: int, other: int) -> bool:
    """Whether what stands beside two lines that say the same tells them apart."""
    return number in keys and other in keys and keys[number] != keys[other]


def _lines(scan: Scan, spans: Sequence[Span], factors: Sequence[float], *, huge: bool) -> Lines:
    """Each line by its number, with the most that anything gives it."""
    lines: Lines = dict.fromkeys(range(scan.total), (ANY, "all")) if scan.whole else {}
    for tail in scan.tails:
        scan.kept.look_closely(looked_at(tail))
    dull = scan.kept.dull | {finding.number for finding in scan.findings if finding.rule.weight <= WARNING}
    own = {
        span.finding.number: span.finding.rule.weight * factor
        for span, factor in zip(spans, factors, strict=True)
        if span.finding.rule.weight > CONSEQUENCE
    }
    for tail in scan.tails:
        for number, weight in weights(tail, dull, scan.kept, MOST, ANY if scan.whole else 0.0):
            # What a rule took tells no more here than its own weight: the last of many alike is one of many.
            _raise(lines, number, min(weight, own.get(number, weight)), "tail")
    given = shares(spans, factors, huge=huge)
    showing = _showing(given)
    endings = _Endings()
    faint = {span.finding.number for span in spans if span.finding.rule.weight < ERROR_LIKE}
    sums: dict[int, float] = {}
    keys = {
        span.finding.number: span.finding.key for span in spans if span.finding.rule.distinguisher is not None
    }
    for number, weight, rule, text, taken in given:
        shown_at = showing.get(text, number)
        elsewhere = abs(shown_at - number) > (ERROR_LIKEED if taken else 0)
        if elsewhere and not (taken and _told_apart(keys, number, shown_at)):
            weight *= SHOWN
        if len(text) > LONGER:
            weight *= endings.factor(number, text)
        if number not in faint:
            sums[number] = sums.get(number, 0.0) + weight
        _raise(lines, number, weight, rule)
    _raise_reached(lines, sums)
    return lines


def _raise_reached(lines: Lines, sums: Mapping[int, float]) -> None:
    """A line that several findings reach tells more; never more than the strongest."""
    strongest = max((weight for weight, _ in lines.values()), default=0.0)
    for number, together in sums.items():
        weight, rule = lines[number]
        if together > weight > 0:
            further = min(together / weight - 1, AT_MOST)
            lines[number] = (strongest * (weight / strongest) ** (1 - REACHED * further), rule)


def _most_telling(lines: Lines, kept: Kept) -> list[int]:
    """The numbers of the most telling lines, up to the bound, in the log's order."""
    numbers = sorted(lines)
    if sum(map(len, map(kept.text.__getitem__, numbers))) + len(numbers) <= MOST:
        return numbers
    room = MOST
    chosen: list[int] = []
    for number in sorted(numbers, key=lambda number: -lines[number][0]):
        room -= min(len(kept.text[number]), LONGEST) + 1
        if room < 0:
            break
        chosen.append(number)
    return sorted(chosen)


def _with_blank_lines(numbers: Sequence[int], lines: Lines, kept: Kept) -> list[int]:
    """The numbers, and those of a few blank lines between two of them: a gap's mark would take more room."""
    complete = list(numbers[:1])
    for before, number in pairwise(numbers):
        between = range(before + 1, number)
        if len(between) <= BLANK and all(at in kept.text and not kept.text[at].strip() for at in between):
            lines.update((at, min(lines[before], lines[number])) for at in between)
            complete += between
        complete.append(number)
    return complete


def _take_overwritten(texts: list[str]) -> dict[int, tuple[str, ...]]:
    """Take off the texts, in place, what carriage returns overwrote in them; by the text's place."""
    found: dict[int, tuple[str, ...]] = {}
    for at, text in enumerate(texts):
        if "\n" in text and len(said := text.split("\n")) > ITS_LAST:
            found[at], texts[at] = tuple(said[:-ITS_LAST]), "\n".join(said[-ITS_LAST:])
    return found


def _blocks(lines: Lines, kept: Kept, numbering: Numbering) -> tuple[Block, ...]:
    """The most telling lines; neighbours of one weight and rule make a block. A line that shows several
    texts is a block of its own."""
    numbers = _with_blank_lines(_most_telling(lines, kept), lines, kept)
    texts = kept.lines(numbers)
    overwritten = _take_overwritten(texts)
    begins: list[int] = []
    last, before = -2, (0.0, "")
    for at, number in enumerate(numbers):
        line = lines[number]
        if (
            number != last + 1
            or (line is not before and (line[1] != before[1] or abs(line[0] - before[0]) > before[0] * 0.01))
            or "\n" in texts[at] + texts[at - 1]
            or number in numbering.edges
        ):
            begins.append(at)
            before = line
        last = number
    blocks: list[Block] = []
    for begin, end in pairwise([*begins, len(numbers)]):
        weight, rule = lines[numbers[begin]]
        first = numbering.of(numbers[begin]) + 1
        if begin in overwritten:
            blocks.append(Block(first, overwritten[begin], weight * OVERWRITTEN, rule, first))
        said = "\n".join(texts[begin:end]).split("\n")
        blocks.append(Block(first, tuple(said), weight, rule, numbering.of(numbers[end - 1]) + 1))
    return tuple(blocks)


def digest(scan: Scan, steps: Sequence[Step], green: Green | None) -> Digest:
    """What is kept of a log."""
    failed = failed_steps(scan, steps)
    strongest = _strongest(scan, failed, green)
    keep([finding for finding, _ in strongest], scan.kept)
    spans = [span_of(finding, scan.kept) for finding, _ in strongest]
    huge = failed.extent > HUGE
    lines = _lines(scan, spans, [factor for _, factor in strongest], huge=huge)
    if green is not None:
        weigh_against(green, lines, scan.kept, failed)
    outrank([span for span in spans if green is None or span.finding.raw not in green], lines, huge=huge)
    within = inside(scan, failed)
    end = facts(scan, failed, within)
    numbering = Numbering(scan.states)
    blocks = _blocks(lines, scan.kept, numbering)
    name, explained = identity(scan, within)
    return Digest(
        blocks,
        numbering.of(scan.total),
        name,
        explained=explained,
        step=end.step,
        command=end.command,
        shell=end.shell,
        exit_code=end.exit_code,
        ended=end.ended,
        repeats=repeats(scan, spans, blocks),
        files=files_named(within),
        ends=tuple(numbering.of(number) + 1 for number in end.ends),
    )
