"""A ledger's entry: what stands in the description of a commit status, for people and for the action.

    session started · ci.yml · run 4711.2 · 4f3a1c2b 9b1c22aa · #1 k3f9ad07

The words say how far it went; then the workflow's file, the run and attempt, the failures, the
session's number in the incident, and a mark that ties the entries of one claim together. The
context is `fire-routine` for every workflow, so GitHub shows the latest entry of them all; the
file's name keeps the workflows apart.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..model import Brief, Run, Status
from ..patterns import pattern

DESCRIPTION_LIMIT = 140  # https://docs.github.com/rest/commits/statuses; counted in UTF-8 bytes to be safe
_LABEL_LIMIT = 24
_SHORT = 8  # characters of a fingerprint
# First digits that mark a failure without a log, and a set of failures that holds one; no other short
# fingerprint begins so.
_UNREAD, _PARTLY = "0000", "0001"


class Stage(StrEnum):
    """How far a claim went, in the words of its description."""

    CLAIMED = "about to start a session"
    SENDING = "starting a session"
    FIRED = "session started"
    UNKNOWN = "session may have started"
    FAILED = "no session started"
    WITHDRAWN = "no session needed"
    COVERED = "covered by an earlier session"
    DOUBTFUL = "maybe covered by an earlier session"
    LIMITED = "session limit reached"

    @property
    def state(self) -> str:
        """The status's state: pending until it is known, then as good or bad as it went."""
        return _STATES[self]


_STATES = {
    Stage.CLAIMED: "pending",
    Stage.SENDING: "pending",
    Stage.FIRED: "success",
    Stage.UNKNOWN: "error",
    Stage.FAILED: "failure",
    Stage.WITHDRAWN: "success",
    Stage.COVERED: "success",
    Stage.DOUBTFUL: "error",
    Stage.LIMITED: "failure",
}

_DESCRIPTION = pattern(
    rf"(?P<stage>{'|'.join(Stage)}) · (?P<workflow>\S+) · run (?P<run>\d{{1,19}})\.(?P<attempt>\d{{1,9}})"
    r" · (?P<failures>[0-9a-f]{8}(?: [0-9a-f]{8})*|\d{1,6} failures [0-9a-f]{8})"
    r" · #(?P<number>\d{1,4}) (?P<mark>[0-9a-z]{8})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Record:
    """What one status says."""

    stage: Stage
    workflow: str  # its label
    run: int
    attempt: int
    failures: tuple[str, ...]
    number: int  # of sessions in the incident, this one included
    mark: str

    def __str__(self) -> str:
        failures = " ".join(self.failures)
        return (
            f"{self.stage} · {self.workflow} · run {self.run}.{self.attempt}"
            f" · {failures} · #{self.number} {self.mark}"
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it stands on a commit."""

    record: Record
    id: int
    created_at: datetime | None
    url: str
    sha: str


def read_entry(status: Status, sha: str) -> Entry | None:
    """The status as an entry; None for one that another tool or a person wrote."""
    found = _DESCRIPTION.fullmatch(status.description)
    if found is None:
        return None
    failures = found["failures"]
    record = Record(
        stage=Stage(found["stage"]),
        workflow=found["workflow"],
        run=int(found["run"]),
        attempt=int(found["attempt"]),
        failures=(failures,) if "failures" in failures else tuple(failures.split()),
        number=int(found["number"]),
        mark=found["mark"],
    )
    return Entry(record, status.id, status.created_at, status.target_url, sha)


def label(run: Run) -> str:
    """The workflow's file name, which is unique in a repository; shortened with a hash where it must be."""
    path = run.workflow_path.partition("@")[0] or f"workflow-{run.workflow_id}"
    name = path.rpartition("/")[2]
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", name)
    if name and plain == name and len(plain) <= _LABEL_LIMIT:
        return plain
    return f"{plain[: _LABEL_LIMIT - 7]}~{_digest(path)[:6]}"


def failures(brief: Brief, run: Run) -> tuple[str, ...]:
    """The brief's failures in short: one each where they fit into a description, else all in one."""
    all_of_them = brief.fingerprints or (brief.fingerprint,)
    each = tuple(
        sorted({_marked(_short(one), _UNREAD if one in brief.unread else "") for one in all_of_them})
    )
    if len(each) == 1:
        return each
    longest = Record(Stage.DOUBTFUL, label(run), run.id, max(run.attempt, 1000), each, 9999, "********")
    if len(str(longest).encode()) <= DESCRIPTION_LIMIT:
        return each
    mark = _UNREAD if all(map(unread, each)) else _PARTLY if any(map(unread, each)) else ""
    return (f"{len(each)} failures {_marked(_short(' '.join(each)), mark)}",)


def unread(failure: str, *, wholly: bool = False) -> bool:
    """Whether not enough was known of a failure to tell it from any other; of several, of one or `wholly`."""
    return failure.rpartition(" ")[2].startswith(_UNREAD if wholly else (_UNREAD, _PARTLY))


def _marked(short: str, mark: str) -> str:
    if mark:
        return mark + short[len(mark) :]
    return _digest(short)[:_SHORT] if unread(short) else short


def _short(fingerprint: str) -> str:
    plain = fingerprint[:_SHORT]
    return plain if re.fullmatch(r"[0-9a-f]{8}", plain) else _digest(fingerprint)[:_SHORT]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
