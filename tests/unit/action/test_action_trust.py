"""Whose code a run is about decides whether the action fires."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.job import LOG, SHA, Job


@pytest.mark.parametrize("allow_forks", ["true", "false"])
def test_run_that_github_does_not_return_is_no_forks(job: Job, allow_forks: str) -> None:
    job.environ |= {"FIRE_ROUTINE_RUN_ID": "7", "GITHUB_RUN_ID": "99"}
    job.environ["FIRE_ROUTINE_ALLOW_FORKS"] = allow_forks
    job.github.fail("/actions/runs/7$", Fault.forbidden())
    assert job.ended() == "failed no-run"
    assert "actions: read" in job.log
    assert job.endpoint.requests == []


OWN_HEAD = {"repo": {"full_name": "octo/widgets"}, "ref": "topic", "sha": SHA}


def pull_request(head: Mapping[str, object]) -> dict[str, object]:
    base = {"ref": "main", "repo": {"full_name": "octo/widgets"}}
    return {"pull_request": {"number": 3, "title": "x", "state": "open", "head": head, "base": base}}


def run_before(event: str, head: str) -> dict[str, object]:
    run = {"id": 6, "run_attempt": 1, "conclusion": "success", "event": event}
    return {"workflow_run": {**run, "head_repository": {"full_name": head}}}


@pytest.mark.parametrize(
    ("event", "payload", "reason"),
    [
        ("pull_request_target", pull_request(OWN_HEAD), ""),
        ("workflow_run", run_before("pull_request", "stranger/widgets"), "untrusted-run"),
        ("workflow_dispatch", {"inputs": {}}, ""),
    ],
)
def test_this_run_is_reported_only_where_its_code_is_proven(
    job: Job, event: str, payload: dict[str, object], reason: str
) -> None:
    job.github.change_run(7, event=event)
    (job.temp / "event.json").write_text(json.dumps(payload))
    job.environ |= {
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(job.temp / "event.json"),
        "FIRE_ROUTINE_RUN_ID": "7",
    }
    assert job.run() == 0
    assert job.outputs.get("reason", "") == reason
    assert len(job.endpoint.requests) == (not reason)
    if event == "workflow_dispatch":
        assert "**Untrusted:**" in job.endpoint.requests[0].text
    if reason:
        assert job.github.requests == []  # it is decided before anything is gathered
        job.environ["FIRE_ROUTINE_ALLOW_FORKS"] = "true"
        assert job.run() == 0
        assert "**Untrusted:**" in job.endpoint.requests[0].text


def test_pull_requests_run_that_neither_github_nor_the_payload_describes_is_not_trusted(job: Job) -> None:
    job.github.fail(".", Fault.forbidden())
    job.environ["GITHUB_EVENT_NAME"] = "pull_request"
    assert job.ended() == "skipped untrusted-run"
    assert job.endpoint.requests == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ('{"client_payload": {"n": ' + "9" * 5000 + "}}", "5000 digits"),
        ("{", "line 1 column 2"),
        ("[]", "no object"),
    ],
)
@pytest.mark.parametrize("key", ["", "alert 7"])
def test_with_a_payload_that_can_t_be_read_nothing_is_sent(
    job: Job, content: str, why: str, key: str
) -> None:
    (job.temp / "event.json").write_text(content)
    job.environ |= {"GITHUB_EVENT_PATH": str(job.temp / "event.json"), "FIRE_ROUTINE_KEY": key}
    assert job.ended() == "failed invalid-event"
    assert why in job.log
    assert job.endpoint.requests == []
    assert job.github.requests == []


def test_the_actions_own_tokens_leave_in_nothing_whatever_they_look_like(job: Job) -> None:
    own = "gw.7f3a9c51d2e84b60"
    job.environ["FIRE_ROUTINE_ROUTINE_TOKEN"] = job.endpoint.token = own
    job.environ["FIRE_ROUTINE_COMMENT"] = "true"
    job.github.set_log(71, LOG.replace("mismatched types", f"upstream refused {own}"))
    job.github.fail("/annotations", Fault(status=403, message=f"bad credentials {own}"))

    assert job.ended().startswith("fired")

    (session,) = job.endpoint.sessions
    shown = [line for line in job.log.split("\n") if not line.startswith("::add-mask::")]
    files = [path.read_text("utf-8") for path in job.temp.iterdir() if path.is_file()]
    assert "upstream refused" in session.text
    assert own not in "\n".join([session.text, *shown, *files])


@pytest.mark.parametrize("login", ["Copilot", "claude", "renovate[bot]"])
@pytest.mark.parametrize("again", [False, True])
def test_a_bots_run_is_reported_with_a_warning_whatever_its_login(job: Job, login: str, again: bool) -> None:
    person = {"login": "mona", "type": "User"}
    bot = {"login": login, "type": "Bot"}
    job.github.runs[7] |= {"actor": bot, "triggering_actor": person if again else bot, "head_branch": "topic"}
    job.run()
    assert job.outputs["outcome"] == "fired"
    assert "**Untrusted:** This run is of a bot" in job.endpoint.sessions[-1].text
