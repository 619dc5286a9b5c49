"""What one pass over a log finds: marks where steps end, lines that rules match, the lines before marks.

While a log is read its lines are numbered from 0; in what is made of it, as `model` has it, from 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .lines import stamp_of
from .rules import Rule

DIGEST_BYTES = (
    76_000  # bytes that a digest keeps: the largest budget, and room for lines that redaction shortens
)


@dataclass(frozen=True, slots=True)
class Header:
    """How a step begins: `##[group]Run …`, its script, its shell."""

    line: int = -1  # its number; -1: the log does not show where the step begins
    name: str = ""
    command: str = ""
    shell: str = ""
    stamp: bytes = b""  # its timestamp to the second, or nothing


class Finding(NamedTuple):  # made so often that a data class would take longer than what it holds
    """A line that a rule matches, with the lines around it that may belong to it."""

    rule: Rule
    number: int  # of the line
    lines: list[bytes]
    at: int  # of the line in `lines`
    key: int  # hash of its template: the line without numbers, and its reason
    chance: int = 0  # hash of the line without numbers, equal in each run

    @property
    def raw(self) -> bytes:
        return self.lines[self.at]

    @property
    def stamp(self) -> bytes:
        """Its timestamp to the second, or nothing."""
        return stamp_of(self.raw)[1]


@dataclass(frozen=True, slots=True)
class Tail:
    """The lines before a mark."""

    first: int
    raw: list[bytes]
    weight: float  # of the last
    step: int = -1  # number of the line with which the step begins


@dataclass(frozen=True, slots=True)
class Mark:
    """A place at which the log marks a failed step."""

    line: int
    kind: str  # "exit": by the runner itself; "action": an action's last error; "error": any other
    text: str
    stamp: bytes
    header: Header
    job: bytes = b""  # where the log is a run's, which names it in each line


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass found."""

    findings: Sequence[Finding] = ()  # in the log's order
    tails: Sequence[Tail] = ()
    marks: Sequence[Mark] = ()
    total: int = 0
