"""A `StatusApi` in memory, and the values that the tests decide on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fire_routine.decide.ledger.entry import Entry, read_entry
from fire_routine.model import (
    Brief,
    Commit,
    FailedJob,
    Fingerprint,
    GitHubError,
    History,
    Incident,
    Outcome,
    PullRequest,
    Result,
    Run,
    Status,
)

SHA = "a" * 40
OLDER = "b" * 40
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://github.com/octo/cat/actions/runs/100"


def sample_run(run_id: int = 100, attempt: int = 1, **changes: Any) -> Run:
    values: dict[str, Any] = {
        "repository": "octo/cat",
        "id": run_id,
        "attempt": attempt,
        "workflow": "CI",
        "workflow_id": 7,
        "workflow_path": ".github/workflows/ci.yml",
        "event": "push",
        "status": "completed",
        "conclusion": "failure",
        "head_branch": "main",
        "head_sha": SHA,
        "head_repository": "octo/cat",
        "actor": "mona",
        "url": URL,
        "created_at": NOON,
        "failed_jobs": (FailedJob(id=1, name="test", conclusion="failure", url=URL),),
    }
    return Run(**{**values, **changes})


def sample_brief(*fingerprints: str) -> Brief:
    prints = tuple(map(Fingerprint, sorted(fingerprints or ("1" * 16,))))
    return Brief(text="# CI failed", fingerprints=prints, fingerprint=prints[0])


def without_logs(brief: Brief, *fingerprints: str) -> Brief:
    """The same without the logs of these failures, or of any."""
    made = (replace(one, no_log=not fingerprints or one.digest in fingerprints) for one in brief.fingerprints)
    return replace(brief, fingerprints=tuple(made))


def green_at(run_id: int) -> History:
    return History(last_green_run=run_id, last_green_sha="9" * 40, last_green_of_event=run_id)


def written_by(*sessions: str) -> Commit:
    trailers = "\n".join(f"Claude-Session: https://claude.ai/code/{session}" for session in sessions)
    return Commit(sha=SHA, message=f"Mend it\n\n{trailers}\n")


def fired(session: str = "session_1") -> Outcome:
    return Outcome(Result.FIRED, session_id=session, session_url=f"https://claude.ai/code/{session}")


def pull_request(**changes: object) -> PullRequest:
    base = PullRequest(
        number=5,
        title="Change",
        url="https://github.com/octo/cat/pull/5",
        state="open",
        base_branch="main",
        head_branch="topic",
        head_sha=SHA,
        head_repository="octo/cat",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


@dataclass
class Clock:
    """Time that passes only when someone sleeps, or when a test sets it; the board's clock runs along."""

    seconds: float = 0.0
    at: Callable[[], None] = lambda: None  # called after each sleep

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.at()

    @property
    def server(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)


@dataclass
class Comparison:
    commits: tuple[Commit, ...]
    base: str = ""


@dataclass
class Board:
    """Commit statuses in memory. `faults` holds what the next calls of a method raise, None for nothing."""

    clock: Clock = field(default_factory=Clock)
    commits: dict[str, list[Status]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)  # head commits of the incident's other runs
    recent: list[str] = field(default_factory=list)  # of those before it, within the cool-down
    recent_left_out: bool = False
    cool_downs: list[timedelta] = field(default_factory=list)  # that were asked for
    attempts: dict[int, int] = field(default_factory=dict)  # the latest of each run; else 1
    rerun: list[int] = field(default_factory=list)  # ids of runs whose failed jobs were re-run
    passed: list[str] = field(default_factory=list)  # commits that were green in a re-run
    busy: bool = False  # whether one of those runs may be starting a session right now
    creator: str | None = "github-actions[bot]"  # of the statuses that are written
    base: str = ""  # what the head commit's branch builds on
    heads: dict[str, str] = field(default_factory=lambda: {"main": SHA, "topic": SHA})
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    faults: dict[str, list[GitHubError | None]] = field(default_factory=dict)
    ended: list[int] = field(default_factory=list)  # ids of the runs before the incident
    rerun_anyway: bool = False  # whether a re-run that fails has its effect
    written_anyway: bool = False  # whether a write that fails has its effect
    ahead: tuple[Commit, ...] = ()  # of the head commit's branch
    hidden: int = 0  # how many reads of statuses do not show the newest one yet
    before_write: Callable[[], None] | None = None  # what another job does just before the next write
    calls: list[str] = field(default_factory=list)
    _ids: int = 0

    def statuses(self, sha: str) -> Sequence[Status]:
        self._call("statuses")
        shown = self.commits.get(sha, [])
        if self.hidden:
            self.hidden -= 1
            shown = shown[:-1]
        return list(reversed(shown))

    def create_status(self, sha: str, state: str, description: str, target_url: str) -> Status:
        assert len(description.encode()) <= 140
        if self.before_write:
            others, self.before_write = self.before_write, None
            others()
        try:
            self._call("create_status")
        except GitHubError:
            if self.written_anyway:
                self._add(sha, state, description, target_url)
            raise
        return self._add(sha, state, description, target_url)

    def incident(self, run: Run, cool_down: timedelta) -> Incident:
        self._call("incident")
        self.cool_downs.append(cool_down)
        return Incident(
            tuple(sha for sha in self.others if sha != run.head_sha),
            ended=frozenset(self.ended),
            busy=self.busy,
            recent=tuple(self.recent) if cool_down else (),
            recent_left_out=self.recent_left_out,
        )

    def latest_attempt(self, run_id: int) -> int:
        self._call("latest_attempt")
        return self.attempts.get(run_id, 1)

    def rerun_failed_jobs(self, run_id: int) -> None:
        try:
            self._call("rerun_failed_jobs")
        except GitHubError:
            if self.rerun_anyway:
                self.attempts[run_id] = 2
            raise
        self.rerun.append(run_id)
        self.attempts[run_id] = 2

    def passed_in_rerun(self, run: Run, since: datetime) -> Sequence[str]:
        self._call(f"passed_in_rerun {run.workflow} {since:%Y-%m-%d}")
        return self.passed

    def branch_head(self, branch: str) -> str | None:
        self._call("branch_head")
        return self.heads.get(branch)

    def pull_request(self, number: int) -> PullRequest | None:
        self._call("pull_request")
        return self.pulls.get(number)

    def compare(self, base: str, head: str) -> Comparison:
        self._call(f"compare {base}...{head[:8]}")
        return Comparison(self.ahead, self.base)

    def entries(self, sha: str = SHA) -> list[Entry]:
        """The entries on a commit, oldest first."""
        read = (read_entry(status, sha) for status in self.commits.get(sha, []))
        return [entry for entry in read if entry]

    def stages(self, sha: str = SHA) -> list[str]:
        return [entry.record.stage.name for entry in self.entries(sha)]

    def _call(self, method: str) -> None:
        self.calls.append(method)
        faults = self.faults.get(method)
        fault = faults.pop(0) if faults else None
        if fault is not None:
            raise fault

    def _add(self, sha: str, state: str, description: str, target_url: str) -> Status:
        self._ids += 1
        status = Status(self._ids, state, description, target_url, self.clock.server, self.creator)
        self.commits.setdefault(sha, []).append(status)
        return status
