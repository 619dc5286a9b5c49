"""Which failures are known: an entry's pattern in their evidence, its globs on their jobs and steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import NamedTuple

from ..model.evidence import Attachment, Digest, Failure, KnownFailure
from ..model.run import Job, Note
from ..sanitize import visible
from .entries import Entry
from .searching import Found, search

# Of the strongest line's weight. Below, a line is context: a warning of a retry that went well, say.
EXPLAINS = 0.4
STRONGEST = 0.85  # from here on, lines say what failed: one of them has to match some entry
_ANY_LINE = ("", "\N{SYMBOL FOR UNIT SEPARATOR}")  # what matches one of these matches almost any line


def mark_known(
    failures: Sequence[Failure],
    entries: Sequence[Entry],
    attachments: Sequence[Attachment] = (),
) -> tuple[tuple[Failure, ...], tuple[Note, ...]]:
    """The failures, each with the first entry that matches it, unknown ones first and gates last.

    The evidence of a failure is what is kept of its log, and its jobs' annotations. A job that is still
    running has no log: the attached files are its evidence. Only lines that explain the failure count. Where
    a log lists several things that failed, such as tests, each has to match some entry, or the failure is
    known in part. So it is where no entry matches the strongest of its lines: a step may print a known line
    beside a failure of another kind. An entry without a pattern is for all that fails in its jobs or steps.
    One whose search would take too long is ignored. Notes name the entries that were not applied.

    Args:
        attachments: the attached files.
    """
    evidence = [_Evidence(failure, attachments) for failure in failures]
    tried = [entry for entry in entries if any(one.may_match(entry) for one in evidence)]
    texts = [_ANY_LINE, *(one.texts for one in evidence)]
    answers = iter(search([entry.failure.pattern for entry in tried if entry.failure.pattern], texts))
    notes = []
    for entry in tried:
        if entry.failure.pattern:
            notes.append(_apply(entry, evidence, next(answers)))
        else:
            for one in evidence:
                one.match_whole(entry)
    marked = [one.marked() for one in evidence]
    if entries:
        marked.sort(key=lambda one: (one.gate, one.is_spared))
    return tuple(marked), tuple(filter(None, notes))


def _apply(entry: Entry, evidence: Sequence[_Evidence], found: Found | None) -> Note | None:
    """Marks the failures that the entry matches. A note where it is not applied, though it may match one."""
    where = entry.failure.place
    if found is None:
        return Note(where, "the search for its pattern takes too long", "Give it more literal text.")
    if found[0]:
        return Note(where, "its pattern matches any line", "It was ignored.")
    meant = [
        (one, lines) for one, lines in zip(evidence, found[1:], strict=True) if lines and one.may_match(entry)
    ]
    matched = [one.match(entry.failure, lines) for one, lines in meant]
    if not meant or any(matched):
        return None
    why = "its pattern is only in lines next to those that explain the failure"
    return Note(where, why, "The failure counts as unknown.")


class _Line(NamedTuple):
    text: str
    explains: bool
    rule: str = ""
    is_item: bool = False  # of the list that the rule's lines are
    strongest: bool = False  # of a log that explains the failure


class _Evidence:
    """What is searched of one failure, and what was found."""

    def __init__(self, failure: Failure, attachments: Sequence[Attachment]) -> None:
        self._failure = failure
        self._lines = list(_lines(failure, attachments))
        self.texts = [line.text for line in self._lines]
        self._text = "\n".join(self.texts)
        self._known: KnownFailure | None = None
        self._whole_by: KnownFailure | None = None  # an entry for these jobs or steps, whatever failed there
        self._matched: set[int] = set()  # lines, by any entry

    def may_match(self, entry: Entry) -> bool:
        """Whether the entry is for these jobs and steps, and its literal is there."""
        jobs = self._failure.jobs
        return (
            entry.literal in self._text
            and all(_fits(entry.job, job.name) for job in jobs)
            and all(_fits(entry.step, self._step(job)) for job in jobs)
        )

    def match(self, entry: KnownFailure, found: Iterable[int]) -> bool:
        """Whether one of these lines explains the failure: the entry matches it, unless one before did."""
        explaining = {at for at in found if self._lines[at].explains}
        self._matched |= explaining
        if explaining:
            self._known = self._known or entry
        return bool(explaining)

    def match_whole(self, entry: Entry) -> None:
        """The entry has no pattern: it is for all that fails in its jobs or steps."""
        if self.may_match(entry):
            self._known = self._known or entry.failure
            self._whole_by = self._whole_by or entry.failure

    def marked(self) -> Failure:
        known = self._known
        in_part = known is not None and known is not self._whole_by and self._is_known_in_part()
        if in_part and self._whole_by:
            known, in_part = self._whole_by, False
        return replace(self._failure, known=known, known_in_part=in_part)

    def _is_known_in_part(self) -> bool:
        """Whether the log lists several things that failed, and not all of any list are covered.

        Several rules may list the same, such as failed tests and the places where they failed: one of these
        lists is enough, if its lines are among the strongest. Where no item is covered, a list with a single
        item shows that one thing failed.
        """
        strongest = {at for at, line in enumerate(self._lines) if line.strongest}
        items, covered = defaultdict[str, set[int]](set), defaultdict[str, set[int]](set)
        for at, line in enumerate(self._lines):
            if line.is_item:
                items[line.rule].add(at)
        current: dict[str, int] = {}  # the last item of each rule: its lines of context belong to it
        last = ""  # the rule of the last item: lines of rules without items belong to that one
        for at, line in enumerate(self._lines):
            if line.is_item:
                current[line.rule] = at
                last = line.rule
            rule = line.rule if line.rule in current else last
            # A single item may be one of several things that another list names.
            if at in self._matched and rule and (rule == line.rule or len(items[rule]) > 1):
                covered[rule].add(current[rule])
        rules = {self._lines[at].rule for at in strongest}
        if strongest and not (strongest & self._matched or rules & covered.keys()):
            return True
        if covered:
            return all(items[rule] - found for rule, found in covered.items())
        return bool(items) and all(len(found) > 1 for found in items.values())

    def _step(self, job: Job) -> str:
        """The first step that failed."""
        if job.failed_steps:
            return job.failed_steps[0].name
        return self._failure.digest.step if self._failure.digest else ""


def _fits(glob: str, name: str) -> bool:
    """`*` is any number of characters, and `?` any one; a bracket is itself."""
    return fnmatchcase(visible(name), glob.replace("[", "[[]"))


def _lines(failure: Failure, attachments: Sequence[Attachment]) -> Iterator[_Line]:
    if failure.digest:
        yield from _of_digest(failure.digest)
    for job in failure.jobs:
        for note in job.annotations:
            for text in (note.title, *note.message.splitlines()):
                yield _Line(visible(text), explains=True)
    if any(job.running for job in failure.jobs):
        for attachment in attachments:
            yield from _of_digest(attachment.digest)


def _of_digest(digest: Digest) -> Iterator[_Line]:
    most = max((line.weight for line in digest.lines), default=0.0)
    for line in digest.lines:
        explains = line.weight >= most * EXPLAINS
        strongest = digest.explained and line.weight >= most * STRONGEST
        yield _Line(visible(line.text), explains, line.rule, explains and line.item, strongest)
