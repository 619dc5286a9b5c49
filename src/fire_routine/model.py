"""The nouns that pass between the stages: gather → distill → compose → decide → fire → report.

Frozen values, no logic beyond their own. Times are timezone-aware UTC; sizes named
"characters" are UTF-16 code units (see `utf16_length`); line numbers start at 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units: the largest count any reading of "characters" gives, bytes apart.

    The endpoint's limit of 65,536 "characters" does not name its unit, so the action counts in
    the one that can only err towards a shorter text.
    """
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


# --- gather: what GitHub knows of the run -----------------------------------------------------


class GitHubError(Exception):
    """GitHub said no, or could not be asked. Its message is one line and holds no token.

    `status` is the HTTP status, or None where there was no answer that could be used: then a
    request that writes may have arrived all the same.
    """

    def __init__(self, message: str, status: int | None = None, *, rate_limited: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.rate_limited = rate_limited


class TriggerKind(StrEnum):
    """How the action came to look at a run."""

    STEP = "step"  # an `if: failure()` step of the job that is failing
    FINAL_JOB = "final-job"  # a later job of the same run (`needs`, `if: failure()`)
    WORKFLOW_RUN = "workflow_run"  # another workflow, after the run was completed
    RUN_ID = "run-id"  # the `run-id` input, or `preview RUN_URL`


@dataclass(frozen=True, slots=True)
class Trigger:
    """Which run to report, and from where it is looked at."""

    kind: TriggerKind
    repository: str  # owner/name
    run_id: int
    attempt: int | None  # None: the run's latest


@dataclass(frozen=True, slots=True)
class Note:
    """Something that could not be had, why, and what would make it available."""

    what: str
    why: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a job, as the jobs API lists it (times in whole seconds)."""

    number: int
    name: str
    conclusion: str | None
    started_at: datetime | None
    completed_at: datetime | None

    @property
    def duration(self) -> timedelta | None:
        if self.started_at is None or self.completed_at is None:
            return None
        return self.completed_at - self.started_at


@dataclass(frozen=True, slots=True)
class Annotation:
    """A check-run annotation (`notice`, `warning` or `failure`)."""

    level: str
    message: str
    title: str = ""
    path: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job of the reported attempt that failed, timed out, or was cancelled by a time-out."""

    id: int
    name: str
    conclusion: str  # failure, timed_out or cancelled; "running" for the job the action runs in
    url: str
    started_at: datetime | None = None
    completed_at: datetime | None = None
    labels: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    annotations: tuple[Annotation, ...] = ()

    @property
    def running(self) -> bool:
        """Still running: GitHub has no log of it yet."""
        return self.conclusion == "running"

    @property
    def failed_steps(self) -> tuple[Step, ...]:
        bad = ("failure", "timed_out", "cancelled")
        return tuple(step for step in self.steps if step.conclusion in bad)


@dataclass(frozen=True, slots=True)
class Commit:
    sha: str
    message: str = ""
    author: str = ""
    url: str = ""

    @property
    def subject(self) -> str:
        return self.message.partition("\n")[0]


@dataclass(frozen=True, slots=True)
class PullRequest:
    number: int
    title: str
    url: str
    state: str  # open or closed
    base_branch: str
    head_branch: str
    head_sha: str
    head_repository: str | None  # None: the fork is gone


@dataclass(frozen=True, slots=True)
class ChangedFile:
    path: str
    additions: int
    deletions: int
    status: str = "modified"


@dataclass(frozen=True, slots=True)
class History:
    """How the workflow fared before this run, on the same branch."""

    last_green_run: int | None = None  # run id
    last_green_sha: str | None = None
    last_green_at: datetime | None = None
    never_green: bool = False  # asked, and there is none
    same_commit_was_green: bool = False  # a flaky failure, most likely
    base_is_red: bool = False  # the pull request's base branch fails this workflow already
    commits: tuple[Commit, ...] = ()  # since the last green one, oldest first
    files: tuple[ChangedFile, ...] = ()
    total_commits: int = 0  # the API lists at most 250 commits and 300 files
    total_files: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """The reported attempt of a workflow run, with everything that was gathered of it."""

    repository: str
    id: int
    attempt: int
    workflow: str
    workflow_id: int
    workflow_path: str
    event: str
    status: str
    conclusion: str | None
    head_branch: str | None
    head_sha: str
    head_repository: str | None  # None: the fork is gone
    actor: str
    url: str
    created_at: datetime
    trigger: TriggerKind = TriggerKind.FINAL_JOB  # STEP once a failed step of the own job is known
    default_branch: str = ""
    commit: Commit | None = None
    pull_request: PullRequest | None = None
    failed_jobs: tuple[FailedJob, ...] = ()
    jobs_known: bool = True  # False: the jobs could not be listed, so none says nothing
    passed_jobs: tuple[str, ...] = ()  # names
    cancelled_jobs: tuple[str, ...] = ()  # names; cancelled by a person or by fail-fast
    history: History | None = None
    notes: tuple[Note, ...] = ()

    @property
    def from_fork(self) -> bool:
        """The code that ran came from another repository: its log is a stranger's."""
        return self.head_repository != self.repository


# --- distill: the lines that explain a failure ------------------------------------------------


class Block(NamedTuple):
    """Consecutive log lines that belong together, and the rule that took them."""

    first: int  # number of the first line in the log
    lines: tuple[str, ...]
    weight: float
    rule: str
    last: int = 0  # number of the last line: carriage returns make several lines of one


@dataclass(frozen=True, slots=True)
class Repeat:
    """Findings that differ in names and numbers only."""

    count: int  # in the failed step
    lines: tuple[int, ...]  # numbers of those that are kept as examples


@dataclass(frozen=True, slots=True)
class Digest:
    """What is kept of a log once it has been read: bounded, and enough for an excerpt of any budget."""

    blocks: tuple[Block, ...]  # in the log's order
    total_lines: int
    fingerprint: str
    step: str = ""  # the failed step by the log's own marks
    command: str = ""  # what that step ran
    shell: str = ""
    exit_code: int | None = None
    ended: str = ""  # killed, timed out, out of memory, …: how, where the log says so
    repeats: tuple[Repeat, ...] = ()  # the most frequent first
    ends: tuple[int, ...] = ()  # numbers of lines that say in a few words how the step ended


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A digest within a budget: the log's order, gaps marked with the number of lines left out."""

    text: str
    lines: int  # of the log, shown
    total_lines: int
    blocks: tuple[Block, ...] = ()  # as shown, for `distill --explain`

    @property
    def cut(self) -> bool:
        return self.lines < self.total_lines


@dataclass(frozen=True, slots=True)
class Failure:
    """One distinct failure, with every failed job that shares it."""

    fingerprint: str
    jobs: tuple[FailedJob, ...]
    digest: Digest | None  # None: there is no log of it


# --- compose: the text ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the runner named by `attach`: a log, or the failed tests of a JUnit XML file."""

    path: str  # relative to the workspace
    digest: Digest


@dataclass(frozen=True, slots=True)
class Brief:
    """The text that is sent, and what was done to it."""

    text: str
    title: str  # its first line, without Markdown
    fingerprints: tuple[str, ...]  # of its failures, sorted
    fingerprint: str  # of them together
    redactions: Mapping[str, int] = field(default_factory=dict)  # kind → how many

    @property
    def characters(self) -> int:
        return utf16_length(self.text)


# --- decide: to fire or not -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Status:
    """A commit status (https://docs.github.com/rest/commits/statuses)."""

    id: int  # ascending in the order of creation; 0: not written yet
    state: str  # error, failure, pending or success
    description: str  # at most 140 characters
    target_url: str
    created_at: datetime | None = None
    creator: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to fire; where not, why, and the earlier session if there is one."""

    fire: bool
    reason: str = ""  # a stable, kebab-case word for the `reason` output
    message: str = ""  # one line: what was decided, and how to change it
    failed: bool = False  # not firing is a fault of the set-up, not a decision
    session_id: str = ""
    session_url: str = ""


# --- fire: what became of it ------------------------------------------------------------------


class Result(StrEnum):
    """The `outcome` output."""

    FIRED = "fired"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Session:
    """A Claude Code session that a fire started."""

    id: str
    url: str
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it all: the values of the action's outputs."""

    result: Result
    reason: str = ""
    message: str = ""  # one line: what happened and what to do about it
    session_id: str = ""
    session_url: str = ""
    http_status: int | None = None
    error_type: str = ""
    request_id: str = ""
    retry_after: int | None = None  # seconds
    requests: int = 0  # sent to the endpoint
