"""A fire for any event, by `key`: once, whoever's words it brings, and only if the right people caused it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.support.emulated.events import BOT, MAINTAINER, STRANGER, Json, of_repository, payload
from tests.support.emulated.ids import sha_of
from tests.support.emulated.job import LOG, SHA, Job
from tests.support.emulated.repository import timestamp

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
    of_event = {"GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": str(job.temp / "event.json")}
    return job.ended_in({"GITHUB_RUN_ID": str(run), **of_event, **given(key=key, **inputs)})


def given(**inputs: str) -> dict[str, str]:
    return {f"FIRE_ROUTINE_{name.upper()}": value for name, value in inputs.items()}


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


def test_what_others_cause_fires_nothing_and_writes_nothing(job: Job) -> None:
    whole = payload("issue_comment", STRANGER, comment={"user": STRANGER})
    assert deliver(job, "issue_comment", whole) == "skipped untrusted-run"
    assert job.endpoint.requests == []
    assert job.github.statuses == {}
    assert deliver(job, "issue_comment", whole, dry_run="true") == "skipped dry-run"
    assert job.outputs.get("text-file", "") == ""


def test_what_is_said_on_a_session_s_pull_request_fires_nothing(job: Job) -> None:
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


def deploy(ref: str, sha: str) -> Json:
    """A preview of a host that failed: no workflow made it."""
    whole = payload("deployment_status", BOT, deployment={"ref": ref, "sha": sha, "creator": BOT})
    for part in ("workflow_run", "workflow", "check_run"):
        whole.pop(part, None)
    return {**whole, "deployment_status": {**whole["deployment_status"], "state": "failure"}}


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


def test_the_runs_own_failure_is_no_matter(job: Job) -> None:
    job.environ["FIRE_ROUTINE_JOB_STATUS"] = "failure"
    assert deliver(job) == "fired"
    assert "CI failed" not in text(job)


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
    own = {"GITHUB_RUN_ID": str(run), "GITHUB_SHA": sha_of(f"run {run}"), "GITHUB_REF_NAME": branch}
    return job.ended_in(own | given(**inputs))


def test_a_key_is_one_on_whatever_branch_and_whatever_was_green(job: Job) -> None:
    assert deliver(job) == "fired"
    job.github.add_run({"id": 8, "conclusion": "success", "status": "completed"})
    job.environ["GITHUB_REF_NAME"] = "another"
    assert deliver(job, run=9) == "skipped duplicate"
    assert not job.github.asked("/actions/")


def test_a_person_asks_for_one_more_session_for_a_key_and_its_text_shows_the_first(job: Job) -> None:
    assert deliver(job) == "fired"
    age(job, 1)
    assert deliver(job, run=8, again="true") == "fired"
    sent = job.endpoint.requests[-1].text
    assert "- Seen before: 1 time" in sent
    assert "- An earlier session (run 7, " in sent


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


def test_nothing_is_written_on_the_events_commit(job: Job) -> None:
    assert deliver(job) == "fired"
    assert deliver(job, run=8) == "skipped duplicate"
    assert SHA not in job.github.statuses
    assert all(one["description"].split()[-1][0] == "k" for one in entries(job))


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


def failed_fork(job: Job, run: int, **inputs: str) -> str:
    """The outcome of a fork's run, reported by another workflow, with `allow-forks`."""
    job.github.add_run(
        {"id": run, "head_sha": sha_of("fork"), "head_branch": "topic", "event": "pull_request",
         "conclusion": "failure", "head_repository": {"full_name": "stranger/widgets"}}
    )  # fmt: skip
    job.github.add_job(run, {"id": 10 * run, "name": "build", "conclusion": "failure"}, LOG)
    return job.ended_in({"GITHUB_RUN_ID": "999"} | given(run_id=str(run), allow_forks="true", **inputs))


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
