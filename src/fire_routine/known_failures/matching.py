"""Which failures are known: an entry's pattern in their evidence, its globs on their jobs and steps. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..model import Attachment, Digest, FailedJob, Failure, KnownFailure, Note
from ..sanitize import visible
from .entries import Entry
from .linear import Budget, Linear, TooMuchWorkError

UNITS = 1_500_000  # of all searches together: about two seconds
UNITS_PER_ENTRY = 500_000
# Of the strongest line's weight. Below, a line is context: a warning of a retry that went well, say.
EXPLAINS = 0.4

IsItem = Callable[[str, str], bool]
"""Whether a rule of the distiller, by its id, takes this line as an item of a list of what failed."""


def mark_known(
    failures: Sequence[Failure],
    entries: Sequence[Entry],
    attachments: Sequence[Attachment] = (),
    *,
    is_item: IsItem = lambda _rule, _line: False,
) -> tuple[tuple[Failure, ...], tuple[Note, ...]]:
    """The failures, each with the first entry that matches it, unknown ones first and gates last.

    The evidence of a failure is what is kept of its log, and its jobs' annotations. A job that is still
    running has no log: the attached files are its evidence. Only lines that explain the failure count. Where
    a log lists several things that failed, such as tests, each has to match some entry, or the failure is
    known in part. An entry whose search would take too long is ignored. Notes name the entries that were not
    applied.

    Args:
        attachments: the attached files.
    """
    if not entries:
        return tuple(failures), ()
    evidence = [_Evidence(failure, attachments, is_item) for failure in failures]
    budget, notes = Budget(UNITS), []
    for entry in entries:
        granted = min(UNITS_PER_ENTRY, max(budget.left, 0))
        own = Budget(granted)
        try:
            found = [one.search(entry, own) for one in evidence]
        except TooMuchWorkError:
            why = "its pattern would take too long on this evidence"
            notes.append(Note(entry.failure.place, why, "Give it more literal text."))
        else:
            if _CONTEXT in found and _MATCH not in found:
                why = "its pattern is only in lines next to those that explain the failure"
                notes.append(Note(entry.failure.place, why, "The failure counts as unknown."))
        budget.left -= granted - max(own.left, 0)
    marked = sorted((one.marked() for one in evidence), key=lambda one: (one.gate, one.is_spared))
    return tuple(marked), tuple(notes)


_NOTHING, _CONTEXT, _MATCH = range(3)


class _Line(NamedTuple):
    text: str
    explains: bool
    rule: str = ""
    is_item: bool = False  # of the list that the rule's lines are


class _Evidence:
    """What is searched of one failure, and what was found."""

    def __init__(self, failure: Failure, attachments: Sequence[Attachment], is_item: IsItem) -> None:
        self._failure = failure
        self._lines = list(_lines(failure, attachments, is_item))
        self._whole = "\n".join(line.text for line in self._lines)
        self._known: KnownFailure | None = None
        self._matched: set[int] = set()  # lines, by any entry

    def search(self, entry: Entry, budget: Budget) -> int:
        """
        Raises:
            TooMuchWorkError: the budget is spent.
        """
        jobs = self._failure.jobs
        if not all(_is_named(entry.job, job.name, budget) for job in jobs):
            return _NOTHING
        if not all(_is_named(entry.step, self._step(job), budget) for job in jobs):
            return _NOTHING
        if entry.pattern.literal not in self._whole:
            return _NOTHING
        found = {at for at, line in enumerate(self._lines) if entry.pattern.search(line.text, budget)}
        explaining = {at for at in found if self._lines[at].explains}
        if explaining:
            self._matched |= explaining
            self._known = self._known or entry.failure
            return _MATCH
        return _CONTEXT if found else _NOTHING

    def marked(self) -> Failure:
        known_in_part = self._known is not None and self._is_known_in_part()
        return replace(self._failure, known=self._known, known_in_part=known_in_part)

    def _is_known_in_part(self) -> bool:
        """Whether the log lists several things that failed, and not all of any list are covered.

        Several rules may list the same, such as failed tests and the places where they failed: one of these
        lists is enough. Where no item is covered, a list with a single item shows that one thing failed.
        """
        items: dict[str, set[int]] = {}
        covered: dict[str, set[int]] = {}
        current: dict[str, int] = {}  # the last item of each rule: lines of context belong to it
        for at, line in enumerate(self._lines):
            if line.is_item:
                items.setdefault(line.rule, set()).add(at)
                current[line.rule] = at
            if at in self._matched and line.rule in current:
                covered.setdefault(line.rule, set()).add(current[line.rule])
        if covered:
            return all(items[rule] - found for rule, found in covered.items())
        return bool(items) and all(len(found) > 1 for found in items.values())

    def _step(self, job: FailedJob) -> str:
        """The first step that failed."""
        if job.failed_steps:
            return job.failed_steps[0].name
        return self._failure.digest.step if self._failure.digest else ""


def _is_named(glob: Linear | None, name: str, budget: Budget) -> bool:
    return glob is None or glob.search(visible(name), budget)


def _lines(failure: Failure, attachments: Sequence[Attachment], is_item: IsItem) -> Iterator[_Line]:
    if failure.digest:
        yield from _of_digest(failure.digest, is_item)
    for job in failure.jobs:
        for note in job.annotations:
            for text in (note.title, *note.message.splitlines()):
                yield _Line(visible(text), explains=True)
    if any(job.running for job in failure.jobs):
        for attachment in attachments:
            yield from _of_digest(attachment.digest, is_item)


def _of_digest(digest: Digest, is_item: IsItem) -> Iterator[_Line]:
    least = max((block.weight for block in digest.blocks), default=0.0) * EXPLAINS
    for block in digest.blocks:
        explains = block.weight >= least
        for text in visible("\n".join(block.lines)).split("\n"):
            yield _Line(text, explains, block.rule, explains and is_item(block.rule, text))
