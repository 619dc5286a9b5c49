"""The guards: what keeps a failure from being fired at all. Each with its reason and the way to change it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.ledger.simulator import jobs
from tests.unit.ledger.simulator.boards import OLDER, SHA, Board, pull_request, sample_run
from tests.unit.ledger.simulator.jobs import decided

from fire_routine.gather.event import find_target, run_as_reported
from fire_routine.model.outcome import GitHubError, Skip
from fire_routine.model.run import Commit, Job, Origin, Run, TargetKind
from fire_routine.policy import guards
from fire_routine.policy.trailers import sessions_behind
from fire_routine.settings import Context, Settings

SECRETS = {
    "routine_url": "https://api.anthropic.com/v1/claude_code/routines/trig_1/fire",
    "routine_token": "t",
}
JOB = Job(1, "test", "failure", "")
CLOSED = pull_request(state="closed")


def chosen(**changes: object) -> Settings:
    return Settings(**{**SECRETS, **changes})  # type: ignore[arg-type]


def context(event_name: str = "push", event: dict[str, Any] | None = None, **changes: object) -> Context:
    values: dict[str, Any] = {
        "repository": "octo/cat",
        "run_id": 100,
        "ref_name": "main",
        "actor": "mona",
        **changes,
    }
    return Context(event_name=event_name, event=event or {}, **values)


def before_gathering(settings: Settings, where: Context) -> Skip | None:
    """By what the runner and the event describe of the run."""
    return guards.before_gathering(settings, where, run_as_reported(find_target(settings, where), where))


def payload(repository: str | None) -> dict[str, Any]:
    """A pull request's, whose head is in that repository; None: it is gone."""
    head = {"ref": "topic", "sha": SHA, "repo": repository and {"full_name": repository}}
    pull = {"number": 5, "title": "Change", "html_url": "", "state": "open", "base": {"ref": "main"}}
    return {"pull_request": {**pull, "head": head}}


def from_fork(event_name: str = "pull_request") -> Context:
    return context(event_name, payload("stranger/cat"), head_ref="topic")


def finished(**changes: object) -> dict[str, Any]:
    run = {
        "id": 99,
        "event": "push",
        "run_attempt": 1,
        "status": "completed",
        "conclusion": "failure",
        "created_at": "2026-03-01T12:00:00Z",
        "head_sha": SHA,
        "head_branch": "main",
        "head_repository": {"full_name": "octo/cat"},
    }
    return {"workflow_run": {**run, **changes}}


def reason(verdict: Skip | None) -> str | None:
    return verdict.reason if verdict else None


# --- before anything is asked -------------------------------------------------------------------


def test_missing_secrets_of_a_trusted_run_are_a_failure_that_names_the_input() -> None:
    for settings, named in (
        (chosen(routine_token=""), "routine-token is"),
        (Settings(), "routine-url and routine-token are"),
    ):
        verdict = before_gathering(settings, context())
        assert verdict and named in verdict.message
        assert (verdict.failed, verdict.reason) == (True, "missing-secrets")


BOTS = context("pull_request", actor="dependabot[bot]", head_ref="dependabot/npm/x")
GONE = context("pull_request", payload(None), head_ref="topic")
FORKED = context("workflow_run", finished(head_repository={"full_name": "stranger/cat"}))


@pytest.mark.parametrize(
    ("where", "expected", "remedy"),
    [
        (from_fork(), "secrets-withheld", "workflow_run"),
        (GONE, "secrets-withheld", "workflow_run"),  # a fork that is gone is a fork
        (BOTS, "secrets-withheld", "Dependabot secrets"),
        (from_fork("pull_request_target"), "missing-secrets", ""),  # these events have them, fork or not
        (FORKED, "missing-secrets", ""),
        (context("workflow_run", finished(conclusion="success")), "not-failed", ""),
    ],
)
def test_secrets_that_github_withholds_are_no_failure(where: Context, expected: str, remedy: str) -> None:
    verdict = before_gathering(Settings(), where)
    assert verdict is not None
    assert (verdict.reason, verdict.failed) == (expected, expected == "missing-secrets")
    assert remedy in verdict.message
    if expected != "not-failed":
        assert before_gathering(Settings(dry_run=True), where) is None  # it needs none
    assert before_gathering(chosen(), BOTS) is None


def test_what_the_event_reports_decides_without_a_request() -> None:
    for where, expected in (
        (context("workflow_run", finished()), None),
        (context("workflow_run", finished(conclusion="success")), "not-failed"),
        (FORKED, "untrusted-run"),
        (context("workflow_run", finished(head_repository=None)), "untrusted-run"),
        (context("workflow_run", finished(head_branch="claude/fix")), "skip-branches"),
        (context("workflow_run", finished(event="issue_comment")), "untrusted-run"),
        (context("workflow_run", finished(event=None)), "untrusted-run"),
        (context("pull_request_target", payload("octo/cat")), None),
        (from_fork("pull_request_target"), "untrusted-run"),
        (context("push", {"workflow_run": 3}), None),  # another shape is no obstacle
        (context("pull_request", {"pull_request": {"head": []}}), None),
        (context("pull_request", ref_name="7/merge", head_ref="claude/fix"), "skip-branches"),
    ):
        assert reason(before_gathering(chosen(), where)) == expected, where


def test_the_event_reports_nothing_of_another_run_that_is_named_by_run_id() -> None:
    green = context("workflow_run", finished(conclusion="success"))
    for run_id, where, expected in (
        (5, context(ref_name="claude/fix"), None),
        (5, green, None),
        (99, green, "not-failed"),
        (100, context("workflow_run", finished(event="issue_comment")), "untrusted-run"),
        (100, from_fork("pull_request_target"), "untrusted-run"),
    ):
        assert reason(before_gathering(chosen(run_id=run_id), where)) == expected, (run_id, where)


def judged(run: Run, where: Context | None = None, **changes: object) -> str | None:
    return reason(guards.after_gathering(chosen(**changes), where or context(), run))


def test_a_run_that_did_not_fail_is_skipped() -> None:
    reasons = dict.fromkeys(("success", "neutral", "skipped", "action_required"), "not-failed")
    expected = reasons | dict.fromkeys(("failure", "timed_out", "startup_failure"))
    assert {one: judged(sample_run(conclusion=one)) for one in expected} == expected
    without_jobs = {one: judged(sample_run(conclusion=one, failed_jobs=())) for one in expected}
    assert without_jobs == expected


def going(**changes: Any) -> Run:
    return sample_run(**{"status": "in_progress", "conclusion": None, "failed_jobs": (), **changes})


def test_a_run_under_way_counts_by_its_jobs() -> None:
    assert judged(going()) == "not-failed"
    assert judged(going(failed_jobs=(JOB,))) is None
    assert judged(going(jobs_known=False)) is None
    assert judged(going(target_kind=TargetKind.STEP)) is None
    assert judged(going(), context(job_status="failure")) is None
    assert judged(going(id=7), context(job_status="failure")) == "not-failed"


def test_a_cancelled_run_is_skipped_unless_a_job_ran_out_of_time() -> None:
    assert judged(sample_run(conclusion="cancelled", failed_jobs=())) == "cancelled"
    assert judged(sample_run(conclusion="cancelled", failed_jobs=(JOB,))) == "cancelled"
    timed_out = Job(1, "test", "timed_out", "")
    assert judged(sample_run(conclusion="cancelled", failed_jobs=(timed_out,))) is None
    assert judged(going(cancelled_jobs=("test",))) == "cancelled"


def test_a_run_of_a_fork_or_whose_event_proves_nothing_needs_allow_forks() -> None:
    for run in (
        sample_run(event="pull_request", head_repository="stranger/cat"),
        sample_run(event="push", head_repository=None),
        sample_run(event="issue_comment"),
        sample_run(event="an_event_of_next_year"),
    ):
        verdict = guards.after_gathering(chosen(), context("workflow_run"), run)
        assert verdict is not None, run
        assert verdict.reason == "untrusted-run", run
        assert "allow-forks: true" in verdict.message
        assert judged(run, allow_forks=True) is None, run
    assert judged(sample_run(event="workflow_dispatch")) is None


def test_whose_pull_request_it_is_decides_only_where_the_runs_head_does_not() -> None:
    theirs, own = (pull_request(head_repository=name) for name in ("stranger/cat", "octo/cat"))
    assert judged(sample_run(event="pull_request_target", pull_request=theirs)) == "untrusted-run"
    assert judged(sample_run(event="push", pull_request=theirs)) is None
    run = sample_run(event="pull_request", head_repository="stranger/cat", pull_request=own)
    assert judged(run) == "untrusted-run"


def test_a_sessions_own_branches_are_skipped_by_default_and_the_way_out_is_named() -> None:
    verdict = guards.after_gathering(chosen(), context(), sample_run(head_branch="claude/fix"))
    assert reason(verdict) == "skip-branches"
    assert verdict is not None
    assert "Change `skip-branches`" in verdict.message
    assert judged(sample_run(head_branch="claude/fix"), skip_branches=("wip/**",)) is None
    assert judged(sample_run(head_branch=None)) is None


def test_trailers_name_sessions() -> None:
    link = "https://claude.ai/code/session_1"
    found = (
        f"Mend\n\nClaude-Session: {link}",
        f"Mend\n\nclaude-session: {link}?x=1\r\n",
        f"Mend\n\nClaude-Session: {link}/\nSigned-off-by: M",
    )
    not_found = (
        f"Mend\n\na Claude-Session: {link}",
        f"Claude-Session: {link}",  # a subject is no trailer
        f"Mend\n\nClaude-Session: {link}\n\nCo-authored-by: M",
        "Mend\n\nClaude-Session: https://claude.ai.example.com/code/session_1",
        "Claude-Session: two words",
        "",
    )

    def named(message: str) -> frozenset[str]:
        return sessions_behind(sample_run(head_branch="topic", commit=Commit(SHA, message)))

    assert [text for text in found if named(text) != {"session_1"}] == []
    assert [text for text in not_found if named(text)] == []


def test_a_session_starts_no_loop_however_new_its_branch_is() -> None:
    board = Board()
    first = jobs.Job(board, sample_run(1, head_branch="main")).fire("1" * 16)
    assert first.fire
    trailer = f"Mend\n\nClaude-Session: {board.commits[SHA][-1].target_url}"
    by_session = Commit(OLDER, trailer)
    verdict = decided(board, sample_run(2, head_branch="try-2", commit=by_session), max_sessions=9)
    assert verdict.reason == "max-sessions"
    assert "A session wrote the commit" in verdict.message
    # A stranger's message that people merged silences nothing, nor does their merge of a session's fix.
    merged = replace(by_session, by_github=True)
    for branch, commit in (("main", by_session), ("develop", merged)):
        run = sample_run(
            3, head_branch=branch, commit=commit, workflow_path=f".github/workflows/{branch}.yml"
        )
        assert decided(board, run).fire


# --- decide: guards, then the ledger --------------------------------------------------------------


def test_a_dry_run_reports_what_would_be_and_writes_nothing() -> None:
    board = Board()
    assert decided(board, sample_run(), dry_run=True).fire
    assert board.stages() == ""
    assert decided(board, sample_run()).fire
    for run, why in (
        (sample_run(head_branch="claude/fix"), "skip-branches"),
        (sample_run(head_repository="stranger/cat"), "untrusted-run"),
    ):
        verdict = decided(board, run, dry_run=True)
        assert (verdict.fire, verdict.reason) == (False, why)
    assert board.stages() == "cs"
    unreadable = Board(faults={"statuses": [GitHubError("GitHub answered 403", 403)] * 9})
    assert decided(unreadable, sample_run(), dry_run=True).fire


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"event": "push"}, "stale-head"),
        ({"event": "push", "head_branch": "main"}, ""),  # the next run may be left behind as well
        ({"event": "push", "head_branch": "main", "pull_request": CLOSED}, ""),  # it was merged
        ({"event": "push", "head_branch": None}, ""),
        ({"event": "schedule"}, ""),
        ({"event": "merge_group", "head_branch": "gh-readonly-queue/main/pr-5-abc"}, ""),
    ],
)
def test_only_a_branch_whose_next_commit_runs_the_workflow_again_goes_stale(
    changes: dict[str, Any], expected: str
) -> None:
    board = Board(heads={"main": OLDER, "topic": OLDER}, pulls={5: CLOSED})
    verdict = decided(board, sample_run(**changes))
    assert (verdict.reason, verdict.fire) == (expected, not expected)


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        (pull_request(), pull_request(), ""),
        (pull_request(), pull_request(head_sha=OLDER), "stale-head"),
        # It had moved before it was asked for: a `workflow_run` workflow reads it as it is by then
        (pull_request(head_sha=OLDER), pull_request(head_sha=OLDER), "stale-head"),
        (pull_request(), CLOSED, "pull-request-closed"),
        (pull_request(), None, ""),
    ],
)
@pytest.mark.parametrize("head", ["octo/cat", "stranger/cat"])
def test_a_pull_request_goes_stale_by_its_own_head(then: Any, now: Any, expected: str, head: str) -> None:
    board = Board(heads={}, pulls={5: now} if now else {})
    run = sample_run(event="pull_request", head_branch="topic", head_repository=head, pull_request=then)
    assert decided(board, run, allow_forks=True).reason == expected


@pytest.mark.parametrize(
    ("target_kind", "reason"),
    [
        (TargetKind.FINAL_JOB, ""),
        (TargetKind.WORKFLOW_RUN, "pull-request-closed"),
    ],
)
def test_a_run_for_the_closing_itself_is_reported(target_kind: TargetKind, reason: str) -> None:
    """What another workflow reads of the pull request is as it is by then."""
    run = sample_run(event="pull_request", head_branch="topic", pull_request=CLOSED, target_kind=target_kind)
    assert decided(Board(pulls={5: CLOSED}), run).reason == reason


def test_pull_request_target_whose_head_is_the_base_is_stale_only_when_closed() -> None:
    board = Board(pulls={5: pull_request(head_sha=OLDER)})
    run = sample_run(
        event="pull_request_target",
        pull_request=pull_request(head_sha=OLDER),
        origin_in_payload=Origin.WRITERS,
    )
    assert decided(board, run).fire
    board = Board(pulls={5: pull_request(head_sha=OLDER, state="closed")})
    assert decided(board, run).reason == "pull-request-closed"


def test_a_head_that_is_a_forks_or_can_not_be_read_keeps_nothing_back() -> None:
    board = Board(heads={"topic": OLDER})
    assert decided(board, sample_run(event="push", head_repository="stranger/cat"), allow_forks=True).fire
    board = Board(faults={"branch_head": [GitHubError("GitHub answered 502", 502)]})
    assert decided(board, sample_run()).fire
