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
EXPLAINS = 0.5

IsList = Callable[[str], bool]
"""Whether the lines that a rule of the distiller takes list what failed, an item on each."""


def mark_known(
    failures: Sequence[Failure],
    entries: Sequence[Entry],
    attachments: Sequence[Attachment] = (),
    *,
    is_list: IsList = lambda _rule: False,
) -> tuple[tuple[Failure, ...], tuple[Note, ...]]:
    """The failures, each with the first entry that matches it, unknown ones first and gates last.

    The evidence of a failure is what is kept of its log, and its jobs' annotations. A job that is still
    running has no log: the attached files are its evidence. Only lines that explain the failure count. Where
    a pattern matches an item of a list, such as a failed test, all items of that list have to match some
    entry; else the failure is known in part. An entry whose search would take too long is ignored. Notes name
    the entries that were not applied.
    """
    if not entries:
        return tuple(failures), ()
    evidence = [_Evidence(failure, attachments, is_list) for failure in failures]
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
    rule: str = ""  # of the list that it is an item of


class _Evidence:
    """What is searched of one failure, and what was found."""

    def __init__(self, failure: Failure, attachments: Sequence[Attachment], is_list: IsList) -> None:
        self._failure = failure
        self._lines = list(_lines(failure, attachments, is_list))
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
        lists = {self._lines[at].rule for at in self._matched} - {""}
        in_part = any(
            line.explains and line.rule in lists and at not in self._matched
            for at, line in enumerate(self._lines)
        )
        return replace(self._failure, known=self._known, known_in_part=in_part)

    def _step(self, job: FailedJob) -> str:
        """The first step that failed."""
        if job.failed_steps:
            return job.failed_steps[0].name
        return self._failure.digest.step if self._failure.digest else ""


def _is_named(glob: Linear | None, name: str, budget: Budget) -> bool:
    return glob is None or glob.search(visible(name), budget)


def _lines(failure: Failure, attachments: Sequence[Attachment], is_list: IsList) -> Iterator[_Line]:
    if failure.digest:
        yield from _of_digest(failure.digest, is_list)
    for job in failure.jobs:
        for note in job.annotations:
            for text in (note.title, *note.message.splitlines()):
                yield _Line(visible(text), explains=True)
    if any(job.running for job in failure.jobs):
        for attachment in attachments:
            yield from _of_digest(attachment.digest, is_list)


def _of_digest(digest: Digest, is_list: IsList) -> Iterator[_Line]:
    least = max((block.weight for block in digest.blocks), default=0.0) * EXPLAINS
    rules = {rule for rule in {block.rule for block in digest.blocks} if is_list(rule)}
    for block in digest.blocks:
        for text in block.lines:
            yield _Line(visible(text), block.weight >= least, block.rule if block.rule in rules else "")
