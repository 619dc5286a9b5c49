"""The story of one run, from top to bottom: policy → first look → gather → decision → fire.

`evidence.py` has the part from the run to the text, and `ledger/__init__.py` the protocol that the decision
follows. Anything that goes wrong becomes an outcome: nothing here raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from . import fire
from .clock import Clock
from .evidence import Evidence, gather_evidence
from .gather.event import GatherError, find_target, run_as_reported
from .github.client import GitHub
from .github.past_runs import base_branch
from .ledger.asking import LedgerError
from .ledger.contest import Contest
from .ledger.day import over_limit
from .ledger.first_look import first_look
from .ledger.fixes import fix_waits, too_many, waiting
from .ledger.log import Log
from .ledger.lookback import ABOUT_SESSIONS, failed_alike, past_sessions, without_trace
from .ledger.messages import fixes_unread, replaced, rerun, uncounted
from .ledger.rerun import Reruns
from .ledger.rule import Asker, Case, Moment, Ruling
from .ledger.terms import Terms, Timing
from .model.event import EventError
from .model.evidence import Action, fault_of
from .model.outcome import Fire, GitHubError, Outcome, Past, Result, Say, SessionTrace, Skip, quiet
from .model.reason import Reason
from .model.run import Run, Target, TargetKind
from .policy import causes, fresh, guards
from .policy.known_failures import can_be_rerun, known_as, known_entries, known_failures
from .policy.trailers import sessions_behind
from .redact import redact_text
from .sanitize import code
from .settings import Context, Settings
from .threads import result, threads


@dataclass(frozen=True, slots=True)
class Environment:
    """What the story runs with."""

    settings: Settings
    context: Context  # of the run to report
    own: Context  # of the run that this runs in, which differs with an address
    github: GitHub
    say: Say
    clock: Clock
    timing: Timing = field(default_factory=Timing)
    ledger_commit: str = ""  # where it is known; empty: the input of this name, or to be found


@dataclass(slots=True)
class Progress:
    """How far the story has come: what the report can show, wherever it ended."""

    outcome: Outcome
    run: Run | None = None  # as far as it was known before anything was gathered
    evidence: Evidence | None = None
    log: Log | None = None
    decision: Decision | None = None
    firing: bool = False  # from here on a request may have been sent
    verdict: Skip | Fire | None = None  # also of a dry run, which fires nothing; None: it did not come to one

    @property
    def past(self) -> Past:
        return self.decision.past if self.decision else Past()


def run(environment: Environment, target: Target | None = None) -> Progress:
    """The story, and what became of it. `target`: the run to report; None: as inputs and event name it."""
    progress = Progress(Outcome(Result.FAILED, Reason.INTERNAL_ERROR, ""))
    try:
        if skip := _run(environment, target, progress):
            progress.outcome = _declined(skip)
    except GatherError as error:
        progress.outcome = Outcome(Result.FAILED, Reason.NO_RUN, error.message)
    except EventError as error:
        progress.outcome = Outcome(Result.FAILED, Reason.INVALID_EVENT, error.message)
    except fire.Interrupted as interruption:
        progress.outcome = _ended_early(
            progress, Reason.INTERRUPTED, f"The job was cancelled ({interruption})"
        )
    except Exception as error:  # a fault of ours must not look like a failure of the user's
        fault = f"The action has a fault ({code(fault_of(error))}; please report it). It ended"
        progress.outcome = _ended_early(progress, Reason.INTERNAL_ERROR, fault)
    if progress.decision:
        progress.decision.contest.settle(progress.outcome)
    return progress


def _run(environment: Environment, target: Target | None, progress: Progress) -> Skip | None:
    """Everything up to the outcome. The fire comes last and raises nothing itself."""
    settings = environment.settings
    if why := environment.context.event_fault:
        raise EventError(f"The event's file (GITHUB_EVENT_PATH) can't be read: {code(why)}")
    target = target or find_target(settings, environment.context)
    reported = progress.run = run_as_reported(target, environment.context)
    if skip := guards.before_gathering(settings, environment.context, reported):
        return skip
    with fire.interruptible():
        log = progress.log = Log(environment.github, _terms(environment), environment.clock)
        if skip := _skip_early(environment, log, target, reported):
            return skip
        environment.say(f"Reading run {target.run_id} from GitHub …")
        with threads(1, "ledger") as pool:
            found = pool.submit(log.look_up)
            evidence = gather_evidence(
                environment.github, target, settings, environment.context, environment.say
            )
            result(found)
        environment = replace(
            environment, github=environment.github.of(evidence.run.repository)
        )  # it may have been renamed
        log.api = environment.github
        progress.evidence = evidence = _with_rerun(log, settings, evidence)
        decided = progress.verdict = decide(environment, log, evidence, progress)
        if settings.dry_run:
            return not_sent(decided)
        if isinstance(decided, Skip):
            return decided
        environment.say(f"Firing the routine. {decided.message}")
        text, progress.firing = progress.evidence.brief.text, True
        fired = fire.fire_once(settings, text, clock=environment.clock, say=environment.say)
        progress.outcome = replace(fired, session_number=decided.number)
    return None


# --- before the decision ------------------------------------------------------------------------------


def _terms(environment: Environment) -> Terms:
    """What the ledger needs of the inputs.

    Raises:
        GatherError: with `again`, GitHub does not say when the run was created that asks.
    """
    settings, own, asked = environment.settings, environment.own, None
    if settings.again:
        try:
            asked = environment.github.of(own.repository).run(own.run_id or 0, None)[0].created_at
        except GitHubError as error:
            raise GatherError(
                f"again: GitHub does not state when this run was created ({code(error)}). Nothing was sent."
                " Run it again later, with `actions: read`."
            ) from None
    return Terms(
        max_sessions=settings.max_sessions,
        cool_down=timedelta(hours=settings.cool_down),
        again_since=asked,
        ledger_commit=environment.ledger_commit or settings.ledger_commit,
        routine_url=settings.routine_url,
        matrix_size=environment.context.job_total,
        default_token=environment.context.default_token,
        key=redact_text(settings.key)[0],
        daily_limit=settings.daily_limit,
        max_open_fixes=settings.max_open_fixes,
        timing=environment.timing,
    )


def _skip_early(environment: Environment, log: Log, target: Target, run: Run | None) -> Skip | None:
    """What one or two requests show against a fire. A dry run shows its text, no matter what."""
    settings = environment.settings
    if run and run.conclusion == "success" and run.attempt > 1:
        flake = Reruns(log, run).record(write=not settings.dry_run) or guards.not_failed(run.conclusion)
        return not_sent(flake) if settings.dry_run else flake
    if settings.dry_run or settings.key or not run or not run.head_sha:
        return None
    # Of final jobs there is one, so what a first look would save is not worth its request.
    looks = target.kind is TargetKind.STEP and not settings.again
    if looks and (skip := first_look(log, run, environment.say)):
        return skip
    return fresh.stale(environment.github, run) if run.default_branch and not settings.again else None


def _with_rerun(log: Log, settings: Settings, evidence: Evidence) -> Evidence:
    """With what the ledger knows of the attempt before, if that one may have been re-run for us."""
    run, failures = evidence.run, evidence.failures
    by_entry = any(one.known and one.known.action is Action.RERUN for one in failures)
    if run.attempt == 1 or not (settings.rerun_first or by_entry):
        return evidence
    known = Reruns(log, run).known(evidence.brief)
    return evidence.with_run(replace(run, rerun=known)) if known else evidence


def _forbidden(environment: Environment, log: Log, evidence: Evidence) -> Skip | None:
    """What forbids the fire, no matter what was fired before."""
    settings, run = environment.settings, evidence.run
    if run.fired_for:
        return causes.may_cause(run.fired_for, run, settings)
    return (
        guards.unfinished(run.status, rerun_first=settings.rerun_first)
        or guards.after_gathering(settings, environment.context, run)
        or known_failures(evidence.failures)
        or fresh.labelled(environment.github, run, settings.skip_labels, log.note)
    )


# --- the decision -------------------------------------------------------------------------------------


def decide(environment: Environment, log: Log, evidence: Evidence, progress: Progress) -> Skip | Fire:
    """Whether it is fired. `progress` gets what is known by then; its contest must be given the outcome."""
    settings = environment.settings
    skip = _forbidden(environment, log, evidence)
    if skip and not settings.dry_run:
        return skip
    known = () if skip else known_entries(evidence.failures)
    decision = progress.decision = _decision(environment, log, evidence, rerun_known=bool(known))
    if settings.dry_run:
        verdict = skip or decision.preview()
        progress.evidence = _completed(environment, evidence, decision)
        return verdict
    decided = decision.compete()
    if isinstance(decided, Skip):
        told = f"{known_as(known)} {decided.message}" if known else decided.message
        return replace(decided, message=told) if decided.reason is Reason.RERUN else decided
    progress.evidence = _completed(environment, evidence, decision)
    labels = settings.skip_labels if evidence.run.subject.is_overtaken else ()
    return fresh.labelled(environment.github, evidence.run, labels, log.note) or decided


def _decision(environment: Environment, log: Log, evidence: Evidence, *, rerun_known: bool) -> Decision:
    """`rerun_known`: all that failed is known by entries that ask for a re-run."""
    settings, run = environment.settings, evidence.run
    asker = Asker.of(run, evidence.brief, log.terms, others=causes.by_others(run))
    case = Case.of(asker, run, sessions_behind(run))
    contest = Contest(log, run, case, say=environment.say)
    by_entry = rerun_known and can_be_rerun(run, log.note)
    first = not settings.again and run.attempt == 1 and (settings.rerun_first or by_entry)
    return Decision(contest, log, environment.say, rerun_first=first)


@dataclass(slots=True)
class Decision:
    """One job's way through the ledger: whether it fires, and what became of earlier sessions."""

    contest: Contest
    log: Log
    say: Say = quiet
    rerun_first: bool = False  # the failed jobs are re-run before a session is started
    past: Past = field(default_factory=Past)
    fixes: Sequence[SessionTrace] | None = None  # that wait for a review; None: not asked yet

    def compete(self) -> Skip | Fire:
        """Whether this job fires; if so, the ledger already shows its announcement.

        An interruption takes the claim back, as far as that can still be written, and goes on.
        """
        contest, run = self.contest, self.contest.run
        again = self.log.terms.again_since is not None
        try:
            contest.find()
            while True:
                ruling = contest.wait()
                if ruling.blocked:
                    if self._replaces(ruling):
                        continue
                    return contest.point_to(ruling)
                if not again and run.subject.is_overtaken and (skip := fresh.stale(self.log.api, run)):
                    return skip
                if self.rerun_first and (skip := Reruns(self.log, run).begin(contest.case.asker.shown_names)):
                    return skip
                self.rerun_first = False  # GitHub does not
                if skip := self._held_back():
                    return skip
                if decided := contest.claim():
                    return decided
        except LedgerError as problem:
            return contest.unavailable(problem)

    def preview(self) -> Skip | Fire:
        """What would be decided by the entries of now, if they can be read. Nothing is written."""
        contest = self.contest
        try:
            contest.find()
            ruling = contest.preview()
            while ruling.blocked and self._replaces(ruling, waited=False):
                ruling = contest.preview()
        except LedgerError:
            return Fire("")
        if ruling.blocked:
            return contest.words(ruling, waited=False)
        self.look_back()
        return (rerun(contest.run) if self.rerun_first else self._held_back()) or Fire("")

    def _held_back(self) -> Skip | None:
        """Why no session starts though the ledger allows one: the day's limit, and fixes that wait."""
        if self.log.terms.again_since is not None:
            return None
        return self._over_limit() or self._fix_waits()

    def _fix_waits(self) -> Skip | None:
        """The open pull request of a session for this failure, or too many for others."""
        log, run = self.log, self.contest.run
        if run.fired_for:
            return None
        if self.fixes is None:
            self.fixes = self._open_fixes()
        asker, branches = self.contest.case.asker, (run.head_branch, base_branch(run))
        if session := waiting(self.fixes, asker, log.claims(), branches):
            self.past = replace(self.past, sessions=(session,))
            return fix_waits(session)
        return too_many(self.fixes, log.terms.max_open_fixes)

    def _open_fixes(self) -> Sequence[SessionTrace]:
        log = self.log
        try:
            fixes, complete = log.api.open_fixes()
        except GitHubError as error:
            log.note(fixes_unread(str(error), denied=error.denied))
            return ()
        if not complete:
            log.note(fixes_unread("Only the newest 300 open pull requests are read"))
        return fixes

    def _over_limit(self) -> Skip | None:
        """Why the repository has had enough sessions today."""
        log, limit = self.log, self.log.terms.daily_limit
        if not limit:
            return None
        if not log.has_day:
            log.note(uncounted())
            return None
        others = self.contest.case.asker.others
        return over_limit(log.claims(), limit, Moment(log.time), others=others)

    def look_back(self, session_url: str = "") -> None:
        """See what became of earlier sessions. `session_url`: of the one that blocks."""
        self.past = past_sessions(self.log, self.contest, session_url)

    def _replaces(self, ruling: Ruling, *, waited: bool = True) -> bool:
        """Whether the session that blocks left no trace, so that another one may start in its place.

        In a large matrix only the job that fires looks: one leg's requests are another one's limit.
        """
        skip = self.contest.words(ruling, waited=waited)
        if skip.reason not in ABOUT_SESSIONS or self.log.terms.is_large:
            return False
        self.look_back(skip.session_url)
        run, cool_down = self.contest.run, self.log.terms.cool_down
        gone = without_trace(self.past, cool_down, run.started_at or run.created_at)
        if (
            skip.reason is not Reason.DUPLICATE
            or skip.session_url not in gone
            or not self.contest.replaces(gone)
        ):
            return False
        self.say(replaced(skip.session_url))
        return True


# --- after it -----------------------------------------------------------------------------------------


def _completed(environment: Environment, evidence: Evidence, decision: Decision) -> Evidence:
    """The text with what it alone needs: what changed, and what became of earlier sessions."""
    with threads(1, "context") as pool:
        asked = pool.submit(evidence.with_context, environment.github)
        if not environment.settings.dry_run:
            decision.look_back()
        evidence = result(asked)
    evidence = _with_base(decision.log, evidence)
    past = decision.past
    return evidence.with_past(past) if past.sessions or past.seen else evidence


def _with_base(log: Log, evidence: Evidence) -> Evidence:
    """With whether the base branch failed alike, where its last run failed."""
    run, history, failures = evidence.run, evidence.run.history, evidence.brief.fingerprints
    if not history or not history.base_red:
        return evidence
    if not failed_alike(log, history.base_red, history.base_red_sha, failures):
        return evidence
    return evidence.with_run(replace(run, history=replace(history, base_failed_alike=True)))


def not_sent(verdict: Skip | Fire) -> Skip:
    """What a dry run reports."""
    would = "this would start a session."
    if isinstance(verdict, Skip):
        how = "fail" if verdict.failed else "be skipped"
        would = f"it would {how} (`{verdict.reason}`): {verdict.message}"
    return Skip(Reason.DRY_RUN, f"Nothing was sent. Without `dry-run`, {would}")


def _ended_early(progress: Progress, reason: Reason, what: str) -> Outcome:
    """The outcome of a story that was cut short: before the fire, or as `fire_once` begins or returns."""
    if progress.outcome.result is Result.FIRED:
        return progress.outcome
    if progress.firing:
        return Outcome(Result.UNKNOWN, reason, f"{what} while the routine was fired. {fire.CHECK}")
    return Outcome(Result.FAILED, reason, f"{what} before anything was sent.")


def _declined(skip: Skip) -> Outcome:
    return Outcome(
        Result.FAILED if skip.failed else Result.SKIPPED,
        skip.reason,
        skip.message,
        session_id=skip.session_id,
        session_url=skip.session_url,
    )
