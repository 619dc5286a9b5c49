"""One sweep: what is red, what each ledger knows of it, and the action's story until a limit is reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from .. import fire, story
from ..clock import Clock
from ..github.account import branches, repositories
from ..github.client import GitHub
from ..ledger.entry import Claim, Entry, Record, Stage, claims
from ..ledger.log import recorded
from ..ledger.names import Kind, Name
from ..ledger.rule import Asker
from ..ledger.terms import PATIENCE, RETRIES, Timing
from ..model.outcome import GitHubError, Outcome, Result, Say, Skip, quiet
from ..model.reason import Cure, Reason
from ..model.run import Target, TargetKind
from ..settings import Context, Settings
from ..story import Environment, Progress
from .plan import Red, State, by_turns, in_order, judged, label_of, latest, red, was_told

SECONDS = 600.0  # for the whole; a story that has begun is told to its end
STORIES = 10  # for each session of the limit
LEFT = 0.5  # of the hour's requests to GitHub: all sweeps of an App have the same ones
OWN_JOBS = timedelta(days=30)  # for which an entry of another login takes a repository out
# Nobody is waited for, and an outage is left to the next sweep.
TIMING = Timing(waits=(), retries_alone=RETRIES, patience_alone=PATIENCE, limits=0)

# What a story makes of a run, by its result, else by its reason. Any other reason skips it.
STATES: Mapping[str, State] = {
    Result.FIRED: State.FIRED,
    Result.UNKNOWN: State.UNKNOWN,
    Reason.EARLIER_UNKNOWN: State.UNKNOWN,
    Reason.RATE_LIMITED: State.WAITING,
    "": State.WOULD_FIRE,  # nothing is against it, in a dry run
}
ENDS = (400, 401, 403, 404)  # answers of the endpoint that the next run would get, too


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for."""

    globs: Sequence[str]  # owner/pattern
    since: timedelta
    after: timedelta
    limit: int  # of sessions
    settings: Settings  # the action's inputs, for each story
    context: Context  # the server's addresses


@dataclass(slots=True)
class Swept:
    """What a sweep has found and done."""

    repositories: int = 0
    rows: list[Red] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)  # why, by repository
    counts: Counter[State] = field(default_factory=Counter)  # of all that is red
    stopped: str = ""  # why it did not come to all that is due
    failed: bool = False  # a person has to look


class Sweep:
    """Reads, chooses and fires; for one thread, and once."""

    def __init__(self, order: Order, github: GitHub, clock: Clock, say: Say = quiet) -> None:
        """`say` gets lines on what it does."""
        self.swept = Swept()
        self._order = order
        self._github = github
        self._clock = clock
        self._say = say
        self._until = clock.monotonic() + SECONDS
        self._login = ""  # whose entries are this sweep's
        # The place and the claims, by repository; None: it is left out
        self._ledgers: dict[str, tuple[str, list[Claim]] | None] = {}
        self._sessions = self._stories = 0

    def run(self) -> Swept:
        """Sweep. The first signal ends it, between two stories or within one.

        Raises:
            GitHubError: nothing can be read.
        """
        due: list[Red] = []
        try:
            with fire.interruptible():
                due += self._due()
                for one in self._in_turn(due):
                    self._tell(one)
        except fire.Interrupted as signal:
            self._stop(f"it was interrupted ({signal})")
            self.swept.failed = True
        settled = {row.run for row in self.swept.rows}
        for one in due:
            if one.run not in settled and self._ledgers.get(one.repository, True):
                self._add(State.NOT_CHOSEN, one, self.swept.stopped)
        return self.swept

    def _due(self) -> list[Red]:
        """What is due, as far as it is known without a ledger, in order."""
        order, swept, now = self._order, self.swept, self._clock.now()
        listed = repositories(self._github, order.globs)
        swept.repositories = len(listed.items)
        if not listed.items:
            return []
        if unlisted := listed.total - len(listed.items):
            swept.left_out["others"] = f"GitHub did not list {unlisted} more"
        self._login = self._github.login().casefold()
        found = branches(self._github.within(self._until), listed.items, now - order.since)
        swept.left_out |= {branch.repository: branch.unread for branch in found if branch.unread}
        swept.failed = all(branch.unread and not branch.runs for branch in found)
        reds = red(found, now, order.since, order.after)
        swept.counts.update(one.state for one in reds if one.state is not State.DUE)
        return in_order(one for one in reds if one.state is State.DUE)

    # --- whose turn it is -------------------------------------------------------------------------

    def _in_turn(self, due: Sequence[Red]) -> Iterator[Red]:
        """Whose story is told next, until a limit is reached.

        Those that were told in vain come last, in random order: so no sweep waits for the same ones as the
        one before. What a ledger settles is listed at once.
        """
        tried: list[Red] = []
        for one in by_turns(due):
            if self._is_over():
                return
            if one.repository not in self._ledgers:
                self._ledgers[one.repository] = self._ledger(one.repository)
            if not (ledger := self._ledgers[one.repository]):
                continue
            _, known = ledger
            state, reason, link = judged(latest(known, one.run), self._clock.now())
            if state is not State.DUE:
                self._add(state, one, reason, session_url=link)
            elif was_told(known, one):
                tried.append(one)
            else:
                yield one
        for one in by_turns(sorted(tried, key=lambda _: self._clock.random())):
            if self._is_over():
                return
            yield one

    def _ledger(self, repository: str) -> tuple[str, list[Claim]] | None:
        """The place of a repository's ledger and the claims; None: the repository is left out."""
        github, own = self._github.of(repository), list[Entry]()
        try:
            ledger_commit = github.first_commit(self._login)
            for entry in recorded(github, ledger_commit, self._clock.now() - OWN_JOBS):
                if entry.writer.casefold() != self._login:
                    self.swept.left_out[repository] = f"it has jobs of its own (entries by {entry.writer})"
                    return None
                own.append(entry)
        except GitHubError as error:
            self.swept.left_out[repository] = f"its ledger could not be read: {error}"
            if error.rate_limited:
                self._stop("GitHub's rate limit is used up")
            elif error.denied or error.status == 401:
                self.swept.failed = True
            return None
        return ledger_commit, claims(own, self._order.settings.routine_url)

    def _is_over(self) -> bool:
        limit = self._order.limit
        for over, why in (
            (self._sessions >= limit, f"--limit {limit} is reached"),
            (
                self._stories >= STORIES * limit,
                f"{self._stories} runs were read, the most for --limit {limit}",
            ),
            (self._clock.monotonic() >= self._until, f"its {SECONDS / 60:.0f} minutes are over"),
            (self._github.left < LEFT, "half of the hour's requests to GitHub are used"),
        ):
            if over:
                self._stop(why)
        return bool(self.swept.stopped)

    # --- one story --------------------------------------------------------------------------------

    def _tell(self, one: Red) -> None:
        ledger_commit, known = self._ledgers[one.repository] or ("", [])
        settings, own = self._order.settings, self._order.context
        github, context = self._github.of(one.repository), replace(own, repository=one.repository)
        environment = Environment(
            settings, context, own, github, self._say, self._clock, TIMING, ledger_commit
        )
        target = Target(TargetKind.RUN_ID, one.repository, one.run.id, None)
        with fire.uninterruptible():  # the story listens to signals itself, as long as it can end on one
            progress = story.run(environment, target)
            if not (settings.dry_run or progress.firing or progress.outcome.reason is Reason.INTERRUPTED):
                _remember(one, progress, was_told(known, one))
        outcome = progress.outcome
        self._say(f"{one.repository} {one.run.workflow}: {outcome.message}")
        verdict = progress.verdict if settings.dry_run else None
        reason = verdict.reason if isinstance(verdict, Skip) else "" if verdict else outcome.reason
        state = STATES.get(outcome.result, STATES.get(reason, State.SKIPPED))
        self._stories += 1
        self._sessions += state in (State.FIRED, State.WOULD_FIRE) or outcome.result is Result.UNKNOWN
        self.swept.failed |= outcome.result is Result.UNKNOWN
        self.swept.failed |= outcome.result is Result.FAILED and Cure.TIME not in outcome.cure
        self._stop(self._ended_by(outcome))
        told = self.swept.stopped if state is State.WAITING else reason
        self._add(state, one, told, outcome.message, outcome.session_url)

    def _ended_by(self, outcome: Outcome) -> str:
        """Why no other story makes sense now, or an empty text."""
        if outcome.reason is Reason.INTERRUPTED:
            return "it was interrupted"
        if outcome.reason is Reason.RATE_LIMITED:
            until = self._clock.now() + timedelta(seconds=outcome.retry_after or 0)
            return f"waiting until {until:%H:%M} UTC" if outcome.retry_after else "waiting for a limit"
        return f"the endpoint answered {outcome.http_status}" if outcome.http_status in ENDS else ""

    def _stop(self, why: str) -> None:
        self.swept.stopped = self.swept.stopped or why

    def _add(self, state: State, one: Red, reason: str, message: str = "", session_url: str = "") -> None:
        told = replace(one, state=state, reason=reason, message=message, session_url=session_url)
        self.swept.rows.append(told)
        self.swept.counts[state] += 1


def _remember(one: Red, progress: Progress, told: bool) -> None:
    """Write that it was told in vain: `n` where time does not change that, else as a withdrawn claim.

    The latter once since it is red (`told`): the ledger shall not grow by each sweep that finds it so.
    """
    log, evidence, outcome = progress.log, progress.evidence, progress.outcome
    final = Cure.NEW_RUN in outcome.cure or (outcome.reason is Reason.DUPLICATE and outcome.session_url)
    if log is None or (told and not final):
        return
    stage, claim_id = Stage.SEEN if final else Stage.WITHDRAWN, log.new_claim_id()
    if evidence:
        record = Asker.of(evidence.run, evidence.brief, log.terms).record(stage, claim_id)
    else:  # of a run that could not be read, hardly more than its number is known
        nothing = Name(Kind.UNREAD, "0" * 7)
        record = Record(
            stage, label_of(one.run), one.run.id, 0, "000000", one.run.sha[:7], claim_id, (nothing,)
        )
    log.write_last(record, one.run.url, patient=False)
