"""What the ledger asks of GitHub, served by `github.client.GitHub`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ..model.outcome import SessionTrace, Status
from ..model.run import GreenRuns, Note, Run


class StatusPage(Protocol):
    """Up to 100 statuses of a commit, of any tool."""

    @property
    def statuses(self) -> Sequence[Status]: ...

    @property
    def more(self) -> bool:
        """Whether older ones follow."""

    @property
    def date(self) -> datetime | None:
        """When GitHub answered; None: it did not say."""


class LedgerApi(Protocol):
    """Commit statuses, the ledger's commit, and what little the ledger asks of runs.

    Every method raises `GitHubError`: with the HTTP status where GitHub answered, without where
    there was no answer, so that a write may have arrived all the same. None of them may repeat
    a write.
    """

    def statuses(self, sha: str, page: int = 1) -> StatusPage:
        """The commit's statuses, the newest first. Each page overlaps the one before."""
        ...

    def create_status(self, sha: str, state: str, description: str, target_url: str, context: str) -> Status:
        """Add one; the answer holds the server's id and time."""
        ...

    def login(self) -> str:
        """Who the token writes as."""
        ...

    def first_commit(self, login: str = "") -> str:
        """The default branch's first commit; of several, that with entries by this account."""
        ...

    def greens(self, run: Run, back_to: int) -> GreenRuns:
        """The green runs of the run's workflow and branch that GitHub lists, back to this run's id."""
        ...

    def latest_attempt(self, run_id: int) -> int:
        """The number of the run's latest attempt as it is now, from 1."""
        ...

    def rerun_failed_jobs(self, run_id: int) -> None:
        """Begin another attempt of the run. GitHub refuses that with a status from 400 to 499."""
        ...

    def traces(
        self, runs: Collection[int], since: datetime | None, prefix: str
    ) -> tuple[Mapping[int, SessionTrace], Sequence[Note]]:
        """What became of the sessions that were started for these runs since then.

        `prefix`: how the names of their branches begin.
        With a note on each failed request: this alone raises nothing.
        """
        ...

    def passed_in_rerun(self, run: Run, since: datetime) -> Sequence[str]:
        """Some commits on which the workflow was green in a later attempt than the first, since then."""
        ...
