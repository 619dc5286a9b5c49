"""What the ledger and the guards ask of GitHub, served by gather's GitHub class."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from ...model import Commit, Incident, PullRequest, Run, Status


class Compared(Protocol):
    """What lies between two commits."""

    @property
    def commits(self) -> Sequence[Commit]: ...

    @property
    def base(self) -> str: ...


class StatusApi(Protocol):
    """Commit statuses of the context `fire-routine`, and the fresh reads just before a fire.

    Every method raises `GitHubError`: with the HTTP status where GitHub answered, without where
    there was no answer, so that a write may have arrived all the same. None of them may repeat
    a write.
    """

    def statuses(self, sha: str) -> Sequence[Status]:
        """Every status of the context on the commit: all pages, in any order."""
        ...

    def create_status(self, sha: str, state: str, description: str, target_url: str) -> Status:
        """Add one; the answer holds the server's id and time."""
        ...

    def incident(self, run: Run, cool_down: timedelta) -> Incident:
        """The other runs of the incident, read afresh.

        Runs of the run's workflow on its branch (same head repository) since the last green one, in any
        state: failed, still running, newer than `run`. In a merge queue the branch is new each time,
        so there `gh-readonly-queue/<base>/pr-<number>-*` counts as one branch. With a cool-down, the commits
        on which it failed before that, within this time.
        """
        ...

    def latest_attempt(self, run_id: int) -> int:
        """The number of the run's latest attempt as it is now, from 1."""
        ...

    def rerun_failed_jobs(self, run_id: int) -> None:
        """Begin another attempt of the run. GitHub refuses that with a status from 400 to 499."""
        ...

    def passed_in_rerun(self, run: Run, since: datetime) -> Sequence[str]:
        """Some commits on which the workflow was green in a later attempt than the first, since then."""
        ...

    def branch_head(self, branch: str) -> str | None:
        """The branch's newest commit; None where there is no such branch (a tag, or it is gone)."""
        ...

    def pull_request(self, number: int) -> PullRequest | None:
        """The pull request as it is now; None where it can't be found."""
        ...

    def compare(self, base: str, head: str) -> Compared:
        """The commits of `head` that `base` lacks, at most 250."""
        ...
