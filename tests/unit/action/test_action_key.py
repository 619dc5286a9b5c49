"""A fire for any event, by `key`: once, whoever's words it brings, and only if the right people caused it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.support.emulated.events import BOT, MAINTAINER, STRANGER, Json, of_repository, payload
from tests.support.emulated.faults import Fault
from tests.support.emulated.ids import sha_of
from tests.support.emulated.job import LOG, SHA, Job
from tests.support.emulated.repository import FIRST, timestamp

LABEL = {"label": {"name": "claude"}}
ON_STRANGERS_ISSUE = {"issue": {"number": 12, "title": "Crash on save", "user": STRANGER}, **LABEL}


@pytest.fixture(autouse=True)
def roles(job: Job) -> None:
    job.github.roles = {"mona": "write"}
    job.environ["GITHUB_WORKFLOW_REF"] = "octo/widgets/.github/workflows/claude.yml@refs/heads/main"


def deliver(
    job: Job,
    event: str = "issues",
    whole: Json | None = None,
    *,
    key: str = "issue 12",
    run: int = 7,
    own: bool = True,
    **inputs: str,
) -> str:
    """The outcome and reason of a run for the event. `own`: of this repository's code."""
    whole = payload(event) if whole is None else whole
    (job.temp / "event.json").write_text(json.dumps(of_repository(whole, "octo/widgets") if own else whole))
    known = {"event": event, "path": ".github/workflows/claude.yml", "created_at": timestamp()}
    job.github.add_run({"id": run, **known})
    given = {f"FIRE_ROUTINE_{name.upper()}": value for name, value in inputs.items()}
    before = dict(job.environ)
    job.environ |= {
        "GITHUB_RUN_ID": str(run),
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(job.temp / "event.json"),
        "FIRE_ROUTINE_KEY": key,
        **given,
    }
    try:
        return job.ended()
    finally:
        job.environ = before


def text(job: Job) -> str:
    (request,) = job.endpoint.requests
    return request.text


def test_two_deliveries_of_one_event_are_one_session_and_another_key_is_its_own(job: Job) -> None:
    assert deliver(job) == "fired"
    assert deliver(job, run=8) == "skipped duplicate"
    assert job.outputs["session-url"] == job.endpoint.sessions[0].url
    assert deliver(job, run=9, key="issue 13") == "fired"
    assert len(job.endpoint.sessions) == 2


def test_two_keys_that_a_stranger_found_to_share_28_bits_are_two(job: Job) -> None:
    """A person who looks at the ledger's statuses sees which key each is for."""
    for run, key in enumerate(("alert-2140", "alert-26817"), start=7):
        assert deliver(job, key=key, run=run) == "fired"
        assert all(one["description"].startswith(f"{key} · ") for one in entries(job)[-3:])


def test_a_keyed_fire_and_its_duplicate_ask_little_of_github(job: Job) -> None:
    """At most 21 requests and 12: with the roles of two accounts, a comment, and a look at the session."""
    whole = payload("issues", MAINTAINER, **ON_STRANGERS_ISSUE)
    assert deliver(job, whole=whole, comment="true") == "fired"
    fire = len(job.github.requests)
    assert deliver(job, whole=whole, comment="true", run=8) == "skipped duplicate"
    assert fire <= 21
    assert len(job.github.requests) - fire <= 12
    (comment,) = job.github.comments[12]
    assert comment["body"].startswith("<!-- fire-routine k")
    assert "Claude is on it" in comment["body"] and job.endpoint.sessions[0].url in comment["body"]
    assert "Crash on save" not in comment["body"]


def test_a_maintainers_label_on_a_strangers_issue_fires_with_words_of_others(job: Job) -> None:
    assert deliver(job, whole=payload("issues", MAINTAINER, **ON_STRANGERS_ISSUE)) == "fired"
    assert text(job).startswith("# Issue #12 `Crash on save`, labelled `claude`, in `octo/widgets`")
    assert "**Words of others:** `stranger` wrote the issue" in text(job)
    assert "Untrusted" not in text(job)
    assert job.outputs["fingerprint"][0] == "k"
    assert job.outputs.get("cause", "") == ""


@pytest.mark.parametrize(
    ("event", "whole"),
    [
        ("issue_comment", payload("issue_comment", STRANGER, comment={"user": STRANGER})),
        ("issues", payload("issues", STRANGER, action="labeled", **ON_STRANGERS_ISSUE)),
        ("issues", payload("issues", BOT, action="labeled", **ON_STRANGERS_ISSUE)),
        ("watch", {"action": "started", "sender": MAINTAINER, "repository": {"owner": {}}}),
    ],
    ids=["a stranger's comment", "a template's label", "a bot's label", "a star"],
)
def test_what_others_cause_fires_nothing_and_writes_nothing(job: Job, event: str, whole: Json) -> None:
    assert deliver(job, event, whole) == "skipped untrusted-run"
    assert job.endpoint.requests == []
    assert job.github.statuses == {}
    assert deliver(job, event, whole, dry_run="true") == "skipped dry-run"
    assert job.outputs.get("text-file", "") == ""


def test_what_a_session_does_fires_nothing(job: Job) -> None:
    deployment = {"ref": "claude/fix-run-5", "sha": FIRST}
    failed = {"deployment_status": {"state": "failure"}, "deployment": deployment}
    assert (
        deliver(job, "deployment_status", payload("deployment_status", **failed)) == "skipped skip-branches"
    )
    comment = {"comment": {"body": "Fixed in https://claude.ai/code/session_01Ab", "user": MAINTAINER}}
    whole = payload("issue_comment", MAINTAINER, **comment)
    assert deliver(job, "issue_comment", whole) == "skipped untrusted-run"
    job.github.add_pull_request({"number": 1, "head": {"ref": "claude/fix-run-5", "sha": "b" * 40}})
    on_pull = payload("issue_comment", issue={"number": 1, "pull_request": {"url": "…"}})
    assert deliver(job, "issue_comment", on_pull) == "skipped skip-branches"
    assert job.endpoint.requests == []


def test_events_without_secrets_are_skipped_as_such(job: Job) -> None:
    empty: dict[str, Any] = {"routine_url": "", "routine_token": ""}
    fork = payload("pull_request_review", pull_request={"head": {"repo": {"full_name": "stranger/widgets"}}})
    assert deliver(job, "pull_request_review", fork, own=False, **empty) == "skipped secrets-withheld"
    job.environ["GITHUB_ACTOR"] = "dependabot[bot]"
    assert deliver(job, "issue_comment", **empty) == "skipped secrets-withheld"
    job.environ["GITHUB_ACTOR"] = "mona"
    assert deliver(job, **empty) == "failed missing-secrets"


def test_a_failed_deployment_fires_once_for_its_environment(job: Job) -> None:
    deployment = {"ref": "main", "sha": FIRST}
    whole = payload("deployment_status", deployment_status={"state": "failure"}, deployment=deployment)
    assert deliver(job, "deployment_status", whole, key="production") == "fired"
    assert deliver(job, "deployment_status", whole, key="production", run=8) == "skipped duplicate"
    assert "Untrusted" not in text(job)


def deploy(ref: str, sha: str) -> Json:
    """A preview of a host that failed: no workflow made it."""
    whole = payload("deployment_status", BOT, deployment={"ref": ref, "sha": sha, "creator": BOT})
    for part in ("workflow_run", "workflow", "check_run"):
        whole.pop(part, None)
    return {**whole, "deployment_status": {**whole["deployment_status"], "state": "failure"}}


def test_a_failed_preview_of_a_forks_code_fires_only_if_forks_are_allowed(job: Job) -> None:
    fork = sha_of("fork")
    job.github.add_comparison("main", fork, {"commits": [{"sha": fork}]})
    for ref in (fork, "patch-1"):
        assert deliver(job, "deployment_status", deploy(ref, fork)) == "skipped untrusted-run"
    assert deliver(job, "deployment_status", deploy(fork, fork), allow_forks="true") == "fired"
    assert "may be a fork's code" in text(job)


def test_a_failed_preview_of_a_sessions_commit_fires_never(job: Job) -> None:
    """Not of an earlier one either, after its branch has moved on."""
    early, late, unknown = sha_of("early"), sha_of("late"), sha_of("unknown")
    trailer = "Fix it\n\nClaude-Session: https://claude.ai/code/session_01Ab"
    for sha in (early, late):
        job.github.add_comparison("main", sha, {"commits": [{"sha": sha, "message": trailer}]})
    job.github.set_branch("claude/fix-run-77", late)
    for forks in ("true", "false"):
        for sha in (early, late, unknown):
            ended = deliver(job, "deployment_status", deploy(sha, sha), allow_forks=forks)
            assert ended == "skipped untrusted-run"
    job.github.add_comparison("main", late, {"commits": [{"sha": late, "message": "Fix it"}]})
    assert (
        deliver(job, "deployment_status", deploy(late, late), allow_forks="true") == "skipped skip-branches"
    )
    assert job.endpoint.requests == []


def test_a_probe_fires_by_the_workflows_name_whatever_became_of_the_run(job: Job) -> None:
    job.environ |= {"GITHUB_WORKFLOW": "Nightly probe", "GITHUB_REF_NAME": "main"}
    whole = {"schedule": "0 3 * * *", "repository": {"owner": {}}}
    assert deliver(job, "schedule", whole, key="site", text="The site is down.") == "fired"
    assert text(job).startswith("# `Nightly probe` asks for a session in `octo/widgets` (key `site`)\n")
    assert "The site is down." in text(job)


def test_a_dry_run_shows_the_text_and_what_would_happen(job: Job) -> None:
    assert deliver(job, dry_run="true") == "skipped dry-run"
    assert "Issue #1" in job.summary
    assert "this would start a session" in job.log
    assert deliver(job) == "fired"
    assert deliver(job, run=8, dry_run="true") == "skipped dry-run"
    assert "it would be skipped (`duplicate`)" in job.log


def test_a_label_of_skip_labels_keeps_an_issue_back(job: Job) -> None:
    whole = payload("issues", issue={"labels": [{"name": "no-claude"}]})
    assert deliver(job, whole=whole) == "skipped skip-labels"


@pytest.mark.parametrize("fault", [Fault.broken(502), Fault.forbidden(), Fault(drop=True)])
def test_without_its_role_no_one_causes_anything(job: Job, fault: Fault) -> None:
    job.github.fail("/permission$", fault)
    assert deliver(job) == "skipped untrusted-run"


def test_the_runs_own_failure_is_no_matter(job: Job) -> None:
    job.environ["FIRE_ROUTINE_JOB_STATUS"] = "failure"
    assert deliver(job) == "fired"
    assert "CI failed" not in text(job)


@pytest.mark.parametrize(
    ("name", "value"),
    [("run_id", "7"), ("rerun_first", "true"), ("artifacts", "*"), ("known_failures", ""), ("key", "a\nb")],
)
def test_inputs_for_failures_are_refused(job: Job, name: str, value: str) -> None:
    given: dict[str, Any] = {name: value}
    assert deliver(job, **given) == "failed invalid-input"
    assert f"{name.replace('_', '-')} is" in job.log or "is not one line" in job.log
    assert job.github.requests == []


# --- the ledger of a key ------------------------------------------------------------------------------


def entries(job: Job) -> list[Json]:
    return [one for found in job.github.statuses.values() for one in found]


def age(job: Job, hours: float) -> None:
    """As if all of it had been written so many hours ago."""
    for one in entries(job):
        at = datetime.fromisoformat(one["created_at"]) - timedelta(hours=hours)
        one["created_at"] = one["updated_at"] = timestamp(at)


def failed(job: Job, run: int, branch: str = "main", **inputs: str) -> str:
    """The outcome of a run that failed, each at a commit of its own."""
    job.github.add_run({"id": run, "head_sha": sha_of(f"run {run}"), "head_branch": branch})
    job.github.add_job(run, {"id": 10 * run, "name": "build", "conclusion": "failure"}, LOG)
    before = dict(job.environ)
    job.environ |= {"GITHUB_RUN_ID": str(run), "GITHUB_SHA": sha_of(f"run {run}"), "GITHUB_REF_NAME": branch}
    job.environ |= {f"FIRE_ROUTINE_{name.upper()}": value for name, value in inputs.items()}
    try:
        return job.ended()
    finally:
        job.environ = before


def test_a_key_is_one_on_whatever_branch_and_whatever_was_green(job: Job) -> None:
    assert deliver(job) == "fired"
    job.github.add_run({"id": 8, "conclusion": "success", "status": "completed"})
    job.environ["GITHUB_REF_NAME"] = "another"
    assert deliver(job, run=9) == "skipped duplicate"
    assert not job.github.asked("/actions/")


def test_a_key_fires_again_once_its_cool_down_is_over(job: Job) -> None:
    assert deliver(job) == "fired"
    age(job, 23)
    assert deliver(job, run=8) == "skipped duplicate"
    age(job, 2)
    assert deliver(job, run=9) == "fired"
    age(job, 2)
    assert deliver(job, run=10, cool_down="1") == "fired"


def test_without_a_cool_down_only_what_is_under_way_counts_and_the_attempts_own(job: Job) -> None:
    assert deliver(job, cool_down="0") == "fired"
    assert deliver(job, cool_down="0") == "skipped duplicate"
    assert deliver(job, cool_down="0", run=8) == "fired"


def test_a_lost_request_holds_its_key_for_the_cool_down(job: Job) -> None:
    assert deliver(job) == "fired"
    for found in job.github.statuses.values():
        found[:] = [one for one in found if " · f " not in one["description"]]
    age(job, 1)
    assert deliver(job, run=8) == "skipped earlier-unknown"
    age(job, 24)
    assert deliver(job, run=9) == "fired"


def test_a_person_asks_for_one_more_session_for_a_key(job: Job) -> None:
    assert deliver(job) == "fired"
    age(job, 1)
    assert deliver(job, run=8, again="true") == "fired"


def test_two_keys_and_a_failure_of_one_run_are_each_their_own(job: Job) -> None:
    assert deliver(job, key="main", run=20) == "fired"
    assert deliver(job, key="claude.yml", run=20) == "fired"
    assert failed(job, 20) == "fired"
    assert failed(job, 21, max_sessions="1") == "skipped duplicate"
    assert len(job.endpoint.sessions) == 3


def test_an_event_of_a_pull_request_that_has_ended_or_moved_on_fires(job: Job) -> None:
    """As the one that its closing is: the key says what is due, not the branch."""
    closed = {"number": 2, "state": "closed", "head": {"ref": "topic", "sha": "b" * 40}}
    job.github.add_pull_request({**closed, "head": {"ref": "topic", "sha": "c" * 40}})
    whole = payload("pull_request", action="closed", pull_request=closed)
    assert deliver(job, "pull_request", whole, key="closed 2") == "fired"
    job.github.set_branch("topic", "c" * 40)
    pushed = payload("push", ref="refs/heads/topic", head_commit={"id": "b" * 40})
    job.environ["GITHUB_REF_NAME"] = "topic"
    assert deliver(job, "push", pushed, key="push", run=8) == "fired"


def test_keys_do_not_use_up_the_sessions_of_an_incident(job: Job) -> None:
    for number in range(3):
        assert deliver(job, key=f"alert {number}", run=20 + number) == "fired"
    assert failed(job, 30, max_sessions="1") == "fired"


def test_nothing_is_written_on_the_events_commit(job: Job) -> None:
    assert deliver(job) == "fired"
    assert deliver(job, run=8) == "skipped duplicate"
    assert SHA not in job.github.statuses
    assert all(one["description"].split()[-1][0] == "k" for one in entries(job))


@pytest.mark.parametrize("target", ["^POST .*/statuses/", "/commits[?]"])
def test_without_a_ledger_a_key_fires_nothing(job: Job, target: str) -> None:
    job.github.fail(target, Fault.forbidden())
    assert deliver(job) == "failed ledger-unavailable"
    assert "without a record, a failure would have several sessions" in job.log
    assert job.endpoint.requests == []


# --- a limit a day ------------------------------------------------------------------------------------


def test_forty_alerts_and_forty_forks_leave_the_main_branch_its_session(job: Job) -> None:
    limit: dict[str, Any] = {"daily_limit": "5"}
    alert = payload("repository_dispatch", client_payload={"service": "shop"})

    def alerted(number: int, **given: Any) -> str:
        return deliver(job, "repository_dispatch", alert, key=f"alert {number}", run=100 + number, **given)

    ends = [alerted(number, **limit) for number in range(4)]
    assert ends == ["fired"] * 2 + ["skipped daily-limit"] * 2
    assert "The next is possible at " in job.log
    fork = {"head_repository": {"full_name": "stranger/widgets"}}
    job.github.add_run({"id": 200, "head_branch": "topic", **fork})
    assert failed_fork(job, 200, **limit) == "skipped daily-limit"
    assert [deliver(job, key=f"issue {run}", run=run, **limit) for run in (210, 211)] == ["fired"] * 2
    assert failed(job, 201, **limit) == "fired"
    assert failed(job, 202, branch="other", **limit) == "skipped daily-limit"
    assert deliver(job, key="issue 9", run=212, **limit) == "skipped daily-limit"
    assert alerted(9, again="true", **limit) == "fired"
    age(job, 24)
    assert alerted(10, **limit) == "fired"


def test_forks_and_alerts_together_have_half_of_the_day_and_never_its_last_fifth(job: Job) -> None:
    limit: dict[str, Any] = {"daily_limit": "5"}
    alert = payload("repository_dispatch", client_payload={"service": "shop"})
    assert deliver(job, "repository_dispatch", alert, key="alert 1", **limit) == "fired"
    assert failed_fork(job, 200, **limit) == "fired"
    assert deliver(job, "repository_dispatch", alert, key="alert 2", run=8, **limit) == "skipped daily-limit"
    assert "2 of `daily-limit: 5`" in job.log
    age(job, 24)
    assert [deliver(job, key=f"issue {run}", run=run, **limit) for run in range(20, 24)] == ["fired"] * 4
    assert deliver(job, "repository_dispatch", alert, key="alert 3", run=9, **limit) == "skipped daily-limit"
    assert deliver(job, key="issue 24", run=24, **limit) == "fired"


def failed_fork(job: Job, run: int, **inputs: str) -> str:
    """The outcome of a fork's run, reported by another workflow, with `allow-forks`."""
    job.github.add_run(
        {"id": run, "head_sha": sha_of("fork"), "head_branch": "topic", "event": "pull_request",
         "conclusion": "failure", "head_repository": {"full_name": "stranger/widgets"}}
    )  # fmt: skip
    job.github.add_job(run, {"id": 10 * run, "name": "build", "conclusion": "failure"}, LOG)
    before = dict(job.environ)
    job.environ |= {
        "FIRE_ROUTINE_RUN_ID": str(run),
        "GITHUB_RUN_ID": "999",
        "FIRE_ROUTINE_ALLOW_FORKS": "true",
    }
    job.environ |= {f"FIRE_ROUTINE_{name.upper()}": value for name, value in inputs.items()}
    try:
        return job.ended()
    finally:
        job.environ = before


def test_without_a_daily_limit_nothing_is_kept_back(job: Job) -> None:
    for number in range(3):
        assert deliver(job, key=f"alert {number}", run=100 + number, daily_limit="0") == "fired"


def test_a_day_that_is_not_read_as_a_whole_keeps_nothing_back(job: Job) -> None:
    """It is read beyond what the key needs, but not without end."""
    assert deliver(job, daily_limit="1", cool_down="0") == "fired"
    place = next(iter(job.github.statuses))
    for kept_back, others in ((True, 500), (False, 2200)):
        for number in range(others):
            other = {"state": "success", "description": "", "context": f"other {number}"}
            job.github.add_status(place, other)
        age(job, 2)
        skipped = deliver(job, key="other", run=8, daily_limit="1", cool_down="0") != "fired"
        assert skipped == kept_back
    assert "the number of today's sessions" in job.log
