"""The ledger's entries, grouped into claims. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from ..patterns import pattern
from ..settings import LOOPBACK
from .entry import Entry, Stage, later

_PATH = r"/code/session_[A-Za-z0-9_-]{1,200}"
_CLAUDE = pattern(r"https://claude\.ai" + _PATH)
_LOCAL = pattern(r"https?://(?P<host>127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?" + _PATH)


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


def session_link(url: str, routine_url: str) -> str:
    """The address if it is a session's, else an empty string.

    Anyone who may write commit statuses can put any address there. So an address of an entry is shown, copied
    or counted only if it is a session's of Claude, `https://claude.ai/code/session_…`; or of the routine's
    host, where that is loopback.
    """
    if _CLAUDE.fullmatch(url):
        return url
    found = _LOCAL.fullmatch(url)
    host = urlsplit(routine_url).hostname or ""
    return url if found and host in LOOPBACK and found["host"].strip("[]") == host else ""


def session_id(url: str) -> str:
    """The id at the end of a session's address."""
    return url.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]
