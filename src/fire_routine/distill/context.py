"""The context of a finding: the lines around it that belong to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .lines import RAW_PREFIX
from .noise import boilerplate_among, states_success
from .rules import WARNING, expression
from .store import OTHER_PART, LineStore, Texts
from .types import Finding

# Shares of a finding's weight.
NEXT_TO, FALL = 0.95, 0.006  # a line of what its rule reaches; less for each line of distance
BEFORE = (0.35, 0.25, 0.15)  # the lines before that, the nearest first
AFTER, FALL_AFTER = 0.5, 0.02  # the first line after that, and how much less each further one
LINES_AFTER = 20  # lines after that which have a share
BOILERPLATE = 0.2  # factor: a line that explains nothing, here and before a step's end

CONTINUES = expression("continues")
ITEM = re.compile(rb"- \S")


@dataclass(frozen=True, slots=True)
class Context:
    """Consecutive lines around a finding, and the finding's own."""

    finding: Finding
    first: int  # number of the first of them
    texts: list[bytes]  # what they show
    shares: list[float]  # of the finding's weight


def context_of(finding: Finding, store: LineStore) -> Context:
    """The context of a finding whose lines are in the store."""
    rule, number, bare = finding.rule, finding.number, store.bare
    start, last = reach(finding, bare) if rule.weight > 1 else (number, number)
    first = next((at for at in range(start - len(BEFORE), start) if at in store.text), start)
    # A warning and a count of failures say all of it; else the next lines of the same part may explain it.
    silent = rule.weight <= WARNING or rule.summary
    after = 0 if silent else bare.of_part(range(last + 1, last + 1 + LINES_AFTER))
    shares = [
        *reversed(BEFORE[: start - first]),
        *(1.0 if at == number else NEXT_TO - FALL * (abs(at - number) - 1) for at in range(start, last + 1)),
        *(AFTER - FALL_AFTER * distance for distance in range(after)),
    ]
    numbers = range(first, first + len(shares))
    dull = set(store.boilerplate.intersection(numbers))
    if RAW_PREFIX.match(store.text[number]):
        dull.update(first + at for at in boilerplate_among([bare[each] for each in numbers]))
    for at in dull - {number}:
        shares[at - first] *= BOILERPLATE
    return Context(finding, first, [store.text[at] for at in numbers], shares)


def reach(finding: Finding, texts: Texts) -> tuple[int, int]:
    """The first and the last of the lines that belong to a finding, as its rule has it."""
    return _back(finding, texts), _ahead(finding, texts)


def _back(finding: Finding, texts: Texts) -> int:
    """The first line that leads to a finding."""
    rule, begin = finding.rule, finding.number
    if rule.before_match is not None:
        for at, text in texts.known(range(begin - 1, max(begin - rule.before, 0) - 1, -1)):
            if not rule.before_match.match(text):
                break
            if text.strip():
                begin = at
    return begin


def _ahead(finding: Finding, texts: Texts) -> int:
    """The last line that belongs to a finding: of its paragraph, deeper, or continuing it."""
    rule, number, own = finding.rule, finding.number, texts[finding.number]
    indented, paragraph = number + rule.indented, number + rule.paragraph
    depth, of_list = indent(own), ITEM.match(own)
    end, blanks = number, 0
    for at, text in texts.known(range(number + 1, max(indented, paragraph) + 1)):
        if not text.strip():
            blanks += 1
            if blanks > 1:
                break
        elif ends_part(text):
            break
        elif (at <= paragraph and not blanks) or (
            at <= indented
            and (indent(text) > depth or CONTINUES.match(text))
            and not (of_list and ITEM.match(text))  # the next item
        ):
            blanks, end = 0, at
        else:
            break
    return end


def ends_part(text: bytes) -> bool:
    """Whether a line, without other tools' prefixes, belongs to nothing that was reported above it."""
    return OTHER_PART.match(text) is not None or text.startswith(b"##[") or states_success(text)


def indent(line: bytes) -> int:
    return len(line) - len(line.lstrip())
