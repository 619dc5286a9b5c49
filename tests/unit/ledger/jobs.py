"""One job in the election, as the tests play it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.unit.ledger.boards import (
    Board,
    fired,
    sample_brief,
    sample_run,
)

from fire_routine.decide import Election, Terms
from fire_routine.decide.ledger.entry import Record, Stage, ref_of
from fire_routine.model import (
    Brief,
    Fingerprint,
    GitHubError,
    Note,
    Outcome,
    Run,
    Verdict,
)

SERVER_ERROR = GitHubError("GitHub answered 502", 502)
NO_ANSWER = GitHubError("GitHub did not answer within 10 s")
FORBIDDEN = GitHubError("GitHub answered 403: Resource not accessible by integration", 403)
LIMITED = GitHubError("GitHub answered 403: secondary rate limit", 403, rate_limited=True)


class Job:
    """One job's part in the election, and the run that it is about."""

    def __init__(self, election: Election, run: Run) -> None:
        self.election, self.run = election, run

    def claim(self, brief: Brief) -> Verdict:
        return self.election.claim(self.run, brief)

    def look(self, brief: Brief) -> Verdict | None:
        return self.election.preview(self.run, brief)

    def look_first(self, *, spread: bool = False) -> Verdict | None:
        return self.election.look_first(self.run, spread=spread)

    def settle(self, outcome: Outcome) -> None:
        self.election.settle(outcome)

    @property
    def notes(self) -> tuple[Note, ...]:
        return self.election.notes


def job_of(
    board: Board,
    run: Run | None = None,
    temp: Path | None = None,
    printed: list[str] | None = None,
    **terms: Any,
) -> Job:
    election = Election(
        board,
        Terms(**terms),
        temp=temp,
        now=board.clock,
        sleep=board.clock.sleep,
        say=printed.append if printed is not None else lambda _: None,
    )
    return Job(election, run or sample_run())


def fire(board: Board, run: Run | None = None, *fingerprints: str, session: str = "session_1") -> Verdict:
    """A whole fire that ends well, if the election allows it."""
    job = job_of(board, run)
    verdict = job.claim(sample_brief(*fingerprints))
    if verdict.fire:
        job.settle(fired(session))
    return verdict


def sending(run: Run) -> Record:
    return Record(
        Stage.SENDING, "ci.yml", run.id, 1, (Fingerprint("11111111"),), 1, f"{run.id:08d}", ref_of(run)
    )
