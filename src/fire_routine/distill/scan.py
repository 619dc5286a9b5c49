"""One pass over the log: the lines that may explain the failure, and the marks where steps end."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .blocks import block
from .classify import classify_line
from .rules.rule import Rule
from .stream import Window, windows
from .text import segments, stamp_of, template

# Looked for in every byte of the log, lower-cased: few, as each costs half a nanosecond a byte.
_LITERALS = (
    b"error",
    b"fail",
    b"exception",
    b"panic",
    b"##[",
    b"not ok",
    b"exited with",
    b"\xe2\x9c",
    b"31m",
    b"traceback",
)
_CROSSES = (b"\xe2\x9c\x95", b"\xe2\x9c\x96", b"\xe2\x9c\x97", b"\xe2\x9c\x98")
TAIL = 700  # lines before a mark that are kept, for the larger budgets
WHOLE = 128 * 1024  # bytes: a log up to this size is kept as a whole
NEAR = 250  # lines before a mark that are looked at one by one

EXAMPLES = 6  # of lines alike that are kept with what stands around them
TEMPLATES = 100_000  # that are counted
MARKS = 200  # marks that are remembered, of the first and of the last

_ENDS = re.compile(
    r"##\[error\](?:Process completed with exit code|The operation was canceled"
    r"|The action '.*' has timed out|The job running on runner)"
)
_TRAVIS = re.compile(r'The command "?(.*?)"? (?:failed and )?exited with (?!0\b)\d+')
_JENKINS = re.compile(r"marked build as failure|^Finished: (?:FAILURE|ABORTED)")


@dataclass(frozen=True, slots=True)
class Header:
    """How a step begins: `##[group]Run …`, its script, its shell."""

    line: int = 0
    name: str = ""
    command: str = ""
    shell: str = ""


@dataclass(slots=True)
class Span:
    """Consecutive lines with how much each tells."""

    first: int
    raw: list[bytes]
    weights: list[float]
    rule: str
    anchor: int  # number of the line that the rule took
    key: int  # hash of its template
    stamp: bytes = b""


@dataclass(slots=True)
class Mark:
    """A place where the log says that a step failed."""

    line: int
    kind: str
    text: str
    stamp: bytes
    header: Header


@dataclass(slots=True)
class Scan:
    """What one pass found."""

    spans: list[Span] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    total: int = 0
    counts: dict[int, int] = field(default_factory=dict)  # how often an anchor's template occurs


def _hits(low: bytes, start: int, end: int) -> list[int]:
    """Offsets of the literals, in order, one or more a line."""
    hits: list[int] = []
    for literal in _LITERALS:
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
        self._header = Header()
        self._examined: set[int] = set()
        self._section: Rule | None = None
        self._section_end = 0  # number of the line at which it ends at the latest
        self._section_at = 0
        self._tailed = 0
        self._lines: list[bytes] = []
        self._first = 0
        self._texts: dict[int, str] = {}

    def feed(self, window: Window) -> None:
        data = window.data
        self._lines = lines = data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        self._first = window.first
        self._texts = {}
        self._examined = {number for number in self._examined if number >= window.first}
        begin = data.count(b"\n", 0, window.start)
        stop = len(lines) if window.last else begin + data.count(b"\n", window.start, window.end)
        index, at = begin, window.start
        for hit in _hits(data.lower(), window.start, window.end):
            index += data.count(b"\n", at, hit)
            at = hit
            self._run_section(index)
            self._examine(index)
        self._run_section(stop)
        if window.last:
            self._near(stop)
            self._tail(stop, "end", 0.8)
            if window.first == 0 and len(data) < WHOLE:
                self.scan.spans.append(Span(0, lines, [0.02] * len(lines), "all", 0, 0))
            self.scan.total = window.first + len(lines)

    def _text(self, index: int) -> str:
        text = self._texts.get(index)
        if text is None:
            text = self._texts[index] = segments(self._lines[index])[-1]
        return text

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
        for at in range(max(until - NEAR, 0), until):
            self._examine(at)

    def _examine(self, index: int) -> None:
        number = self._first + index
        if number in self._examined:
            return
        self._examined.add(number)
        raw = self._lines[index]
        text = self._text(index)
        if not text:
            return
        if text.startswith("##["):
            self._marks(index, text, raw)
        elif "exited with" in text or "marked build as failure" in text or "Finished: FAILURE" in text:
            self._other_marks(index, text)
        section = self._section
        if section is not None and section.section is not None and section.section.search(text):
            self._section = None
        if raw.find(b"\x1b[36;1m", 0, 80) >= 0:  # a step's script, echoed
            return
        rule = classify_line(text, raw)
        if rule is None:
            return
        if rule.section is not None:
            self._section, self._section_at, self._section_end = rule, number + 1, number + rule.limit
        self._take(index, rule)

    def _tail(self, until: int, name: str, weight: float) -> None:
        """The lines before a mark, the nearer the more telling."""
        begin = max(until - TAIL, 0, self._tailed - self._first)
        self._tailed = self._first + until
        weights: list[float] = []
        told = 0.0
        for line in reversed(self._lines[begin:until]):
            weights.append(weight * 0.985**told)
            told += 1.0 if len(line) > 40 else 0.3  # short lines cost little
        weights.reverse()
        self.scan.spans.append(
            Span(self._first + begin, self._lines[begin:until], weights, name, self._first + until, 0)
        )

    def _marks(self, index: int, text: str, raw: bytes) -> None:
        if text.startswith("##[group]Run "):
            self._header = self._read_header(index, text)
        elif text.startswith("##[error]"):
            self._mark(index, "exit" if _ENDS.match(text) else "error", text, stamp_of(raw)[1])

    def _other_marks(self, index: int, text: str) -> None:
        travis = _TRAVIS.match(text)
        if travis:
            command = travis.group(1)
            asked = b"$ " + command.encode()[:60]
            at = next(
                (at for at in range(index - 1, max(index - 5000, -1), -1) if asked in self._lines[at]), None
            )
            self._header = Header(self._first + at if at is not None else self._header.line, command, command)
        if travis or _JENKINS.search(text):
            self._mark(index, "exit", text, b"")

    def _mark(self, index: int, kind: str, text: str, stamp: bytes) -> None:
        if len(self.scan.marks) >= 2 * MARKS:
            del self.scan.marks[MARKS // 2 : MARKS]
        self.scan.marks.append(Mark(self._first + index, kind, text, stamp, self._header))
        if kind == "exit":
            self._near(index)
            self._tail(index, "tail", 2.0)

    def _read_header(self, index: int, text: str) -> Header:
        script: list[str] = []
        shell = ""
        for line in self._lines[index + 1 : index + 200]:
            shown = segments(line)[-1]
            if b"\x1b[36;1m" in line[:80]:
                script.append(shown)
            elif shown.startswith("shell: "):
                shell = shown[len("shell: ") :]
            elif shown.startswith("##["):
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
        first, shares = block(rule, index, self._text, len(self._lines))
        self.scan.spans.append(
            Span(
                self._first + first,
                self._lines[first : first + len(shares)],
                [rule.weight * share for share in shares],
                rule.name,
                self._first + index,
                key,
                stamp_of(raw)[1],
            )
        )


def scan(chunks: Iterable[bytes]) -> Scan:
    """Read the log once."""
    scanner = Scanner()
    for window in windows(chunks):
        scanner.feed(window)
    return scanner.scan
