"""Reading and writing the ledger's entries through a board that may lag, fail, or refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from ..model import GitHubError, Incident, Run
from .board import StatusBoard
from .record import Entry, Record, label, read_entry

RETRIES = (0.5, 1.5)  # seconds before a request is made again
PATIENCE = 60.0  # seconds for all reading and writing before a fire
FULL = 900  # GitHub keeps 1,000 statuses of a context on a commit; the rest is room for what is under way

T = TypeVar("T")


class LedgerError(Exception):
    """The ledger can't be relied on. One line."""


class DeniedError(LedgerError):
    """The token may not read or write commit statuses."""


class UnavailableError(LedgerError):
    """GitHub does not take, show or give what the ledger needs."""


class Postings:
    """The workflow's entries on the run's head commit and on the others of its incident."""

    def __init__(
        self, board: StatusBoard, run: Run, now: Callable[[], float], sleep: Callable[[float], object]
    ) -> None:
        self._board = board
        self._run = run
        self._workflow = label(run)
        self._now = now
        self._sleep = sleep
        self._started = now()
        self._seen: dict[int, Entry] = {}  # by the status's id

    @property
    def entries(self) -> list[Entry]:
        """All that was ever seen: no status is changed, so a later read that lags takes none back."""
        return list(self._seen.values())

    def incident(self) -> Incident:
        """The other runs of the incident.

        Raises:
            LedgerError: they can't be had.
        """
        return self._retried(lambda: self._board.incident(self._run))

    def read(self, sha: str) -> None:
        """Read a commit's entries anew. A commit that is gone from the repository has none.

        Raises:
            LedgerError: they can't be read.
        """
        own = sha == self._run.head_sha
        try:
            statuses = self._retried(lambda: self._board.statuses(sha))
        except DeniedError:
            if own:
                raise
            statuses = []
        if own and len(statuses) >= FULL:
            raise UnavailableError(f"commit {sha[:8]} holds {len(statuses)} of at most 1,000 commit statuses")
        read = (read_entry(status, sha) for status in statuses)
        self._seen |= {entry.id: entry for entry in read if entry and entry.record.workflow == self._workflow}

    def read_all(self, shas: Iterable[str], enough: Callable[[], bool]) -> None:
        """Read one commit after the other, until there is `enough`."""
        for sha in shas:
            if enough():
                return
            self.read(sha)

    def write(self, record: Record, url: str) -> Entry:
        """Write an entry on the run's head commit, and make sure of it.

        An answer that did not come does not say that nothing was written, so the commit is read
        before it is written again. Written twice, an entry says no more than once.

        Raises:
            DeniedError: the token may not write.
            UnavailableError: it was not written, or can't be seen; it may turn up later.
        """
        for pause in (*RETRIES, None):
            try:
                return self.write_once(record, url)
            except GitHubError as error:
                if _refused(error):
                    raise DeniedError(str(error)) from None
                found = None if error.rate_limited else self._find(record)
                if found is not None:
                    return found
                self._wait(pause, error)
        raise AssertionError("the last round returns or raises")

    def write_once(self, record: Record, url: str) -> Entry:
        """Write an entry; one request.

        Raises:
            GitHubError: GitHub did not say that it was written.
        """
        sha = self._run.head_sha
        status = self._board.create_status(sha, record.stage.state, str(record), url)
        return Entry(record, status.id, status.created_at, url, sha)

    def _find(self, record: Record) -> Entry | None:
        try:
            self.read(self._run.head_sha)
        except LedgerError:
            return None
        return next((entry for entry in self.entries if entry.record == record), None)

    def _retried(self, request: Callable[[], T]) -> T:
        for pause in (*RETRIES, None):
            try:
                return request()
            except GitHubError as error:
                if _refused(error):
                    raise DeniedError(str(error)) from None
                self._wait(pause, error)
        raise AssertionError("the last round returns or raises")

    def _wait(self, pause: float | None, error: GitHubError) -> None:
        if pause is None or self._now() - self._started > PATIENCE:
            # With no token at all, or one that is none any more, GitHub answers so.
            remedy = ": give `github-token` a valid token" if error.status == 401 else ""
            raise UnavailableError(f"{error}{remedy}") from None
        self._sleep(pause)


def _refused(error: GitHubError) -> bool:
    """A token without the permission gets 403 or 404; 422 says that the commit is not the repository's."""
    return error.status in (403, 404, 422) and not error.rate_limited
