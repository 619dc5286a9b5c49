"""The findings that are kept while a log is read, within bounds, and how often similar ones occur in it."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Sequence
from itertools import chain

from ..context.neighbours import LINES_AFTER, LINES_BEFORE
from ..lines.clean import announces, shown
from ..lines.prefixes import unprefixed
from ..normalize.templates import cause_of, of_stack, shape_of, without_digits
from ..rules import Rule
from ..types import Finding
from .reservoir import Reservoir

EXAMPLES = 6  # of similar lines that are kept with their context
TEMPLATES = 20_000  # that are counted
FINDINGS = 160  # that are kept of a rule
BELOW = 8  # lines below it in which the reason is searched
LOOKED = 2_000  # lines of a rule whose distinguishing lines are searched: that is slow
LATEST = 1_000  # lines of a template that was kept before
HELD = (
    16 * 1024 * 1024
)  # bytes; half of the findings are evicted when exceeded, which only a hostile log reaches
_WORD = re.compile(rb"[A-Za-z]")


def _number(finding: Finding) -> int:
    return finding.number


class Collector:
    """What was found so far; a window of the log's lines is at hand at a time."""

    def __init__(self) -> None:
        self.counts = Counter[int]()  # of lines by their key, in the steps that ended
        self.alike = Counter[int]()  # the same by shape
        self._lines: list[bytes] = []
        self._first = 0  # number of the first of them
        self._found: dict[str, list[Finding]] = {}  # by rule
        self._samples: dict[str, Reservoir] = {}  # of those that were evicted, by rule
        self._sampled_to = -1  # number of the last of them, at most
        self.last = -1  # number of the last line that was taken
        self._counts: dict[int, int] = {}  # of this step, by the line's key
        self._alike: dict[int, int] = {}  # and by shape
        self._counted = deque[tuple[int, int, int]]()  # each of them in this window: number, key, shape
        self._shapes: dict[int, int] = {}  # of a key
        # The last line of this window that has the key, its rule and cause
        self._again: dict[int, tuple[int, Rule, int]] = {}
        self._looked: dict[str, int] = {}  # how often distinguishing lines of a rule were searched
        self._latest: dict[int, Finding] = {}
        self._latest_to = -1  # number of the last of them, at most
        self._held = 0  # bytes of the lines of findings
        self._held_to = 0  # number of the line up to which they are counted

    def turn_to(self, lines: list[bytes], first: int) -> None:
        """The next window: its lines, and the first one's number."""
        self._lines = lines
        self._first = first
        while self._counted and self._counted[0][0] < first:
            self._counted.popleft()

    def begin_step(self) -> None:
        """Repetitions in an earlier step do not count in this one."""
        self.keep_latest()
        self._reset_step()

    def end_step(self) -> None:
        """Repetitions of the step that ended are kept, regardless of the steps after it."""
        self.keep_latest()
        if len(self.counts) < TEMPLATES:
            self.counts.update(self._counts)
            self.alike.update(self._alike)
        self._reset_step()

    def _reset_step(self) -> None:
        self._counts.clear()
        self._alike.clear()
        self._counted.clear()
        if len(self._shapes) > TEMPLATES:  # a key has the same in every step
            self._shapes.clear()

    def take(self, index: int, mask: bytes, rule: Rule) -> None:
        """A rule took the line at `index` of the window."""
        self.last = self._first + index
        why = self._near_lines(index, rule, rule.reason)
        cause = hash(b"".join(map(cause_of, why))) if why else 0
        apart = self._apart(index, rule) if rule.distinguisher is not None else why
        key = hash((mask, cause, *[without_digits(unprefixed(shown(line))) for line in apart]))
        count = self._counts.get(key, 0)
        if count or len(self._counts) < TEMPLATES:
            self._counts[key] = count + 1
            shape = self._shapes.get(key)
            if shape is None:
                text = shape_of(self._lines[index])
                # Places alone, and lines that open a stack, are similar if they have one reason.
                by_cause = cause and (of_stack(text) or not _WORD.search(text))
                shape = self._shapes[key] = cause if by_cause else hash(text)
            self._alike[shape] = self._alike.get(shape, 0) + 1
            if not rule.process_failed:
                self._counted.append((self.last, key, shape))
        if count < EXAMPLES:
            self._keep(self._find(index, rule, key, cause))
        else:
            self._again.pop(key, None)  # they are in the log's order
            self._again[key] = (index, rule, cause)

    def _find(self, index: int, rule: Rule, key: int, cause: int) -> Finding:
        begin = max(index - rule.before - LINES_BEFORE, 0)
        end = index + 1 + max(rule.indented, rule.paragraph) + LINES_AFTER
        lines = self._lines[begin:end]
        shape = self._shapes.get(key, 0)
        return Finding(rule, self._first + index, lines, index - begin, key, shape, cause)

    def _apart(self, index: int, rule: Rule) -> Sequence[bytes]:
        """The lines that distinguish the line from others of its rule; none for lines beyond those kept."""
        looked = self._looked.get(rule.id, 0)
        self._looked[rule.id] = looked + 1
        return self._near_lines(index, rule, rule.distinguisher) if looked < LOOKED else ()

    def _near_lines(self, index: int, rule: Rule, wanted: re.Pattern[bytes] | None) -> Sequence[bytes]:
        """The first line that is wanted, and what it announces, of the lines that lead to the one at `index`
        and those below it; empty: none is."""
        if wanted is not None:
            above = self._lines[max(index - rule.before, 0) : index]
            lines = (*above, *self._lines[index + 1 : index + 1 + BELOW])
            for at, line in enumerate(lines):
                text = shown(line)
                if wanted.match(unprefixed(text)):
                    return lines[at : at + 1 + announces(text)]
        return ()

    def keep_latest(self) -> None:
        """Of similar lines, the last is kept with the first ones: it may be the one that counts."""
        for key, (index, rule, cause) in self._again.items():
            self._latest.pop(key, None)
            self._latest[key] = self._find(index, rule, key, cause)
            self._latest_to = max(self._latest_to, self._first + index)
            self._hold(self._latest[key])
        self._again.clear()
        while len(self._latest) > LATEST:
            del self._latest[next(iter(self._latest))]

    def _keep(self, finding: Finding) -> None:
        """Of each rule, the first lines it took and the last, and a sample of those between."""
        name = finding.rule.id
        taken = self._found.setdefault(name, [])
        if len(taken) >= FINDINGS:
            between = taken.pop(FINDINGS // 2)
            self._samples.setdefault(name, Reservoir()).add(between)
            self._sampled_to = max(self._sampled_to, between.number)
        taken.append(finding)
        self._hold(finding)

    def forget(self, begin: int) -> None:
        """What was taken from the line at `begin` of the window on is no finding, unless it lasts."""
        first = self._first + begin
        for taken in self._found.values():
            while taken and taken[-1].number >= first and not taken[-1].rule.process_failed:
                taken.pop()
        if self._sampled_to >= first:
            for sample in self._samples.values():
                sample.forget(first)
            self._sampled_to = first - 1
        self._discount(first)
        stay: list[tuple[int, tuple[int, Rule, int]]] = []
        while self._again and (not stay or stay[-1][1][0] >= begin):
            key, again = self._again.popitem()
            if again[0] < begin or again[1].process_failed:
                stay.append((key, again))
        self._again.update(reversed(stay))
        if self._latest_to >= first:  # a window before this one showed them first
            self._latest = {
                key: last
                for key, last in self._latest.items()
                if last.number < first or last.rule.process_failed
            }
            self._latest_to = first - 1

    def _discount(self, first: int) -> None:
        """Take back what was counted from the line with the number `first` on."""
        while self._counted and self._counted[-1][0] >= first:
            _, key, shape = self._counted.pop()
            for counts, like in ((self._counts, key), (self._alike, shape)):
                counts[like] -= 1
                if not counts[like]:
                    del counts[like]
            if key not in self._counts:
                self._shapes.pop(key, None)

    def _hold(self, finding: Finding) -> None:
        """Bound the bytes that are kept."""
        begin = finding.number - finding.at
        end = begin + len(finding.lines)
        if end > self._held_to:
            self._held += sum(map(len, finding.lines[max(self._held_to - begin, 0) :]))
            self._held_to = end
            if self._held > HELD:
                self._held = self._size()  # many that were counted are not kept any more
                if self._held > HELD // 2:
                    self._evict_half()

    def _size(self) -> int:
        """Bytes of the lines of findings that are kept, each line once."""
        size = end = 0
        for finding in sorted([*self.findings(), *self.sampled()], key=_number):
            begin = finding.number - finding.at
            size += sum(map(len, finding.lines[max(end - begin, 0) :]))
            end = max(end, begin + len(finding.lines))
        return size

    def _evict_half(self) -> None:
        """Keep of each rule the first lines that it took and the last, and half of the latest."""
        self._samples.clear()
        for taken in self._found.values():
            most = max(len(taken) // 4, 1)
            del taken[most:-most]
        for key in list(self._latest)[: len(self._latest) // 2]:
            del self._latest[key]
        # A few of each of very many rules may be more than half: do not evict on every line.
        self._held = min(self._size(), HELD // 2)

    def findings(self) -> list[Finding]:
        """What is kept, in the log's order."""
        return sorted(chain(*self._found.values(), self._latest.values()), key=_number)

    def sampled(self) -> list[Finding]:
        """The sample of the findings that were evicted."""
        return [finding for sample in self._samples.values() for finding in sample.findings()]
