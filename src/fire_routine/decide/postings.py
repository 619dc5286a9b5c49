"""Reading and writing the ledger's entries through a board that may lag, fail, or refuse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ..model import GitHubError, Incident, Note, Run, Status
from . import wording
from .board import StatusBoard
from .record import STATE, Entry, Record, label, read_entry

RETRIES = (0.5, 1.5, 3.0, 5.0)  # seconds before a request is made again
OTHERS_RETRIES = (0.5, 1.5, 3.0, 5.0, 5.0, 5.0)  # the same, for the entries of another commit
NO_PERMISSION = 10.0  # seconds for which GitHub must deny a permission before that is believed
PATIENCE = 60.0  # seconds for all reading and writing before a fire
FULL = 900  # GitHub keeps 1,000 statuses of a context on a commit; the rest is room for what is under way
ACTIONS_BOT = "github-actions[bot]"  # who writes with a workflow's own token

T = TypeVar("T")


class LedgerError(Exception):
    """The ledger can't be relied on. One line."""


class DeniedError(LedgerError):
    """The token has no permission for it."""


class UnavailableError(LedgerError):
    """GitHub does not take, show or give what the ledger needs."""


class Postings:
    """The entries of the run's workflow on any commit.

    An entry counts only if it was written with the same identity as this job's: anyone with `statuses: write`
    can write a status of any text. For a workflow's own token the identity is known; for another token it is
    the creator that GitHub names in its answer to the first status of this job.
    """

    def __init__(
        self,
        board: StatusBoard,
        now: Callable[[], float],
        sleep: Callable[[float], object],
        identity: str | None = ACTIONS_BOT,
    ) -> None:
        """
        Args:
            now: seconds, monotonic.
            identity: the login whose entries count; None: unknown until this job has written a status.
        """
        self._board = board
        self._now = now
        self._sleep = sleep
        self._identity = identity
        self._named = False  # GitHub has named it
        self._started = now()
        self._seen: dict[int, tuple[Status, str]] = {}  # by the status's id: it, and its commit
        self._permissions: dict[str, _Permission] = {}
        self._gone: set[str] = set()  # commits that are not in the repository any more
        self.notes: list[Note] = []

    def begin(self) -> None:
        """Count the time for all reading and writing from now on."""
        self._started = self._now()

    def entries(self, run: Run) -> list[Entry]:
        """All that were ever seen of the run's workflow: no status is changed, so a read that lags takes none
        back."""
        workflow = label(run)
        read = (read_entry(status, sha) for status, sha in self._seen.values() if self._is_own(status))
        return [entry for entry in read if entry and entry.record.workflow == workflow]

    def _is_own(self, status: Status) -> bool:
        """Where GitHub names no creator, it may be this failure's own entry: to heed it is the safe side."""
        if self._identity is None:
            return False
        return status.creator is None or status.creator.casefold() == self._identity.casefold()

    # --- reading --------------------------------------------------------------------------------

    def incident(self, run: Run) -> Incident:
        """The other runs of the incident.

        Raises:
            LedgerError: they are not available.
        """
        return self._ask("runs", lambda: self._board.incident(run))

    def read(self, sha: str, *, patient: bool = True) -> None:
        """Read the entries of the run's own commit.

        Args:
            patient: ask again where that may help.

        Raises:
            LedgerError: they can't be read, or the commit has no room for another.
        """
        statuses = self._ask("read", lambda: self._board.statuses(sha), patient=patient)
        if len(statuses) >= FULL:
            raise UnavailableError(f"commit {sha[:8]} holds {len(statuses)} of at most 1,000 commit statuses")
        self._keep(statuses, sha)

    def read_other(self, sha: str) -> None:
        """Read the entries of another commit. One that is gone from the repository has none.

        A denial may be an outage, so it is asked again for 20 seconds.

        Raises:
            UnavailableError: they can't be read.
        """
        pauses = (None,) if sha in self._gone else (*OTHERS_RETRIES, None)
        for pause in pauses:
            try:
                self._keep(self._board.statuses(sha), sha)
            except GitHubError as error:
                if pause is None and error.status in (404, 422) and not error.rate_limited:
                    self._leave_out(sha, error)
                    return
                self._wait(pause, error)
            else:
                return

    def _leave_out(self, sha: str, error: GitHubError) -> None:
        if sha not in self._gone:
            self._gone.add(sha)
            self.notes.append(wording.gone(sha, str(error)))

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

        return self._ask("write", attempt)

    def write_once(self, record: Record, run: Run, url: str) -> Entry:
        """Write an entry; one request.

        Raises:
            GitHubError: GitHub did not confirm that it was written.
        """
        status = self._board.create_status(run.head_sha, STATE, str(record), url)
        if status.creator and not self._named:
            self._identity, self._named = status.creator, True
        return Entry(record, status.id, status.created_at, url, run.head_sha)

    def _find(self, record: Record, run: Run) -> Entry | None:
        """An entry of this job that was written although there was no answer: its mark is random."""
        try:
            self.read(run.head_sha)
        except LedgerError:
            return None
        read = (
            (status, read_entry(status, sha))
            for status, sha in self._seen.values()
            if self._identity is None or self._is_own(status)
        )
        for status, entry in read:
            if entry and entry.record == record:
                self._identity = self._identity or status.creator
                return entry
        return None

    # --- asking again ---------------------------------------------------------------------------

    def _ask(self, what: str, request: Callable[[], T], *, patient: bool = True) -> T:
        permission = self._permissions.setdefault(what, _Permission())
        for pause in (*(RETRIES if patient else ()), None):
            try:
                answer = request()
            except GitHubError as error:
                written_before = what == "write" and any(map(self._is_ledgers, self._seen.values()))
                if not written_before and permission.is_missing(error, self._now()):
                    raise DeniedError(str(error)) from None
                self._wait(pause, error)
            else:
                permission.is_given = True
                return answer
        raise AssertionError("the last round returns or raises")

    def _is_ledgers(self, seen: tuple[Status, str]) -> bool:
        return self._is_own(seen[0]) and read_entry(*seen) is not None

    def _wait(self, pause: float | None, error: GitHubError) -> None:
        if pause is None or self._now() - self._started > PATIENCE:
            # GitHub answers so where there is no token, or one that is no longer valid.
            remedy = ": give `github-token` a valid token" if error.status == 401 else ""
            raise UnavailableError(f"{error}{remedy}") from None
        self._sleep(pause)


class _Permission:
    """Whether the token lacks a permission, or GitHub is only out of order.

    An outage can answer 401, 403, 404 or 422 as well. So a permission is missing only if GitHub says so in
    its own words, for a while, in a job in which the same was never allowed before.
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
