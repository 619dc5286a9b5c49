"""The steps of a job: how runners mark where they begin and fail, and which ones failed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ..model.run import Step
from .types import Mark, Scan

HEADING, ERROR = b"##[group]Run ", b"##[error]"  # how a runner heads a step, and marks an error
GITHUB_MARKS = (HEADING, ERROR)
OTHER_MARKS = (b"travis_time:start", b"exited with", b"marked build as failure", b"Finished: ")
GITHUB = re.compile(
    r"##\[error\](?:Process completed with exit code|The operation was canceled"
    r"|The action '.*' has timed out|The job running on runner)"
)
# An action's message when its command fails (https://github.com/actions/toolkit/tree/main/packages/exec).
ACTION = re.compile(r"##\[error\](?:Error: )?The process '.*' failed with exit code")
TRAVIS = re.compile(r'(?:The command )?"?(.*?)"? (?:failed and )?exited with (?!0\b)\d+(?: during|\.)')
JENKINS = re.compile(r"marked build as failure|^Finished: (?:FAILURE|ABORTED)")
CLEANS_UP = b"Post job cleanup."
_BEGINS = (HEADING, CLEANS_UP)
BOUNDS = (*_BEGINS, ERROR, b'The command "', b"Build step '", b"Finished: ")  # how each `bounds_step` begins


def bounds_step(text: bytes) -> bool:
    """Whether a line marks the end of a failed step, or the begin of another or of the runner's clean-up."""
    if not text.startswith(BOUNDS) or text.startswith(_BEGINS):
        return text.startswith(_BEGINS)
    line = text.decode("utf-8", "replace")
    if line.startswith("##["):
        return GITHUB.match(line) is not None or ACTION.match(line) is not None
    return TRAVIS.match(line) is not None or JENKINS.search(line) is not None


_Times = tuple[bytes, bytes]  # from when to when, as the log writes times; whole seconds, both included


@dataclass(frozen=True, slots=True)
class Failed:
    """The steps that failed."""

    marks: list[Mark]  # at which they ended, in the log's order
    lines: list[int]  # the numbers of these marks' lines
    times: list[_Times]
    unmarked: list[_Times]  # of those without a mark of their own, as actions are: a later step may have one
    extent: int  # how many lines they have together; the log's, if not every step shows where it begins


def failed_steps(scan: Scan, steps: Sequence[Step]) -> Failed:
    """Those of a job whose log was scanned; `steps` are as the API lists them."""
    times = _failed_times(steps)
    marks = _ends(scan, timed=bool(times))
    unmarked = [each for each in times if not any(in_time(mark.stamp, [each]) for mark in marks)]
    return Failed(marks, [mark.line for mark in marks], times, unmarked, _extent(scan, marks))


def in_time(stamp: bytes, times: Sequence[_Times]) -> bool:
    """Whether a timestamp, to the second, lies in one of the times."""
    return any(start <= stamp <= end for start, end in times)


def _stamp(at: datetime | None) -> bytes:
    return at.astimezone(UTC).isoformat()[:19].encode() if at is not None else b""


def _failed_times(steps: Sequence[Step]) -> list[_Times]:
    times = [(_stamp(step.started_at), _stamp(step.completed_at)) for step in steps if step.failed]
    return [(start, end) for start, end in times if start and end]


def _ends(scan: Scan, *, timed: bool) -> list[Mark]:
    """The marks at which steps failed; of a job in which there are none, the last error that was marked.

    An action's own last line marks its failure only if the API has no times (`timed`).
    """
    kinds = {"exit"} if timed else {"exit", "action"}
    ends = [mark for mark in scan.marks if mark.kind in kinds]
    ended = {b"", *(mark.job for mark in ends)} if ends else set()
    last = {mark.job: mark for mark in scan.marks if mark.kind not in kinds and mark.job not in ended}
    return sorted([*ends, *last.values()], key=lambda mark: mark.line)


def _extent(scan: Scan, ends: Sequence[Mark]) -> int:
    if ends and all(mark.header.line >= 0 for mark in ends):
        return sum(mark.line - mark.header.line for mark in ends)
    return scan.total
