"""What became of a session, as far as GitHub shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .run import Note, PullRequest

SESSION_BRANCH = "claude/fix-run-"  # and the run: the branch that the text names for a session


class SessionState(StrEnum):
    """The `session-state` output."""

    NONE = "none"  # neither a branch nor a pull request
    BRANCH = "branch"  # pushed, without a pull request
    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"  # without a merge


@dataclass(frozen=True, slots=True)
class Checks:
    """The check runs of a pull request's head commit, counted: at most 100 of them."""

    passed: int = 0
    failed: int = 0
    running: int = 0

    def __str__(self) -> str:
        """ "1 of 4 checks failed"; empty where there are none."""
        total = self.passed + self.failed + self.running
        for count, words in ((self.failed, "failed"), (self.running, "still running")):
            if count:
                return f"{count} of {total} {'check' if total == 1 else 'checks'} {words}"
        return "checks passed" if total else ""


@dataclass(frozen=True, slots=True)
class SessionTrace:
    """What the session of one run left in the repository."""

    run: int  # whose failure the session was started for
    state: SessionState | None  # None: GitHub could not be asked
    branch: str = ""  # that it pushed, even if it is deleted since
    pull_request: PullRequest | None = None  # an open one, else a merged one, else the newest
    checks: Checks | None = None  # of that pull request; None: not asked, or not available

    @property
    def url(self) -> str:
        """The pull request's address."""
        return self.pull_request.url if self.pull_request else ""

    def __str__(self) -> str:
        """ "#14 open, 1 of 4 checks failed", "branch claude/fix-run-7, no pull request"; empty if unknown."""
        pull = self.pull_request
        if pull is None:
            words = {
                SessionState.NONE: "no trace",
                SessionState.BRANCH: f"branch {self.branch}, no pull request",
            }
            return words.get(self.state, "") if self.state else ""
        how = "closed unmerged" if self.state is SessionState.CLOSED else str(self.state)
        return f"#{pull.number} {how}" + (f", {self.checks}" if self.checks and str(self.checks) else "")


@dataclass(frozen=True, slots=True)
class EarlierSession:
    """A session of the incident that was started before, or may have been."""

    url: str  # its page; empty: not known
    run: int = 0  # whose failure it was started for; 0: not known
    attempt: int = 0
    started_at: datetime | None = None
    age: timedelta | None = None  # when `trace` was looked for
    certain: bool = True  # False: the endpoint's answer was lost
    same_failure: bool = True  # False: it was started on another failure of the incident
    trace: SessionTrace | None = None  # None: not looked for

    @property
    def state(self) -> SessionState | None:
        return self.trace.state if self.trace else None

    @property
    def pull_request(self) -> PullRequest | None:
        return self.trace.pull_request if self.trace else None

    @property
    def waited(self) -> str:
        """ "40 min", "26 h" or "3 days" since it was started; empty where that is not known."""
        if self.age is None:
            return ""
        minutes = max(int(self.age.total_seconds()) // 60, 0)
        if minutes < 120:
            return f"{minutes} min"
        return f"{minutes // 60} h" if minutes < 60 * 72 else f"{minutes // 1440} days"


@dataclass(frozen=True, slots=True)
class Past:
    """What the ledger shows of the same failures before, as far as it was read for the decision."""

    sessions: tuple[EarlierSession, ...] = ()  # of the incident, oldest first
    seen: tuple[tuple[int, datetime | None], ...] = ()  # other runs that failed so, oldest first; and when
    ended_by: PullRequest | None = None  # a session's that was merged after the last of `seen`
    notes: tuple[Note, ...] = ()
