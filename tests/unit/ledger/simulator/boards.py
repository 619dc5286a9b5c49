"""A GitHub in memory, and the values that the tests of the ledger decide on."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from tests.support.fake_clock import NOON, FakeClock

from fire_routine.compose.grouping import combined
from fire_routine.ledger.entry import LEDGER, Entry, Record, Stage, read_entry, ref_of
from fire_routine.ledger.log import ACTIONS_BOT
from fire_routine.ledger.names import read_names
from fire_routine.model.evidence import Brief, Fingerprint
from fire_routine.model.outcome import SHOWN, GitHubError, Outcome, Result, SessionTrace, Status
from fire_routine.model.run import GreenRuns, History, Job, Note, PullRequest, Run

SHA = "a" * 40
OLDER = "b" * 40
PLACE = "f" * 40
URL = "https://github.com/octo/cat/actions/runs/100"
DAY = timedelta(days=1)

SERVER_ERROR = GitHubError("GitHub answered 502", 502)
NO_ANSWER = GitHubError("GitHub did not answer within 10 s")
FORBIDDEN = GitHubError("GitHub answered 403: Resource not accessible by integration", 403)
LIMITED = GitHubError("GitHub answered 403: secondary rate limit", 403, rate_limited=True)
FULL = GitHubError(
    "GitHub answered 422: This SHA and context has reached the maximum number of statuses.", 422
)


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
        "failed_jobs": (Job(id=1, name="test", conclusion="failure", url=URL),),
    }
    return Run(**{**values, **changes})


NEXT = sample_run(101, head_sha=OLDER, url="https://github.com/octo/cat/actions/runs/101")


def sample_brief(*fingerprints: str | Fingerprint) -> Brief:
    given = fingerprints or ("1" * 16,)
    prints = tuple(sorted(one if isinstance(one, Fingerprint) else Fingerprint(one) for one in given))
    return Brief(text="# CI failed", fingerprints=prints, fingerprint=combined(prints))


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
class Board:
    """GitHub's commit statuses and runs, in memory. All tests of the ledger and its simulator have this one.

    It answers at once and rightly. A test puts into `faults` what the next calls of a method raise, None for
    nothing. In the simulator each actor reaches it by a `Client`, which takes time, and draws faults.
    """

    clock: FakeClock = field(default_factory=FakeClock)
    commits: dict[str, list[Status]] = field(default_factory=dict)  # in the order of their ids
    shown_from: dict[int, float] = field(default_factory=dict)  # since when a status is shown, by its id
    room: int = 1000  # statuses of one context on a commit
    ledger_commit: str = PLACE
    runs: dict[int, Run] = field(default_factory=dict)  # by their ids
    listed_from: dict[int, float] = field(default_factory=dict)  # since when a run is listed, by its id
    began: dict[int, list[float]] = field(default_factory=dict)  # when each run's further attempts began
    rerun: list[int] = field(default_factory=list)  # ids of runs whose failed jobs were re-run
    passed: list[str] = field(default_factory=list)  # commits that were green in a re-run
    creator: str | None = ACTIONS_BOT  # of the statuses that are written
    heads: dict[str, str] = field(default_factory=dict)  # of branches that may have moved on
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    faults: dict[str, list[GitHubError | None]] = field(default_factory=dict)
    rerun_anyway: bool = False  # whether a re-run that fails has its effect
    written_anyway: bool = False  # whether a write that fails has its effect
    hidden: int = 0  # how many reads of the ledger do not show the newest entry yet
    before_write: Callable[[], None] | None = None  # what another job does just before the next write
    calls: list[str] = field(default_factory=list)
    notes: Sequence[Note] = ()  # of the last job that was decided
    _ids: int = 0

    def statuses(
        self, sha: str, page: int = 1, *, as_of: float = math.inf, without: Collection[int] = ()
    ) -> Page:
        """`as_of`: the time whose state is shown, in seconds; `without`: ids of what is left out."""
        self._call("statuses")
        written = self.commits.get(sha, [])
        if self.hidden and sha == self.ledger_commit:
            self.hidden -= 1
            written = written[:-1]
        since = self.shown_from
        shown = (one for one in reversed(written) if since[one.id] <= as_of and one.id not in without)
        size = 101 - page
        found = list(islice(shown, (page - 1) * size, page * size + 1))
        return Page(found[:size], len(found) > size, self._second())

    def create_status(self, sha: str, state: str, description: str, target_url: str, context: str) -> Status:
        assert len(description.encode()) <= 140
        if self.before_write and sha == self.ledger_commit:
            others, self.before_write = self.before_write, None
            others()
        try:
            self._call("create_status")
        except GitHubError:
            if self.written_anyway:
                self.add(sha, description, target_url, context)
            raise
        if self.is_full(sha, context):
            raise FULL.with_traceback(None)
        return self.add(sha, description, target_url, context, state)

    def is_full(self, sha: str, context: str) -> bool:
        return sum(status.context == context for status in self.commits.get(sha, [])) >= self.room

    def login(self) -> str:
        self._call("login")
        if self.creator is None:
            raise FORBIDDEN
        return self.creator

    def first_commit(self, _login: str = "") -> str:
        self._call("first_commit")
        return self.ledger_commit

    def greens(self, run: Run, back_to: int, *, as_of: float = math.inf) -> GreenRuns:
        """By the unfiltered list."""
        self._call("greens")
        first = min(run.id, back_to)
        listed = [
            one
            for one in self.runs.values()
            if one.id >= first and self.listed_from.get(one.id, 0.0) <= as_of
            if (one.workflow_path, one.head_branch) == (run.workflow_path, run.head_branch)
        ]
        greens = {one.id: one.event for one in listed if one.conclusion == "success"}
        return GreenRuns(greens, {one.id: one.event for one in listed})

    def traces(
        self, runs: Collection[int], since: datetime | None, _prefix: str
    ) -> tuple[Mapping[int, SessionTrace], Sequence[Note]]:
        self.calls.append(f"traces since {since}")
        return dict.fromkeys(runs, SessionTrace(0, None)), ()

    def open_fixes(self) -> tuple[list[SessionTrace], bool]:
        return [], True

    def latest_attempt(self, run_id: int, *, as_of: float = math.inf) -> int:
        self._call("latest_attempt")
        return 1 + sum(began <= as_of for began in self.began.get(run_id, []))

    def rerun_failed_jobs(self, run_id: int) -> None:
        try:
            self._call("rerun_failed_jobs")
        except GitHubError:
            if self.rerun_anyway:
                self.begin_again(run_id)
            raise
        self.rerun.append(run_id)
        self.begin_again(run_id)

    def begin_again(self, run_id: int) -> None:
        """Another attempt of a run begins."""
        self.began.setdefault(run_id, []).append(self.clock.seconds)

    def passed_in_rerun(self, run: Run, since: datetime) -> Sequence[str]:
        self._call(f"passed_in_rerun {run.workflow} {since:%Y-%m-%d}")
        return self.passed

    def branch_head(self, branch: str) -> str | None:
        self._call("branch_head")
        return self.heads.get(branch)

    def pull_request(self, number: int) -> PullRequest | None:
        self._call("pull_request")
        return self.pulls.get(number)

    def entries(self, sha: str = PLACE, *, shown: bool = False) -> list[Entry]:
        """The ledger's entries, or what people see on a commit; oldest first."""
        found = (status for status in self.commits.get(sha, []) if (status.context == SHOWN) == shown)
        return [entry for entry in (read_entry(status) for status in found) if entry]

    def stages(self) -> str:
        """The letters of the ledger's entries, oldest first."""
        return "".join(entry.record.stage for entry in self.entries())

    def words(self, sha: str = SHA) -> list[str]:
        """What people read on a commit, oldest first."""
        shown = (status for status in self.commits.get(sha, []) if status.context == SHOWN)
        return [status.description.partition(" · ")[0] for status in shown]

    def add(
        self,
        sha: str,
        description: str,
        url: str,
        context: str,
        state: str = "success",
        by: str | None = "",
        *,
        shown_from: float = 0.0,
    ) -> Status:
        self._ids += 1
        creator = self.creator if by == "" else by
        status = Status(self._ids, state, description, url, self._second(), creator, context)
        self.commits.setdefault(sha, []).append(status)
        self.shown_from[status.id] = shown_from
        return status

    def write(self, stage: Stage, claim_id: str = "other000", run: int = 90) -> None:
        """Another job's entry in the ledger."""
        record = Record(
            stage, "ci.yml", run, 1, ref_of(sample_run()), "7654321", claim_id, read_names("aaaaaaaa")
        )
        url = "https://claude.ai/code/session_0" if stage is Stage.FIRED else URL
        self.add(PLACE, str(record), url, f"{LEDGER} 2026-03-01")

    def _second(self) -> datetime:
        """GitHub's times are whole seconds."""
        return self.clock.server().replace(microsecond=0)

    def _call(self, method: str) -> None:
        self.calls.append(method)
        faults = self.faults.get(method)
        fault = faults.pop(0) if faults else None
        if fault is not None:
            raise fault
