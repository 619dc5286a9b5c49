"""A notice: the comment or the issue that is edited in place, with a section for each workflow. Pure.

Its first line is a mark, by which it is found again. A section begins with a line of its own, too. Nothing
from outside can look like either: values of others are code spans, which hold no line break.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import accumulate

from ..model.event import COMMENT_MARK
from ..model.run import Run


def mark(name: str) -> str:
    """What a notice of this name begins with."""
    return f"{COMMENT_MARK}{name} -->"


OF_ISSUE = mark("issue")  # the default branch's issue
LONGEST = 60_000  # characters of all sections; GitHub refuses a body of more than 65,536
REOPENED = timedelta(hours=24)  # within which an issue is reopened once: each time, people are notified

_SECTION = re.compile(
    r"^<!-- section (?P<key>[0-9a-z]{1,32}) of run (?P<run>[0-9]{1,18})\.(?P<attempt>[0-9]{1,6}):"
    r" (?P<state>red|green) -->\n(?P<text>.*?)(?=^<!-- section |\Z)",
    re.MULTILINE | re.DOTALL | re.ASCII,
)
_REOPENED = re.compile(r"^<!-- reopened (?P<time>[0-9TZ:-]{20}) -->$", re.MULTILINE | re.ASCII)
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Section:
    """What a notice says of one workflow."""

    key: str
    run: int  # the newest that was told, and its attempt
    attempt: int
    is_red: bool
    text: str  # Markdown

    @classmethod
    def of(cls, run: Run, text: str, *, is_red: bool = True) -> Section:
        """That of a run's workflow and event."""
        path = f"{run.workflow_path}\x00{run.event}".encode()
        return cls(sha256(path).hexdigest()[:12], run.id, run.attempt, is_red, text)

    def __str__(self) -> str:
        state = "red" if self.is_red else "green"
        return f"<!-- section {self.key} of run {self.run}.{self.attempt}: {state} -->\n{self.text.strip()}"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a comment or an issue says."""

    mark: str
    sections: tuple[Section, ...] = ()
    reopened: datetime | None = None  # when it was last; only of an issue

    @classmethod
    def read(cls, mark: str, body: str) -> Notice:
        """What a body says that `str` made; an edit on GitHub's pages changes its line breaks."""
        body = body.replace("\r\n", "\n")
        sections = tuple(
            Section(key, int(run), int(attempt), state == "red", text.strip())
            for key, run, attempt, state, text in _SECTION.findall(body)
        )
        found = _REOPENED.search(body)
        try:
            reopened = datetime.strptime(found["time"], _TIME).replace(tzinfo=UTC) if found else None
        except ValueError:
            reopened = None
        return cls(mark, sections, reopened)

    @property
    def is_red(self) -> bool:
        return any(one.is_red for one in self.sections)

    def with_section(self, section: Section) -> Notice:
        """With what is newer of a workflow. A green run of a workflow that was never red says nothing."""
        old = next((one for one in self.sections if one.key == section.key), None)
        is_older = old and (old.run, old.attempt) > (section.run, section.attempt)
        if is_older or (not section.is_red and (old is None or not old.is_red)):
            return self
        others = [one for one in self.sections if one.key != section.key]
        kept = sorted([*others, section], key=lambda one: (not one.is_red, -one.run))
        sizes = accumulate(len(str(one)) for one in kept)
        fit = [one for one, size in zip(kept, sizes, strict=True) if size <= LONGEST]
        return replace(self, sections=tuple(fit))

    def may_reopen(self, now: datetime) -> bool:
        return self.reopened is None or now - self.reopened >= REOPENED

    def __str__(self) -> str:
        head = self.mark
        if self.reopened:
            head += f"\n<!-- reopened {self.reopened:{_TIME}} -->"
        return "\n\n".join([head, *map(str, self.sections)])
