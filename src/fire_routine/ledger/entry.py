"""One entry of the ledger, which is a commit status, and a claim: all entries of one claim id. Pure.

    s ci.yml 4711.2 f3c1d2 1a2b3c4 k3f9ad07 4f3a1c2b j8a04727

That is: the stage, the workflow's file, the run and attempt, the branch (`ref_of`), the failing commit, a
claim id, and the names of the failures. The claim id ties the entries of one claim together. After it, `o`
says that others than trusted people or code cause the session.

The ledger's entries have the contexts `fire-routine ledger` and a day. On the failing commit, people find
an entry of the context `fire-routine`. Words for them come first, and " · " separates them from the rest. An
event's key, as words, comes so before the ledger's entries for it.

Every entry has the state `success`. A pending or failed status would block merges and deployments on a
commit whose own checks are green (https://docs.github.com/rest/commits/statuses).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum

from ..model.outcome import Status
from ..model.run import Run, is_fork
from ..model.session_link import session_link
from ..patterns import pattern
from .names import Kind, Name, digest_of, read_names

STATE = "success"
LEDGER = "fire-routine ledger"  # how the contexts of the ledger's entries begin
DESCRIPTION_LIMIT = 140  # https://docs.github.com/rest/commits/statuses; counted in UTF-8 bytes to be safe
_WORDS_LIMIT = 34  # bytes of the stages' own words, and what other words may take where there is no more room
_LABEL_LIMIT = 24
# Bytes for the names in an entry with a long label, run and attempt; and in one with words for people
ROOM = DESCRIPTION_LIMIT - len("f " + "l" * _LABEL_LIMIT + " 99999999999.999 000000 0000000 00000000 o ")
SHOWN_ROOM = ROOM - _WORDS_LIMIT - len(" · ".encode())


class Stage(StrEnum):
    """How far a claim came, and what people read. Nothing turns back a later one of these, in this order."""

    words: str  # empty where they see no such entry

    def __new__(cls, letter: str, words: str = "") -> Stage:
        stage = str.__new__(cls, letter)
        stage._value_, stage.words = letter, words
        return stage

    # On the failing commit alone
    RERUN = "r", "The failed jobs are being re-run"
    COVERED = "e", "Covered by an earlier session"
    LIMITED = "l", "No session: max-sessions reached"
    # In the ledger alone, by a sweep: no session is due, which time does not change
    SEEN = "n"
    # Of a claim
    CLAIMED = "c", "A Claude session is about to start"
    ANNOUNCED = "s", "Claude is starting a session"  # the request is about to be sent
    WITHDRAWN = "w", "No session from this job"
    REFUSED = "x", "No session: the request failed"  # by the endpoint, or there was no connection
    UNKNOWN = "u", "A Claude session may have started"
    FIRED = "f", "Claude session started"
    # On the failing commit alone
    FLAKE = "p", "Flaky: it passed when re-run"


_ORDER = tuple(Stage)

# https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
_QUEUE_TRY = pattern(r"(?<=[0-9])-[0-9a-f]{3,64}$")
_NO_WORDS = pattern("[·\U00010000-\U0010ffff]")  # GitHub takes no 4-byte characters in many fields
_DESCRIPTION = pattern(
    rf"(?:[^·\n]{{1,99}} · )?(?P<stage>[{''.join(Stage)}]) (?P<workflow>\S+)"
    r" (?P<run>[0-9]{1,19})\.(?P<attempt>[0-9]{1,9}) (?P<ref>[0-9a-f]{6})"
    r" (?P<commit>[0-9a-f]{7}) (?P<claim_id>[0-9a-z]{8})(?P<others> o)?"
    r" (?P<names>[0-9a-z]+(?: [0-9a-z]+)*)",
)


@dataclass(frozen=True, slots=True)
class Record:
    """The content of one entry."""

    stage: Stage
    workflow: str  # its label
    run: int
    attempt: int
    ref: str  # identifies the branch, tag or pull request: `ref_of`
    commit: str  # seven digits of the failing one
    claim_id: str
    names: tuple[Name, ...]  # of its failures
    others: bool = False  # neither trusted people nor trusted code cause it

    def __str__(self) -> str:
        return (
            f"{self.stage} {self.workflow} {self.run}.{self.attempt} {self.ref} {self.commit} {self.claim_id}"
            f"{' o' if self.others else ''} {' '.join(map(str, self.names))}"
        )

    def shown(self, words: str = "") -> str:
        """The same with words for people, which are the stage's where others are missing or don't fit."""
        rest = f" · {self}"
        fits = words and len((words + rest).encode()) <= DESCRIPTION_LIMIT
        return (words if fits else self.stage.words) + rest

    def beside(self, key: str) -> str:
        """The same with an event's key before it, as much as has room; nothing reads that."""
        rest = f" · {self}"
        room = DESCRIPTION_LIMIT - len(rest.encode())
        words = _NO_WORDS.sub("-", key).encode()[:room].decode(errors="ignore").strip()
        return words + rest if words else str(self)


@dataclass(frozen=True, slots=True)
class Entry:
    """A record, and the commit status that has it."""

    record: Record
    status: Status

    @property
    def writer(self) -> str:
        """The login that wrote it, or as GitHub shows an account that is gone."""
        return self.status.creator or "ghost"


def later(stages: Iterable[Stage]) -> Stage:
    """The stage that counts of several."""
    return max(stages, key=_ORDER.index)


def read_entry(status: Status) -> Entry | None:
    """The status as an entry; None for one that another tool or a person wrote."""
    found = _DESCRIPTION.fullmatch(status.description)
    names = read_names(found["names"]) if found else ()
    if found is None or not names:
        return None
    record = Record(
        stage=Stage(found["stage"]),
        workflow=found["workflow"],
        run=int(found["run"]),
        attempt=int(found["attempt"]),
        ref=found["ref"],
        commit=found["commit"],
        claim_id=found["claim_id"],
        names=names,
        others=bool(found["others"]),
    )
    return Entry(record, status)


def new_claim_id() -> str:
    """Eight random characters of 0-9 and a-z, which tie the entries of one claim together."""
    return "".join(secrets.choice("0123456789abcdefghijklmnopqrstuvwxyz") for _ in range(8))


# --- claims --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Record):
    """All that was written under one claim id: the record that its entries make together."""

    id: int  # of the entry that claims: the claim's place in the order
    at: datetime | None  # of the same
    until: datetime | None  # of its last one
    url: str  # of the session; empty where it leads elsewhere

    @property
    def has_session(self) -> bool:
        """Whether a session of it exists, or may exist."""
        return self.stage in (Stage.FIRED, Stage.UNKNOWN)

    @property
    def for_key(self) -> bool:
        """Whether an event is its subject."""
        return any(name.kind is Kind.KEY for name in self.names)

    @property
    def announced(self) -> bool:
        """Whether a request may have been sent."""
        return self.stage is not Stage.CLAIMED

    def same_attempt(self, run: int, attempt: int) -> bool:
        return (self.run, self.attempt) == (run, attempt)


def claims(entries: Iterable[Entry], routine_url: str = "") -> list[Claim]:
    """The entries, grouped by claim id, in the order of the claims.

    `routine_url`: whose host a session's link may have, besides Claude's.
    """
    claim_ids: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.status.id):
        claim_ids.setdefault(entry.record.claim_id, []).append(entry)
    return sorted(
        (_claim(written, routine_url) for written in claim_ids.values()), key=lambda claim: claim.id
    )


def _claim(written: list[Entry], routine_url: str) -> Claim:
    first = next((entry for entry in written if entry.record.stage is Stage.CLAIMED), written[0])
    stage = later(entry.record.stage for entry in written)
    last = next(entry for entry in written if entry.record.stage is stage)
    times = [entry.status.created_at for entry in written if entry.status.created_at]
    record = replace(first.record, stage=stage, names=last.record.names)
    return Claim(
        **{field.name: getattr(record, field.name) for field in fields(record)},
        id=first.status.id,
        at=first.status.created_at,
        until=max(times, default=None),
        url=session_link(last.status.target_url, routine_url),
    )


# --- the run -------------------------------------------------------------------------------------


def label(workflow: Run | str) -> str:
    """The workflow's file name, which is unique in a repository; shortened with a hash where it must be.

    `workflow`: a run of it, or its path.
    """
    if isinstance(workflow, Run):
        workflow = workflow.workflow_path or f"workflow-{workflow.workflow_id}"
    path = workflow.partition("@")[0]
    name = path.rpartition("/")[2]
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", name)
    if name and plain == name and len(plain) <= _LABEL_LIMIT:
        return plain
    return f"{plain[: _LABEL_LIMIT - 7]}~{digest_of(path)[:6]}"


def commit_of(run: Run) -> str:
    """Seven digits of the failing commit."""
    return run.head_sha[:7] if re.fullmatch("[0-9a-f]{7,}", run.head_sha) else digest_of(run.head_sha)[:7]


def ref_of(run: Run) -> str:
    """Six digits for the branch, tag or pull request that the run belongs to.

    A tag and a branch, or two pull requests of `pull_request_target` on one base commit, are different
    incidents. A merge queue makes a new branch for each try of a pull request; the tries count as one.
    """
    branch = run.head_branch or ""
    if branch.startswith("gh-readonly-queue/"):
        branch = _QUEUE_TRY.sub("", branch)
    fork = (run.head_repository or "?").casefold() if is_fork(run.head_repository, run.repository) else ""
    pull = run.pull_request.number if run.pull_request and run.event == "pull_request_target" else 0
    return digest_of(f"{fork}\n{branch}\n{pull}")[:6]
