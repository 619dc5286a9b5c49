"""The guards: what keeps a failure from being fired at all. Each with its reason and the way to change it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.ledger.boards import (
    OLDER,
    SHA,
    Board,
    pull_request,
    sample_brief,
    sample_run,
)

from fire_routine import policy
from fire_routine.decision import decide
from fire_routine.gather import find_trigger, run_as_reported
from fire_routine.ledger import Ledger, Terms
from fire_routine.model import Commit, FailedJob, GitHubError, Origin, Run, TriggerKind, Verdict
from fire_routine.policy import guards, stale
from fire_routine.policy.trailers import sessions_in
from fire_routine.settings import Context, Settings

SECRETS = {
    "routine_url": "https://api.anthropic.com/v1/claude_code/routines/trig_1/fire",
    "routine_token": "t",
}
JOB = FailedJob(1, "test", "failure", "")


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


def before_gathering(settings: Settings, where: Context) -> Verdict | None:
    """By what the runner and the event describe of the run."""
    return policy.before_gathering(settings, where, run_as_reported(find_trigger(settings, where), where))


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


def reason(verdict: Verdict | None) -> str | None:
    return verdict.reason if verdict else None


# --- before anything is asked -------------------------------------------------------------------


def test_with_its_secrets_a_trusted_run_goes_on() -> None:
    assert before_gathering(chosen(), context()) is None


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ({"routine_url": ""}, ["routine-url is", "ROUTINE_FIRE_URL"]),
        ({"routine_token": ""}, ["routine-token is", "ROUTINE_FIRE_TOKEN"]),
        ({"routine_url": "", "routine_token": ""}, ["routine-url and routine-token are"]),
    ],
)
def test_missing_secrets_of_a_trusted_run_are_a_failure_that_names_the_input(
    missing: dict[str, str], named: list[str]
) -> None:
    verdict = before_gathering(chosen(**missing), context())
    assert verdict is not None
    assert (verdict.fire, verdict.failed, verdict.reason) == (False, True, "missing-secrets")
    assert all(words in verdict.message for words in named)


def test_a_forks_pull_request_without_secrets_is_skipped() -> None:
    verdict = before_gathering(Settings(), from_fork())
    assert verdict is not None
    assert (verdict.failed, verdict.reason) == (False, "secrets-withheld")
    assert "workflow_run" in verdict.message


def test_a_fork_that_is_gone_is_a_fork() -> None:
    gone = context("pull_request", payload(None), head_ref="topic")
    assert reason(before_gathering(Settings(), gone)) == "secrets-withheld"


def test_a_privileged_event_without_secrets_is_a_failure_fork_or_not() -> None:
    assert reason(before_gathering(Settings(), from_fork("pull_request_target"))) == "missing-secrets"
    forked = finished(head_repository={"full_name": "stranger/cat"})
    assert reason(before_gathering(Settings(), context("workflow_run", forked))) == "missing-secrets"


def test_dependabots_run_without_secrets_is_skipped_and_with_them_goes_on() -> None:
    bot = context("pull_request", actor="dependabot[bot]", head_ref="dependabot/npm/x")
    verdict = before_gathering(Settings(), bot)
    assert verdict is not None
    assert (verdict.failed, verdict.reason) == (False, "secrets-withheld")
    assert before_gathering(chosen(), bot) is None


@pytest.mark.parametrize("where", [context(), from_fork(), context("workflow_run", finished())])
def test_a_dry_run_needs_no_secrets(where: Context) -> None:
    assert before_gathering(Settings(dry_run=True), where) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"conclusion": "success"}, "not-failed"),
        ({"conclusion": "timed_out"}, None),
        ({"conclusion": "startup_failure"}, None),
        ({"head_repository": {"full_name": "stranger/cat"}}, "untrusted-run"),
        ({"head_repository": None}, "untrusted-run"),
        ({"head_repository": {"full_name": "Octo/Cat"}}, None),
        ({"head_branch": "claude/fix"}, "skip-branches"),
        ({"event": "pull_request"}, None),
        ({"event": "workflow_dispatch"}, None),
        ({"event": "pull_request_target"}, "untrusted-run"),
        ({"event": "issue_comment"}, "untrusted-run"),
        ({"event": "workflow_run"}, "untrusted-run"),
        ({"event": None}, "untrusted-run"),
    ],
)
def test_what_the_event_reports_of_a_finished_run_decides_without_a_request(
    changes: dict[str, Any], expected: str | None
) -> None:
    assert reason(before_gathering(chosen(), context("workflow_run", finished(**changes)))) == expected


@pytest.mark.parametrize("event", ["issue_comment", "check_run", "status", "label", "workflow_run"])
def test_an_event_that_proves_nothing_is_skipped_without_a_request_unless_allowed(event: str) -> None:
    verdict = before_gathering(chosen(run_id=100), context(event))
    assert reason(verdict) == "untrusted-run"
    assert verdict is not None
    assert event in verdict.message
    assert "allow-forks: true" in verdict.message
    assert before_gathering(chosen(run_id=100, allow_forks=True), context(event)) is None


def test_own_payload_of_a_privileged_event_decides_without_a_request() -> None:
    assert reason(before_gathering(chosen(), from_fork("pull_request_target"))) == "untrusted-run"
    own = payload("octo/cat")
    assert before_gathering(chosen(), context("pull_request_target", own)) is None
    assert reason(before_gathering(chosen(), context("pull_request_target"))) == "untrusted-run"
    assert before_gathering(chosen(run_id=100), context("workflow_run", finished())) is None
    comment = context("workflow_run", finished(event="issue_comment"))
    assert reason(before_gathering(chosen(run_id=100), comment)) == "untrusted-run"


def test_a_green_run_is_skipped_even_where_secrets_are_missing() -> None:
    assert reason(before_gathering(Settings(), context("workflow_run", finished(conclusion="success")))) == (
        "not-failed"
    )


def test_the_event_reports_nothing_of_a_run_named_by_run_id() -> None:
    assert before_gathering(chosen(run_id=5), context(ref_name="claude/fix")) is None
    green = finished(conclusion="success")
    assert before_gathering(chosen(run_id=5), context("workflow_run", green)) is None
    assert reason(before_gathering(chosen(run_id=99), context("workflow_run", green))) == "not-failed"


def test_this_runs_branch_decides_without_a_request() -> None:
    assert reason(before_gathering(chosen(), context(ref_name="claude/fix"))) == "skip-branches"
    pull = context("pull_request", ref_name="7/merge", head_ref="claude/fix")
    assert reason(before_gathering(chosen(), pull)) == "skip-branches"


@pytest.mark.parametrize("event", ["{}", '{"workflow_run": 3}', '{"pull_request": {"head": []}}'])
@pytest.mark.parametrize("name", ["push", "pull_request"])
def test_an_event_of_another_shape_is_no_obstacle(name: str, event: str) -> None:
    assert before_gathering(chosen(), context(name, json.loads(event))) is None


# --- the run ------------------------------------------------------------------------------------


def judged(run: Run, where: Context | None = None, **changes: object) -> str | None:
    return reason(guards(chosen(**changes), where or context(), run))


def test_a_failed_run_passes_all_guards() -> None:
    assert judged(sample_run()) is None


@pytest.mark.parametrize("conclusion", ["success", "neutral", "skipped", "action_required"])
def test_a_run_that_did_not_fail_is_skipped(conclusion: str) -> None:
    assert judged(sample_run(conclusion=conclusion)) == "not-failed"


@pytest.mark.parametrize("conclusion", ["failure", "timed_out", "startup_failure"])
def test_a_run_that_failed_without_failed_jobs_is_not(conclusion: str) -> None:
    assert judged(sample_run(conclusion=conclusion, failed_jobs=())) is None


def going(**changes: Any) -> Run:
    return sample_run(**{"status": "in_progress", "conclusion": None, "failed_jobs": (), **changes})


def test_a_run_under_way_counts_by_its_jobs() -> None:
    assert judged(going()) == "not-failed"
    assert judged(going(failed_jobs=(JOB,))) is None
    assert judged(going(jobs_known=False)) is None
    assert judged(going(trigger=TriggerKind.STEP)) is None
    assert judged(going(), context(job_status="failure")) is None
    assert judged(going(id=7), context(job_status="failure")) == "not-failed"


def test_a_cancelled_run_is_skipped_unless_a_job_ran_out_of_time() -> None:
    assert judged(sample_run(conclusion="cancelled", failed_jobs=())) == "cancelled"
    assert judged(sample_run(conclusion="cancelled", failed_jobs=(JOB,))) == "cancelled"
    timed_out = FailedJob(1, "test", "timed_out", "")
    assert judged(sample_run(conclusion="cancelled", failed_jobs=(timed_out,))) is None
    assert judged(going(cancelled_jobs=("test",))) == "cancelled"


@pytest.mark.parametrize("head", ["stranger/cat", None])
@pytest.mark.parametrize("event", ["pull_request", "pull_request_target", "push"])
def test_a_forks_run_needs_allow_forks(event: str, head: str | None) -> None:
    run = sample_run(event=event, head_repository=head)
    verdict = guards(chosen(), context("workflow_run"), run)
    assert reason(verdict) == "untrusted-run"
    assert verdict is not None
    assert "allow-forks: true" in verdict.message
    assert judged(run, allow_forks=True) is None


@pytest.mark.parametrize("event", ["issue_comment", "workflow_run", "status", "an_event_of_next_year"])
def test_a_run_whose_event_proves_nothing_needs_allow_forks(event: str) -> None:
    assert judged(sample_run(event=event)) == "untrusted-run"
    assert judged(sample_run(event=event), allow_forks=True) is None


def test_a_dispatched_run_needs_no_allow_forks() -> None:
    assert judged(sample_run(event="workflow_dispatch")) is None


def test_pull_request_target_is_a_forks_by_its_pull_request() -> None:
    pull = pull_request(head_repository="stranger/cat")
    assert judged(sample_run(event="pull_request_target", pull_request=pull)) == "untrusted-run"
    assert judged(sample_run(event="push", pull_request=pull)) is None


def test_a_sessions_own_branches_are_skipped_by_default_and_the_way_out_is_named() -> None:
    verdict = guards(chosen(), context(), sample_run(head_branch="claude/fix"))
    assert reason(verdict) == "skip-branches"
    assert verdict is not None
    assert "Change `skip-branches`" in verdict.message
    assert judged(sample_run(head_branch="claude/fix"), skip_branches=("wip/**",)) is None
    assert judged(sample_run(head_branch=None)) is None


# --- a session's own commits --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("Mend\n\nClaude-Session: https://claude.ai/code/session_1", {"session_1"}),
        ("Mend\n\nclaude-session: https://claude.ai/code/session_1?x=1\r\n", {"session_1"}),
        ("Mend\n\nClaude-Session: https://claude.ai/code/session_1/\nSigned-off-by: M", {"session_1"}),
        ("Mend\n\nClaude-Session: https://claude.ai/code/session_1\n\n", {"session_1"}),
        ("Mend\n\na Claude-Session: https://claude.ai/code/session_1", set()),
        ("Claude-Session: https://claude.ai/code/session_1", set()),  # a subject is no trailer
        ("Mend\n\nClaude-Session: https://claude.ai/code/session_1\n\nCo-authored-by: M", set()),
        ("Mend\n\nClaude-Session: https://claude.ai.example.com/code/session_1", set()),
        ("Mend\n\nClaude-Session: https://x/1", set()),
        ("Claude-Session:", set()),
        ("Claude-Session: two words", set()),
        ("", set()),
    ],
)
def test_trailers_name_sessions(message: str, found: set[str]) -> None:
    assert sessions_in(Commit(SHA, message)) == found


# --- decide: guards, then the ledger --------------------------------------------------------------


def decided(board: Board, run: Run, **changes: object) -> Verdict:
    settings = chosen(**changes)
    ledger = Ledger(board, Terms(), clock=board.clock.value)
    return decide(settings, context(), run, sample_brief(), ledger, board)


def test_a_guard_ends_the_matter_before_the_ledger_is_asked() -> None:
    board = Board()
    assert decided(board, sample_run(conclusion="success")).reason == "not-failed"
    assert board.calls == []


def test_a_dry_run_reports_what_would_be_and_writes_nothing() -> None:
    board = Board()
    assert decided(board, sample_run(), dry_run=True).message.endswith("this would start a session.")
    assert decided(board, sample_run()).fire
    verdict = decided(board, sample_run(head_branch="claude/fix"), dry_run=True)
    assert (verdict.fire, verdict.reason) == (False, "dry-run")
    assert "it would be skipped (`skip-branches`)" in verdict.message
    assert board.stages() == "cs"


def test_a_dry_run_that_can_not_read_the_ledger_reports_what_it_can() -> None:
    board = Board(faults={"statuses": [GitHubError("GitHub answered 403", 403)] * 9})
    assert decided(board, sample_run(), dry_run=True).message.endswith("this would start a session.")


# --- stale heads ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"event": "push"}, "stale-head"),
        ({"event": "push", "head_branch": "main"}, ""),  # the next run may be left behind as well
        ({"event": "push", "head_branch": "gone"}, ""),
        ({"event": "push", "head_branch": None}, ""),
        ({"event": "schedule"}, ""),
        ({"event": "workflow_dispatch"}, ""),
        ({"event": "merge_group", "head_branch": "gh-readonly-queue/main/pr-5-abc"}, ""),
        ({"event": "push", "head_branch": "v1.0"}, ""),
    ],
)
def test_only_a_branch_whose_next_commit_runs_the_workflow_again_goes_stale(
    changes: dict[str, Any], expected: str
) -> None:
    board = Board(heads={"main": OLDER, "topic": OLDER})
    verdict = decided(board, sample_run(**changes))
    assert (verdict.reason, verdict.fire) == (expected, not expected)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (pull_request(), ""),
        (pull_request(head_sha=OLDER), "stale-head"),
        (pull_request(state="closed"), "pull-request-closed"),
        (None, ""),
    ],
)
@pytest.mark.parametrize("head", ["octo/cat", "stranger/cat"])
def test_a_pull_request_goes_stale_by_its_own_head(now: Any, expected: str, head: str) -> None:
    board = Board(heads={}, pulls={5: now} if now else {})
    run = sample_run(
        event="pull_request", head_branch="topic", head_repository=head, pull_request=pull_request()
    )
    assert decided(board, run, allow_forks=True).reason == expected


@pytest.mark.parametrize(
    ("trigger", "reason"),
    [
        (TriggerKind.STEP, ""),
        (TriggerKind.FINAL_JOB, ""),
        (TriggerKind.WORKFLOW_RUN, "pull-request-closed"),
        (TriggerKind.RUN_ID, "pull-request-closed"),
    ],
)
def test_a_run_for_the_closing_itself_is_reported(trigger: TriggerKind, reason: str) -> None:
    """What another workflow reads of the pull request is as it is by then."""
    closed = pull_request(state="closed")
    run = sample_run(event="pull_request", head_branch="topic", pull_request=closed, trigger=trigger)
    assert decided(Board(pulls={5: closed}), run).reason == reason


def test_a_pull_request_that_had_moved_before_it_was_asked_for_is_stale_too() -> None:
    moved = pull_request(head_sha=OLDER)  # a `workflow_run` workflow reads it as it is by then
    run = sample_run(event="pull_request", head_branch="topic", pull_request=moved)
    assert decided(Board(pulls={5: moved}), run).reason == "stale-head"


def test_a_merged_pull_request_does_not_make_the_push_to_main_stale() -> None:
    board = Board(pulls={5: pull_request(state="closed")})
    assert decided(board, sample_run(pull_request=pull_request(state="closed"))).fire


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


def test_the_branch_of_a_fork_is_not_looked_up_here() -> None:
    board = Board(heads={"topic": OLDER})
    assert decided(board, sample_run(event="push", head_repository="stranger/cat"), allow_forks=True).fire
    assert reason(stale(board, sample_run(event="push"))) == "stale-head"


def test_a_head_that_can_not_be_read_keeps_nothing_back() -> None:
    board = Board(faults={"branch_head": [GitHubError("GitHub answered 502", 502)]})
    assert decided(board, sample_run()).fire


def test_a_dry_run_reports_whether_it_would_be_skipped() -> None:
    def message_of(run: Run) -> str:
        board = Board(heads={})
        ledger = Ledger(board, Terms(), clock=board.clock.value)
        return decide(chosen(dry_run=True), context(), run, sample_brief(), ledger, board).message

    assert "it would be skipped (`untrusted-run`): " in message_of(sample_run(head_repository="stranger/cat"))
    assert message_of(sample_run()).endswith("this would start a session.")


def test_a_run_of_a_fork_is_untrusted_though_a_pull_request_of_the_repository_has_its_commit() -> None:
    pull = pull_request(head_repository="octo/cat")
    run = sample_run(event="pull_request", head_repository="stranger/cat", pull_request=pull)
    assert judged(run) == "untrusted-run"
