"""The ledger's entries, grouped into claims. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from .entry import Entry, Stage, later


@dataclass(frozen=True, slots=True)
class Claim:
    """All that was written under one mark."""

    mark: str
    id: int  # of the entry that claims: the claim's place in the order
    at: datetime | None  # of the same
    until: datetime | None  # of its last one
    stage: Stage
    workflow: str
    run: int
    attempt: int
    ref: str
    commit: str
    names: tuple[str, ...]  # of its failures
    url: str  # of the session; empty where it leads elsewhere

    @property
    def has_session(self) -> bool:
        """Whether a session of it exists, or may exist."""
        return self.stage in (Stage.FIRED, Stage.UNKNOWN)

    def same_attempt(self, run: int, attempt: int) -> bool:
        return (self.run, self.attempt) == (run, attempt)


def claims(entries: Iterable[Entry], link: Callable[[str], str] = str) -> list[Claim]:
    """The entries, grouped by mark, in the order of the claims.

    `link` gives an address back if it is a session's, else an empty string.
    """
    marks: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        marks.setdefault(entry.record.mark, []).append(entry)
    return sorted((_claim(written, link) for written in marks.values()), key=lambda claim: claim.id)


def _claim(written: list[Entry], link: Callable[[str], str]) -> Claim:
    first = next((entry for entry in written if entry.record.stage is Stage.CLAIMED), written[0])
    stage = later(entry.record.stage for entry in written)
    last = next(entry for entry in written if entry.record.stage is stage)
    times = [entry.created_at for entry in written if entry.created_at]
    return Claim(
        mark=first.record.mark,
        id=first.id,
        at=first.created_at,
        until=max(times, default=None),
        stage=stage,
        workflow=first.record.workflow,
        run=first.record.run,
        attempt=first.record.attempt,
        ref=first.record.ref,
        commit=first.record.commit,
        names=last.record.failures,
        url=link(last.url),
    )
