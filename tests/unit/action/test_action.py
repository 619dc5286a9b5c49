"""The whole story, against both emulators over real HTTP."""

from __future__ import annotations

import zipfile
from pathlib import Path

import cmarkgfm  # type: ignore[import-untyped]
import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.job import SHA, Job

from fire_routine.emulator import Reply


def test_fires_once_and_reports_it_everywhere_without_a_token(job: Job) -> None:
    assert job.run() == 0
    (session,) = job.endpoint.sessions
    assert "error[E0308]: mismatched types" in session.text
    assert job.outputs["outcome"] == "fired"
    assert job.outputs["session-url"] == session.url
    assert Path(job.outputs["text-file"]).read_text("utf-8") == session.text
    assert session.url in job.summary
    assert job.github.statuses[SHA][-1]["target_url"] == session.url
    assert job.log.count("::notice") == 1
    shown = "".join(line for line in job.log.splitlines() if not line.startswith("::add-mask::"))
    written = "".join(path.read_text("utf-8") for path in job.temp.rglob("*") if path.is_file())
    for secret in (job.endpoint.token, job.github.token):
        assert secret not in shown + written + session.text


def test_a_run_of_a_repository_that_was_renamed_is_recorded_under_its_new_name(job: Job) -> None:
    """GitHub redirects reads from the old name, and nothing that is written."""
    for path in ("/actions/runs/7/attempts/1", "/commits"):
        moved = f"{job.github.url}/repos/{job.github.full_name}{path}"
        job.github.fail(rf"/old/name{path}(\?|$)", Fault(301, headers={"Location": moved}))
    job.environ["GITHUB_REPOSITORY"] = "old/name"
    assert job.run() == 0
    (session,) = job.endpoint.sessions
    assert "error[E0308]: mismatched types" in session.text
    assert job.github.statuses[SHA][-1]["target_url"] == session.url


def test_with_few_of_the_hours_requests_left_only_what_decides_is_asked(job: Job) -> None:
    """And the text says so."""
    asked = list[int]()
    for remaining in (1000, 99):
        job.github.remaining = remaining
        job.github.requests.clear()
        job.github.statuses.clear()
        assert job.run() == 0
        asked.append(len(job.github.asked("/runs[?]|/compare/")))
    assert asked[1] == 1 < asked[0]  # the last green run
    assert len(job.endpoint.sessions) == 2
    assert "few of the hour's requests to GitHub are left" in job.endpoint.sessions[1].text
    assert "few of the hour's requests" not in job.endpoint.sessions[0].text


def test_dry_run_needs_no_secrets_and_sends_nothing(job: Job) -> None:
    del job.environ["FIRE_ROUTINE_ROUTINE_URL"], job.environ["FIRE_ROUTINE_ROUTINE_TOKEN"]
    job.environ["FIRE_ROUTINE_DRY_RUN"] = "true"
    assert job.ended() == "skipped dry-run"
    assert "error[E0308]" in Path(job.outputs["text-file"]).read_text("utf-8")
    assert job.endpoint.requests == []
    assert not job.github.asked("^POST")


@pytest.mark.parametrize("allowed", [False, True])
def test_dry_run_leaves_no_text_of_a_run_that_would_not_be_sent(job: Job, allowed: bool) -> None:
    job.github.add_run({"id": 7, "head_sha": SHA, "event": "issue_comment", "conclusion": "failure"})
    job.environ |= {"FIRE_ROUTINE_DRY_RUN": "true", "FIRE_ROUTINE_ALLOW_FORKS": str(allowed).lower()}
    assert job.run() == 0
    assert ("untrusted-run" in job.log) is not allowed
    assert bool(job.outputs.get("text-file")) is allowed
    assert bool(list(job.temp.rglob("*.md"))) is allowed


def test_the_summary_links_the_remedy_and_escapes_what_the_endpoint_wrote(job: Job) -> None:
    job.endpoint.script = [Reply(401, "authentication_error", "[x](https://evil.example) `y` @all")]
    assert job.run() == 1
    page = cmarkgfm.github_flavored_markdown_to_html(job.summary)
    assert '<a href="https://claude.ai/code/routines">https://claude.ai/code/routines</a>' in page
    assert "and replace the saved one" in page
    assert 'href="https://evil.example"' not in page
    assert "### ❌ Not fired: the token was refused" in job.summary
    assert job.log.count("::error") == 1


def test_the_failed_tests_of_artifacts_are_in_the_text(job: Job) -> None:
    case = "<testcase classname='cart' name='adds up'><failure message='expected 4, got 3'/></testcase>"
    with zipfile.ZipFile(job.temp / "tests.zip", "w") as archive:
        archive.writestr("junit.xml", f"<testsuite>{case}</testsuite>")
    job.github.add_artifact(7, "test-results", (job.temp / "tests.zip").read_bytes())
    job.environ["FIRE_ROUTINE_ARTIFACTS"] = "test-*\ncoverage"
    assert job.run() == 0
    assert job.endpoint.sessions[0].text.count("FAILED cart::adds up - expected 4, got 3") == 1
