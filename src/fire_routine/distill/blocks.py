"""A log's failures as blocks: consecutive lines, from the one that names a failure to the end of its report.

A line that looks like a failure's name begins a report, which a ruled line, indentation or a blank line ends.
Else a block is what the finding's rule reaches. `ranks.py` says how much a reader misses without each of a
block's lines.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .context import CONTINUES, ends_part, indent, reach
from .noise import states_success
from .rules import (
    ERROR_LIKE,
    GENERAL,
    SIGN,
    Rule,
    expression,
)
from .store import Texts
from .types import Finding

# Which findings begin blocks.
MOST, BLOCKS = 240, 60  # that are made, and that are kept, the strongest
# How far a block reaches.
ABOVE, REACH = 150, 160  # lines above a finding in which the head of its report is, and lines of a report
# How a report goes on below its head: up to a ruled line; to one that is not deeper; to a blank one.
RULED, INDENTED, PARAGRAPH = "ruled", "indented", "paragraph"
BLANKS = {RULED: 2, INDENTED: 2, PARAGRAPH: 0}  # blank lines in a row that do not end a report
GAP = 2  # lines between two findings of one rule that become one block, and between rows of a list
BLANK = 10**9  # the depth of a blank line: deeper than any
# Which findings of a block are essential.
ESSENTIAL = 0.75  # of its strongest finding's weight that another one has at least
MOST_ESSENTIAL = 60  # findings of a block

_NAME, _RULED = expression("failure_name"), expression("report_rule")
_ONLY_CODE = expression("only_code")


@dataclass(slots=True)
class Draft:
    """A block that is being made; lines by their numbers."""

    first: int
    last: int
    weight: float  # of its strongest finding: what comes first among equals counts more
    floor: float  # the same by its rule and place alone
    rule: Rule | None  # of its strongest finding; None: it is the end of a step
    heads: set[int] = field(default_factory=set)
    found: dict[int, Rule] = field(default_factory=dict)  # its strong findings
    ranks: dict[int, int] = field(default_factory=dict)
    rows: bool = False  # it is a list: its essential lines say as much as one another
    reason: int = -1  # its line that says why, in its own words; of several causes the deepest


class Weighed(NamedTuple):
    """A finding with two weights."""

    finding: Finding
    weight: float  # less for what is repeated or far away
    floor: float  # by its rule and place alone


def blocks_of(findings: Sequence[Weighed], texts: Texts) -> list[Draft]:
    """The blocks of a log, the strongest first; their lines have no ranks yet.

    `findings`: within the failed steps, in the log's order.
    """
    candidates = [each for each in findings if _may_begin(each, texts)]
    reports = _Reports([each.finding for each in findings], texts)
    drafts: list[Draft] = []
    for finding, weight, floor in sorted(candidates, key=lambda each: (-each.weight, each.finding.number)):
        if len(drafts) < MOST:
            # The weight is greater where a verdict made the line fatal.
            _add(drafts, finding, weight, max(weight, floor), reports)
    return sorted(drafts, key=lambda draft: (-draft.weight, draft.first))[:BLOCKS]


def _may_begin(found: Weighed, texts: Texts) -> bool:
    """Whether a finding is a failure of its own: neither a count of all, nor a success, nor a code alone."""
    rule, text = found.finding.rule, texts[found.finding.number]
    is_code = rule.tier in (SIGN, GENERAL) and _ONLY_CODE.match(text)
    looks_so = max(rule.weight, found.weight) >= ERROR_LIKE
    return looks_so and not (rule.summary or is_code or states_success(text))


def _add(drafts: list[Draft], finding: Finding, weight: float, floor: float, reports: _Reports) -> None:
    """Take a finding into the block that it is in, that it overlaps, or into one of its own."""
    number, rule = finding.number, finding.rule
    named = _NAME.match(reports.texts[number]) is not None
    around = (draft for draft in drafts if draft.first <= number <= draft.last)
    # What names a failure has a report, however far the block reaches that it is in.
    inside = next((draft for draft in around if draft.heads or not named), None)
    if inside is None:
        first, last, head = reports.extent(finding)
        near = [
            draft
            for draft in drafts
            if (first <= draft.last and draft.first <= last)
            or (
                draft.rule is rule
                and head is None
                and not draft.heads
                and first <= draft.last + GAP
                and draft.first <= last + GAP
            )
        ]
        inside = near[0] if near else Draft(first, last, weight, floor, rule)
        if not near:
            drafts.append(inside)
        for other in near[1:]:
            drafts.remove(other)
            inside.heads |= other.heads
            inside.found |= other.found
            first, last = min(first, other.first), max(last, other.last)
        inside.first, inside.last = min(inside.first, first), max(inside.last, last)
        if head is not None:
            inside.heads.add(head)
    if floor >= inside.floor * ESSENTIAL and len(inside.found) < MOST_ESSENTIAL:
        inside.found[number] = rule


# --- Extents ----------------------------------------------------------------------------------------------


class _Reports:
    """How far the reports reach in which findings are."""

    def __init__(self, findings: Sequence[Finding], texts: Texts) -> None:
        self.texts = texts
        self._stops = frozenset(each.number for each in findings if each.rule.summary)
        self._named = frozenset(
            each.number
            for each in findings
            if each.rule.weight >= ERROR_LIKE and _NAME.match(texts[each.number])
        )
        self._ends: dict[int, int] = {}
        self._depths: dict[int, int] = {}  # of lines above findings

    def extent(self, finding: Finding) -> tuple[int, int, int | None]:
        """The first and the last line of a finding's block, and the line that names the failure."""
        first, last = reach(finding, self.texts)
        head = self._head(finding)
        if head is not None:
            return first if head == finding.number else head, self._end(head), head
        first, last = _rows(finding.rule, first, last, self.texts)
        return first, last, None

    def _head(self, finding: Finding) -> int | None:
        """The line that names the failure: the nearest above whose report reaches the finding."""
        number, texts = finding.number, self.texts
        if _NAME.match(texts[number]):
            return number
        depth = indent(texts[number])
        for above, text in texts.known(range(number - 1, max(number - ABOVE, 0) - 1, -1)):
            deep = self._depths.get(above)
            if deep is None:
                deep = self._depths[above] = indent(text) if text.strip() else BLANK
            if deep <= depth:
                if _NAME.match(text):
                    return above if self._end(above) >= number else None
                depth = deep
        return None

    def _end(self, head: int) -> int:
        if head not in self._ends:
            self._ends[head] = _report_end(head, self.texts, self._stops, self._named)
        return self._ends[head]


def _report_end(head: int, texts: Texts, stops: Collection[int], named: Collection[int]) -> int:
    """The last line of the report that begins at `head`.

    Args:
        stops: lines that count all failures.
        named: lines that name a failure.
    """
    style, depth = _style(head, texts), indent(texts[head])
    end, blanks = head, 0
    for at, text in texts.known(range(head + 1, head + REACH)):
        if not text.strip():
            blanks += 1
            if blanks > BLANKS[style]:
                break
            continue
        shallow = indent(text) <= depth
        other = at in named and style != RULED
        if at > head + 1:
            other = other or (style != PARAGRAPH and _RULED.match(text) is not None)
            other = other or (style != RULED and shallow and _NAME.match(text) is not None)
        if other or at in stops or ends_part(text):
            break
        if style == INDENTED and shallow and not CONTINUES.match(text):
            break
        end, blanks = at, 0
    return end


def _style(head: int, texts: Texts) -> str:
    """How a report goes on whose format no rule knows, by its head and the line below it."""
    below = next((text for _, text in texts.known(range(head + 1, head + 4)) if text.strip()), b"")
    if _RULED.match(texts[head]) or _RULED.match(below):
        return RULED
    return INDENTED if indent(below) > indent(texts[head]) else PARAGRAPH


def _rows(rule: Rule, first: int, last: int, texts: Texts) -> tuple[int, int]:
    """With the rows next to these that the same rule matches."""
    for step in (-1, 1):
        edge, misses = (first, last)[step > 0], 0
        for at, text in texts.known(range(edge + step, max(edge + step * REACH, -1), step)):
            if ends_part(text):
                break
            if is_row(rule, text):
                edge, misses = at, 0
            elif (misses := misses + 1) > GAP:
                break
        first, last = (first, edge) if step > 0 else (edge, last)
    return first, last


def is_row(rule: Rule, text: bytes) -> bool:
    """Whether the rule matches a line that is not blank."""
    return bool(text.strip()) and rule.search(text.decode("utf-8", "replace")) is not None
