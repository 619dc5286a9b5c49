"""At most one re-run per run: the entry before the request, and who sends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.unit.ledger.boards import SHA, Board, fired, sample_brief, sample_run, without_logs
from tests.unit.ledger.jobs import FORBIDDEN, LIMITED, NO_ANSWER, SERVER_ERROR, Job, job_of

from fire_routine.decide.election.rerun import UNANSWERED
from fire_routine.decide.ledger.entry import Record, Stage, ref_of
from fire_routine.model import Fingerprint, GitHubError, Rerun, Run, Verdict

CONFLICT = GitHubError("GitHub answered 409: Conflict", 409)
RUNNING = GitHubError("GitHub answered 403: This workflow is already running", 403)


def rerunner(board: Board, run: Run | None = None, **terms: Any) -> Job:
    return job_of(board, run, rerun_first=True, **terms)


def rerun(board: Board, **terms: Any) -> Verdict:
    return rerunner(board, **terms).claim(sample_brief())


def again(attempt: int = 2, **changes: Any) -> Run:
    return sample_run(attempt=attempt, **changes)


def write(board: Board, mark: str, stage: Stage = Stage.RERUN) -> None:
    """Another job's entry about the re-run of run 100."""
    run = sample_run()
    record = Record(stage, "ci.yml", run.id, 1, (Fingerprint("1" * 8),), 0, mark, ref_of(run))
    board.create_status(SHA, "success", str(record), run.url)


class Watched(Board):
    """Keeps what the commit shows when the re-run is asked for."""

    shown: tuple[str, ...] = ()

    def rerun_failed_jobs(self, run_id: int) -> None:
        self.shown = tuple(self.stages())
        super().rerun_failed_jobs(run_id)


def test_the_entry_comes_before_the_request() -> None:
    board = Watched()
    assert rerun(board).reason == "rerun"
    assert board.shown == ("RERUN",)
    assert board.rerun == [100]


def test_a_job_that_came_earlier_asks_and_the_other_takes_its_entry_back() -> None:
    board = Board()
    board.before_write = lambda: write(board, "earlier0")
    assert rerun(board).reason == "rerun"
    assert board.rerun == []
    assert board.stages() == ["RERUN", "RERUN", "WITHDRAWN"]
    assert board.commits[SHA][-1].description.startswith("The failed jobs are being re-run · ")


def test_a_job_that_came_later_asks_nothing_either() -> None:
    board = Board()
    board.clock.at = lambda: None if board.stages().count("RERUN") > 1 else write(board, "later000")
    assert rerun(board).reason == "rerun"
    assert board.rerun == [100]


def test_who_took_its_entry_back_does_not_count() -> None:
    board = Board()
    write(board, "gone0000")
    write(board, "gone0000", Stage.WITHDRAWN)
    assert rerun(board).reason == "rerun"
    assert board.rerun == [100]


def test_a_job_that_finds_the_entry_at_its_first_look_gathers_nothing() -> None:
    board = Board()
    write(board, "earlier0")
    verdict = rerunner(board).look_first()
    assert verdict is not None
    assert verdict.reason == "rerun"
    assert rerunner(board, again()).look_first() is None
    assert job_of(board).look_first() is None


@pytest.mark.parametrize("stage", [Stage.RERUN, Stage.FLAKE])
def test_a_run_that_was_re_run_is_not_re_run_again(stage: Stage) -> None:
    board = Board()
    write(board, "earlier0", stage)
    assert rerun(board).reason == "rerun"
    assert (board.rerun, len(board.stages())) == ([], 1)


def test_a_run_that_a_person_re_runs_meanwhile_is_left_alone() -> None:
    board = Board(attempts={100: 2})
    assert rerun(board).reason == "rerun"
    assert board.rerun == []


@pytest.mark.parametrize("refusal", [FORBIDDEN, CONFLICT, RUNNING, LIMITED])
def test_a_refusal_fires_at_once_under_a_claim_of_its_own(refusal: GitHubError) -> None:
    board = Board(faults={"rerun_failed_jobs": [refusal]})
    job = rerunner(board)
    assert job.claim(sample_brief()).fire
    assert board.stages() == ["RERUN", "NOT_RERUN", "CLAIMED", "SENDING"]
    (note,) = job.notes
    assert note.permission == ("actions: write" if refusal is FORBIDDEN else "")
    assert board.calls.count("rerun_failed_jobs") == 1
    job.settle(fired())
    assert rerun(board).reason == "duplicate"
    assert board.calls.count("rerun_failed_jobs") == 1


def test_a_refusal_because_another_attempt_goes_on_is_a_re_run() -> None:
    board = Board(faults={"rerun_failed_jobs": [RUNNING]}, rerun_anyway=True)
    assert rerun(board).reason == "rerun"
    assert board.stages() == ["RERUN"]


def test_whoever_sees_the_refusal_of_another_job_fires_without_asking() -> None:
    board = Board()

    def refused() -> None:
        write(board, "refused0")
        write(board, "refused0", Stage.NOT_RERUN)

    board.before_write = refused
    assert rerun(board).fire
    assert board.calls.count("rerun_failed_jobs") == 0


@pytest.mark.parametrize("fault", [NO_ANSWER, SERVER_ERROR])
def test_a_request_without_an_answer_is_looked_for_and_never_sent_again(fault: GitHubError) -> None:
    board = Board(faults={"rerun_failed_jobs": [fault]}, rerun_anyway=True)
    assert rerun(board).reason == "rerun"
    board = Board(faults={"rerun_failed_jobs": [fault]})
    assert rerun(board).fire
    assert board.calls.count("rerun_failed_jobs") == 1
    assert board.calls.count("latest_attempt") == 2 + len(UNANSWERED)
    assert "NOT_RERUN" not in board.stages()  # it may yet have its effect


def test_what_shows_no_second_attempt_comes_before_the_request() -> None:
    board = Board(faults={"latest_attempt": [SERVER_ERROR]})
    assert rerun(board).fire
    assert board.calls.count("rerun_failed_jobs") == 0


def test_an_entry_that_is_not_shown_re_runs_nothing() -> None:
    board = Board(hidden=100)
    verdict = rerun(board)
    assert (verdict.reason, verdict.failed) == ("ledger-unavailable", True)
    assert board.rerun == []
    assert board.stages()[-1] == "WITHDRAWN"


def test_an_interruption_before_the_request_takes_the_entry_back() -> None:
    board = Board()

    def interrupt() -> None:
        board.clock.at = lambda: None
        raise KeyboardInterrupt

    board.clock.at = interrupt
    with pytest.raises(KeyboardInterrupt):
        rerun(board)
    assert board.stages() == ["RERUN", "WITHDRAWN"]
    assert rerun(board).reason == "rerun"
    assert board.rerun == [100]


def test_without_permission_for_statuses_it_fires_without_a_re_run() -> None:
    board = Board(faults={"create_status": [FORBIDDEN] * 50})
    assert rerun(board).fire
    assert board.rerun == []


def test_a_stale_head_is_not_re_run() -> None:
    board = Board(heads={"main": "f" * 40})
    assert rerun(board).reason == "stale-head"
    assert board.rerun == []


def test_a_job_without_rerun_first_fires_all_the_same() -> None:
    board = Board()
    write(board, "earlier0")
    assert job_of(board).claim(sample_brief()).fire


def test_a_second_attempt_fires_after_anything_the_first_left() -> None:
    for stage in (Stage.RERUN, Stage.NOT_RERUN, Stage.WITHDRAWN):
        board = Board()
        write(board, "earlier0", stage)
        assert rerunner(board, again()).claim(sample_brief()).fire
        assert board.rerun == []


def test_a_caller_may_want_a_re_run_of_its_own() -> None:
    board = Board()
    job = job_of(board)
    assert job.election.claim(job.run, sample_brief(), rerun=True).reason == "rerun"
    assert board.rerun == [100]


class TestFlakes:
    def test_are_recorded_with_the_mark_and_the_failures_of_the_re_run(self) -> None:
        board = Board()
        assert rerun(board).reason == "rerun"
        job = rerunner(board, again(conclusion="success"))
        verdict = job.election.record_flake(job.run)
        assert verdict is not None
        assert (verdict.reason, verdict.fire) == ("flake", False)
        first, flake = (entry.record for entry in board.entries())
        assert (flake.stage, flake.attempt, flake.mark, flake.failures) == (
            Stage.FLAKE,
            2,
            first.mark,
            first.failures,
        )

    def test_name_the_session_that_was_started_all_the_same(self) -> None:
        board = Board(faults={"rerun_failed_jobs": [NO_ANSWER]})
        job = rerunner(board)
        assert job.claim(sample_brief()).fire
        job.settle(fired())
        later = rerunner(board, again(conclusion="success"))
        verdict = later.election.record_flake(later.run)
        assert verdict is not None
        assert verdict.session_id == "session_1"
        assert "No session" not in verdict.message

    @pytest.mark.parametrize("stage", [Stage.NOT_RERUN, Stage.WITHDRAWN, Stage.FIRED])
    def test_of_runs_that_were_not_re_run_are_none(self, stage: Stage) -> None:
        board = Board()
        write(board, "earlier0", stage)
        job = rerunner(board, again(conclusion="success"))
        assert job.election.record_flake(job.run) is None

    def test_are_recorded_with_a_token_whose_owner_is_not_known_yet(self) -> None:
        board = Board(creator="mona")
        job = job_of(board, rerun_first=True, default_token=False)
        assert job.claim(sample_brief()).reason == "rerun"
        later = job_of(board, again(conclusion="success"), rerun_first=True, default_token=False)
        assert later.election.record_flake(later.run)
        assert board.stages() == ["RERUN", "FLAKE"]

    def known(self, board: Board, *failures: str, run: Run | None = None) -> Rerun | None:
        job = rerunner(board, run or again())
        return job.election.known_of(job.run, sample_brief(*failures).fingerprints)

    def test_the_attempts_are_compared(self) -> None:
        one, two, three = ("1" * 16, "2" * 16, "3" * 16)
        board = Board()
        assert rerunner(board).claim(sample_brief(one, two)).reason == "rerun"
        assert self.known(board, two, three) == Rerun(1, same=1, new=1, gone=1, days=14)
        assert self.known(board, one, two) == Rerun(1, same=2, days=14)
        assert self.known(board, three) == Rerun(1, new=1, gone=2, days=14)

    def test_without_a_log_they_are_not(self) -> None:
        board = Board()
        assert rerunner(board).claim(without_logs(sample_brief())).reason == "rerun"
        known = self.known(board)
        assert known is not None
        assert not known.comparable

    def test_are_counted_by_runs_and_only_of_the_same_failure(self) -> None:
        board = Board()
        for number in (1, 2, 3):
            sha = f"{number:040x}"
            run = sample_run(number, head_sha=sha)
            failure = "2" * 16 if number == 3 else "1" * 16
            board.heads["main"] = sha
            assert rerunner(board, run).claim(sample_brief(failure)).reason == "rerun"
            passed = sample_run(number, 2, head_sha=sha, conclusion="success")
            job = rerunner(board, passed)
            assert job.election.record_flake(passed)
            assert job.election.record_flake(passed)
            board.passed.append(sha)
        assert self.known(board) == Rerun(flakes=2, days=14)
        asked = [call for call in board.calls if call.startswith("passed_in_rerun")]
        assert asked == ["passed_in_rerun CI 2026-02-15"]

    def test_that_can_not_be_read_are_reported(self) -> None:
        board = Board(passed=["1" * 40])
        board.faults = {"statuses": [None, SERVER_ERROR, SERVER_ERROR]}
        job = rerunner(board, again())
        assert job.election.known_of(job.run, sample_brief().fingerprints) is None
        assert [note.what for note in job.notes] == ["some of what re-runs showed of this failure"]


def test_a_dry_run_would_re_run_and_writes_nothing() -> None:
    board = Board()
    verdict = rerunner(board).look(sample_brief())
    assert verdict is not None
    assert verdict.reason == "rerun"
    assert (board.rerun, board.commits) == ([], {})


def test_the_claims_of_re_runs_block_no_session_for_long() -> None:
    """A re-run that died before its request: the next attempt fires, no matter how old the entry is."""
    board = Board()
    write(board, "dead0000")
    board.clock.seconds = timedelta(hours=2).total_seconds()
    assert rerunner(board, again()).claim(sample_brief()).fire
