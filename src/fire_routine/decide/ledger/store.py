"""Reading and writing the ledger's entries through an API that may lag, fail, or refuse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from ...model import GitHubError, Incident, Run, Status
from ...retrying import retrying
from .entry import STATE, Entry, Record, label, read_entry
from .status_api import StatusApi

RETRIES = (0.5, 1.5, 3.0, 5.0)  # seconds before a request is made again
OTHERS_RETRIES = (0.5, 1.5, 3.0, 5.0, 5.0, 5.0)  # the same, for the entries of another commit
NO_PERMISSION = 10.0  # seconds for which GitHub must deny a permission before that is believed
PATIENCE = 60.0  # seconds for all reading and writing before a fire
SPARE = 15.0  # seconds of these for all commits that the ledger can do without
FULL = 900  # GitHub keeps 1,000 statuses of a context on a commit; the rest is room for what is under way
ACTIONS_BOT = "github-actions[bot]"  # who writes with a workflow's own token

T = TypeVar("T")


class LedgerError(Exception):
    """The ledger can't be relied on. One line."""


class DeniedError(LedgerError):
    """The token has no permission for it."""


class UnavailableError(LedgerError):
    """GitHub does not take, show or give what the ledger needs."""


class Store:
    """The ledger's entries on any commit.

    An entry counts only if it was written with the same identity as this job's: anyone with
    `statuses: write` can write a status of any text. For a workflow's own token the identity is known. For
    another token it is the creator that GitHub names in its answer to the first status of this job.
    """

    def __init__(
        self,
        api: StatusApi,
        now: Callable[[], float],
        sleep: Callable[[float], object],
        identity: str | None = ACTIONS_BOT,
    ) -> None:
        """
        Args:
            now: seconds, monotonic.
            identity: the login whose entries count; None: unknown until this job has written a status.
        """
        self._api = api
        self._now = now
        self._sleep = sleep
        self._identity = identity
        self._confirmed = False  # GitHub has named the identity
        self._started = now()
        self._spare = SPARE
        self._seen: dict[int, tuple[Status, str]] = {}  # by the status's id: it, and its commit
        self._permissions: dict[str, _Permission] = {}
        self.gone: dict[str, str] = {}  # commits that are no longer in the repository, and GitHub's answers

    def begin(self) -> None:
        """Count the time for all reading and writing from now on."""
        self._started = self._now()

    def entries(self, run: Run, *, as_evidence: bool = False) -> list[Entry]:
        """All entries of the run's workflow that were ever seen.

        No status is ever changed, so a later read that lags takes none back.

        Args:
            as_evidence: those of others, too, as long as the identity is unknown. Nothing may depend on them.
        """
        workflow, anyone = label(run), as_evidence and self._identity is None
        seen = ((status, sha) for status, sha in self._seen.values() if anyone or self._is_own(status))
        read = (read_entry(status, sha) for status, sha in seen)
        return [entry for entry in read if entry and entry.record.workflow == workflow]

    def _is_own(self, status: Status) -> bool:
        """Where GitHub names no creator, it may be this failure's own entry: to count it is the safe side."""
        if self._identity is None:
            return False
        return status.creator is None or status.creator.casefold() == self._identity.casefold()

    # --- reading --------------------------------------------------------------------------------

    def incident(self, run: Run, cool_down: timedelta) -> Incident:
        """The other runs of the incident, and commits of those that ended within the cool-down.

        Raises:
            LedgerError: they are not available.
        """
        return self._ask("runs", lambda: self._api.incident(run, cool_down), RETRIES)

    def read(self, sha: str, *, patient: bool = True) -> None:
        """Read the entries of the run's own commit.

        Args:
            patient: ask again where that may help.

        Raises:
            LedgerError: they can't be read, or the commit has no room for another.
        """
        statuses = self._ask("read", lambda: self._api.statuses(sha), RETRIES if patient else ())
        if len(statuses) >= FULL:
            raise UnavailableError(f"commit {sha[:8]} holds {len(statuses)} of at most 1,000 commit statuses")
        self._keep(statuses, sha)

    def read_other(self, sha: str) -> None:
        """Read the entries of another commit. One that is gone from the repository has none.

        A denial may be an outage, so it is asked again for 20 seconds.

        Raises:
            UnavailableError: they can't be read.
        """
        try:
            statuses = retrying(
                lambda: self._api.statuses(sha),
                () if sha in self.gone else OTHERS_RETRIES,
                sleep=self._sleep,
                errors=GitHubError,
                wait=self._wait,
            )
        except GitHubError as error:
            if error.status not in (404, 422) or error.rate_limited or self._is_late():
                raise _unavailable(error) from None
            self.gone[sha] = str(error)
        else:
            self._keep(statuses, sha)

    def read_if_possible(self, sha: str) -> str:
        """Read the entries of a commit that the ledger can do without. Returns what kept it from that."""
        began = self._now()
        if self._spare <= 0:
            return "there was no time left to read them"
        try:
            statuses = retrying(
                lambda: self._api.statuses(sha),
                RETRIES[:1],
                sleep=self._sleep,
                errors=GitHubError,
                wait=self._wait,
            )
        except GitHubError as error:
            return str(error)
        finally:
            self._spare -= self._now() - began
        self._keep(statuses, sha)
        return ""

    def _keep(self, statuses: Sequence[Status], sha: str) -> None:
        self._seen |= {status.id: (status, sha) for status in statuses}

    # --- writing --------------------------------------------------------------------------------

    def write(self, record: Record, run: Run) -> Entry:
        """Write an entry on the run's head commit, and make sure of it.

        A missing answer does not mean that nothing was written, so the commit is read before it is written
        again. An entry that was written twice means no more than once.

        Raises:
            DeniedError: the token may not write.
            UnavailableError: it was not written, or can't be seen; it may turn up later.
        """

        def attempt() -> Entry:
            try:
                return self.write_once(record, run, run.url)
            except GitHubError as error:
                found = None if error.rate_limited else self._find(record, run)
                if found is None:
                    raise
                return found

        return self._ask("write", attempt, RETRIES)

    def write_once(self, record: Record, run: Run, url: str) -> Entry:
        """Write an entry; one request.

        Raises:
            GitHubError: GitHub did not confirm that it was written.
        """
        status = self._api.create_status(run.head_sha, STATE, str(record), url)
        if status.creator and not self._confirmed:
            self._identity, self._confirmed = status.creator, True
        return Entry(record, status.id, status.created_at, url, run.head_sha)

    def _find(self, record: Record, run: Run) -> Entry | None:
        """An entry of this job that was written although there was no answer: its mark is random."""
        try:
            self.read(run.head_sha)
        except LedgerError:
            return None
        for status, sha in self._seen.values():
            entry = read_entry(status, sha)
            if entry and entry.record == record and (self._identity is None or self._is_own(status)):
                self._identity = self._identity or status.creator
                return entry
        return None

    # --- asking again ---------------------------------------------------------------------------

    def _ask(self, what: str, request: Callable[[], T], pauses: Sequence[float]) -> T:
        permission = self._permissions.setdefault(what, _Permission())

        def attempt() -> T:
            try:
                answer = request()
            except GitHubError as error:
                if not self._wrote_before(what) and permission.is_missing(error, self._now()):
                    raise DeniedError(str(error)) from None
                raise
            permission.is_given = True
            return answer

        try:
            return retrying(attempt, pauses, sleep=self._sleep, errors=GitHubError, wait=self._wait)
        except GitHubError as error:
            raise _unavailable(error) from None

    def _wrote_before(self, what: str) -> bool:
        """Whether entries prove that the token may write."""
        own = (read_entry(*seen) for seen in self._seen.values() if self._is_own(seen[0]))
        return what == "write" and any(own)

    def _wait(self, _error: GitHubError, pause: float) -> float | None:
        return None if self._is_late() else pause

    def _is_late(self) -> bool:
        return self._now() - self._started > PATIENCE


def _unavailable(error: GitHubError) -> UnavailableError:
    # GitHub answers 401 if there is no token, or one that is no longer valid.
    remedy = ": give `github-token` a valid token" if error.status == 401 else ""
    return UnavailableError(f"{error}{remedy}")


class _Permission:
    """Whether the token lacks a permission, or GitHub is only out of order.

    An outage can answer 401, 403, 404 or 422 as well. So a permission is missing only if GitHub states that
    in its own words, for a while. The same must never have been allowed in the job.
    """

    def __init__(self) -> None:
        self.is_given = False
        self._denied_since: float | None = None

    def is_missing(self, error: GitHubError, now: float) -> bool:
        """Whether this denial, at a reading of a monotonic clock, leaves no doubt."""
        worded = error.status == 403 and "resource not accessible by" in str(error).casefold()
        if self.is_given or not worded or error.rate_limited:
            self._denied_since = None
            return False
        if self._denied_since is None:
            self._denied_since = now
        return now - self._denied_since >= NO_PERMISSION
