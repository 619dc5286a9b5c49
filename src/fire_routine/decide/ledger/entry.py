"""One entry of the ledger: a commit status whose description serves people first, then the action.

    Claude session started · ci.yml · run 4711.2 · 4f3a1c2b 9b1c22aa · #1 k3f9ad07 f3c1e

The words show how far a job came. The rest is for the action: the workflow's file, the run and attempt, the
failures, and the session's number in the incident. A mark ties the entries of one claim together. The last
word has a letter for the stage, and four digits that identify the branch, tag or pull request.

The letters under one mark show what it is about (`Stage`):

    a session     c, s, then f, u, x or w; the link of f leads to the session
    a re-run      r, then k, n or w, by `rerun-first`; the link leads to the run
    a report      e, d or l: an earlier session of the incident covers the run, which starts none
    a return      b: the same, by `cool-down`: the session's incident ended with a green run

An entry with r is written before GitHub is asked to re-run the failed jobs. Its failures are those of the
attempt that failed first. If the re-run passed, an entry with k repeats its mark and failures; its attempt is
the one that passed. With n GitHub refused the re-run, and the job goes on to start a session under another
mark. An r with none of them, and without any entry of a later attempt, is a re-run of which nothing is known.

Every entry has the state `success`. A pending or failed status would block merges and deployments on a
commit whose own checks are green (https://docs.github.com/rest/commits/statuses). The context is
`fire-routine` for every workflow, so GitHub shows the latest entry of all of them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ...model import Brief, Fingerprint, Run, Status, is_fork
from ...patterns import pattern
from . import failures

STATE = "success"
DESCRIPTION_LIMIT = 140  # https://docs.github.com/rest/commits/statuses; counted in UTF-8 bytes to be safe
WORDS_LIMIT = 34  # bytes that each stage's words may take in any entry, however long the rest is
_LABEL_LIMIT = 24


class Stage(StrEnum):
    """How far a claim came. The value is the letter that the description ends with."""

    CLAIMED = "c"
    SENDING = "s"
    FIRED = "f"
    UNKNOWN = "u"
    FAILED = "x"
    WITHDRAWN = "w"
    COVERED = "e"  # an earlier session is at work on the failure
    DOUBTFUL = "d"  # an earlier session may be
    LIMITED = "l"
    RETURNED = "b"  # the failure came back soon after an earlier session, in an incident of its own
    RERUN = "r"  # the failed jobs are re-run, or are about to be
    NOT_RERUN = "n"  # GitHub refused that
    FLAKE = "k"  # the re-run passed

    @property
    def words(self) -> str:
        """What people read, at most `WORDS_LIMIT` bytes."""
        return _WORDS[self]


_WORDS = {
    Stage.CLAIMED: "A Claude session is about to start",
    Stage.SENDING: "Claude is starting a session",
    Stage.FIRED: "Claude session started",
    Stage.UNKNOWN: "A Claude session may have started",
    Stage.FAILED: "No session: the request failed",
    Stage.WITHDRAWN: "No session from this job",
    Stage.COVERED: "Covered by an earlier session",
    Stage.DOUBTFUL: "An earlier session may cover this",
    Stage.LIMITED: "No session: max-sessions reached",
    Stage.RETURNED: "Came back soon after its session",
    Stage.RERUN: "The failed jobs are being re-run",
    Stage.NOT_RERUN: "No re-run: GitHub refused it",
    Stage.FLAKE: "Flaky: it passed when re-run",
}

# https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
_QUEUE_TRY = pattern(r"(?<=[0-9])-[0-9a-f]{3,64}$")
_DESCRIPTION = pattern(
    r"[^·\n]{1,99} · (?P<workflow>\S+) · run (?P<run>[0-9]{1,19})\.(?P<attempt>[0-9]{1,9})"
    rf" · (?P<failures>{failures.EXPRESSION})"
    r" · #(?P<number>[0-9]{1,4}) (?P<mark>[0-9a-z]{8})"
    rf" (?P<stage>[{''.join(Stage)}])(?P<ref>[0-9a-f]{{4}})",
)


@dataclass(frozen=True, slots=True)
class Record:
    """The content of one status."""

    stage: Stage
    workflow: str  # its label
    run: int
    attempt: int
    failures: tuple[Fingerprint, ...]  # short ones
    number: int  # of sessions in the incident, this one included
    mark: str
    ref: str = "0000"  # identifies the branch, tag or pull request: `ref_of`
    words: str = field(default="", compare=False)  # instead of the stage's, where they fit

    def __str__(self) -> str:
        machine = (
            f" · {self.workflow} · run {self.run}.{self.attempt}"
            f" · {failures.text(self.failures)} · #{self.number} {self.mark} {self.stage}{self.ref}"
        )
        if self.words and len((self.words + machine).encode()) <= DESCRIPTION_LIMIT:
            return self.words + machine
        return self.stage.words + machine


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it was written on a commit."""

    record: Record
    id: int  # ascending in the order of creation
    created_at: datetime | None
    url: str
    sha: str


def read_entry(status: Status, sha: str) -> Entry | None:
    """The status as an entry; None for one that another tool or a person wrote."""
    found = _DESCRIPTION.fullmatch(status.description)
    if found is None:
        return None
    record = Record(
        stage=Stage(found["stage"]),
        workflow=found["workflow"],
        run=int(found["run"]),
        attempt=int(found["attempt"]),
        failures=failures.read(found["failures"]),
        number=int(found["number"]),
        mark=found["mark"],
        ref=found["ref"],
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


def ref_of(run: Run) -> str:
    """Four digits for the branch, tag or pull request that the run belongs to.

    Runs of one commit share its statuses. A tag and a branch, or two pull requests of `pull_request_target`
    on one base commit, are different incidents all the same. A merge queue makes a new branch for each try
    of a pull request; the tries count as one.
    """
    branch = run.head_branch or ""
    if branch.startswith("gh-readonly-queue/"):
        branch = _QUEUE_TRY.sub("", branch)
    fork = (run.head_repository or "?").casefold() if is_fork(run.head_repository, run.repository) else ""
    pull = run.pull_request.number if run.pull_request and run.event == "pull_request_target" else 0
    return _digest(f"{fork}\n{branch}\n{pull}")[:4]


def failures_of(brief: Brief, run: Run) -> tuple[Fingerprint, ...]:
    """The brief's failures in short: see `in_short`."""
    return in_short(brief.fingerprints or (brief.fingerprint,), run)


def in_short(fingerprints: Iterable[Fingerprint], run: Run) -> tuple[Fingerprint, ...]:
    """Each of a run's failures in short where they fit into a description, else all together."""
    each = tuple(sorted({failures.short(one) for one in fingerprints}))
    if len(each) == 1:
        return each
    # The longest words, so that each stage and each attempt names the same failures.
    longest = Record(Stage.CLAIMED, label(run), run.id, max(run.attempt, 1000), each, 9999, "********")
    return each if len(str(longest).encode()) <= DESCRIPTION_LIMIT else (failures.together(each),)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
