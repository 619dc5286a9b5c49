"""What explains the failure: the lines that are kept of a log, and the text that is made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from .run import ChangedFile, Job, Note

# What zip, gzip, bzip2, xz and zstd files begin with: GitHub's own archive of a run's logs is one.
_BZIP2 = tuple(b"BZh%d1AY&SY" % level for level in range(1, 10))
COMPRESSED = (b"PK\x03\x04", b"\x1f\x8b", *_BZIP2, b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd")


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units: the largest count any reading of "characters" gives, bytes apart.

    The endpoint's limit of 65,536 "characters" does not name its unit. In this one, the text can only be
    too short.
    """
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


LAST_LINES = 40  # lines of a log that are shown where a fault of the action kept it from choosing some


def fault_of(error: BaseException) -> str:
    """A fault's kind and innermost function, for a report of it: never a value, which might be a secret."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = trace.tb_frame.f_code.co_qualname if trace is not None else "?"
    return f"{type(error).__name__} in {place}"


ERROR_WEIGHT = 5.0  # of a line or block: from which on it looks like an error
HIDDEN = 2_000  # rank of a line, outside of the blocks, that no text shows


class Line(NamedTuple):
    """A line of a log."""

    number: int  # in the log, from 1; carriage returns make several lines of one
    text: str
    weight: float  # how much it explains
    rule: str = ""  # what found it, or a line nearby
    block: int = -1  # the place of its block in `Digest.blocks`; -1: it is in none
    rank: int = 0  # 0: a reader needs it; the greater, the sooner it is left out
    item: bool = False  # of a list of what failed


class Block(NamedTuple):
    """A failure, or a list of them: consecutive lines. Its name, reason and place have the rank 0."""

    weight: float
    rule: str  # that found its strongest line
    is_list: bool = False  # its lines say as much as one another
    is_row: bool = False  # like another that is shown in full: a line or two of it are enough


@dataclass(frozen=True, slots=True, order=True)
class Fingerprint:
    """Names a failure, or several together: equal for the same failure in another run."""

    digest: str  # hexadecimal
    count: int = 1  # of failures
    # No log of it was available, or only a part. So it can't be distinguished from others of its run.
    no_log: bool = False
    partly: bool = False  # `no_log` is true of some of the failures
    running: bool = field(default=False, compare=False)  # its job still runs: there will be a log of it
    # Digests that name the failure by its job and step alone, as they name it while its job runs
    by_step: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, parts: Iterable[str], *, no_log: bool = False) -> Fingerprint:
        """That of texts in their order."""
        text = "\x00".join(parts).encode("utf-8", "surrogatepass")
        return cls(sha256(text).hexdigest()[:16], no_log=no_log)

    @property
    def uncertain(self) -> bool:
        """Whether it may be any other failure, or one of its failures may be."""
        return self.no_log or self.partly


@dataclass(frozen=True, slots=True)
class Digest:
    """What is kept of a log once it has been read: bounded, and enough for an excerpt of any budget."""

    lines: tuple[Line, ...]  # in the log's order
    total_lines: int
    blocks: tuple[Block, ...] = ()  # in the order in which they are told
    fingerprint: Fingerprint | None = None  # None: of a JUnit report; or nothing in the log names the failure
    explained: bool = True  # False: it only shows how the job ended, as any job may end
    step: str = ""  # the failed step, by the marks that the runner prints into the log
    command: str = ""  # what that step ran
    shell: str = ""
    exit_code: int | None = None
    ended: str = ""  # killed, timed out, out of memory, …: how, if the log states it
    image: str = ""  # the runner's, with its version, as a hosted runner's log names it
    files: tuple[str, ...] = ()  # that its findings name, by the captures of their rules; each once
    tools: tuple[str, ...] = ()  # such as "Python 3.12.1", as far as the log's head names them
    # Lines for redaction alone, with their numbers: those that name secrets, and those around what is shown
    beside: tuple[tuple[int, str], ...] = ()
    fault: str = ""  # of the action, while it read the log or told of it; then only its last lines are left

    @property
    def is_weak(self) -> bool:
        """Whether nothing in the log looks like an error."""
        return max((block.weight for block in self.blocks), default=0.0) < ERROR_WEIGHT

    def of_last_lines(self, lines: Sequence[str], error: Exception) -> Digest:
        """What is left of the digest after a fault: the log's last lines, and what the fault was."""
        last = lines[-LAST_LINES:]
        first = self.total_lines - len(last) + 1
        kept = tuple(Line(number, text, 1.0, block=0) for number, text in enumerate(last, first))
        return replace(self, lines=kept, blocks=(Block(1.0, ""),) if last else (), fault=fault_of(error))

    def told(self) -> Digest:
        """The digest with no more than the lines that may be shown."""
        return replace(self, lines=tuple(line for line in self.lines if line.rank < HIDDEN))


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is told of a digest within a budget. Gaps are marked with the number of lines left out."""

    lead: str  # the blocks, in the order in which they are told
    rest: str  # what is worth a look besides, in the log's order
    shown: tuple[Line, ...]  # of the lead, then of the rest
    total_lines: int

    @property
    def text(self) -> str:
        return "\n\n".join(filter(None, (self.lead, self.rest)))


MakeExcerpt = Callable[[Digest, int], Excerpt]  # a digest within a budget of UTF-16 code units


class Action(StrEnum):
    """What a known failure starts."""

    SKIP = "skip"  # nothing
    RERUN = "rerun"  # its failed jobs once more; where that is not possible, a session
    NOTE = "note"  # a session as any failure; its text names the entry


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """An entry of the file `known-failures`."""

    file: str
    line: int  # where it begins; 0: not known
    pattern: str  # empty: the entry is for all that fails in its jobs or steps
    action: Action
    note: str = ""
    issue_url: str = ""  # https

    @property
    def place(self) -> str:
        return f"{self.file}, line {self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Failure:
    """One distinct failure, with every failed job that shares it."""

    fingerprint: Fingerprint
    jobs: tuple[Job, ...]
    digest: Digest | None  # None: there is no log of it
    partial: bool = False  # the digest is of a part of the log
    gate: bool = False  # its jobs only check the results of other jobs
    exit_codes: tuple[int | None, ...] = ()  # of each job's failed step
    shells: tuple[str, ...] = ()  # of these steps, each once
    known: KnownFailure | None = None  # the entry of `known-failures` that it matches
    known_in_part: bool = False  # its strongest lines, or items that its log lists, match no entry
    outage: str = ""  # what was down, in words of ours, where that explains it: no fault of the code

    @property
    def rule(self) -> str:
        """What found its strongest block: a rule's name, which is a word of ours; empty: none did."""
        return self.digest.blocks[0].rule if self.digest and self.digest.blocks else ""

    @property
    def is_spared(self) -> bool:
        """Whether it alone starts no session."""
        return self.known is not None and self.known.action is not Action.NOTE and not self.known_in_part


def to_fire(failures: Sequence[Failure]) -> tuple[Failure, ...]:
    """Those that a session is for: what is not known. If only gates are left next to known ones: none."""
    left = tuple(failure for failure in failures if not failure.is_spared)
    return () if len(left) < len(failures) and all(failure.gate for failure in left) else left


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the runner named by `attach`: a log, or the failed tests of a JUnit XML file."""

    path: str  # relative to the workspace
    digest: Digest


class Whose(StrEnum):
    """The `verdict` output: whose failure it is."""

    KNOWN = "known"
    INFRASTRUCTURE = "infrastructure"
    FLAKY = "flaky"
    RED_BEFORE = "red before"  # on the base branch
    IN_WHAT_CHANGED = "in what changed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whose failure it is, and on what that rests."""

    whose: Whose
    basis: str = ""  # Markdown of ours, with others' values quoted; redacted and sanitized
    url: str = ""  # a page that shows it


@dataclass(frozen=True, slots=True)
class Highlight:
    """What people are shown of one distinct failure. Redacted and sanitized."""

    cause: str = ""  # its strongest line, without indentation and marks; without a log, how it ended
    lines: tuple[str, ...] = ()  # its one to five strongest, in the log's order
    passed_legs: tuple[str, ...] = ()  # names of the jobs of the same matrix that passed


@dataclass(frozen=True, slots=True)
class Brief:
    """The text that is sent, and what was done to it."""

    text: str
    fingerprints: tuple[Fingerprint, ...]  # of its failures, sorted
    fingerprint: Fingerprint  # of them together
    redactions: Mapping[str, int] = field(default_factory=dict)  # kind → how many
    highlights: tuple[Highlight, ...] = ()  # of each failure, in their order
    named_files: tuple[ChangedFile, ...] = ()  # changed files that the failures' lines name
    notes: tuple[Note, ...] = ()  # on logs that a fault of the action kept from being told
    verdict: Verdict | None = None  # None: nothing shows whose failure it is

    @property
    def characters(self) -> int:
        return utf16_length(self.text)

    @property
    def cause(self) -> str:
        """The cause of the first failure, on one line; empty where none is known."""
        return self.highlights[0].cause if self.highlights else ""
