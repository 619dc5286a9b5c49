"""The whole story, against both emulators over real HTTP."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import cmarkgfm  # type: ignore[import-untyped]
import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator

from fire_routine.action import run_action
from fire_routine.decide.ledger import store
from fire_routine.emulator.endpoint import Endpoint, Reply

LOG = """\
2026-11-24T10:00:00.0000000Z ##[group]Run cargo test
2026-11-24T10:00:00.1000000Z shell: bash -e {0}
2026-11-24T10:00:00.2000000Z ##[endgroup]
2026-11-24T10:00:01.0000000Z error[E0308]: mismatched types
2026-11-24T10:00:01.0000000Z  --> src/lib.rs:4:5
2026-11-24T10:00:01.2000000Z ##[error]Process completed with exit code 101.
"""
SHA = "a" * 40


class Job:
    """A final job of run 7, with its environment."""

    def __init__(self, github: GitHubEmulator, endpoint: Endpoint, temp: Path) -> None:
        self.github, self.endpoint, self.temp = github, endpoint, temp
        self.environ = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": github.url,
            "GITHUB_REPOSITORY": github.full_name,
            "GITHUB_RUN_ID": "7",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_JOB": "on-failure",
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_SHA": SHA,
            "GITHUB_REF_NAME": "main",
            "GITHUB_OUTPUT": str(temp / "output"),
            "GITHUB_STEP_SUMMARY": str(temp / "summary"),
            "RUNNER_TEMP": str(temp),
            "FIRE_ROUTINE_ROUTINE_URL": endpoint.url,
            "FIRE_ROUTINE_ROUTINE_TOKEN": endpoint.token,
            "FIRE_ROUTINE_GITHUB_TOKEN": github.token,
        }
        self.log = ""

    def run(self) -> int:
        out = io.StringIO()
        code = run_action(self.environ, out, sleep=lambda _: None)
        self.log = out.getvalue()
        return code

    @property
    def outputs(self) -> dict[str, str]:
        lines = (self.temp / "output").read_text("utf-8").splitlines()
        return {
            line.partition("<<")[0]: lines[number + 1]
            for number, line in enumerate(lines)
            if "<<" in line and lines[number + 1] != line.partition("<<")[2]
        }

    @property
    def summary(self) -> str:
        return (self.temp / "summary").read_text("utf-8")

    def secrets(self) -> tuple[str, str]:
        return self.endpoint.token, self.github.token


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    with GitHubEmulator("octo/widgets") as github, Endpoint() as endpoint:
        github.set_branch("main", SHA)
        github.add_run({"id": 7, "head_sha": SHA, "status": "in_progress"})
        github.add_job(7, {"id": 71, "name": "build", "conclusion": "failure"}, LOG)
        github.add_job(7, {"id": 72, "name": "on-failure"})
        yield Job(github, endpoint, tmp_path)


def test_fires_once_and_reports_it_everywhere(job: Job) -> None:
    assert job.run() == 0
    (session,) = job.endpoint.sessions
    assert "error[E0308]: mismatched types" in session.text
    assert job.outputs["outcome"] == "fired"
    assert job.outputs["session-url"] == session.url
    assert Path(job.outputs["text-file"]).read_text("utf-8") == session.text
    assert session.url in job.summary
    assert job.github.statuses[SHA][-1]["target_url"] == session.url
    assert job.log.count("::notice") == 1


def test_a_full_disk_and_no_temporary_folder_keep_no_session_back(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", none)
    full = "/dev/full" if Path("/dev/full").exists() else str(tmp_path / "gone" / "output")
    job.environ |= {"GITHUB_OUTPUT": full, "GITHUB_STEP_SUMMARY": full, "RUNNER_TEMP": str(tmp_path / "gone")}
    job.environ |= {"GITHUB_WORKSPACE": str(tmp_path / "gone"), "FIRE_ROUTINE_ATTACH": "a.log\n**/*.xml"}
    assert job.run() == 0
    (session,) = job.endpoint.sessions
    assert "attach: a.log" in session.text
    assert "Traceback" not in job.log


@pytest.mark.parametrize(
    "endpoint",
    [
        r"/widgets$",
        r"/runs/7/attempts/1$",
        r"/runs/7/attempts/1(/jobs.*)?$",
        r"/runs/6/jobs",
        r"/workflows/.*status=success",
        r"/workflows/.*head_sha",
        r"/compare/",
        r"/pulls",
        r"/check-runs/",
        r"/git/ref/",
        r"/actions/jobs/71/logs",
    ],
)
def test_an_endpoint_that_answers_404_keeps_no_session_back(job: Job, endpoint: str) -> None:
    job.github.add_run({"id": 6, "head_sha": "b" * 40, "conclusion": "success"})
    job.github.add_comparison("b" * 40, SHA, {})
    job.github.fail(f"GET .*{endpoint}", Fault.missing())
    assert job.run() == 0
    assert len(job.endpoint.sessions) == 1
    assert job.outputs["outcome"] == "fired"


def test_nulls_wherever_github_allows_them_keep_no_session_back(job: Job) -> None:
    job.github.nulls = True
    job.github.add_annotation(71, {"message": "mismatched types", "path": "src/lib.rs", "start_line": 4})
    assert job.run() == 0
    (session,) = job.endpoint.sessions
    assert "error[E0308]: mismatched types" in session.text
    (job.temp / "output").unlink()
    assert job.run() == 0
    assert (len(job.endpoint.sessions), job.outputs["reason"]) == (1, "duplicate")


def test_the_logs_of_very_many_failed_jobs_are_read(job: Job) -> None:
    for number in range(64):
        job.github.add_job(7, {"id": 100 + number, "name": f"leg ({number})", "conclusion": "failure"}, LOG)
    assert job.run() == 0
    (session,) = job.endpoint.sessions
    assert session.text.count("error[E0308]: mismatched types") == 1
    assert "65 failed jobs" in job.log


def test_second_job_of_the_attempt_is_skipped_and_points_to_the_session(job: Job) -> None:
    job.run()
    (job.temp / "output").unlink()
    assert job.run() == 0
    assert len(job.endpoint.sessions) == 1
    assert job.outputs["outcome"] == "skipped"
    assert job.outputs["session-url"] == job.endpoint.sessions[0].url


@pytest.mark.parametrize("fault", [Fault.missing(), Fault(cut_after=10)])
def test_a_failure_without_its_log_is_not_taken_for_another_than_before(job: Job, fault: Fault) -> None:
    job.run()
    job.github.change_run(7, status="completed", conclusion="failure")
    job.github.add_run({"id": 7, "head_sha": SHA, "run_attempt": 2})
    job.github.add_job(7, {"id": 90, "name": "build", "conclusion": "failure"}, LOG)
    job.github.fail("/storage/90", fault)
    job.environ["GITHUB_RUN_ATTEMPT"] = "2"
    (job.temp / "output").unlink()
    assert job.run() == 0
    assert len(job.endpoint.sessions) == 1
    assert (job.outputs["outcome"], job.outputs["reason"]) == ("skipped", "duplicate")
    assert job.outputs["session-url"] == job.endpoint.sessions[0].url
    assert "Without its log" in job.log
    job.github.heal()
    job.github.add_run({"id": 7, "head_sha": SHA, "run_attempt": 3})
    job.github.add_job(7, {"id": 91, "name": "build", "conclusion": "failure"}, LOG)
    job.environ["GITHUB_RUN_ATTEMPT"] = "3"
    job.run()
    assert len(job.endpoint.sessions) == 1
    assert "Without its log" not in job.log


@pytest.mark.parametrize("allow_forks", ["true", "false"])
def test_run_that_github_does_not_return_is_no_forks(job: Job, allow_forks: str) -> None:
    job.environ |= {
        "FIRE_ROUTINE_RUN_ID": "7",
        "GITHUB_RUN_ID": "99",
        "FIRE_ROUTINE_ALLOW_FORKS": allow_forks,
    }
    job.github.fail("/actions/runs/7$", Fault.forbidden())
    assert job.run() == 1
    assert (job.outputs["outcome"], job.outputs["reason"]) == ("failed", "no-run")
    assert "actions: read" in job.log
    assert job.endpoint.requests == []


def test_tokens_appear_nowhere(job: Job) -> None:
    job.run()
    shown = job.log.split("::add-mask::", 1)[0] + "".join(
        line for line in job.log.splitlines() if not line.startswith("::add-mask::")
    )
    written = "".join(path.read_text("utf-8") for path in job.temp.rglob("*") if path.is_file())
    for secret in job.secrets():
        assert secret not in shown + written + job.endpoint.sessions[0].text


def test_dry_run_needs_no_secrets_and_sends_nothing(job: Job) -> None:
    del job.environ["FIRE_ROUTINE_ROUTINE_URL"], job.environ["FIRE_ROUTINE_ROUTINE_TOKEN"]
    job.environ["FIRE_ROUTINE_DRY_RUN"] = "true"
    assert job.run() == 0
    assert (job.outputs["outcome"], job.outputs["reason"]) == ("skipped", "dry-run")
    assert "error[E0308]" in Path(job.outputs["text-file"]).read_text("utf-8")
    assert job.endpoint.requests == []
    assert not job.github.asked("^POST")


def test_every_bad_input_is_named_and_nothing_is_asked(job: Job) -> None:
    job.environ["FIRE_ROUTINE_MAX_WAIT"] = "soon"
    job.environ["FIRE_ROUTINE_ROUTINE_URL"] = "https://example.com/"
    assert job.run() == 1
    assert job.outputs["reason"] == "invalid-input"
    assert "max-wait" in job.log
    assert "routine-url" in job.log
    assert job.github.requests == []
    assert job.endpoint.requests == []


TIMES = {"started_at": "2026-11-24T10:00:00Z", "completed_at": "2026-11-24T10:30:00Z"}
STEP = {"number": 1, "name": "Run tests", "conclusion": "cancelled", **TIMES}
OUT_OF_TIME = "The job has exceeded the maximum execution time of 30m0s"
STOPPED_LOG = """\
2026-11-24T10:00:00.0000000Z ##[group]Run ./integration.sh
2026-11-24T10:00:00.2000000Z ##[endgroup]
2026-11-24T10:00:01.0000000Z error: cannot reach database at 10.0.0.9:5432, trying again
2026-11-24T10:30:00.2000000Z ##[error]The operation was canceled.
"""


def stop_the_build(job: Job, notice: str) -> None:
    """The build job is cancelled after half an hour; nothing else of the run failed."""
    job.github.add_run({"id": 7, "head_sha": SHA, "status": "in_progress", "run_attempt": 2})
    job.environ["GITHUB_RUN_ATTEMPT"] = "2"
    build = {"id": 81, "name": "integration", "conclusion": "cancelled", "steps": [STEP], **TIMES}
    job.github.add_job(7, build, STOPPED_LOG)
    job.github.add_job(7, {"id": 82, "name": "on-failure"})
    job.github.add_annotation(81, {"message": notice})


def test_job_that_its_time_limit_cancelled_is_reported(job: Job) -> None:
    stop_the_build(job, OUT_OF_TIME)
    assert job.run() == 0
    assert job.outputs["outcome"] == "fired"
    text = job.endpoint.sessions[0].text
    assert "timed out" in text.splitlines()[0]
    assert "cannot reach database at 10.0.0.9:5432" in text


def test_job_that_was_cancelled_in_a_run_that_goes_on_is_skipped(job: Job) -> None:
    stop_the_build(job, "The operation was canceled.")
    assert job.run() == 0
    assert (job.outputs["outcome"], job.outputs["reason"]) == ("skipped", "cancelled")
    assert job.endpoint.requests == []


def test_run_that_a_person_cancelled_is_skipped(job: Job) -> None:
    stop_the_build(job, "The run was canceled by @mona.")
    job.github.change_run(7, status="completed", conclusion="cancelled")
    job.environ |= {"GITHUB_RUN_ID": "99", "FIRE_ROUTINE_RUN_ID": "7"}
    assert job.run() == 0
    assert (job.outputs["outcome"], job.outputs["reason"]) == ("skipped", "cancelled")
    assert job.endpoint.requests == []


OWN_HEAD = {"repo": {"full_name": "octo/widgets"}, "ref": "topic", "sha": SHA}
FORKS_HEAD = {"repo": {"full_name": "stranger/widgets"}, "ref": "topic", "sha": SHA}


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
        ("pull_request_target", pull_request(FORKS_HEAD), "fork"),
        ("pull_request_target", {}, "untrusted-run"),
        ("workflow_run", run_before("push", "octo/widgets"), ""),
        ("workflow_run", run_before("pull_request", "stranger/widgets"), "fork"),
        ("workflow_run", run_before("issue_comment", "octo/widgets"), "untrusted-run"),
        ("issue_comment", {"issue": {"number": 3}}, "untrusted-run"),
        ("workflow_dispatch", {"inputs": {}}, ""),
        ("schedule", {}, ""),
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
    assert job.run() == 0
    assert (job.outputs["outcome"], job.outputs["reason"]) == ("skipped", "fork")
    assert job.endpoint.requests == []


def test_a_payload_that_can_t_be_read_is_none(job: Job) -> None:
    (job.temp / "event.json").write_text("[" * 100_000 + "]" * 100_000)
    job.environ["GITHUB_EVENT_PATH"] = str(job.temp / "event.json")
    assert job.run() == 0
    assert job.outputs["outcome"] == "fired"


def test_fires_without_github_and_names_what_is_missing(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "NO_PERMISSION", 0.0)  # else it waits for ten seconds, and here no time passes
    job.github.fail(".", Fault.forbidden())
    assert job.run() == 0
    text = job.endpoint.sessions[0].text
    assert SHA in text
    assert "actions: read" in text


def test_endpoint_failure_fails_the_step_and_frees_the_failure_for_a_later_fire(job: Job) -> None:
    job.endpoint.script = [None]
    job.environ["FIRE_ROUTINE_ROUTINE_TOKEN"] = "sk-ant-oat01-of-another"
    assert job.run() == 1
    assert job.outputs["outcome"] == "failed"
    job.environ["FIRE_ROUTINE_ROUTINE_TOKEN"] = job.endpoint.token
    (job.temp / "output").unlink()
    assert job.run() == 0
    assert job.outputs["outcome"] == "fired"


def test_on_error_warn_passes_with_a_warning(job: Job) -> None:
    job.environ["FIRE_ROUTINE_ROUTINE_TOKEN"] = "sk-ant-oat01-of-another"
    job.environ["FIRE_ROUTINE_ON_ERROR"] = "warn"
    assert job.run() == 0
    assert "::warning" in job.log


def test_comment_is_left_on_the_pull_request(job: Job) -> None:
    job.environ["FIRE_ROUTINE_COMMENT"] = "true"
    job.github.add_pull_request({"number": 5, "head": {"ref": "main", "sha": SHA}})
    job.run()
    (comment,) = job.github.comments[5]
    assert job.endpoint.sessions[0].url in comment["body"]


def test_the_summary_links_the_remedy_and_escapes_what_the_endpoint_wrote(
    job: Job,
) -> None:
    job.endpoint.script = [Reply(401, "authentication_error", "[x](https://evil.example) `y` @all")]
    assert job.run() == 1
    page = cmarkgfm.github_flavored_markdown_to_html(job.summary)
    assert '<a href="https://claude.ai/code/routines">https://claude.ai/code/routines</a>' in page
    assert "<code>routine-token</code>" in page
    assert 'href="https://evil.example"' not in page
    assert "### ❌ Not fired: the token was refused" in job.summary
    assert job.log.count("::error") == 1


def test_a_job_that_is_skipped_at_first_sight_still_links_the_run(job: Job) -> None:
    job.environ["FIRE_ROUTINE_JOB_STATUS"] = "failure"
    job.run()
    (job.temp / "summary").unlink()
    job.run()
    assert "### ⏭️ Skipped: this failure already has a session" in job.summary
    assert "/actions/runs/7" in job.summary
    assert job.log.count("::notice") == 1
