"""What became of a session, as far as GitHub shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .run import PullRequest

SESSION_BRANCH = "claude/fix-run-"  # and the id of the run: what the text tells a session to push


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
