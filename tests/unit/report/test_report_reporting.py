from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fire_routine.model import Brief, FailedJob, Note, Outcome, PullRequest, Result, Run
from fire_routine.report import MARKER, Workflow, annotation, comment, report

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PULL = PullRequest(7, "title", "https://github.com/o/r/pull/7", "open", "main", "topic", "a" * 40, "o/r")
JOBS = (
    FailedJob(id=1, name="test [x](https://evil)", conclusion="failure", url="https://github.com/o/r/job/1"),
)
RUN = Run(
    repository="o/r",
    id=1,
    attempt=1,
    workflow="CI",
    workflow_id=2,
    workflow_path=".github/workflows/ci.yml",
    event="pull_request",
    status="completed",
    conclusion="failure",
    head_branch="topic",
    head_sha="a" * 40,
    head_repository="o/r",
    actor="someone",
    url="https://github.com/o/r/actions/runs/1",
    created_at=NOW,
    pull_request=PULL,
    failed_jobs=JOBS,
)
SESSION = "https://claude.ai/code/session_1"
LINK = f"[`claude.ai/code/session_1`]({SESSION})"
FIRED = Outcome(Result.FIRED, message="session started", session_id="session_1", session_url=SESSION)
BRIEF = Brief(text="the text", fingerprints=("a",), fingerprint="a")


def _clean(text: str) -> str:
    return text.replace("hunter2", "[redacted]")


def _environ(tmp_path: Path) -> dict[str, str]:
    for name in ("output", "summary"):
        (tmp_path / name).touch()
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }


def test_one_report_reaches_every_place(tmp_path: Path) -> None:
    out = io.StringIO()
    posted: list[tuple[int, str, str]] = []

    code = report(
        Workflow(_environ(tmp_path), out),
        FIRED,
        brief=BRIEF,
        run=RUN,
        temp=tmp_path,
        post_comment=lambda number, marker, body: posted.append((number, marker, body)),
        clean=_clean,
    )

    output = (tmp_path / "output").read_text("utf-8")
    file = next(tmp_path.glob("fire-routine-*.md"))
    assert code == 0
    assert out.getvalue() == f"::notice title=fire-routine::session started: {SESSION}\n"
    assert SESSION in output and str(file) in output
    assert file.read_text("utf-8") == "the text"
    assert SESSION in (tmp_path / "summary").read_text("utf-8")
    assert [(number, marker) for number, marker, _ in posted] == [(7, MARKER)]
    assert posted[0][2].startswith(MARKER)


def test_what_fails_on_the_way_is_a_note_in_the_summary(tmp_path: Path) -> None:
    code = report(
        Workflow(_environ(tmp_path), io.StringIO()),
        FIRED,
        brief=BRIEF,
        run=RUN,
        temp=tmp_path / "missing",
        post_comment=lambda *_: Note("the comment", "no permission", "add `pull-requests: write`"),
        clean=_clean,
    )

    summary = (tmp_path / "summary").read_text("utf-8")
    assert code == 0
    assert "- the comment: no permission. add \\`pull-requests: write\\`" in summary
    assert "- the text's file: " in summary


def test_the_outputs_do_not_wait_for_the_comment(tmp_path: Path) -> None:
    output = tmp_path / "output"
    told: list[str] = []

    report(
        Workflow(_environ(tmp_path), io.StringIO()),
        FIRED,
        run=RUN,
        post_comment=lambda *_: told.append(output.read_text("utf-8")),
        clean=_clean,
    )
    assert SESSION in told[0]


def test_every_note_is_a_hint_in_the_job_s_log() -> None:
    out = io.StringIO()

    notes = [
        Note("the log of job 1", "it has expired."),
        Note("annotations", "hunter2", "grant `checks: read`"),
    ]
    report(Workflow({}, out), FIRED, notes=notes, clean=_clean)

    assert out.getvalue().splitlines()[:-1] == [
        "left out: the log of job 1: it has expired.",
        "left out: annotations: [redacted]. grant `checks: read`",
    ]


@pytest.mark.parametrize(
    ("result", "failing", "level"),
    [
        (Result.FIRED, False, "notice"),
        (Result.SKIPPED, False, "notice"),
        (Result.FAILED, True, "error"),
        (Result.FAILED, False, "warning"),
        (Result.UNKNOWN, True, "error"),
        (Result.UNKNOWN, False, "warning"),
    ],
)
def test_the_annotation_s_level_follows_the_outcome(result: Result, failing: bool, level: str) -> None:
    outcome = Outcome(result, message="max-characters: too small\n\nattach: hunter2")

    assert annotation(outcome, failing=failing, clean=_clean) == (
        level,
        "max-characters: too small; attach: [redacted]",
    )


def test_an_annotation_without_a_message_says_the_reason() -> None:
    assert annotation(Outcome(Result.SKIPPED, reason="fork"), failing=False, clean=_clean)[1] == "fork"


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (FIRED, f"session has started: {LINK}"),
        (Outcome(Result.SKIPPED, session_url=SESSION), f"session for this failure: {LINK}"),
        (Outcome(Result.UNKNOWN), "may have started"),
    ],
)
def test_a_comment_tells_of_a_session(outcome: Outcome, told: str) -> None:
    body = comment(outcome, RUN, clean=_clean)

    assert told in body
    assert "[`test [x](https://evil)`](https://github.com/o/r/job/1)" in body


@pytest.mark.parametrize(("count", "rest"), [(10, ""), (11, "- … and 1 failed jobs more")])
def test_a_comment_names_ten_jobs_and_counts_the_others(count: int, rest: str) -> None:
    body = comment(FIRED, replace(RUN, failed_jobs=JOBS * count), clean=_clean)
    assert body.count("](https://github.com/o/r/job/1)") == 10
    assert body.endswith(rest) and ("failed jobs more" in body) == bool(rest)


@pytest.mark.parametrize("reason", ["max-sessions", "claude-session"])
def test_a_comment_names_no_session_that_is_at_work_on_another_failure(reason: str) -> None:
    outcome = Outcome(Result.SKIPPED, reason=reason, session_url=SESSION)
    assert comment(outcome, RUN, clean=_clean) == ""


@pytest.mark.parametrize("result", [Result.SKIPPED, Result.FAILED])
def test_there_is_no_comment_without_a_session(result: Result) -> None:
    posted: list[int] = []

    report(
        Workflow({}, io.StringIO()),
        Outcome(result, reason="fork"),
        run=RUN,
        post_comment=lambda number, *_: posted.append(number),
        clean=_clean,
    )

    assert posted == []


def test_a_failure_s_exit_code_is_the_user_s_choice() -> None:
    outcome = Outcome(Result.FAILED, message="no")

    assert report(Workflow({}, io.StringIO()), outcome, on_error="fail", clean=_clean) == 1
    assert report(Workflow({}, io.StringIO()), outcome, on_error="warn", clean=_clean) == 0
