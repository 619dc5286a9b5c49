"""A failure that the repository's maintainers know already."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    pattern: str
    action: Action
    note: str = ""
    issue_url: str = ""  # https

    @property
    def place(self) -> str:
        return f"{self.file}, line {self.line}" if self.line else self.file
