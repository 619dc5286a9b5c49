"""A GitHub in memory, the values that the tests decide on, and one job as they play it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from tests.fake_clock import NOON, FakeClock

from fire_routine.clock import REAL, Clock
from fire_routine.evidence import Evidence, Say, Source
from fire_routine.github.client import GitHub
from fire_routine.ledger.api import LedgerApi
from fire_routine.ledger.contest import Contest
from fire_routine.ledger.entry import LEDGER, SHOWN, Entry, Record, Stage, new_mark, read_entry, ref_of
from fire_routine.ledger.first_look import FirstLook
from fire_routine.ledger.log import Log
from fire_routine.ledger.names import read_names
from fire_routine.ledger.rerun import Reruns
from fire_routine.ledger.rule import Asker, Known
from fire_routine.ledger.terms import Terms
from fire_routine.model import (
    Brief,
    Commit,
    FailedJob,
    Failure,
    Fingerprint,
    Fire,
    GitHubError,
    GreenRuns,
    History,
    Note,
    Outcome,
    Past,
    PullRequest,
    Result,
    Run,
    SessionTrace,
    Skip,
    Status,
)
from fire_routine.settings import Context, Settings
from fire_routine.story import Decision, Progress, Scene, decide

SHA = "a" * 40
OLDER = "b" * 40
PLACE = "f" * 40
URL = "https://github.com/octo/cat/actions/runs/100"
DAY = timedelta(days=1)

SERVER_ERROR = GitHubError("GitHub answered 502", 502)
NO_ANSWER = GitHubError("GitHub did not answer within 10 s")
FORBIDDEN = GitHubError("GitHub answered 403: Resource not accessible by integration", 403)
LIMITED = GitHubError("GitHub answered 403: secondary rate limit", 403, rate_limited=True)


def sample_run(run_id: int = 100, attempt: int = 1, **changes: Any) -> Run:
    values: dict[str, Any] = {
        "repository": "octo/cat",
        "id": run_id,
        "attempt": attempt,
        "workflow": "CI",
        "workflow_id": 7,
        "workflow_path": ".github/workflows/ci.yml",
        "event": "push",
        "status": "completed",
        "conclusion": "failure",
        "head_branch": "topic",
        "head_sha": SHA,
        "head_repository": "octo/cat",
        "actor": "mona",
        "url": URL,
        "created_at": NOON,
        "default_branch": "main",
        "failed_jobs": (FailedJob(id=1, name="test", conclusion="failure", url=URL),),
    }
    return Run(**{**values, **changes})


NEXT = sample_run(101, head_sha=OLDER, url="https://github.com/octo/cat/actions/runs/101")


def sample_brief(*fingerprints: str | Fingerprint) -> Brief:
    given = fingerprints or ("1" * 16,)
    prints = tuple(sorted(one if isinstance(one, Fingerprint) else Fingerprint(one) for one in given))
    return Brief(text="# CI failed", fingerprints=prints, fingerprint=prints[0])


def green_at(run_id: int) -> History:
    return History(last_green_run=run_id, last_green_sha="9" * 40, last_green_of_event=run_id)


def fired(session: str = "session_1") -> Outcome:
    return Outcome(Result.FIRED, session_id=session, session_url=f"https://claude.ai/code/{session}")


def pull_request(**changes: object) -> PullRequest:
    base = PullRequest(
        number=5,
        title="Change",
        url="https://github.com/octo/cat/pull/5",
        state="open",
        base_branch="main",
        head_branch="topic",
        head_sha=SHA,
        head_repository="octo/cat",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


@dataclass
class Page:
    statuses: Sequence[Status]
    more: bool
    date: datetime | None


@dataclass
class Comparison:
    commits: tuple[Commit, ...]


@dataclass
class Board:
    """Commit statuses in memory. `faults` holds what the next calls of a method raise, None for nothing."""

    clock: FakeClock = field(default_factory=FakeClock)
    commits: dict[str, list[Status]] = field(default_factory=dict)
    place: str = PLACE
    greens_listed: Mapping[int, str] = field(default_factory=dict)  # id and event
    attempts: dict[int, int] = field(default_factory=dict)  # the latest of each run; else 1
    rerun: list[int] = field(default_factory=list)  # ids of runs whose failed jobs were re-run
    passed: list[str] = field(default_factory=list)  # commits that were green in a re-run
    creator: str | None = "github-actions[bot]"  # of the statuses that are written
    heads: dict[str, str] = field(default_factory=lambda: {"main": SHA, "topic": SHA})
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    faults: dict[str, list[GitHubError | None]] = field(default_factory=dict)
    rerun_anyway: bool = False  # whether a re-run that fails has its effect
    written_anyway: bool = False  # whether a write that fails has its effect
    ahead: tuple[Commit, ...] = ()  # of the head commit's branch
    hidden: int = 0  # how many reads of the ledger do not show the newest entry yet
    before_write: Callable[[], None] | None = None  # what another job does just before the next write
    calls: list[str] = field(default_factory=list)
    notes: Sequence[Note] = ()  # of the last job that was decided
    _ids: int = 0

    def statuses(self, sha: str, page: int = 1) -> Page:
        self._call("statuses")
        shown = self.commits.get(sha, [])
        if self.hidden and sha == self.place:
            self.hidden -= 1
            shown = shown[:-1]
        newest, size = shown[::-1], 101 - page
        return Page(newest[(page - 1) * size : page * size], len(newest) > page * size, self.clock.server())

    def create_status(self, sha: str, state: str, description: str, target_url: str, context: str) -> Status:
        assert len(description.encode()) <= 140
        if self.before_write and sha == self.place:
            others, self.before_write = self.before_write, None
            others()
        try:
            self._call("create_status")
        except GitHubError:
            if self.written_anyway:
                self.add(sha, description, target_url, context)
            raise
        return self.add(sha, description, target_url, context, state)

    def login(self) -> str:
        self._call("login")
        if self.creator is None:
            raise FORBIDDEN
        return self.creator

    def first_commit(self) -> str:
        self._call("first_commit")
        return self.place

    def greens(self, run: Run, back_to: int) -> GreenRuns:
        self._call("greens")
        first = min(run.id, back_to)
        return GreenRuns({one: event for one, event in self.greens_listed.items() if one >= first}, {})

    def traces(
        self, runs: Collection[int], since: datetime | None, _prefix: str
    ) -> tuple[Mapping[int, SessionTrace], Sequence[Note]]:
        self.calls.append(f"traces since {since}")
        return dict.fromkeys(runs, SessionTrace(0, None)), ()

    def latest_attempt(self, run_id: int) -> int:
        self._call("latest_attempt")
        return self.attempts.get(run_id, 1)

    def rerun_failed_jobs(self, run_id: int) -> None:
        try:
            self._call("rerun_failed_jobs")
        except GitHubError:
            if self.rerun_anyway:
                self.attempts[run_id] = 2
            raise
        self.rerun.append(run_id)
        self.attempts[run_id] = 2

    def passed_in_rerun(self, run: Run, since: datetime) -> Sequence[str]:
        self._call(f"passed_in_rerun {run.workflow} {since:%Y-%m-%d}")
        return self.passed

    def branch_head(self, branch: str) -> str | None:
        self._call("branch_head")
        return self.heads.get(branch)

    def pull_request(self, number: int) -> PullRequest | None:
        self._call("pull_request")
        return self.pulls.get(number)

    def compare(self, base: str, head: str) -> Comparison:
        self._call(f"compare {base}...{head[:8]}")
        return Comparison(self.ahead)

    def entries(self, sha: str = PLACE, *, shown: bool = False) -> list[Entry]:
        """The ledger's entries, or what people see on a commit; oldest first."""
        found = (status for status in self.commits.get(sha, []) if (status.context == SHOWN) == shown)
        return [entry for entry in (read_entry(status, sha) for status in found) if entry]

    def stages(self) -> str:
        """The letters of the ledger's entries, oldest first."""
        return "".join(entry.record.stage for entry in self.entries())

    def words(self, sha: str = SHA) -> list[str]:
        """What people read on a commit, oldest first."""
        shown = (status for status in self.commits.get(sha, []) if status.context == SHOWN)
        return [status.description.partition(" · ")[0] for status in shown]

    def add(
        self, sha: str, description: str, url: str, context: str, state: str = "success", by: str | None = ""
    ) -> Status:
        self._ids += 1
        creator = self.creator if by == "" else by
        status = Status(self._ids, state, description, url, self.clock.server(), creator, context)
        self.commits.setdefault(sha, []).append(status)
        return status

    def write(self, stage: Stage, mark: str = "other000", run: int = 90) -> None:
        """Another job's entry in the ledger."""
        record = Record(
            stage, "ci.yml", run, 1, ref_of(sample_run()), "7654321", mark, read_names("aaaaaaaa")
        )
        url = "https://claude.ai/code/session_0" if stage is Stage.FIRED else URL
        self.add(PLACE, str(record), url, f"{LEDGER} 2026-03-01")

    def _call(self, method: str) -> None:
        self.calls.append(method)
        faults = self.faults.get(method)
        fault = faults.pop(0) if faults else None
        if fault is not None:
            raise fault


@dataclass(frozen=True)
class Verdict:
    """What a job was told, in one shape for both decisions."""

    fire: bool
    reason: str = ""
    message: str = ""
    failed: bool = False
    session_id: str = ""
    session_url: str = ""
    session_number: int = 0

    @classmethod
    def of(cls, decided: Skip | Fire) -> Verdict:
        if isinstance(decided, Fire):
            return cls(True, message=decided.message, session_number=decided.number)
        return cls(
            False, decided.reason, decided.message, decided.failed, decided.session_id, decided.session_url
        )


class Unmoved:
    """Branches and pull requests that nobody has changed."""

    def branch_head(self, branch: str) -> str | None:
        return None if branch else ""

    def pull_request(self, number: int) -> PullRequest | None:
        return None if number else pull_request()

    def compare(self, base: str, head: str) -> Comparison:
        raise AssertionError(f"only trailers need {base}...{head}")


class Job:
    """One job's part in deciding who fires, and the run that it is about."""

    def __init__(
        self,
        board: LedgerApi,
        run: Run | None = None,
        *,
        clock: Clock | None = None,
        temp: Path | None = None,
        printed: list[str] | None = None,
        rerun_first: bool = False,
        mark: Callable[[], str] = new_mark,
        **terms: Any,
    ) -> None:
        """`clock`: the board's, if it is none."""
        self.run = run or sample_run()
        self.say: Say = printed.append if printed is not None else lambda _: None
        own = clock or (board.clock.value if isinstance(board, Board) else REAL)
        self.log = Log(board, Terms(**{"cool_down": DAY, **terms}), own, mark)
        self.decision: Decision | None = None
        self._temp, self._rerun_first = temp, rerun_first and self.run.attempt == 1

    @property
    def notes(self) -> tuple[Note, ...]:
        return tuple(self.log.notes)

    @property
    def past(self) -> Past:
        return self.decision.past if self.decision else Past()

    def decide(self, *fingerprints: str | Fingerprint, trailers: frozenset[str] = frozenset()) -> Skip | Fire:
        asker = Asker.of(self.run, sample_brief(*fingerprints), self.log.terms)
        known = Known.of(self.run, trailers)
        contest = Contest(self.log, self.run, asker, known, say=self.say, temp=self._temp)
        self.decision = Decision(contest, self.log, Unmoved(), self.say, rerun_first=self._rerun_first)
        return self.decision.compete()

    def claim(self, *fingerprints: str | Fingerprint, **more: Any) -> Verdict:
        return Verdict.of(self.decide(*fingerprints, **more))

    def settle(self, outcome: Outcome) -> None:
        assert self.decision
        self.decision.contest.settle(outcome)

    def fire(self, *fingerprints: str | Fingerprint, outcome: Outcome | None = None, **more: Any) -> Verdict:
        """A whole fire, if the ledger allows it; it ends well unless `outcome` is given."""
        verdict = self.claim(*fingerprints, **more)
        if verdict.fire:
            assert isinstance(self.log.api, Board)
            number = sum(entry.record.stage == "f" for entry in self.log.api.entries()) + 1
            self.settle(outcome or fired(f"session_{number}"))
        return verdict

    def look_first(self) -> Skip | None:
        return FirstLook(self.log, self.run, self.say).skip()

    def record_flake(self) -> Skip | None:
        return Reruns(self.log, self.run).record()


class Gathered(Evidence):
    """What is known of a run whose context nobody asks for."""

    def with_context(self, github: GitHub) -> Evidence:
        assert github
        return self


def decided(
    board: Board, run: Run | None = None, failures: Sequence[Failure] = (), **settings: Any
) -> Verdict:
    """The whole decision on a board, whose `notes` are the ledger's by then; recorded as the action does."""
    log = Log(board, Terms(), board.clock.value)
    chosen, run = Settings(**settings), run or sample_run()
    github = cast(GitHub, board)
    scene = Scene(chosen, Context(), Context(), github, lambda _: None, board.clock.value)
    evidence = Gathered(run, tuple(failures), sample_brief(), Source((), (), chosen, ""))
    progress = Progress(Outcome(Result.SKIPPED), evidence=evidence)
    found = decide(scene, log, progress)
    if isinstance(found, Skip) and progress.decision:
        progress.decision.contest.settle(Outcome(Result.SKIPPED, found.reason))
    board.notes = log.notes
    return Verdict.of(found)
