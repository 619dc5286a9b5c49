"""Facts of the failed step besides its lines: what ran, how it ended, files it names; where the job ran."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from ..patterns import pattern
from ..sanitize import visible
from ..search import Literals
from .lines import probed, shown, unprefixed
from .rules import CAUSE, table
from .steps import Failed, in_time
from .types import Finding, Header, Mark, Scan

# https://www.gnu.org/software/coreutils/timeout, 128 + the signal's number, and
# https://learn.microsoft.com/openspecs/windows_protocols/ms-erref/596a1078-e883-4972-9bbc-49e60bebca55
_BY_CODE = {
    124: "timed out",
    134: "aborted",
    137: "killed",
    139: "segmentation fault",
    143: "terminated",
    -1073741819: "access violation",
    3221225477: "access violation",
}
KILLED, TRAVIS_CI = "killed", "travis"  # values of a rule's `ended`
_OF_SIGNALS = (None, 137, 143)  # exit codes of what was killed itself
OFTEN = 3  # lines by which a step ended that tests may print, too, but not this often
_TIMED_OUT = re.compile(
    r"##\[error\](?:The action '.*' has timed out|The job running on runner .* has exceeded the maximum)"
)
_SHUT_DOWN = re.compile(r"##\[error\]The runner has received a shutdown signal")
# Signs of a kill: an exit code, a signal, a compiler's driver of the compiler.
_BY_KILL = re.compile(rb"\b137\b|\bSIGKILL\b|signal 9\b|Killed signal terminated program")
_CHILD = re.compile(rb": line \d+: +\d+ Killed\b")  # a shell's word on what it started, and outlived
_EXIT_CODE = re.compile(r"(?:exit code|exited with) (-?\d{1,10})\b")  # Windows has status codes of 32 bits


def _of_first(scan: Scan, failed: Failed) -> Mark | None:
    """The mark of the first step that failed, by the API's times: the runner's own, else the last one."""
    first, *later = failed.times
    follows = min((start for start, _ in later), default=b"")
    ends: dict[int, Mark] = {}  # of each step, by where it begins
    for mark in scan.marks:
        of_later = first[0] < follows <= mark.header.stamp
        if in_time(mark.stamp, [first]) and not of_later:
            before = ends.get(mark.header.line)
            if before is None or mark.kind == "exit" or before.kind != "exit":
                ends[mark.header.line] = mark
    # Later ones may have begun in the same second, and failed in it.
    later_ends = sum(start <= first[0] and end <= first[1] for start, end in later)
    marks = list(ends.values())
    return _own(marks[max(len(marks) - 1 - later_ends, 0)], first[0]) if marks else None


def _own(mark: Mark, start: bytes) -> Mark:
    """The mark, without a heading that is another step's: a post step prints none of its own."""
    begun = datetime.fromisoformat(start.decode())
    since = begun - min(timedelta(seconds=1), begun - datetime.min)  # GitHub gives whole seconds
    anothers = b"" < mark.header.stamp < since.isoformat().encode()
    return replace(mark, header=Header(mark.line)) if anothers else mark


def _end(scan: Scan, failed: Failed) -> Mark | None:
    """The mark of the step that failed.

    By the API's times it is the first one's; else the runner's own last mark; else the last mark.
    """
    if any(in_time(mark.stamp, failed.times) for mark in scan.marks):
        return _of_first(scan, failed)
    exits = [mark for mark in failed.marks if mark.kind == "exit"]
    return next(reversed(exits or failed.marks), None)


def _named_end(findings: Iterable[Finding]) -> str:
    """How something ended, by the first finding that names that."""
    return next((finding.rule.ended.how for finding in findings if finding.rule.ended is not None), "")


def _of_another(finding: Finding, of_step: Sequence[Finding], mark: Mark, code: int | None) -> bool:
    """Whether a finding is about the end of something else than the step with this mark and exit code."""
    ended = finding.rule.ended
    if ended is not None and ended.runner == TRAVIS_CI:
        return mark.text.startswith("##[error]")
    if ended is None or ended.how != KILLED or code in _OF_SIGNALS:
        return False
    line = shown(finding.raw)
    if _BY_KILL.search(line):
        return False
    child = _CHILD.search(line) is not None
    return any(  # of a shell's child, any; else the step went on
        (child or other.number > finding.number)
        and other.rule.weight >= CAUSE
        and other.rule.ended is None
        and not _BY_KILL.search(shown(other.raw))
        for other in of_step
    )


def _ended(scan: Scan, mark: Mark, code: int | None) -> str:
    """In which way the step ended that has this mark, other than by an exit code of its own."""
    begin = mark.header.line
    marks = [other.text for other in scan.marks if other.header.line == begin and other.job == mark.job]
    if any(map(_TIMED_OUT.match, marks)):
        return "timed out"
    if any(map(_SHUT_DOWN.match, marks)):
        return "the runner was shut down"
    of_step = [finding for finding in scan.findings if begin <= finding.number <= mark.line]
    of_step = [finding for finding in of_step if not _of_another(finding, of_step, mark, code)]
    # A tool that counted its failures came to its end. A sign before that, once or twice, is a test's output.
    counted = max((finding.number for finding in of_step if finding.rule.summary), default=begin)
    often = Counter(finding.rule.id for finding in of_step)
    named = _named_end(
        finding
        for finding in of_step
        if finding.number > counted
        or (finding.rule.ended is not None and not finding.rule.ended.also_in_tests)
        or often[finding.rule.id] >= OFTEN
    )
    return named or ("cancelled" if "was canceled" in mark.text else _BY_CODE.get(code or 0, ""))


def outcome(scan: Scan, failed: Failed, inside: Sequence[Finding]) -> tuple[Header, int | None, str]:
    """The failed step's header and exit code, and how else it ended; `inside`: the findings within it."""
    mark = _end(scan, failed)
    if mark is None:
        return Header(), None, _named_end(inside if failed.times else scan.findings)
    found = _EXIT_CODE.search(mark.text)
    code = int(found.group(1)) if found else None
    return mark.header, code, _ended(scan, mark, code)


MOST_FILES, LONGEST_FILE = 200, 300  # files that are kept of a log, and characters of a file's path


def files_named(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The files that findings name, each once, in the log's order; at most MOST_FILES."""
    files: dict[str, None] = {}
    for finding in findings:
        file = _file(finding)
        if file and len(file) <= LONGEST_FILE:
            files[file] = None
            if len(files) >= MOST_FILES:
                break
    return tuple(files)


def _file(finding: Finding) -> str:
    """What the rule's expression calls `file` in the finding's line; empty: nothing."""
    if "file" not in finding.rule.pattern.groupindex:
        return ""
    line = probed(shown(finding.raw))
    texts = (unprefixed(line).decode("utf-8", "replace"), line.decode("utf-8", "replace"))
    found = next(filter(None, map(finding.rule.pattern.search, texts)), None)
    return (found["file"] or "") if found else ""


MOST_TOOLS = 6

_STAMP = r"^(?:\ufeff?\d{4}-\d\d-\d\dT\S{1,20}Z )?[ \t]*"
# https://github.com/actions/runner-images: each log of a hosted runner begins with "Runner Image".
_IMAGE = pattern(
    _STAMP + r"Image: (?P<image>[\w.-]{1,60})[ \t\r]*\n" + _STAMP[1:] + r"Version: (?P<version>[\w.]{1,40})",
    re.MULTILINE,
)
_TOOLS = table("tool")
_VERSION = pattern(f"{_STAMP}(?:{_TOOLS['version']})", re.MULTILINE)


@cache
def _words() -> Literals:
    """What is in each line that one of the expressions accepts."""
    return Literals((b"Image: ", b"Version: ", *(text.encode() for text in _TOOLS["holds"])))


def _lines(head: bytes) -> Iterator[bytes]:
    """The lines with one of the words."""
    edge = -1  # where the last of them ends
    for end in _words().ends(head):
        if end > edge:
            edge = head.find(b"\n", end) % (len(head) + 1)  # without one, at the end
            yield head[head.rfind(b"\n", 0, end) + 1 : edge]


def image_and_tools(head: bytes) -> tuple[str, tuple[str, ...]]:
    """The runner's image and the tools, each with its version, as far as a log's begin names them."""
    text = b"\n".join(_lines(head)).decode("utf-8", "replace")
    text = visible(text.replace("\r\n", "\n"))
    image = _IMAGE.search(text)
    found: dict[str, str] = {}
    for match in _VERSION.finditer(text):
        found.setdefault(_TOOLS["groups"][(match.lastindex or 1) - 1], match[match.lastindex or 1])
    tools = [f"{tool} {version}" for tool, version in found.items()]
    return f"{image['image']} {image['version']}" if image else "", tuple(tools[:MOST_TOOLS])
