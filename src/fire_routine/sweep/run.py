"""One sweep: what is red, what each ledger knows of it, and the action's story until a limit is reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .. import fire
from ..clock import Clock
from ..github.account import branches, repositories
from ..github.client import GitHub
from ..ledger.entry import Claim, Entry, Stage, claims, read_entry
from ..ledger.log import recorded
from ..ledger.lookback import ABOUT_SESSIONS
from ..ledger.rule import Asker
from ..ledger.terms import Timing
from ..model import GitHubError, Reason, Result, session_link
from ..settings import Context, Settings
from ..story import Progress, Scene, tell
from .plan import Red, State, in_order, judged, red

SECONDS = 600.0  # for the whole; a story that has begun is told to its end
STORIES = 10  # for each session of the limit
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
        say: Callable[[str], None] = lambda _line: None,
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
        self._ledgers: dict[str, tuple[str, list[Claim]]] = {}  # the place and the claims, by repository
        self._with_jobs: set[str] = set()  # repositories that fire for themselves
        self._sessions = self._stories = 0

    def run(self) -> Swept:
        """Sweep. The first signal ends it, between two stories or within one.

        Raises:
            NoRepositoryError: there is nothing to read.
            GitHubError: nothing can be read.
        """
        swept, due = self.swept, list[Red]()
        try:
            with fire.interruptible():
                due += self._due()
                for one in due:
                    if one.repository not in self._with_jobs and not self._is_over():
                        self._one(one)
        except fire.Interrupted as signal:
            self._stop(f"it was interrupted ({signal})", failed=True)
        told = {(row.red.repository, row.red.run.id) for row in swept.rows}
        for one in due:
            if (one.repository, one.run.id) not in told and one.repository not in self._with_jobs:
                self._add(State.NOT_CHOSEN, one, swept.stopped)
        return swept

    # --- what is red ------------------------------------------------------------------------------

    def _due(self) -> list[Red]:
        """What is due in order, as far as it is known without a ledger."""
        order, swept, now = self._order, self.swept, self._clock.now()
        listed = repositories(self._github, order.globs)
        swept.repositories = len(listed.items)
        if not listed.items:
            raise NoRepositoryError
        if unlisted := listed.total - len(listed.items):
            swept.left_out["others"] = f"GitHub did not list {unlisted} more"
        self._login = self._github.login().casefold()
        found = list(branches(self._github.within(self._until), listed.items, now - order.since))
        swept.left_out |= {branch.repository: branch.unread for branch in found if branch.unread}
        swept.failed = all(branch.unread and not branch.runs for branch in found)
        reds = red(found, now, order.since, order.after)
        swept.counts.update(one.state for one in reds if one.state is not State.DUE)
        due, tried = list[Red](), dict[int, datetime]()
        for one in (one for one in reds if one.state is State.DUE):
            shown = self._shown(one)
            if not self._is_settled(shown, one):
                due.append(one)
                tried |= {claim.run: claim.until for claim in shown if claim.until}
        return in_order(due, tried)

    def _shown(self, one: Red) -> list[Claim]:
        """What its commit shows people of it: a hint, which saves the requests for the ledger."""
        status = one.run.shown
        entry = read_entry(status) if status else None
        found = self._own(one.repository, [(entry, status.creator or "ghost")] if entry and status else [])
        return [claim for claim in found if claim.run == one.run.id]

    def _own(self, repository: str, found: Iterable[tuple[Entry, str]]) -> list[Claim]:
        """The claims of the sweep's login. A repository with entries of another one has jobs of its own."""
        own, since = list[Entry](), self._clock.now() - OWN_JOBS
        for entry, login in found:
            if login.casefold() == self._login:
                own.append(entry)
            elif entry.created_at and entry.created_at >= since:
                self._with_jobs.add(repository)
                self.swept.left_out[repository] = f"it has jobs of its own (entries by {login})"
        return claims(own, lambda url: session_link(url, self._order.settings.routine_url))

    # --- one red run ------------------------------------------------------------------------------

    def _one(self, one: Red) -> None:
        """What becomes of it, by its repository's ledger and by the story."""
        try:
            if one.repository not in self._ledgers:
                github = self._github.of(one.repository)
                place = github.first_commit()
                entries = recorded(github, place, self._clock.now() - OWN_JOBS)
                self._ledgers[one.repository] = place, self._own(one.repository, entries)
        except GitHubError as error:
            if error.rate_limited:
                self._stop("GitHub's rate limit is used up")
                return
            self.swept.failed |= error.status in (401, 403, 404)
            self._add(State.SKIPPED, one, Reason.LEDGER_UNAVAILABLE, str(error))
            return
        place, known = self._ledgers[one.repository]
        if one.repository not in self._with_jobs and not self._is_settled(known, one):
            self._told(one, place)

    def _is_settled(self, known: Sequence[Claim], one: Red) -> bool:
        """Whether the claims leave nothing to do; then they are its row."""
        state, reason, link = judged(known, one, self._clock.now())
        if state is not State.DUE:
            self._add(state, one, reason, session_url=link)
        return state is not State.DUE

    def _told(self, one: Red, place: str) -> None:
        order, self._stories = self._order, self._stories + 1
        settings = replace(order.settings, run_id=one.run.id, ledger_commit=place)
        context, github = replace(order.context, repository=one.repository), self._github.of(one.repository)
        scene = Scene(settings, context, order.context, github, self._say, self._clock, TIMING)
        with fire.uninterruptible():  # the story listens to signals itself, as long as it can end on one
            progress = tell(scene)
            if progress.outcome.result is Result.SKIPPED and not settings.dry_run:
                self._remember(one, progress)
        outcome = progress.outcome
        self._say(f"{one.repository} {one.run.workflow}: {outcome.message}")
        self._sessions += outcome.result in (Result.FIRED, Result.UNKNOWN) or progress.would_fire
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
        if progress.would_fire:
            state = State.WOULD_FIRE
        elif outcome.result is Result.UNKNOWN or outcome.reason is Reason.EARLIER_UNKNOWN:
            state = State.UNKNOWN
        elif outcome.reason is Reason.RATE_LIMITED:
            state = State.WAITING
        told = {State.WAITING: self.swept.stopped, State.WOULD_FIRE: ""}
        reason = told.get(state, str(outcome.reason))
        self._add(state, one, reason, outcome.message, outcome.session_url)

    def _remember(self, one: Red, progress: Progress) -> None:
        """Write that it was told in vain: `n` where time does not change that, else as a withdrawn claim."""
        log, evidence, outcome = progress.log, progress.evidence, progress.outcome
        if not (log and log.place and evidence):
            return
        run = evidence.run
        final = outcome.reason in FINAL or (outcome.reason is Reason.DUPLICATE and outcome.session_url)
        asker = Asker.of(run, evidence.brief, log.terms)
        record = asker.record(Stage.SEEN if final else Stage.WITHDRAWN, log.new_mark(), shown=True)
        log.write_last(record, run.url)
        # Of sessions the story has shown what there is, and a session's link stays what people see.
        link = session_link(one.run.shown.target_url if one.run.shown else "", log.terms.routine_url)
        if outcome.reason and outcome.reason not in ABOUT_SESSIONS and not link:
            log.show(run.head_sha, record, run.url, f"No session: {outcome.reason.short}")

    # --- when it ends -----------------------------------------------------------------------------

    def _is_over(self) -> bool:
        limit = self._order.limit
        for over, why in (
            (self._sessions >= limit, f"--limit {limit} is reached"),
            (
                self._stories >= STORIES * limit,
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
