"""The ledger's entries, read and written on an API that may lag, fail, or refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ..clock import Clock
from ..model.outcome import SHOWN, GitHubError, Status
from ..model.run import GreenRuns, History, Note, Run
from .asking import Asking, LedgerError
from .entry import LEDGER, STATE, Claim, Entry, Record, Stage, claims, new_claim_id, read_entry
from .terms import BEFORE, DAY, SESSIONS, SETTLED, SHOWN_PAGES, Terms

if TYPE_CHECKING:
    from ..github.client import GitHub, StatusPage

__all__ = ["ACTIONS_BOT", "LedgerError", "Log", "recorded"]

ACTIONS_BOT = "github-actions[bot]"  # who writes with a workflow's own token
MOST_CONTEXTS = 9  # of one day
PAGES = 10  # of a report


class Log:
    """What one job reads and writes: entries on the ledger's commit, and what people see on failing ones.

    An entry counts only if it was written with the same identity as this job's: anyone with
    `statuses: write` can write a status of any text. For a workflow's own token the identity is known. For
    another token GitHub is asked; else it is the creator in its answer to the first status of this job.

    What can't be read or written raises `LedgerError`; an entry may turn up later all the same.
    """

    def __init__(
        self, api: GitHub, terms: Terms, clock: Clock, new_claim_id: Callable[[], str] = new_claim_id
    ) -> None:
        """`new_claim_id`: random characters, which distinguish claims."""
        self.api = api
        self.terms = terms
        self.clock = clock
        self.new_claim_id = new_claim_id
        self.asking = Asking(clock, terms)
        self.ledger_commit = terms.ledger_commit  # that holds all entries; empty: it has to be found
        self.time: datetime | None = None  # by GitHub's clock, the latest that is known
        self.identity = ACTIONS_BOT if terms.default_token else None  # the login whose entries count
        self.unread_before: datetime | None = None  # of the oldest entry, where reading ended too early
        self.notes: list[Note] = []  # what could not be read or recorded
        self._refused = False  # by GitHub, to tell the identity
        self._confirmed = False  # a status of this job has shown it
        self._claim_ids: set[str] = set()  # of what this job has written
        # Of whatever commit, by id; without an entry where another tool wrote it
        self._seen: dict[int, Entry | None] = {}
        self._known: set[int] = set()  # of these: by reads that ended well; later ones stop there

    def note(self, note: Note) -> None:
        """Add something that could not be read or recorded; each once."""
        if note not in self.notes:
            self.notes.append(note)

    def begin(self, *known: datetime | None) -> None:
        """Count the time for all reading and writing from now on. `known`: times of GitHub's clock."""
        self.asking.begin()
        self._note_time(*known)

    # --- whose, and where -------------------------------------------------------------------------

    def identify(self) -> None:
        """Ask GitHub whom the token belongs to, unless that is known, or GitHub has refused to tell."""
        if self.identity is None and not self._refused:
            try:
                self.identity = self.api.login()
            except GitHubError as error:
                self._refused = not error.transient

    def find(self, *, patient: bool = True) -> None:
        """Find the ledger's commit, and whose entries count, unless that is known. `patient`: ask repeatedly.

        Where GitHub does not name it, no other commit takes its place: that would be a second ledger.
        """
        self.identify()
        if not self.ledger_commit:
            login = self.identity or ""
            self.ledger_commit = self.asking.ask(
                "contents: read", lambda: self.api.first_commit(login), patient=patient
            )

    def look_up(self) -> None:
        """Find it while other things are asked of GitHub; it is asked again if this fails.

        As long as a renamed repository is asked by its old name, it can't be found.
        """
        with suppress(LedgerError):
            self.find(patient=False)

    def claims(
        self, workflow: str | None = None, *, shown: bool = False, as_evidence: bool = False
    ) -> list[Claim]:
        """The claims of all entries that were ever seen: no status is ever changed, so a later read that lags
        takes none back.

        Args:
            workflow: whose entries count, by its label; None: every workflow's.
            shown: of what people see on failing commits, instead of the ledger's entries.
            as_evidence: others' entries, too, as long as the identity is unknown. Nothing may depend on them.
        """
        anyone = as_evidence and self.identity is None
        found = self._entries(shown=shown, anyone=anyone)
        entries = (entry for entry in found if workflow in (None, entry.record.workflow))
        return claims(entries, self.terms.routine_url)

    def is_own(self, claim: Claim) -> bool:
        """Whether this job wrote it."""
        return claim.claim_id in self._claim_ids

    def _entries(self, *, shown: bool = False, anyone: bool = False) -> Iterator[Entry]:
        """All that were ever seen and count; `anyone`: whoever wrote them."""
        for entry in list(self._seen.values()):
            if entry and _is_ours(entry.status, shown=shown) and (anyone or self._is_own(entry)):
                yield entry

    def _is_own(self, entry: Entry) -> bool:
        """Whether this job's identity wrote it. Where GitHub names no creator, the claim id shows it."""
        if self.identity is None:
            return False
        if creator := entry.status.creator:
            return creator.casefold() == self.identity.casefold()
        return entry.record.claim_id in self._claim_ids

    # --- reading ----------------------------------------------------------------------------------

    def read(self, horizon: datetime | None = None) -> None:
        """Read the ledger back to what is known, to the horizon, or as far as is read at most."""
        oldest = self._read(self.ledger_commit, self.terms.timing.pages, horizon)
        if oldest is not None:
            self.unread_before = oldest.created_at

    def read_commit(self, sha: str, *, patient: bool = True) -> None:
        """Read what people see on a commit. `patient`: ask again where that may help."""
        self._read(sha, SHOWN_PAGES, patient=patient)

    def _read(
        self, sha: str, pages: int, horizon: datetime | None = None, *, patient: bool = True
    ) -> Status | None:
        """The oldest status that was read, if there are older ones that may count."""
        oldest: Status | None = None
        sessions, had = 0, set[int]()
        for number in range(1, pages + 1):
            page = self._page(sha, number, oldest, patient=patient)
            self._note_time(page.date, *(status.created_at for status in page.statuses))
            oldest = min(page.statuses, key=lambda status: status.id, default=None)
            is_known = oldest is not None and oldest.id in self._known and self._is_settled(oldest)
            new = (status for status in page.statuses if status.id not in self._seen)
            self._seen |= {status.id: read_entry(status) for status in new}
            # Pages are no measure of them: notes of what was held back may fill any number.
            sessions += sum(self._has_session(status) for status in page.statuses if status.id not in had)
            had |= {status.id for status in page.statuses}
            back_to, enough = oldest.created_at if oldest else None, self._enough(horizon)
            if not page.more or is_known or (back_to and enough and back_to < enough):
                oldest = None
                break
            if not enough and sessions >= SESSIONS:
                break
        self._known |= had
        return oldest

    def _enough(self, horizon: datetime | None) -> datetime | None:
        """Back to when it is read: what counts, and the day whose sessions are limited; None: all."""
        if horizon is None and self.terms.key and self.time:
            horizon = self.time - self.terms.cool_down - BEFORE
        if horizon and self.terms.daily_limit and self.time:
            return min(horizon, self.time - DAY)
        return horizon

    def _has_session(self, status: Status) -> bool:
        entry = self._seen[status.id]
        if entry is None or not _is_ours(status, shown=False) or not self._is_own(entry):
            return False
        return entry.record.stage in (Stage.FIRED, Stage.UNKNOWN)

    @property
    def has_day(self) -> bool:
        """Whether all sessions of the last 24 hours are known, where they are limited."""
        if self.identity is None:
            return False
        return not (self.unread_before and self.time) or self.unread_before < self.time - DAY

    def _page(self, sha: str, number: int, before: Status | None, *, patient: bool) -> StatusPage:
        """One page that continues the one before, whose oldest status is `before`.

        Pages overlap. One that does not is from an older view than the page before, and entries between the
        two may be missing. So it is asked for again.
        """

        def ask() -> StatusPage:
            page = self.api.statuses(sha, number)
            if before and before.id > max((status.id for status in page.statuses), default=0):
                raise GitHubError("GitHub shows an older list of commit statuses than before")
            return page

        return self.asking.ask("statuses: write", ask, patient=patient or before is not None)

    def _is_settled(self, status: Status) -> bool:
        """Whether all that is older than a status has become visible by now."""
        return not (self.time and status.created_at) or self.time - status.created_at > SETTLED

    def horizon(self, run: Run, cool_down: timedelta) -> datetime | None:
        """Before which no entry counts for a run; None: that is not known.

        A list that is old makes it older, never younger.
        """
        began, history = run.started_at or run.created_at, run.history or History()
        times: list[datetime] = []
        if history.last_green_at and history.last_green_run == history.last_green_of_event:
            times.append(history.last_green_at)
        # Entries name the pull request there; elsewhere the branch, on which sessions may be older.
        if run.event == "pull_request_target" and run.pull_request and run.pull_request.created_at:
            times.append(run.pull_request.created_at)
        if not began or not times:
            return None
        return min(began - cool_down, max(times)) - BEFORE

    def greens(self, run: Run, back_to: int) -> GreenRuns:
        """The green runs that GitHub lists."""
        return self.asking.ask("actions: read", lambda: self.api.greens(run, back_to))

    def _note_time(self, *times: datetime | None) -> None:
        self.time = max((one for one in (self.time, *times) if one), default=None)

    # --- writing ----------------------------------------------------------------------------------

    def write(self, record: Record, url: str, *, patient: bool = True) -> Entry:
        """Write an entry into the ledger, and make sure of it.

        A missing answer does not mean that nothing was written, so the ledger is read before it is written
        again. An entry that was written twice means no more than once."""

        def attempt() -> Entry:
            try:
                return self._write(record, url)
            except GitHubError as error:
                found = None if error.rate_limited else self._entry_of(record)
                if found is None:
                    raise
                return found

        return self.asking.ask("statuses: write", attempt, patient=patient)

    def write_last(self, record: Record, url: str, *, patient: bool = True) -> str:
        """Write what became of a claim. Returns what kept it from being written."""
        self.asking.begin()
        try:
            self.write(record, url, patient=patient)
        except LedgerError as error:
            return str(error)
        return ""

    def has_seen(self, record: Record) -> bool:
        """Whether a read has had this entry of the job."""
        return any(entry.record == record for entry in self._entries())

    def _write(self, record: Record, url: str) -> Entry:
        """One request, or more where a context is full: GitHub keeps 1,000 statuses of each on a commit."""
        day = f"{LEDGER} {(self.time or self.clock.now()).astimezone(UTC):%Y-%m-%d}"
        number = 1
        while True:
            context = day if number == 1 else f"{day} {number}"
            try:
                return self._create(self.ledger_commit, record, record.beside(self.terms.key), url, context)
            except GitHubError as error:
                if error.status != 422 or "maximum number" not in str(error) or number == MOST_CONTEXTS:
                    raise
            number += 1

    def show(self, sha: str, record: Record, url: str, words: str = "") -> str:
        """Show people an entry on the failing commit; one request. Returns what kept it from that.

        On an event's commit nothing is shown.
        """
        if self.terms.key:
            return ""
        try:
            self._create(sha, record, record.shown(words), url, SHOWN)
        except GitHubError as error:
            return str(error)
        return ""

    def _create(self, sha: str, record: Record, description: str, url: str, context: str) -> Entry:
        self._claim_ids.add(record.claim_id)
        status = self.api.create_status(sha, STATE, description, url, context)
        self._note_time(status.created_at)
        if status.creator and not self._confirmed:
            self.identity, self._confirmed = status.creator, True
        return Entry(record, status)

    def _entry_of(self, record: Record) -> Entry | None:
        """An entry of this job that was written although there was no answer: its claim id is random."""
        try:
            self.read()
        except LedgerError:
            return None
        for entry in self._entries(anyone=self.identity is None):
            if entry.record == record:
                self.identity = self.identity or entry.status.creator
                return entry
        return None


def recorded(api: GitHub, sha: str, since: datetime, *, flakes: bool = False) -> Iterator[Entry]:
    """The entries of all workflows and writers on a commit since then, the newest first.

    A page is read once it is needed.

    Args:
        sha: the ledger's commit.
        flakes: what people see of them on a commit, instead of the ledger's entries.

    Raises:
        GitHubError: they can't be read.
    """
    for number in range(1, PAGES + 1):
        page = api.statuses(sha, number)
        for status in page.statuses:
            entry = read_entry(status) if _is_ours(status, shown=flakes) else None
            wanted = entry and (not flakes or entry.record.stage is Stage.FLAKE)
            if entry and wanted and status.created_at and status.created_at >= since:
                yield entry
        oldest = min((status.created_at for status in page.statuses if status.created_at), default=None)
        if not page.more or (oldest and oldest < since):
            return


def _is_ours(status: Status, *, shown: bool) -> bool:
    return status.context == SHOWN if shown else status.context.startswith(f"{LEDGER} ")
