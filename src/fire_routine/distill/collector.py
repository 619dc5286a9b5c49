"""The findings that are kept while a log is read, within bounds, and how often similar ones occur in it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from itertools import chain
from zlib import crc32

from .context import BEFORE, LINES_AFTER
from .lines import announces, shown, unprefixed
from .normalize import cause_of, shape_of, without_digits
from .rules import Rule
from .types import Finding

EXAMPLES = 6  # of a template that are kept
TEMPLATES = 20_000  # that are counted
FINDINGS = 160  # that are kept of a rule: a quarter the first, one the last; the others regardless of order
BELOW = 8  # lines below a finding in which its reason is searched
HELD = 16 * 1024 * 1024  # bytes of findings' lines; only a hostile log has more


class Collector:
    """What was found so far; a window of the log's lines is at hand at a time."""

    def __init__(self) -> None:
        self.counts = Counter[int]()  # of lines by their template, in the steps that ended
        self.last = -1  # number of the last line that a rule matched
        self._lines: list[bytes] = []
        self._first = 0  # number of the first of them
        self._found: dict[str, list[Finding]] = {}  # by rule
        self._most = FINDINGS
        self._counts = Counter[int]()  # the same as `counts`, of this step
        self._counted = deque[tuple[int, int]]()  # each of them in this window: number, template
        self._held = 0  # bytes of the lines of findings
        self._held_to = 0  # number of the line up to which they are counted

    def turn_to(self, lines: list[bytes], first: int) -> None:
        """The next window: its lines, and the first one's number."""
        self._lines, self._first = lines, first
        while self._counted and self._counted[0][0] < first:
            self._counted.popleft()

    def begin_step(self) -> None:
        """Repetitions in an earlier step do not count in this one."""
        self._counts.clear()
        self._counted.clear()

    def end_step(self) -> None:
        """Repetitions of the step that ended are kept, regardless of the steps after it."""
        if len(self.counts) < TEMPLATES:
            self.counts.update(self._counts)
        self.begin_step()

    def add(self, index: int, mask: bytes, rule: Rule) -> None:
        """A rule matched the line at `index` of the window; `mask` is the line without numbers."""
        self.last = self._first + index
        reason = self._reason(index, rule)
        template = hash((mask, *reason))
        count = self._counts[template]
        if count or len(self._counts) < TEMPLATES:
            self._counts[template] = count + 1
            if not rule.process_failed:
                self._counted.append((self.last, template))
        if count < EXAMPLES:
            begin = max(index - rule.before - len(BEFORE), 0)
            lines = self._lines[begin : index + 1 + max(rule.indented, rule.paragraph) + LINES_AFTER]
            shape = hash((shape_of(self._lines[index]), *reason))
            self._keep(Finding(rule, self.last, lines, index - begin, template, shape, crc32(mask)))

    def forget(self, begin: int) -> None:
        """What was added from the line at `begin` of the window on is no finding, unless it lasts."""
        first = self._first + begin
        for kept in self._found.values():
            while kept and kept[-1].number >= first and not kept[-1].rule.process_failed:
                kept.pop()
        while self._counted and self._counted[-1][0] >= first:
            self._counts[self._counted.pop()[1]] -= 1

    def findings(self) -> list[Finding]:
        """What is kept, in the log's order."""
        return sorted(chain(*self._found.values()), key=lambda finding: finding.number)

    def _reason(self, index: int, rule: Rule) -> Sequence[bytes]:
        """What distinguishes the line from others like it: the line near it with the reason, and what that
        one announces; empty: the rule knows of none, or there is none."""
        if rule.reason is None and rule.distinguisher is None:
            return ()
        above = self._lines[max(index - rule.before, 0) : index]
        near = (*above, *self._lines[index + 1 : index + 1 + BELOW])
        for at, line in enumerate(near):
            text = unprefixed(shown(line))
            if rule.distinguisher is not None and rule.distinguisher.match(text):
                return [without_digits(text)]
            if rule.reason is not None and rule.reason.match(text):
                return list(map(cause_of, near[at : at + 1 + announces(text)]))
        return ()

    def _keep(self, finding: Finding) -> None:
        """Keep of each rule the first lines that it matched and the last. Of the others those with the lowest
        `chance` are kept: some lines are, in whatever order they come."""
        kept = self._found.setdefault(finding.rule.id, [])
        kept.append(finding)
        if len(kept) > self._most:
            edge = self._most // 4
            kept.pop(max(range(edge, len(kept) - edge), key=lambda at: kept[at].chance))
        begin = finding.number - finding.at
        self._held += sum(map(len, finding.lines[max(self._held_to - begin, 0) :]))
        self._held_to = max(self._held_to, begin + len(finding.lines))
        if self._held > HELD:
            self._make_room()

    def _make_room(self) -> None:
        """Keep fewer findings of each rule until their lines take half of the bound at most."""
        while True:
            lines = {id(line): len(line) for finding in self.findings() for line in finding.lines}
            self._held = sum(lines.values())
            if self._held <= HELD // 2 or self._most <= 2:
                self._held = min(self._held, HELD // 2)  # a few of each of very many rules
                return
            self._most //= 2
            for kept in self._found.values():
                del kept[self._most // 2 : -(self._most // 2)]
