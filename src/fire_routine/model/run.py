"""What GitHub knows of the run, and who wrote its code: gathered first, and used by every later stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ..patterns import pattern
from .diagnosis import Diagnosis
from .event import FAILURES, Event, Failures

# --- who wrote the code -------------------------------------------------------------------------
# This decides whether a run's log may be sent, and with which warning. The event alone rarely proves it.
# Everything that is not known to be safe counts as unknown, so that a new event of GitHub's is never trusted
# by mistake.
# Source: https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows

# Only people or apps with write access cause these, and the code that runs is the repository's own.
_BY_WRITERS = frozenset(
    {
        "branch_protection_rule",
        "create",
        "delete",
        "merge_group",  # someone with write access put the pull request into the queue
        "page_build",
        "public",
        "push",
        "release",
        "schedule",
    }
)
# Of these the actor did not write the code.
_BY_NO_AUTHOR = frozenset({"merge_group", "schedule", "deployment", "deployment_status"})
# Someone with write access starts these, often to run a fork's code on purpose ("ok to test").
_DISPATCHES = frozenset({"repository_dispatch", "workflow_dispatch"})
# Anyone can cause these on a fork's pull request. Their run is the base repository's: its record does not
# name the code that ran. It lists pull requests that did not necessarily trigger it (REST API, "workflow
# runs"). Only the payload proves whose pull request it is.
_ABOUT_A_PULL_REQUEST = frozenset(
    {"pull_request_review", "pull_request_review_comment", "pull_request_target"}
)


# Of events that a session is fired for, by `key`: those that come with code that ran, or is deployed.
_ABOUT_CODE = _ABOUT_A_PULL_REQUEST | {
    *("pull_request", "push", "merge_group", "workflow_run", "deployment", "deployment_status")
}


class Origin(StrEnum):
    """Who wrote the code that ran."""

    WRITERS = "writers"  # people with write access to the repository
    DISPATCHED = "dispatched"  # they started the run, and may have run someone else's code
    BOT = "bot"  # an app, whose branch may bring code that nobody has read, such as a new dependency
    FORK = "fork"
    UNKNOWN = "unknown"


def is_fork(head_repository: str | None, repository: str) -> bool:
    """Whether the code came from another repository; None: that repository is deleted."""
    return (head_repository or "").casefold() != repository.casefold()


def origin_of(
    event: str, repository: str, head_repository: str | None, in_payload: Origin | None = None
) -> Origin:
    """Who wrote the code of a run.

    Args:
        event: the run's event.
        repository: owner/name of the run.
        head_repository: owner/name that the run's record or payload gives for its head; None: deleted.
        in_payload: the result of `origin_in_payload` for this very run.
    """
    if is_fork(head_repository, repository):
        return Origin.FORK
    if event in _BY_WRITERS or event == "pull_request":  # whose head is that of the pull request
        return Origin.WRITERS
    if event in _DISPATCHES:
        return Origin.DISPATCHED
    return in_payload or Origin.UNKNOWN


def origin_in_payload(event: str, payload: Mapping[str, Any], repository: str) -> Origin | None:
    """What the payload of a run's own event proves of the code that it runs; None: nothing.

    A run started by `workflow_run` executes the default branch's code on what the run before it left.
    So it has the origin of that run.
    """
    if event in _ABOUT_A_PULL_REQUEST:
        head = _mapping(_mapping(payload, "pull_request"), "head")
        if "repo" not in head:
            return None
        return Origin.FORK if is_fork(_full_name(head, "repo"), repository) else Origin.WRITERS
    before = _mapping(payload, "workflow_run")
    if event == "workflow_run" and isinstance(before.get("event"), str) and "head_repository" in before:
        return origin_of(before["event"], repository, _full_name(before, "head_repository"))
    return None


def _mapping(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = value.get(key)
    return inner if isinstance(inner, Mapping) else {}


def _full_name(value: Mapping[str, Any], key: str) -> str | None:
    name = _mapping(value, key).get("full_name")
    return name if isinstance(name, str) else None


# --- the run --------------------------------------------------------------------------------------

RUN_FAILED = ("failure", "timed_out", "startup_failure")  # how a run ended that failed, in GitHub's words


class TargetKind(StrEnum):
    """How the action came to look at a run."""

    STEP = "step"  # an `if: failure()` step of the job that is failing
    FINAL_JOB = "final-job"  # a later job of the same run, which `needs` the others
    WORKFLOW_RUN = "workflow_run"  # another workflow, after the run was completed
    EVENT = "event"  # the `key` input: the run's own event is what is fired for
    RUN_ID = "run-id"  # the `run-id` input, or `preview RUN_URL`


_GENERIC = pattern(r"Process completed with exit code (?P<code>-?\d{1,12})\.?|The operation was canceled\.?")


def counted(number: int, noun: str) -> str:
    """`1 log`, `12,000 logs`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def in_words(duration: timedelta, *, rough: bool = False) -> str:
    """`3 days 4 h`, `2 h 05 min`, `2 min 10 s` or `7 s`.

    `rough`: in one unit, of which there are at least two: `3 days`, `26 h`, `90 min`, `7 s`.
    """
    seconds = max(int(duration.total_seconds()), 0)
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if rough:
        units = ((days, "days"), (hours, "h"), (minutes, "min"))
        return next((f"{number} {unit}" for number, unit in units if number > 1), f"{seconds} s")
    if days > 1:
        return f"{days} days {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60:02} min"
    return f"{minutes} min {seconds % 60:02} s" if minutes else f"{seconds} s"


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return None if start is None or end is None else end - start


@dataclass(frozen=True, slots=True)
class Target:
    """Which run to report, and from where it is looked at."""

    kind: TargetKind
    repository: str  # owner/name
    run_id: int
    attempt: int | None  # None: the run's latest


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is unavailable, why, and what would make it available.

    `what` is plain text. `why` and `remedy` are Markdown of ours, in which others' values are quoted.
    """

    what: str
    why: str
    remedy: str = ""
    permission: str = ""  # the entry of `permissions` that is missing, such as "checks: read"

    @property
    def advice(self) -> str:
        """The remedy; where none is given, that for the permission."""
        add = f"Add `{self.permission}` to the job's `permissions`." if self.permission else ""
        return self.remedy or add


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a job, as the jobs API lists it (times in whole seconds)."""

    number: int
    name: str
    conclusion: str | None
    started_at: datetime | None
    completed_at: datetime | None

    @property
    def failed(self) -> bool:
        """Whether it failed, timed out, or was cancelled, as the step is whose job runs out of time."""
        return self.conclusion in ("failure", "timed_out", "cancelled")

    @property
    def duration(self) -> timedelta | None:
        return _between(self.started_at, self.completed_at)


@dataclass(frozen=True, slots=True)
class Annotation:
    """A check-run annotation (`notice`, `warning` or `failure`)."""

    level: str
    message: str
    title: str = ""
    path: str = ""
    line: int | None = None

    @property
    def generic(self) -> bool:
        """The runner's own annotation for any failed step: it does not distinguish failures."""
        return _GENERIC.fullmatch(self.message.strip()) is not None

    @property
    def exit_code(self) -> int | None:
        """That of the step, if this is the runner's annotation of its end."""
        found = _GENERIC.fullmatch(self.message.strip())
        return int(found["code"]) if found and found["code"] else None


@dataclass(frozen=True, slots=True)
class Job:
    """A job of an attempt."""

    id: int
    name: str
    # As GitHub words it; empty: none yet. Of failed ones: failure, timed_out, or running for one that runs
    conclusion: str
    url: str
    started_at: datetime | None = None
    completed_at: datetime | None = None
    steps: tuple[Step, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    labels: tuple[str, ...] = ()  # of the runner that it asked for (`runs-on`)
    status: str = ""
    runner_name: str = ""

    @property
    def running(self) -> bool:
        """Whether it failed and still runs: GitHub has no log of it yet."""
        return self.conclusion == "running"

    @property
    def duration(self) -> timedelta | None:
        return _between(self.started_at, self.completed_at)

    @property
    def seconds(self) -> float:
        """The same; 0 where it is not known."""
        return self.duration.total_seconds() if self.duration else 0.0

    @property
    def failed_steps(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.failed)


@dataclass(frozen=True, slots=True)
class Commit:
    sha: str
    message: str = ""
    author: str = ""
    url: str = ""
    by_github: bool = False  # GitHub made it: a merge, or a change on its pages

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
    author: str = ""
    by_app: bool = False  # its author is a bot
    created_at: datetime | None = None
    merged_at: datetime | None = None  # None: not merged, or not stated
    merge_sha: str = ""  # the commit that it was merged as; of an open one, a test merge
    labels: tuple[str, ...] = ()
    diagnosis: Diagnosis | None = None  # a session's, in its text


@dataclass(frozen=True, slots=True)
class ChangedFile:
    path: str
    additions: int
    deletions: int
    status: str = "modified"
    patch: str = field(default="", repr=False)  # its hunks in the unified format; empty: not known
    named: bool = False  # whether what is known of the failures names it


@dataclass(frozen=True, slots=True)
class History:
    """Results of the workflow before this run, on the same branch."""

    last_green_run: int | None = None  # run id
    last_green_sha: str | None = None
    last_green_at: datetime | None = None
    last_green_of_event: int | None = None  # id of the last one that the same event started, and its commit
    last_green_sha_of_event: str | None = None
    never_green: bool = False  # asked, and there is none
    first_run: bool = False  # asked where it was never green: no earlier run of this branch either
    green_branch: str = ""  # where it was never green: the branch whose last green run is known
    green_branch_sha: str = ""
    green_branch_at: datetime | None = None
    same_commit_was_green: bool = False
    base_red: int = 0  # the base branch's last run of this workflow, if that failed; 0: none is known
    base_red_sha: str = ""  # its commit
    base_failed_alike: bool = False  # it had the same failures, by their logs
    base_branch: str = ""  # a pull request's; the changes are listed from it on, if no run was green
    commits: tuple[Commit, ...] = ()  # since the last green one, or from there on, oldest first
    files: tuple[ChangedFile, ...] = ()
    total_commits: int = 0  # the API lists at most 250 commits and 300 files
    merged: tuple[PullRequest, ...] = ()  # whose merges are among `commits`, oldest first

    @property
    def base_is_red(self) -> bool:
        """Whether the pull request's base branch fails this workflow already."""
        return bool(self.base_red)


@dataclass(frozen=True, slots=True)
class GreenRuns:
    """Runs of a workflow on one branch, as far as GitHub's lists name them."""

    runs: Mapping[int, str] = field(default_factory=dict)  # the green ones: id and event
    events: Mapping[int, str] = field(default_factory=dict)  # of all of them

    def and_also(self, other: GreenRuns) -> GreenRuns:
        return GreenRuns({**self.runs, **other.runs}, {**self.events, **other.events})


@dataclass(frozen=True, slots=True)
class Rerun:
    """What the ledger knows of a run's earlier attempt, and of flakes of its failures."""

    attempt: int | None = None  # that `rerun-first` re-ran; None: it re-ran none
    comparable: bool = True  # False: a log is missing, then or now
    same: int = 0  # failures of both attempts
    new: int = 0  # failures that the earlier one did not have
    gone: int = 0  # failures that only the earlier one had
    flakes: int = 0  # how often each failure of the run passed in a re-run lately, at least
    days: int = 0  # in which these are counted
    last_flake: int = 0  # the last of these runs; 0: there is none


@dataclass(frozen=True, slots=True)
class Run:
    """The reported attempt of a workflow run, with everything that was gathered of it."""

    repository: str
    id: int  # 0: it is no run of GitHub Actions, and only what its caller states is known
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
    # By GitHub's clock; of a later attempt, the attempt's. None: unknown, as a runner's clock may be wrong
    created_at: datetime | None
    started_at: datetime | None = None  # this attempt
    target_kind: TargetKind = TargetKind.FINAL_JOB  # STEP once a failed step of the own job is known
    default_branch: str = ""
    commit: Commit | None = None
    pull_request: PullRequest | None = None
    named_pull_requests: tuple[int, ...] = ()  # numbers: a commit may be at the head of several
    failed_jobs: tuple[Job, ...] = ()  # failed, timed out, or cancelled by a time-out
    jobs_known: bool = True  # False: the jobs could not be listed, so an empty list means nothing
    passed_jobs: tuple[str, ...] = ()  # names
    cancelled_jobs: tuple[str, ...] = ()  # names; cancelled by a person or by fail-fast
    history: History | None = None
    notes: tuple[Note, ...] = ()
    on_tag: bool = False  # what the runner calls a tag; `head_branch` is its name
    origin_in_payload: Origin | None = None  # what the payload of the run's own event proves of its code
    rerun: Rerun | None = None
    by_app: bool = False  # a bot started it, or started it again
    number: int = 0  # of the workflow's runs, as GitHub shows it (#70); 0: not known
    title: str = ""  # as GitHub lists it, by the run's event or `run-name`
    fired_for: Event | None = None  # what happened, with `key`; None: it is reported for its failure

    @property
    def subject(self) -> Failures | Event:
        """What a session is fired for."""
        return self.fired_for or FAILURES

    @property
    def of_default_branch(self) -> bool:
        """Whether the default branch itself failed: a pull request from there is not the run's reason."""
        return not self.event.startswith("pull_request") and self.head_branch == self.default_branch

    @property
    def from_fork(self) -> bool:
        """The code that ran came from another repository: its log is untrusted."""
        return is_fork(self.head_repository, self.repository)

    @property
    def origin(self) -> Origin:
        """Who wrote the code that ran. For an event that brings no code, the default branch's runs."""
        if self.fired_for and self.event not in _ABOUT_CODE:
            return Origin.WRITERS
        pull = self.pull_request if self.event.startswith("pull_request") else None
        if pull and is_fork(pull.head_repository, self.repository):
            return Origin.FORK
        origin = origin_of(self.event, self.repository, self.head_repository, self.origin_in_payload)
        return Origin.BOT if origin is Origin.WRITERS and self._by_bot(pull) else origin

    def _by_bot(self, pull: PullRequest | None) -> bool:
        """Whether an app pushed, or wrote the branch: who starts the run again may be a person."""
        commit = self.commit if self.head_branch != self.default_branch else None  # there a person took it
        names = (self.actor, pull.author if pull else "", commit.author if commit else "")
        by_app = self.by_app or (pull is not None and pull.by_app)
        return self.event not in _BY_NO_AUTHOR and (by_app or any(name.endswith("[bot]") for name in names))
