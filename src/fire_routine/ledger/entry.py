"""One entry of the ledger, which is a commit status, and the names of failures in it. Pure.

    s ci.yml 4711.2 f3c1d2 1a2b3c4 k3f9ad07 4f3a1c2b j8a04727

That is: the stage, the workflow's file, the run and attempt, the branch (`ref_of`), the failing commit, a
mark, and the failures. The mark ties the entries of one claim together.

A failure is named by eight characters:

    4f3a1c2b              by its log
    s8a04727              by its job and step, because its log does not exist yet
    j8a04727              the same name, of a failure that its log names as well
    x4f3a1c2              without a log, for good
    k3f9ad07              no failure: the event's `key`
    7 failures 4f3a1c2b   several together that don't fit; `x`: all without a log, `y`: some of them

The ledger's entries have the contexts `fire-routine ledger` and a day. On the failing commit, people find
an entry of the context `fire-routine`. Words for them come first, and " · " separates them from the rest.

Every entry has the state `success`. A pending or failed status would block merges and deployments on a
commit whose own checks are green (https://docs.github.com/rest/commits/statuses).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..model import Brief, Fingerprint, Run, Status, is_fork
from ..patterns import pattern

STATE = "success"
SHOWN = "fire-routine"  # context of what people see on the failing commit
LEDGER = "fire-routine ledger"  # how the contexts of the ledger's entries begin
DESCRIPTION_LIMIT = 140  # https://docs.github.com/rest/commits/statuses; counted in UTF-8 bytes to be safe
_WORDS_LIMIT = 34  # bytes of the stages' own words, and what other words may take where there is no more room
_LABEL_LIMIT = 24
_SEVERAL = r"[0-9]{1,6} failures [0-9a-fxy][0-9a-f]{7}"


class Stage(StrEnum):
    """How far a claim came. Nothing turns back a later one of these; the order is the order below."""

    RERUN = "r"  # on the failing commit alone: its failed jobs are re-run
    COVERED = "e"  # on the failing commit alone: the session at the link covers it
    LIMITED = "l"  # on the failing commit alone
    CLAIMED = "c"
    ANNOUNCED = "s"  # the request is about to be sent
    WITHDRAWN = "w"
    REFUSED = "x"  # no session: the endpoint refused the request, or there was no connection
    UNKNOWN = "u"  # a session may have started
    FIRED = "f"
    FLAKE = "p"  # on the failing commit alone: it passed when it was re-run

    @property
    def words(self) -> str:
        """What people read."""
        return _WORDS[self]


_ORDER = tuple(Stage)
_WORDS = {
    Stage.RERUN: "The failed jobs are being re-run",
    Stage.COVERED: "Covered by an earlier session",
    Stage.LIMITED: "No session: max-sessions reached",
    Stage.CLAIMED: "A Claude session is about to start",
    Stage.ANNOUNCED: "Claude is starting a session",
    Stage.WITHDRAWN: "No session from this job",
    Stage.REFUSED: "No session: the request failed",
    Stage.UNKNOWN: "A Claude session may have started",
    Stage.FIRED: "Claude session started",
    Stage.FLAKE: "Flaky: it passed when re-run",
}

# https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
_QUEUE_TRY = pattern(r"(?<=[0-9])-[0-9a-f]{3,64}$")
_DESCRIPTION = pattern(
    rf"(?:[^·\n]{{1,99}} · )?(?P<stage>[{''.join(Stage)}]) (?P<workflow>\S+)"
    r" (?P<run>[0-9]{1,19})\.(?P<attempt>[0-9]{1,9}) (?P<ref>[0-9a-f]{4}(?:[0-9a-f]{2})?)"  # older ones: four
    r" (?P<commit>[0-9a-f]{7}) (?P<mark>[0-9a-z]{8})"
    rf" (?P<failures>[0-9a-fsjxk][0-9a-f]{{7}}(?: [0-9a-fsjxk][0-9a-f]{{7}})*|{_SEVERAL})",
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
    mark: str
    failures: tuple[str, ...]  # names

    def __str__(self) -> str:
        return (
            f"{self.stage} {self.workflow} {self.run}.{self.attempt} {self.ref} {self.commit} {self.mark}"
            f" {' '.join(self.failures)}"
        )

    def shown(self, words: str = "") -> str:
        """The same with words for people, which are the stage's where others are missing or don't fit."""
        rest = f" · {self}"
        fits = words and len((words + rest).encode()) <= DESCRIPTION_LIMIT
        return (words if fits else self.stage.words) + rest


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it was written on a commit."""

    record: Record
    id: int  # ascending in the order of creation
    created_at: datetime | None
    url: str
    sha: str


def later(stages: Iterable[Stage]) -> Stage:
    """The stage that counts of several."""
    return max(stages, key=_ORDER.index)


def read_entry(status: Status, sha: str) -> Entry | None:
    """The status as an entry; None for one that another tool or a person wrote."""
    found = _DESCRIPTION.fullmatch(status.description)
    if found is None:
        return None
    several = " failures " in found["failures"]
    record = Record(
        stage=Stage(found["stage"]),
        workflow=found["workflow"],
        run=int(found["run"]),
        attempt=int(found["attempt"]),
        ref=found["ref"],
        commit=found["commit"],
        mark=found["mark"],
        failures=(found["failures"],) if several else tuple(found["failures"].split()),
    )
    return Entry(record, status.id, status.created_at, status.target_url, sha)


# --- the run -------------------------------------------------------------------------------------


def label(run: Run) -> str:
    """The workflow's file name, which is unique in a repository; shortened with a hash where it must be."""
    path = run.workflow_path.partition("@")[0] or f"workflow-{run.workflow_id}"
    name = path.rpartition("/")[2]
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", name)
    if name and plain == name and len(plain) <= _LABEL_LIMIT:
        return plain
    return f"{plain[: _LABEL_LIMIT - 7]}~{_digest(path)[:6]}"


def commit_of(run: Run) -> str:
    """Seven digits of the failing commit."""
    return run.head_sha[:7] if re.fullmatch("[0-9a-f]{7,}", run.head_sha) else _digest(run.head_sha)[:7]


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
    return _digest(f"{fork}\n{branch}\n{pull}")[:6]


# --- failures ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    """One of a run's failures, as entries name it."""

    name: str
    by_step: tuple[str, ...] = ()  # its names with `j`
    count: int = 1

    @property
    def uncertain(self) -> bool:
        return is_uncertain(self.name)


def is_uncertain(name: str) -> bool:
    """Whether the failure of this name may be any other, for want of a log."""
    return name.rpartition(" ")[2][0] in "xy"


# Bytes for the names in an entry with a long label, run and attempt; and in one with words for people
ROOM = DESCRIPTION_LIMIT - len("f " + "l" * _LABEL_LIMIT + " 99999999999.999 000000 0000000 00000000 ")
SHOWN_ROOM = ROOM - _WORDS_LIMIT - len(" · ".encode())


def failures_of(brief: Brief) -> tuple[Failure, ...]:
    """The brief's failures as the ledger names them."""
    return fitted(in_short(brief.fingerprints or (brief.fingerprint,)))


def in_short(fingerprints: Iterable[Fingerprint]) -> tuple[Failure, ...]:
    """Each of them by its names."""
    return tuple(sorted({_short(one) for one in fingerprints}))


def fitted(failures: Sequence[Failure], room: int = ROOM) -> tuple[Failure, ...]:
    """The same, all together where their names don't fit into the room."""
    if len(failures) <= 1 or len(" ".join(one.name for one in failures)) <= room:
        return tuple(failures)
    uncertain = [one.uncertain for one in failures]
    letter = "x" if all(uncertain) else "y" if any(uncertain) else ""
    digest = _digest(" ".join(one.name for one in failures))[: 8 - len(letter)]
    count = sum(one.count for one in failures)
    return (Failure(f"{count} failures {letter}{digest}", count=count),)


def names(failures: Sequence[Failure], room: int = ROOM) -> tuple[str, ...]:
    """All names of the failures that fit; those by job and step come last, and may be left out."""
    found = [failure.name for failure in fitted(failures, room)]
    by_step = (name for failure in failures for name in failure.by_step)
    for name in dict.fromkeys(by_step) if " failures " not in found[0] else ():
        if len(" ".join([*found, name])) <= room:
            found.append(name)
    return tuple(found)


def _short(one: Fingerprint) -> Failure:
    if one.digest.startswith("k"):
        return Failure(one.digest)
    if one.count > 1:
        letter = "x" if one.no_log else "y" if one.partly else ""
        return Failure(
            f"{one.count} failures {letter}{_digits(one.digest, 8 - len(letter))}", count=one.count
        )
    if one.running and one.by_step:
        return Failure("s" + _digits(one.by_step[0], 7))
    if one.no_log:
        return Failure("x" + _digits(one.digest, 7))
    return Failure(_digits(one.digest, 8), tuple("j" + _digits(name, 7) for name in one.by_step))


def _digits(digest: str, length: int) -> str:
    found = digest[:length]
    return found if re.fullmatch(rf"[0-9a-f]{{{length}}}", found) else _digest(digest)[:length]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
