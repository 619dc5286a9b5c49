"""What is said of the failed step beside its lines: what ran, and how it ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .findings import Finding, Mark, Scan
from .steps import Failed, within

_ENDED = {
    "out-of-memory": "out of memory",
    "killed": "killed",
    "disk-full": "no space left on device",
    "actions-lost": "the runner was lost",
    "travis-stalled": "timed out: no output",
    "travis-limit": "timed out",
    "go-timeout": "timed out",
}
# https://www.gnu.org/software/coreutils/timeout and 128 + the signal's number
_BY_CODE = {124: "timed out", 137: "killed", 143: "terminated"}


@dataclass(frozen=True, slots=True)
class Facts:
    step: str = ""
    command: str = ""
    shell: str = ""
    exit_code: int | None = None
    ended: str = ""
    ends: tuple[int, ...] = ()  # numbers, from 0, of lines that say in a few words how it ended


def _end(failed: Failed) -> Mark | None:
    """The mark of the step that failed: by the API's times, else by the runner's word, else the last."""
    timed = [mark for mark in failed.marks if within(mark.stamp, failed.times)]
    exits = [mark for mark in failed.marks if mark.kind == "exit"]
    return next(reversed(timed or exits or failed.marks), None)


def _said(findings: Sequence[Finding]) -> list[str]:
    return [_ENDED[finding.rule.name] for finding in findings if finding.rule.name in _ENDED]


def _ended(mark: Mark, code: int | None, findings: Sequence[Finding]) -> str:
    if "timed out" in mark.text or "exceeded the maximum execution time" in mark.text:
        return "timed out"
    said = _said([finding for finding in findings if finding.number >= mark.header.line])
    if said:
        return said[0]
    if "was canceled" in mark.text:
        return "cancelled"
    return _BY_CODE.get(code or 0, "")


def _ends(mark: Mark | None, findings: Sequence[Finding]) -> tuple[int, ...]:
    """Of the lines that say in a few words how much failed, the last; and a runner's own last words."""
    ends = [finding.number for finding in findings if finding.rule.total][-1:]
    if mark is not None and mark.kind != "error" and mark.text.startswith("##[error]"):
        ends.append(mark.line)
    return tuple(ends)


def facts(scan: Scan, failed: Failed, inside: Sequence[Finding]) -> Facts:
    """What the failed step was, and how it ended; `inside`: the findings within it."""
    mark = _end(failed)
    ends = _ends(mark, inside)
    if mark is None:
        return Facts(ended=next(iter(_said(scan.findings)), ""), ends=ends)
    found = re.search(r"(?:exit code|exited with) (\d{1,3})\b", mark.text)
    code = int(found.group(1)) if found else None
    header = mark.header
    return Facts(header.name, header.command, header.shell, code, _ended(mark, code, scan.findings), ends)
