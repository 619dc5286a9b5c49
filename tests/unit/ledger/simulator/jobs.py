"""One job as the tests of the ledger play it, and the whole decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from tests.unit.ledger.simulator.boards import DAY, Board, fired, sample_brief, sample_run

from fire_routine.clock import REAL, Clock
from fire_routine.evidence import Evidence, Source
from fire_routine.github.client import GitHub
from fire_routine.ledger.contest import Contest
from fire_routine.ledger.entry import new_claim_id
from fire_routine.ledger.first_look import first_look
from fire_routine.ledger.log import Log
from fire_routine.ledger.rerun import Reruns
from fire_routine.ledger.rule import Asker, Case
from fire_routine.ledger.terms import Terms
from fire_routine.model.evidence import Failure, Fingerprint
from fire_routine.model.outcome import Fire, Outcome, Past, Result, Say, Skip
from fire_routine.model.run import Note, Run
from fire_routine.settings import Context, Settings
from fire_routine.story import Decision, Environment, Progress, decide


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


class Job:
    """One job's part in deciding who fires, and the run that it is about."""

    def __init__(
        self,
        board: object,
        run: Run | None = None,
        *,
        clock: Clock | None = None,
        printed: list[str] | None = None,
        rerun_first: bool = False,
        claim_id: Callable[[], str] = new_claim_id,
        **terms: Any,
    ) -> None:
        """`board`: what a job asks of GitHub; `clock`: the board's, if it is none."""
        self.run = run or sample_run()
        self.say: Say = printed.append if printed is not None else lambda _: None
        own = clock or (board.clock.value if isinstance(board, Board) else REAL)
        self.log = Log(cast(GitHub, board), Terms(**{"cool_down": DAY, **terms}), own, claim_id)
        self.decision: Decision | None = None
        self._rerun_first = rerun_first and self.run.attempt == 1

    @property
    def notes(self) -> tuple[Note, ...]:
        return tuple(self.log.notes)

    @property
    def past(self) -> Past:
        return self.decision.past if self.decision else Past()

    def decide(
        self, *fingerprints: str | Fingerprint, written_by: frozenset[str] = frozenset()
    ) -> Skip | Fire:
        asker = Asker.of(self.run, sample_brief(*fingerprints), self.log.terms)
        case = Case.of(asker, self.run, written_by)
        contest = Contest(self.log, self.run, case, say=self.say)
        self.decision = Decision(contest, self.log, self.say, rerun_first=self._rerun_first)
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
        return first_look(self.log, self.run, self.say)

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
    github = cast(GitHub, board)
    log = Log(github, Terms(), board.clock.value)
    chosen, run = Settings(**settings), run or sample_run()
    environment = Environment(chosen, Context(), Context(), github, lambda _: None, board.clock.value)
    evidence = Gathered(run, tuple(failures), sample_brief(), Source((), (), chosen, ""))
    progress = Progress(Outcome(Result.SKIPPED), evidence=evidence)
    found = decide(environment, log, evidence, progress)
    if isinstance(found, Skip) and progress.decision:
        progress.decision.contest.settle(Outcome(Result.SKIPPED, found.reason))
    board.notes = log.notes
    return Verdict.of(found)
