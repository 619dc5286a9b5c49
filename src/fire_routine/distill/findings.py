"""What one pass over a log finds: marks where steps end, lines that rules took, the lines before marks."""

from __future__ import annotations

from dataclasses import dataclass, field

from .blocks import block
from .kept import Kept
from .rules.rule import Rule


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
    texts: list[bytes]  # what the lines show
    weights: list[float]
    rule: str
    anchor: int  # number of the line that the rule took
    key: int  # hash of the line, its numbers masked
    shape: int = 0  # hash of its shape
    stamp: bytes = b""
    listed: bool = False  # one of a list of what failed
    total: bool = False  # says how much failed in all

    @property
    def strength(self) -> float:
        """The weight of the rule that took it."""
        return self.weights[self.anchor - self.first]


@dataclass(frozen=True, slots=True)
class Found:
    """A line that a rule took, with the lines its block may reach. The block is made at the end: of
    most lines in a long log it is never asked for."""

    rule: Rule
    number: int  # of the line
    lines: list[bytes]
    at: int  # of the line in `lines`
    key: int  # hash of the line, its numbers masked
    shape: int = 0  # hash of its shape

    def span(self, kept: Kept) -> Span:
        begin = self.number - self.at
        numbers = range(begin, begin + len(self.lines))
        texts = [kept.text[number] for number in numbers]
        first, shares = block(self.rule, self.at, texts, [n - begin for n in numbers if n in kept.dull])
        return Span(
            begin + first,
            texts[first : first + len(shares)],
            [self.rule.weight * share for share in shares],
            self.rule.name,
            self.number,
            self.key,
            self.shape,
            kept.stamp(self.number),
            self.rule.listed,
            self.rule.total,
        )


@dataclass(frozen=True, slots=True)
class Tail:
    """The lines before a mark."""

    first: int
    raw: list[bytes]
    weight: float  # of the last


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

    spans: list[Span] = field(default_factory=list)  # in the log's order
    tails: list[Tail] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    kept: Kept = field(default_factory=Kept)  # the lines of all these
    whole: bool = False  # all the log's lines are kept
    total: int = 0
    counts: dict[int, int] = field(default_factory=dict)  # of lines by `key`, in steps that failed
    alike: dict[int, int] = field(default_factory=dict)  # the same by its shape
