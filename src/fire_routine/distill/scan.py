"""One pass over the log: the lines that may explain the failure, and the marks where steps end."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .blocks import AROUND
from .classify import classify_line
from .findings import Found, Header, Mark, Scan, Tail
from .rules.rule import Rule, rule
from .stream import Window, windows
from .text import segments, shown, stamp_of, template

# Looked for in every byte of the log, lower-cased: few, as each costs half a nanosecond a byte.
_LITERALS = (
    b"error",
    b"fail",
    b"exception",
    b"panic",
    b"not ok",
    b"31m",
    b"fatal: ",
)
_HEAVY_MARK = b"\xe2\x9c"  # the first bytes of ✕✖✗✘
_GITHUB = (b"##[",)
_OTHER_MARKS = (b"travis_time:start", b"exited with", b"marked build as failure", b"Finished: ")
_OTHERS = (b"travis_time:start", b"exited with", b"marked build as failure", b"finished: ")
TAIL = 700  # lines before a mark that are kept, for the larger budgets
WHOLE = 128 * 1024  # bytes: a log up to this size is kept as a whole
NEAR = 120  # lines before a mark that are looked at one by one

KNOWN = 20_000  # lines, digits masked, whose rule is remembered
EXAMPLES = 6  # of lines alike that are kept with what stands around them
TEMPLATES = 100_000  # that are counted
SPANS = 160  # of a rule
TAILS = 12  # of the first marks and of the last
MARKS = 200  # marks that are remembered, of the first and of the last

_MASK = bytes(ord("9") if 0x31 <= code <= 0x39 else code for code in range(256))  # no count but none matters
_UNKNOWN = rule("unknown", "unknown", "", 0.0)
_ENDS = re.compile(
    r"##\[error\](?:Process completed with exit code|The operation was canceled"
    r"|The action '.*' has timed out|The job running on runner)"
)
_TRAVIS = re.compile(r'(?:The command )?"?(.*?)"? (?:failed and )?exited with (?!0\b)\d+(?: during|\.)')
_JENKINS = re.compile(r"marked build as failure|^Finished: (?:FAILURE|ABORTED)")


def _hits(low: bytes, start: int, end: int, literals: tuple[bytes, ...]) -> list[int]:
    """Offsets of the literals, in order, one or more a line."""
    hits: list[int] = []
    at = low.find(_HEAVY_MARK, start, end)
    while at >= 0:  # a check mark is as frequent as a cross is rare
        if low[at + 2 : at + 3] in b"\x95\x96\x97\x98":
            hits.append(at)
        at = low.find(_HEAVY_MARK, at + 3, end)
    for literal in literals:
        at = low.find(literal, start, end)
        while at >= 0:
            hits.append(at)
            line_end = low.find(b"\n", at, end)
            if line_end < 0:
                break
            at = low.find(literal, line_end, end)
    hits.sort()
    return hits


class Scanner:
    """Holds the state between windows."""

    def __init__(self) -> None:
        self.scan = Scan()
        self._literals: tuple[bytes, ...] = _LITERALS + _OTHERS
        self._header = Header()
        self._examined: set[int] = set()
        self._section: Rule | None = None
        self._section_end = 0  # number of the line at which it ends at the latest
        self._section_at = 0
        self._neared = 0  # lines before this one were examined, or are too far from a mark
        self._tailed = 0
        self._lines: list[bytes] = []
        self._first = 0
        self._github = False
        self._known: dict[bytes, Rule | None] = {}
        self._found: dict[str, list[Found]] = {}  # by rule

    def feed(self, window: Window) -> None:
        data = window.data
        self._lines = lines = data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        self._first = window.first
        self._examined = {number for number in self._examined if number >= window.first}
        if not self._github and b"##[" in data:
            self._github = True
            self._literals += _GITHUB
        begin = data.count(b"\n", 0, window.start)
        stop = len(lines) if window.last else begin + data.count(b"\n", window.start, window.end)
        index, at = begin, window.start
        for hit in _hits(data.lower(), window.start, window.end, self._literals):
            index += data.count(b"\n", at, hit)
            at = hit
            self._run_section(index)
            self._examine(index)
        self._run_section(stop)
        if window.last:
            self._near(stop)
            self._tail(stop, 1.6)
            if window.first == 0 and len(data) < WHOLE:
                self.scan.whole = lines
            self.scan.total = window.first + len(lines)

    def _text(self, index: int) -> str:
        return shown(self._lines[index]).decode("utf-8", "replace")

    def _run_section(self, until: int) -> None:
        """Within a section, every line is examined."""
        while self._section is not None and self._section_at < self._first + until:
            at, self._section_at = self._section_at - self._first, self._section_at + 1
            if self._section_at > self._section_end:
                self._section = None
            elif at >= 0:
                self._examine(at)

    def _near(self, until: int) -> None:
        """Before a mark, every line is examined."""
        begin = max(until - NEAR, self._neared - self._first, 0)
        self._neared = self._first + until
        for at in range(begin, until):
            self._examine(at)

    def _examine(self, index: int) -> None:
        number = self._first + index
        if number in self._examined:
            return
        self._examined.add(number)
        raw = self._lines[index]
        if not raw:
            return
        if not self._look_for_marks(index, raw):
            return
        section = self._section
        if section is not None and section.section is not None and section.section.search(self._text(index)):
            self._section = None
        rule = self._rule(raw)
        if rule is None or rule.weight < 1:
            return
        if rule.section is not None:
            self._section, self._section_at, self._section_end = rule, number + 1, number + rule.limit
        self._take(index, rule)

    def _rule(self, raw: bytes) -> Rule | None:
        masked = raw[stamp_of(raw)[0] :].translate(_MASK)
        rule = self._known.get(masked, _UNKNOWN)
        if rule is _UNKNOWN:
            if len(self._known) >= KNOWN:
                self._known.clear()
            rule = self._known[masked] = classify_line(raw)
        return rule

    def _look_for_marks(self, index: int, raw: bytes) -> bool:
        """Whether the line is more than a step's script, echoed."""
        for mark in _OTHER_MARKS:
            if mark in raw:
                self._other_marks(index, raw)
        if not self._github:
            return True
        if raw.find(b"##[", 0, 500) >= 0:
            self._marks(index, raw)
        elif raw.find(b"[36;1m", 0, 80) >= 0:
            return False
        return True

    def _tail(self, until: int, weight: float) -> None:
        """The lines before a mark are kept, for the larger budgets."""
        begin = max(until - TAIL, 0, self._tailed - self._first)
        self._tailed = self._first + until
        if len(self.scan.tails) >= TAILS:
            del self.scan.tails[TAILS // 2]
        self.scan.tails.append(Tail(self._first + begin, self._lines[begin:until], weight))

    def _marks(self, index: int, raw: bytes) -> None:
        text = self._text(index)
        if text.startswith("##[group]Run "):
            self._header = self._read_header(index, text)
            self.scan.counts.clear()  # what an earlier step repeated says nothing of this one
        elif text.startswith("##[error]"):
            self._mark(index, "exit" if _ENDS.match(text) else "error", text, stamp_of(raw)[1])

    def _other_marks(self, index: int, raw: bytes) -> None:
        text = self._text(index)
        if b"travis_time:start" in raw:
            if text.startswith("$ "):
                self._header = Header(self._first + index, text[2:], text[2:])
                self.scan.counts.clear()
            return
        travis = _TRAVIS.match(text)
        if travis:
            command = travis.group(1)
            if command.startswith("Done. "):  # "Your build exited with 1.": the end of it all
                return
            if not self._header.command.startswith(command[:20]):
                self._header = Header(self._header.line, command, command)
        if travis or _JENKINS.search(text):
            self._mark(index, "exit", text, b"")

    def _mark(self, index: int, kind: str, text: str, stamp: bytes) -> None:
        if len(self.scan.marks) >= 2 * MARKS:
            del self.scan.marks[MARKS // 2 : MARKS]
        self.scan.marks.append(Mark(self._first + index, kind, text, stamp, self._header))
        if kind == "exit":
            self._near(index)
            self._tail(index, 4.0)

    def _read_header(self, index: int, text: str) -> Header:
        script: list[str] = []
        shell = ""
        for line in self._lines[index + 1 : index + 200]:
            said = segments(line)[-1]
            if b"[36;1m" in line[:80]:
                script.append(shown(line).decode("utf-8", "replace"))
            elif said.startswith("shell: "):
                shell = said[len("shell: ") :]
            elif said.startswith("##["):
                break
        name = text[len("##[group]Run ") :]
        return Header(self._first + index, name, "\n".join(script)[:4000] or name, shell)

    def _take(self, index: int, rule: Rule) -> None:
        raw = self._lines[index]
        key = hash(template(raw))
        count = self.scan.counts.get(key, 0)
        if count or len(self.scan.counts) < TEMPLATES:
            self.scan.counts[key] = count + 1
        if count >= EXAMPLES:
            return
        begin = max(index - rule.back - AROUND, 0)
        end = index + 1 + max(rule.ahead, rule.paragraph) + AROUND
        self._keep(Found(rule, self._first + index, self._lines[begin:end], index - begin, key))

    def _keep(self, found: Found) -> None:
        """Of each rule, the first lines it took and the last."""
        taken = self._found.setdefault(found.rule.name, [])
        if len(taken) >= SPANS:
            del taken[SPANS // 2]
        taken.append(found)

    def finish(self) -> Scan:
        """What was found, once the log has been read."""
        found = [each for taken in self._found.values() for each in taken]
        self.scan.spans = [each.span() for each in sorted(found, key=lambda each: each.number)]
        return self.scan


def scan(chunks: Iterable[bytes]) -> Scan:
    """Read the log once."""
    scanner = Scanner()
    for window in windows(chunks):
        scanner.feed(window)
    return scanner.finish()
