"""One sweep: what is red, what each ledger knows of it, and the action's story until a limit is reached."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .. import fire
from ..clock import Clock
from ..github.account import branches, repositories
from ..github.client import GitHub
from ..ledger.entry import Claim, Entry, Stage, claims
from ..ledger.log import recorded
from ..ledger.rule import Asker
from ..ledger.terms import Timing
from ..model import GitHubError, Reason, Result, Say, quiet
from ..settings import Context, Settings
from ..story import Progress, Scene, tell
from .plan import Red, State, in_order, judged, latest, red

SECONDS = 600.0  # for the whole; a story that has begun is told to its end
STORIES = 10  # for each session of the limit
# Stories without a session, at most: each takes some 25 requests of the 3,000 that an hour may take.
IN_VAIN = 60
OWN_JOBS = timedelta(days=30)  # for which an entry of another login takes a repository out
# Nobody is waited for, and an outage is left to the next sweep.
TIMING = Timing(waits=(), retries_alone=Timing().retries, patience_alone=Timing().patience, limits=0)
# What time does not change: a new attempt or a newer run asks again.
FINAL = (
    *(Reason.KNOWN_FAILURE, Reason.UNTRUSTED_RUN, Reason.SKIP_BRANCHES, Reason.SKIP_LABELS),
    *(Reason.NOT_FAILED, Reason.CANCELLED, Reason.FLAKE, Reason.PULL_REQUEST_CLOSED),
)
HEALS = (Reason.RATE_LIMITED, Reason.OVERLOADED, Reason.NO_CONNECTION)
ENDS = (400, 401, 403, 404, 429)  # answers of the endpoint that the next run would get, too


class NoRepositoryError(LookupError):
    """The token names no repository that a glob matches."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for."""

    globs: Sequence[str]  # owner/pattern
    since: timedelta
    after: timedelta
    limit: int  # of sessions
    settings: Settings  # the action's inputs, for each story
    context: Context  # the server's addresses


@dataclass(frozen=True, slots=True)
class Row:
    """A red run, and what became of it."""

    state: State
    red: Red
    reason: str  # a few words
    message: str = ""  # the story's own, Markdown
    session_url: str = ""


@dataclass(slots=True)
class Swept:
    """What a sweep has found and done."""

    repositories: int = 0
    rows: list[Row] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)  # why, by repository
    counts: Counter[State] = field(default_factory=Counter)  # of all that is red
    stopped: str = ""  # why it did not come to all that is due
    failed: bool = False  # a person has to look


class Sweep:
    """Reads, chooses and fires; for one thread, and once."""

    def __init__(
        self,
        order: Order,
        github: GitHub,
        clock: Clock,
        say: Say = quiet,
        show: Callable[[Row], None] = lambda _row: None,
    ) -> None:
        """
        Args:
            say: gets lines on what it does.
            show: gets each row as soon as it is known.
        """
        self.swept = Swept()
        self._order = order
        self._github = github
        self._clock = clock
        self._say = say
        self._show = show
        self._until = clock.monotonic() + SECONDS
        self._login = ""  # whose entries are this sweep's
        # The place and the claims, by repository; None: it has jobs of its own
        self._ledgers: dict[str, tuple[str, list[Claim]] | None] = {}
        self._tried: list[tuple[datetime, Red]] = []  # when a run was last told in vain
        self._sessions = self._stories = 0

    def run(self) -> Swept:
        """Sweep. The first signal ends it, between two stories or within one.

        Raises:
            NoRepositoryError: there is nothing to read.
            GitHubError: nothing can be read.
        """
        due: deque[Red] = deque()
        try:
            with fire.interruptible():
                due.extend(self._due())
                while due and not self._is_over():
                    self._one(due[0])
                    due.popleft()
                due.extend(self._take_tried())
                while due and not self._is_over():
                    self._told(due[0])
                    due.popleft()
        except fire.Interrupted as signal:
            self._stop(f"it was interrupted ({signal})", failed=True)
        for one in (*due, *self._take_tried()):
            if self._ledgers.get(one.repository, ()) is not None:
                self._add(State.NOT_CHOSEN, one, self.swept.stopped)
        return self.swept

    def _due(self) -> list[Red]:
        """What is due, as far as it is known without a ledger, in order."""
        order, swept, now = self._order, self.swept, self._clock.now()
        listed = repositories(self._github, order.globs)
        swept.repositories = len(listed.items)
        if not listed.items:
            raise NoRepositoryError
        if unlisted := listed.total - len(listed.items):
            swept.left_out["others"] = f"GitHub did not list {unlisted} more"
        self._login = self._github.login().casefold()
        found = branches(self._github.within(self._until), listed.items, now - order.since)
        swept.left_out |= {branch.repository: branch.unread for branch in found if branch.unread}
        swept.failed = all(branch.unread and not branch.runs for branch in found)
        reds = red(found, now, order.since, order.after)
        swept.counts.update(one.state for one in reds if one.state is not State.DUE)
        return in_order(one for one in reds if one.state is State.DUE)

    def _take_tried(self) -> list[Red]:
        tried, self._tried = sorted(self._tried, key=lambda one: one[0]), []
        return [one for _, one in tried]

    # --- one red run ------------------------------------------------------------------------------

    def _one(self, one: Red) -> None:
        """What becomes of it, by its ledger and by the story; who was tried before comes later."""
        try:
            if one.repository not in self._ledgers:
                self._ledgers[one.repository] = self._ledger(one.repository)
        except GitHubError as error:
            if error.rate_limited:
                self._stop("GitHub's rate limit is used up")
            self.swept.failed |= error.denied or error.status == 401
            state = State.NOT_CHOSEN if error.rate_limited else State.SKIPPED
            self._add(state, one, self.swept.stopped or Reason.LEDGER_UNAVAILABLE, str(error))
            return
        if (ledger := self._ledgers[one.repository]) is None:
            return
        mine = latest(ledger[1], one.run)
        state, reason, link = judged(mine, self._clock.now())
        if state is not State.DUE:
            self._add(state, one, reason, session_url=link)
        elif mine:
            self._tried.append((max(claim.until for claim in mine if claim.until), one))
        else:
            self._told(one)

    def _ledger(self, repository: str) -> tuple[str, list[Claim]] | None:
        """The place of a repository's ledger and the claims; None: it has entries of another login."""
        github, own = self._github.of(repository), list[Entry]()
        place = github.first_commit()
        for entry, login in recorded(github, place, self._clock.now() - OWN_JOBS):
            if login.casefold() != self._login:
                self.swept.left_out[repository] = f"it has jobs of its own (entries by {login})"
                return None
            own.append(entry)
        return place, claims(own, self._order.settings.routine_url)

    def _told(self, one: Red) -> None:
        order, self._stories = self._order, self._stories + 1
        place, _ = self._ledgers[one.repository] or ("", ())
        settings = replace(order.settings, run_id=one.run.id, ledger_commit=place)
        context, github = replace(order.context, repository=one.repository), self._github.of(one.repository)
        scene = Scene(settings, context, order.context, github, self._say, self._clock, TIMING)
        with fire.uninterruptible():  # the story listens to signals itself, as long as it can end on one
            progress = tell(scene)
            if progress.outcome.result is Result.SKIPPED and not settings.dry_run:
                self._remember(progress)
        outcome = progress.outcome
        self._say(f"{one.repository} {one.run.workflow}: {outcome.message}")
        self._sessions += outcome.result in (Result.FIRED, Result.UNKNOWN) or progress.would_skip == ""
        self.swept.failed |= outcome.result is Result.UNKNOWN
        self.swept.failed |= outcome.result is Result.FAILED and outcome.reason not in HEALS
        if outcome.reason is Reason.INTERRUPTED:
            self._stop("it was interrupted")
        elif outcome.reason is Reason.RATE_LIMITED:
            until = self._clock.now() + timedelta(seconds=outcome.retry_after or 0)
            self._stop(f"waiting until {until:%H:%M} UTC" if outcome.retry_after else "waiting for a limit")
        elif outcome.http_status in ENDS and outcome.result is Result.FAILED:
            self._stop(f"the endpoint answered {outcome.http_status}")
        state = State.FIRED if outcome.result is Result.FIRED else State.SKIPPED
        if progress.would_skip == "":
            state = State.WOULD_FIRE
        elif outcome.result is Result.UNKNOWN or outcome.reason is Reason.EARLIER_UNKNOWN:
            state = State.UNKNOWN
        elif outcome.reason is Reason.RATE_LIMITED:
            state = State.WAITING
        told = {State.WAITING: self.swept.stopped, State.WOULD_FIRE: ""}
        reason = told.get(state, progress.would_skip or str(outcome.reason))
        self._add(state, one, reason, outcome.message, outcome.session_url)

    def _remember(self, progress: Progress) -> None:
        """Write that it was told in vain: `n` where time does not change that, else as a withdrawn claim."""
        log, evidence, outcome = progress.log, progress.evidence, progress.outcome
        if not (log and log.place and evidence):
            return
        run = evidence.run
        final = outcome.reason in FINAL or (outcome.reason is Reason.DUPLICATE and outcome.session_url)
        asker = Asker.of(run, evidence.brief, log.terms)
        record = asker.record(Stage.SEEN if final else Stage.WITHDRAWN, log.new_mark())
        log.write_last(record, run.url)

    # --- when it ends -----------------------------------------------------------------------------

    def _is_over(self) -> bool:
        limit = self._order.limit
        for over, why in (
            (self._sessions >= limit, f"--limit {limit} is reached"),
            (
                self._stories >= min(STORIES * limit, self._sessions + IN_VAIN),
                f"{self._stories} runs were read, the most for --limit {limit}",
            ),
            (self._clock.monotonic() >= self._until, f"its {SECONDS / 60:.0f} minutes are over"),
            (self._github.few_left, "few of the hour's requests to GitHub are left"),
        ):
            if over:
                self._stop(why)
        return bool(self.swept.stopped)

    def _stop(self, why: str, *, failed: bool = False) -> None:
        self.swept.stopped = self.swept.stopped or why
        self.swept.failed |= failed

    def _add(self, state: State, one: Red, reason: str, message: str = "", session_url: str = "") -> None:
        row = Row(state, one, reason, message, session_url)
        self.swept.rows.append(row)
        self.swept.counts[state] += 1
        self._show(row)
