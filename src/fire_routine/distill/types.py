"""What one pass over a log finds: marks where steps end, lines that rules took, the lines before marks.

While a log is read its lines are numbered from 0; in what is made of it, as `model` has it, from 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .lines.clean import stamp_of, texts
from .normalize.templates import templates
from .rules import Rule

MOST = 76_000  # bytes that a digest keeps: the largest budget, and room for lines that redaction shortens


@dataclass(frozen=True, slots=True)
class Green:
    """The templates of a green log's lines, hashed."""

    templates: frozenset[int]

    def __contains__(self, line: bytes) -> bool:
        return hash(templates([line])[0]) in self.templates


@dataclass(frozen=True, slots=True)
class Header:
    """How a step begins: `##[group]Run …`, its script, its shell."""

    line: int = -1  # its number; -1: the log does not show where the step begins
    name: str = ""
    command: str = ""
    shell: str = ""
    stamp: bytes = b""  # its timestamp to the second, or nothing


class Finding(NamedTuple):  # made so often that a data class would take longer than what it holds
    """A line that a rule took, with the lines its block may reach."""

    rule: Rule
    number: int  # of the line
    lines: list[bytes]
    at: int  # of the line in `lines`
    key: int  # hash of the line, its numbers masked, and of its cause
    shape: int = 0  # hash of its shape
    cause: int = 0  # hash of the line with the reason and of what it announces, if there is one

    @property
    def raw(self) -> bytes:
        return self.lines[self.at]

    @property
    def by_cause(self) -> bool:
        """Whether similar findings are those with its cause: its line is a place alone, or opens a stack."""
        return self.cause != 0 and self.shape == self.cause

    @property
    def stamp(self) -> bytes:
        """Its timestamp to the second, or nothing."""
        return stamp_of(self.raw)[1]


def taken_texts(findings: Sequence[Finding]) -> list[bytes]:
    """What the lines show that rules took."""
    raw = [finding.raw for finding in findings]
    return texts([line[stamp_of(line)[0] :] for line in raw]) if raw else []


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive lines around one that a rule took, each with its share of the weight."""

    finding: Finding
    first: int
    texts: list[bytes]  # what the lines show
    weights: list[float]
    reasons: frozenset[int] = frozenset()  # numbers of lines with the reason, at any distance from that one

    @property
    def text(self) -> bytes:
        """What the line shows that the rule took."""
        return self.texts[self.finding.number - self.first]


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
    naming: Sequence[Finding] = ()  # with those next to them that only name the failure
    tails: Sequence[Tail] = ()
    marks: Sequence[Mark] = ()
    succeeded: Sequence[tuple[int, int]] = ()  # first and last lines of runs that did
    raw: Mapping[int, bytes] = field(default_factory=dict)  # lines by number: those of the tails, or all
    whole: bool = False  # it is all the log's lines
    total: int = 0
    states: Sequence[tuple[int, int]] = ()  # as `windows.Window` has them
    counts: Mapping[int, int] = field(default_factory=dict)  # of lines by `key`, in steps that failed
    alike: Mapping[int, int] = field(default_factory=dict)  # the same by its shape
