"""One pass over the log: the lines that may explain the failure, within bounds, and the marks of steps."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from itertools import chain
from zlib import crc32

from .context import BEFORE, LINES_AFTER
from .lines import announces, both_ends, job_of, segments, shown, stamp_of, unprefixed
from .match import OF_AROUND, OF_GITHUB, OF_HEAD, OF_NAMED, OF_OTHERS, RUNS, MatchCache
from .named import Named, Naming
from .noise import Succeeded
from .normalize import cause_of, without_digits
from .rules import ERROR_LIKE, Rule
from .steps import ACTION, CLEANS_UP, ERROR, GITHUB, GITHUB_MARKS, HEADING, JENKINS, TRAVIS
from .types import Finding, Header, Mark, Scan, Tail
from .windows import Window, windows

LAST_LINE = 4.0  # weight: the last line of a failed step
LAST_OF_COMMAND = 2.0  # weight: the last line of a command that failed
LAST_OF_LOG = 1.6  # weight: the last line of a log without a mark
LAST_AFTER_FAILURE = 0.15  # weight: the last line of a log whose last step had failed before
TAIL = 150  # lines before a mark that are kept
NEAR = 120  # lines before a mark that are looked at one by one
# How a runner shows a step's script, which is no output; `gh` with a caret.
_COLOUR = b"[36;1m"
SCRIPT = (b"\x1b" + _COLOUR, b"^[" + _COLOUR)
SETTINGS = ("with:", "env:")  # what else the runner prints about a step, such as an action's inputs
SCRIPTS = 4_000  # characters of a step's script that are kept, and of its shell
OUTPUT, SOME = 40, 3  # lines that a failed command printed last that are kept, and so many at least
TAILS = 12  # of the first marks and of the last
MOST_MARKS = 400  # that are remembered, half of the first and half of the last
EXAMINED, MARKED = 1, 2  # a line that was; one that was a mark, and matched by no rule that counts anywhere
# Of findings.
EXAMPLES = 6  # of a template that are kept
TEMPLATES = 20_000  # that are counted
FINDINGS_OF_RULE = 160  # that are kept: a quarter the first, one the last; the others regardless of order
BELOW = 8  # lines below a finding in which its reason is searched
ABOVE, REACH = 60, 100  # lines around a finding of a failure that are kept: what names it, its report
HELD = 12 * 1024 * 1024  # bytes of findings' lines; only a hostile log has more


class Collector:
    """What was found so far; a window of the log's lines is at hand at a time."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._first = 0  # number of the first of them
        self._found: dict[str, list[Finding]] = {}  # by rule
        self._most = FINDINGS_OF_RULE
        self._counts = Counter[int]()  # of lines by their template, in this step
        self._held = 0  # bytes of the lines of findings
        self._held_to = 0  # number of the line up to which they are counted

    def turn_to(self, lines: list[bytes], first: int) -> None:
        """The next window: its lines, and the first one's number."""
        self._lines, self._first = lines, first

    def begin_step(self) -> None:
        """Repetitions in an earlier step do not count in this one."""
        self._counts.clear()

    def add(self, index: int, mask: bytes, rule: Rule) -> None:
        """A rule matched the line at `index` of the window; `mask` is the line without numbers."""
        reason = self._reason(index, rule)
        template = hash((mask, *reason))
        count = self._counts[template]
        if count or len(self._counts) < TEMPLATES:
            self._counts[template] = count + 1
        if count < EXAMPLES:
            above, below = rule.before + len(BEFORE), max(rule.indented, rule.paragraph) + LINES_AFTER
            if rule.weight >= ERROR_LIKE:
                above, below = max(above, ABOVE), max(below, REACH)
            begin = max(index - above, 0)
            lines = self._lines[begin : index + 1 + below]
            self._keep(Finding(rule, self._first + index, lines, index - begin, template, crc32(mask)))

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
            chances = [each.chance for each in kept[edge : len(kept) - edge]]
            kept.pop(edge + chances.index(max(chances)))
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


class Scanner:
    """Holds the state between windows."""

    def __init__(self, known: MatchCache, named: Named) -> None:
        self._named = named
        self._naming: list[Naming] = []  # of this window
        self._marks: list[Mark] = []
        self._tails: list[Tail] = []
        self._of_commands = deque[Tail](maxlen=TAILS)
        self._header = Header()
        self._examined = bytearray()  # 0 for each line of the window that was not looked at
        self._neared = 0  # lines before this one were examined, or are too far from a mark
        self._tailed = self._tail_end = 0  # numbers of the lines up to which a step's tail, and any, reaches
        self._lines: list[bytes] = []
        self._first = 0
        self._known = known
        self._collected = Collector()
        self._succeeded = Succeeded()

    def feed(self, window: Window) -> None:
        again = self._examined[window.first - self._first :]
        self._examined = again.ljust(len(window.lines), b"\0")
        self._lines = window.lines
        self._first = window.first
        self._collected.turn_to(window.lines, window.first)
        for index, mask, rule, marks in self._known.look(window):
            if not self._examined[index]:
                # Before a step's end, weaker rules are tried on a line that is a mark alone.
                self._examined[index] = EXAMINED if rule is not None else MARKED
                self._examine(index, mask, rule, marks)
        if window.last:
            self._near(window.stop)
            self._tail(window.stop, LAST_OF_LOG if self._runs_on() else LAST_AFTER_FAILURE)
        if self._naming:
            self._named.look(self._lines, self._first, self._naming)
            self._naming = []

    def _text(self, index: int) -> str:
        return shown(both_ends(self._lines[index])).decode("utf-8", "replace")

    def _near(self, until: int) -> None:
        """Before a mark, every line is examined."""
        begin = max(until - NEAR, self._neared - self._first, 0)
        self._neared = self._first + until
        self._examine_each(begin, until)

    def _examine_each(self, begin: int, end: int) -> None:
        """Examine lines of which none needs to hold a word that is worth a look anywhere."""
        before = self._examined[begin:end]
        left = [at for at, state in enumerate(before, begin) if state != EXAMINED]
        self._examined[begin:end] = bytes([EXAMINED]) * (end - begin)
        for index, mask, rule, marks in self._known.look_at_each(self._lines, left):
            # The marks of a line that is `MARKED` were looked at.
            self._examine(index, mask, rule, 0 if before[index - begin] else marks)

    def _examine(self, index: int, mask: bytes, rule: Rule | None, marks: int) -> None:
        raw = self._lines[index]
        if marks & OF_NAMED:
            self._naming.append(Naming(index, mask, bool(marks & OF_AROUND), bool(marks & OF_HEAD)))
        if marks & ~(OF_NAMED | OF_AROUND | OF_HEAD):
            self._look_for_marks(index, raw, marks)
        if rule is None:
            return
        if raw.find(HEADING, 0, 500) >= 0 or (
            raw.find(_COLOUR, 0, 500) >= 0 and raw.startswith(SCRIPT, stamp_of(raw)[0])
        ):
            return
        if rule.command_failed:
            self._end_command(index)
        self._collected.add(index, mask, rule)

    def _look_for_marks(self, index: int, raw: bytes, marks: int) -> None:
        if marks & OF_OTHERS:
            self._other_marks(index, raw)
        if marks & OF_GITHUB and any(raw.find(mark, 0, 500) >= 0 for mark in GITHUB_MARKS):
            self._github_marks(index, raw)
            return
        if tools := marks >> RUNS:
            self._succeeded.look(unprefixed(shown(raw)), self._first + index, tools)

    def _begin_step(self, header: Header) -> None:
        self._header = header
        self._collected.begin_step()
        self._succeeded.begin_step()

    def _runs_on(self) -> bool:
        """Whether no step has failed, or one began since the last that did."""
        ended = next((mark for mark in reversed(self._marks) if mark.kind != "error"), None)
        return ended is None or ended.header is not self._header

    def _end_command(self, index: int) -> None:
        """A command failed: what it printed last may say why, where the log marks no step and goes on."""
        begin = max(index - OUTPUT, self._tail_end - self._first, 0)
        if index - begin >= SOME:
            self._examine_each(begin, index)
            self._of_commands.append(self._tail_of(begin, index, LAST_OF_COMMAND))

    def _tail(self, until: int, weight: float) -> None:
        """The lines before a mark are kept, for the larger budgets."""
        begin = max(until - TAIL, 0, self._tailed - self._first)
        self._tailed = self._first + until
        if len(self._tails) >= TAILS:
            del self._tails[TAILS // 2]
        self._tails.append(self._tail_of(begin, until, weight))

    def _tail_of(self, begin: int, until: int, weight: float) -> Tail:
        self._tail_end = self._first + until
        return Tail(self._first + begin, self._lines[begin:until], weight, self._header.line)

    def _github_marks(self, index: int, raw: bytes) -> None:
        text = self._text(index)
        if text.startswith(HEADING.decode()):
            if (header := self._read_header(index, text)) is not None:
                self._begin_step(header)
        elif text.startswith(ERROR.decode()):
            self._mark(index, self._kind(index, text), text, stamp_of(raw)[1])

    def _kind(self, index: int, text: str) -> str:
        """Whether an error ends its step: it is the runner's own, or the last one of an action."""
        if GITHUB.match(text):
            return "exit"
        below = shown(self._lines[index + 1]) if index + 1 < len(self._lines) else b""
        return "action" if ACTION.match(text) or below.startswith((HEADING, CLEANS_UP)) else "error"

    def _other_marks(self, index: int, raw: bytes) -> None:
        text = self._text(index)
        if raw.find(b"travis_time:start") >= 0:
            if text.startswith("$ "):
                self._begin_step(Header(self._first + index, text[2:], text[2:]))
            return
        travis = TRAVIS.match(text)
        if travis:
            command = travis.group(1)
            if command.endswith("Your build"):  # "Done. Your build exited with 1.": the end of it all
                return
            if not self._header.command.startswith(command[:20]):
                self._header = Header(self._header.line, command, command)
        if travis or JENKINS.search(text):
            self._mark(index, "exit", text, b"")

    def _mark(self, index: int, kind: str, text: str, stamp: bytes) -> None:
        if len(self._marks) >= MOST_MARKS:
            middle, marks = MOST_MARKS // 2, self._marks
            # Where steps ended is worth more than what actions called an error.
            del marks[next((at for at in range(middle, len(marks)) if marks[at].kind == "error"), middle)]
        job = job_of(self._lines[index])
        self._marks.append(Mark(self._first + index, kind, text, stamp, self._header, job))
        if kind != "error":
            self._near(index)
            self._tail(index, LAST_LINE)
            self._collected.begin_step()

    def _read_header(self, index: int, text: str) -> Header | None:
        """What heads a step; none: a group of a program's own, whose lines are output."""
        script: list[str] = []
        given: list[str] = []  # an action's inputs: what it was asked to do
        shell = ""
        name = text[len(HEADING) :]
        settings = inputs = False
        printed = False  # something else is in the group, which ends
        for below, line in enumerate(self._lines[index + 1 : index + 200]):
            text_of_line = segments(line)[-1]
            if line.startswith(SCRIPT, stamp_of(line)[0]):
                script.append(shown(line).decode("utf-8", "replace"))
            elif text_of_line.startswith("shell: "):
                shell = text_of_line[len("shell: ") :]
            elif text_of_line in SETTINGS or text_of_line == name:  # whose colour somebody took off
                settings = True
                inputs = text_of_line == SETTINGS[0]
            elif inputs and text_of_line.startswith("  "):
                given.append(text_of_line)
            elif text_of_line.startswith("##["):
                printed = below > 0 and text_of_line == "##[endgroup]"
                break
        if printed and not (script or shell or settings):
            return None
        stamp = stamp_of(self._lines[index])[1]
        command = "\n".join(script or [name, *given])[:SCRIPTS]
        return Header(self._first + index, name, command, shell[:SCRIPTS], stamp)

    def finish(self) -> Scan:
        """What was found, once the log has been read."""
        tails = self._tails
        if not any(mark.kind != "error" for mark in self._marks):
            tails = [*self._of_commands, *tails]
        found = self._collected.findings()
        # What a run printed that succeeded explains a failure only if nothing else does.
        others = [each for each in found if each.rule.process_failed or each.number not in self._succeeded]
        return Scan(
            others or found,
            tails,
            self._marks,
            self._first + len(self._lines),
        )


def scan(chunks: Iterable[bytes], known: MatchCache, named: Named | None = None) -> Scan:
    """Read the log once; `named` gets the lines that name secrets."""
    scanner = Scanner(known, named or Named())
    for window in windows(chunks):
        with known.turn:
            scanner.feed(window)
    return scanner.finish()
