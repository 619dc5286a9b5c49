"""A fire for any event, by `key`: once, whoever's words it brings, and only if the right people caused it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.emulated.events import BOT, MAINTAINER, STRANGER, Json, of_repository, payload
from tests.emulated.faults import Fault
from tests.emulated.job import Job

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
    job.github.add_run({"id": run, "event": event, "path": ".github/workflows/claude.yml"})
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
    failed = {"deployment_status": {"state": "failure"}, "deployment": {"ref": "claude/fix-run-5"}}
    assert (
        deliver(job, "deployment_status", payload("deployment_status", **failed)) == "skipped skip-branches"
    )
    comment = {"comment": {"body": "Fixed in https://claude.ai/code/session_01Ab"}}
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
    whole = payload("deployment_status", deployment_status={"state": "failure"}, deployment={"ref": "main"})
    assert deliver(job, "deployment_status", whole, key="production") == "fired"
    assert deliver(job, "deployment_status", whole, key="production", run=8) == "skipped duplicate"
    assert "What is deployed may be a fork's code" in text(job)


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
