"""Reading and writing the ledger's entries through an API that may lag, fail, or refuse."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from ..clock import Clock
from ..model import GitHubError, GreenRuns, Run, Status
from ..retrying import retrying
from .api import LedgerApi, StatusPage
from .day import DAY, MORE_PAGES
from .entry import LEDGER, SHOWN, STATE, Entry, Record, Stage, label, read_entry

RETRIES: tuple[float, ...] = (0.5, 1.5, 3.0, 5.0)  # seconds before a request is made again
ALONE: tuple[float, ...] = (
    *RETRIES,
    10.0,
    20.0,
    30.0,
    30.0,
    30.0,
)  # the same for a lone job: most outages are over by then
FLAPPING = (0.2,) * 12  # before these, for a page that does not continue the one before
SETTLED = timedelta(seconds=60)
NO_PERMISSION = 10.0  # seconds for which GitHub must deny a permission before that is believed
PATIENCE = 60.0  # seconds for all reading and writing before a fire, without what others are waited for
PATIENCE_ALONE = 150.0  # the same for a lone job
LIMITED = 65.0  # seconds that a lone job waits where GitHub's rate limit asks for it, twice at most
PAGES = 10  # of up to 100 statuses: 910, as each page is shorter by one
MOST_PAGES = 40  # where it is known how far back entries count: 2,440 statuses, as pages overlap
MOST_CONTEXTS = 9  # of one day
ACTIONS_BOT = "github-actions[bot]"  # who writes with a workflow's own token

T = TypeVar("T")


class LedgerError(Exception):
    """The ledger can't be relied on. One line."""


class DeniedError(LedgerError):
    """The token has no permission for it."""


class LateError(LedgerError):
    """It is too late to write it."""


class UnavailableError(LedgerError):
    """GitHub does not take, show or give what the ledger needs."""


class Store:
    """The ledger's entries on its commit, and what people see on failing ones.

    An entry counts only if it was written with the same identity as this job's: anyone with
    `statuses: write` can write a status of any text. For a workflow's own token the identity is known. For
    another token GitHub is asked; else it is the creator in its answer to the first status of this job.
    """

    def __init__(
        self,
        api: LedgerApi,
        clock: Clock,
        *,
        default_token: bool,
        alone: bool = True,
        place: str = "",
        reach: timedelta | None = None,
        whole_day: bool = False,
    ) -> None:
        """
        Args:
            reach: how far back from now on entries count; None: see `read`.
            whole_day: read the last 24 hours, as far as two more pages have them.
            alone: the job is no leg of a matrix, so it waits where GitHub's rate limit asks for it.
            place: the commit that holds all entries; empty: it has to be found.
        """
        self.place = place
        self.time: datetime | None = None  # by GitHub's clock, the latest that is known
        self.api = api
        self._clock = clock
        self._alone = alone
        self._reach = reach
        self._more = MORE_PAGES if whole_day else 0  # pages that may be read for the whole day's sake
        self.has_day = False  # all entries of the last 24 hours were read
        self.identity = ACTIONS_BOT if default_token else None  # the login whose entries count
        self._marks: set[str] = set()  # of what this job has written
        self._asked = False  # GitHub for it
        self._confirmed = False  # a status of this job has shown it
        self._retries = ALONE if alone else RETRIES
        self._patience = PATIENCE_ALONE if alone else PATIENCE
        self._until = clock.monotonic() + self._patience
        self.unread_before: datetime | None = None  # of the oldest entry, where reading ended too early
        self._limits = 2  # waits that are left
        self._seen: dict[int, tuple[Status, str]] = {}  # by the status's id: it, and its commit
        self._permissions: dict[str, _Permission] = {}

    def begin(self, *known: datetime | None) -> None:
        """Count the time for all reading and writing from now on. `known`: times of GitHub's clock."""
        self._until = self._clock.monotonic() + self._patience
        self._note_time(*known)

    def allow(self, seconds: float) -> None:
        """Count this time no more: others were waited for, and nothing was asked."""
        self._until += seconds

    def identify(self) -> None:
        """Ask GitHub once whom the token belongs to, unless that is known."""
        if self.identity is None and not self._asked:
            self._asked = True
            with suppress(GitHubError):
                self.identity = self.api.login()

    def find(self) -> None:
        """Find the ledger's place, and whose entries count, unless that is known.

        Raises:
            DeniedError: the token may not read commits.
            UnavailableError: GitHub does not name it.
        """
        self.identify()
        if not self.place:
            self.place = self._ask("commits", self.api.first_commit, self._retries)

    def all_entries(self) -> list[Entry]:
        """All entries of the ledger, of whatever workflow, that were ever seen."""
        seen = (
            read_entry(status, sha)
            for status, sha in list(self._seen.values())
            if _is_ours(status, shown=False) and self._is_own(status)
        )
        return [entry for entry in seen if entry]

    def entries(self, run: Run, *, shown: bool = False, as_evidence: bool = False) -> list[Entry]:
        """All entries of the run's workflow that were ever seen.

        No status is ever changed, so a later read that lags takes none back.

        Args:
            shown: those that people see on failing commits, instead of the ledger's.
            as_evidence: those of others, too, as long as the identity is unknown. Nothing may depend on them.
        """
        workflow, anyone = label(run), as_evidence and self.identity is None
        seen = (
            read_entry(status, sha)
            for status, sha in list(self._seen.values())
            if _is_ours(status, shown=shown) and (anyone or self._is_own(status))
        )
        return [entry for entry in seen if entry and entry.record.workflow == workflow]

    def _is_own(self, status: Status) -> bool:
        """Whether this job's identity wrote it. Where GitHub names no creator, the job's mark shows it."""
        if self.identity is None:
            return False
        if status.creator:
            return status.creator.casefold() == self.identity.casefold()
        entry = read_entry(status, "")
        return entry is not None and entry.record.mark in self._marks

    # --- reading --------------------------------------------------------------------------------

    def read(self, horizon: datetime | None = None) -> None:
        """Read the ledger back to what is known, to the horizon, or as many pages as are read at most.

        Raises:
            LedgerError: it can't be read.
        """
        self._read(self.place, horizon, self._retries)

    def read_commit(self, sha: str, *, patient: bool = True) -> None:
        """Read what people see on a commit. `patient`: ask again where that may help.

        Raises:
            LedgerError: it can't be read.
        """
        self._read(sha, None, self._retries if patient else ())

    def _read(self, sha: str, horizon: datetime | None, pauses: Sequence[float]) -> None:
        oldest: Status | None = None
        for number in range(1, (MOST_PAGES if horizon or self._reach else PAGES) + 1):
            page = self._page(sha, number, oldest, pauses)
            self._note_time(page.date, *(status.created_at for status in page.statuses))
            oldest = min(page.statuses, key=lambda status: status.id, default=None)
            is_known = oldest is not None and oldest.id in self._seen and self._is_settled(oldest)
            self._seen |= {status.id: (status, sha) for status in page.statuses}
            back_to = oldest.created_at if oldest else None
            day = self.time - DAY if self.time else None
            if sha == self.place and (not page.more or (back_to and day and back_to < day)):
                self.has_day = True
            if not page.more or is_known or self._goes_back(back_to, horizon):
                return
        if sha == self.place and oldest:
            self.unread_before = oldest.created_at

    def _goes_back(self, to: datetime | None, horizon: datetime | None) -> bool:
        """Whether what was read, back to there, is enough: beyond the horizon, and for the whole day."""
        if to is None or self.time is None:
            return False
        horizon = horizon or (self.time - self._reach if self._reach is not None else None)
        if not horizon or to >= horizon:
            return False
        self._more -= not self.has_day
        return self.has_day or self._more < 0

    def _page(self, sha: str, number: int, before: Status | None, pauses: Sequence[float]) -> StatusPage:
        """One page that continues the one before, whose oldest status is `before`.

        Pages overlap. One that does not is from an older view than the page before, and entries between the
        two may be missing. So it is asked for again.
        """

        def ask() -> StatusPage:
            page = self.api.statuses(sha, number)
            if before and before.id > max((status.id for status in page.statuses), default=0):
                raise GitHubError("GitHub shows an older list of commit statuses than before")
            return page

        return self._ask("read", ask, (*FLAPPING, *self._retries) if before else pauses)

    def _is_settled(self, status: Status) -> bool:
        """Whether all that is older than a status has become visible by now."""
        return not (self.time and status.created_at) or self.time - status.created_at > SETTLED

    def greens(self, run: Run, back_to: int) -> GreenRuns | None:
        """The green runs that GitHub lists; None: the token may not read them.

        Raises:
            UnavailableError: they can't be read.
        """
        try:
            return self._ask("runs", lambda: self.api.greens(run, back_to), self._retries)
        except DeniedError:
            return None

    def _note_time(self, *times: datetime | None) -> None:
        self.time = max((one for one in (self.time, *times) if one), default=None)

    # --- writing --------------------------------------------------------------------------------

    def write(self, record: Record, url: str, *, patient: bool = True, until: float = math.inf) -> Entry:
        """Write an entry into the ledger, and make sure of it.

        A missing answer does not mean that nothing was written, so the ledger is read before it is written
        again. An entry that was written twice means no more than once.

        Args:
            until: by a monotonic clock; after that it is not written any more.

        Raises:
            LateError: GitHub did not take it in time.
            DeniedError: the token may not write.
            UnavailableError: it was not written, or can't be seen; it may turn up later.
        """

        def attempt() -> Entry:
            if self._clock.monotonic() > until:
                raise LateError("GitHub did not take the entry in time")
            try:
                return self._write(record, url)
            except GitHubError as error:
                found = None if error.rate_limited else self._find(record)
                if found is None:
                    raise
                return found

        return self._ask("write", attempt, self._retries if patient else ())

    def _write(self, record: Record, url: str) -> Entry:
        """One request, or more where a context is full: GitHub keeps 1,000 statuses of each on a commit."""
        day = f"{LEDGER} {(self.time or datetime.now(UTC)).astimezone(UTC):%Y-%m-%d}"
        for number in range(1, MOST_CONTEXTS + 1):
            context = day if number == 1 else f"{day} {number}"
            try:
                return self._create(self.place, record, str(record), url, context)
            except GitHubError as error:
                if error.status != 422 or "maximum number" not in str(error) or number == MOST_CONTEXTS:
                    raise
        raise AssertionError("unreachable")

    def show(self, sha: str, record: Record, url: str, words: str = "") -> str:
        """Show people an entry on the failing commit; one request. Returns what kept it from that."""
        try:
            self._create(sha, record, record.shown(words), url, SHOWN)
        except GitHubError as error:
            return str(error)
        return ""

    def _create(self, sha: str, record: Record, description: str, url: str, context: str) -> Entry:
        self._marks.add(record.mark)
        status = self.api.create_status(sha, STATE, description, url, context)
        self._note_time(status.created_at)
        if status.creator and not self._confirmed:
            self.identity, self._confirmed = status.creator, True
        return Entry(record, status.id, status.created_at, url, sha)

    def _find(self, record: Record) -> Entry | None:
        """An entry of this job that was written although there was no answer: its mark is random."""
        try:
            self.read()
        except LedgerError:
            return None
        for status, sha in list(self._seen.values()):
            entry = read_entry(status, sha) if _is_ours(status, shown=False) else None
            if entry and entry.record == record and (self.identity is None or self._is_own(status)):
                self.identity = self.identity or status.creator
                return entry
        return None

    # --- asking again ---------------------------------------------------------------------------

    def _ask(self, what: str, request: Callable[[], T], pauses: Sequence[float]) -> T:
        permission = self._permissions.setdefault(what, _Permission())

        def attempt() -> T:
            try:
                answer = request()
            except GitHubError as error:
                if not self._wrote_before(what) and permission.is_missing(error, self._clock.monotonic()):
                    raise DeniedError(str(error)) from None
                raise
            permission.is_given = True
            return answer

        for _ in range(3):
            try:
                return retrying(attempt, pauses, sleep=self._clock.sleep, errors=GitHubError, wait=self._wait)
            except GitHubError as error:
                if not self._waits_for_limit(error):
                    raise _unavailable(error) from None
        raise UnavailableError("GitHub's rate limit is used up")

    def _waits_for_limit(self, error: GitHubError) -> bool:
        seconds = error.retry_after
        if not (self._alone and error.rate_limited and self._limits and seconds and seconds <= LIMITED):
            return False
        self._limits -= 1
        self._until += seconds
        self._clock.sleep(seconds)
        return True

    def _wrote_before(self, what: str) -> bool:
        """Whether entries prove that the token may write."""
        own = (read_entry(*seen) for seen in list(self._seen.values()) if self._is_own(seen[0]))
        return what == "write" and any(own)

    def _wait(self, error: GitHubError, pause: float) -> float | None:
        return None if error.rate_limited or self._clock.monotonic() > self._until else pause


def recorded(api: LedgerApi, sha: str, since: datetime, *, reruns: bool = False) -> list[tuple[Entry, str]]:
    """For reports: the entries of all workflows on a commit since then, and the logins that wrote them.

    Args:
        sha: the ledger's place.
        reruns: what re-runs left on a failing commit, instead of the ledger's entries.

    Raises:
        GitHubError: they can't be read.
    """
    found: list[tuple[Entry, str]] = []
    for number in range(1, PAGES + 1):
        page = api.statuses(sha, number)
        for status in page.statuses:
            entry = read_entry(status, sha) if _is_ours(status, shown=reruns) else None
            wanted = entry and (not reruns or entry.record.stage in (Stage.RERUN, Stage.FLAKE))
            if entry and wanted and entry.created_at and entry.created_at >= since:
                found.append((entry, status.creator or "ghost"))  # as GitHub shows an account that is gone
        oldest = min((status.created_at for status in page.statuses if status.created_at), default=None)
        if not page.more or (oldest and oldest < since):
            break
    return found


def _is_ours(status: Status, *, shown: bool) -> bool:
    return status.context == SHOWN if shown else status.context.startswith(f"{LEDGER} ")


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
