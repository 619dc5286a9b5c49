from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.report.samples import FIRED, SESSION, clean, contents, failure, job

from fire_routine.model.outcome import Outcome, Result
from fire_routine.model.reason import Reason
from fire_routine.model.run import Note
from fire_routine.report.contents import Contents
from fire_routine.report.pages import MOST_NOTES
from fire_routine.report.reporting import annotation, report
from fire_routine.report.workflow import Workflow

REPORT = contents(failure(job(1)))


def test_one_report_reaches_every_place(runner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    posted: list[bool] = []

    def post() -> tuple[Note, ...]:
        posted.append(SESSION in (runner / "output").read_text("utf-8"))
        return ()

    code = report(Workflow(), REPORT, temp=runner, post=post)

    output = (runner / "output").read_text("utf-8")
    file = next(runner.glob("fire-routine-*.md"))
    assert code == 0
    told = f"Claude is on it: {SESSION}. What broke: error[E0308]: mismatched types"
    assert capsys.readouterr().out == f"::notice title=fire-routine::{told}\n"
    assert SESSION in output and str(file) in output and "error[E0308]: mismatched types" in output
    assert file.read_text("utf-8") == "the text"
    assert SESSION in (runner / "summary").read_text("utf-8")
    assert posted == [True], "outputs do not wait for the comment"


def test_what_fails_on_the_way_is_a_note_in_the_summary(runner: Path) -> None:
    code = report(
        Workflow(),
        REPORT,
        temp=runner / "missing",
        post=lambda: [Note("the comment", "no permission", "Add `x: write`.")],
    )

    summary = (runner / "summary").read_text("utf-8")
    assert code == 0
    assert "- The comment: no permission. Add `x: write`." in summary
    assert "- The file with the text: " in summary


def test_every_note_is_a_line_in_the_job_s_log(capsys: pytest.CaptureFixture[str]) -> None:
    notes = (
        Note("the log of job 1", "it has expired."),
        Note("annotations", "hunter2", "Add `checks: read`."),
    )
    report(Workflow(), replace(REPORT, notes=notes))
    assert capsys.readouterr().out.splitlines()[:-1] == [
        "Unavailable: the log of job 1: it has expired.",
        "Unavailable: annotations: [redacted]. Add `checks: read`.",
    ]
    report(Workflow(), replace(REPORT, notes=notes * MOST_NOTES))
    assert capsys.readouterr().out.count("Unavailable: ") == MOST_NOTES  # as in the summary


def test_a_missing_permission_is_a_warning_with_the_line_to_add() -> None:
    notes = (Note("the log", "GitHub returned 403", permission="actions: read"),)
    level, line = annotation(Contents(FIRED, clean, notes=notes))
    assert (level, "add `actions: read` to the job's `permissions`" in line) == ("warning", True)


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (FIRED, f"Claude is on it: {SESSION}"),
        (
            Outcome(Result.FAILED, Reason.INVALID_INPUT, "max-characters: too small.\n\nattach: hunter2"),
            "Not fired: max-characters: too small. attach: [redacted]",
        ),
        (
            Outcome(Result.SKIPPED, Reason.DUPLICATE, "It was reported before.", session_url=SESSION),
            f"Skipped: It was reported before: {SESSION}",
        ),
        (
            Outcome(Result.SKIPPED, Reason.UNTRUSTED_RUN),
            "Skipped: the code may be from outside the repository",
        ),
    ],
)
def test_an_annotation_is_the_heading_the_message_and_the_link(outcome: Outcome, line: str) -> None:
    assert annotation(Contents(outcome, clean))[1] == line


def test_that_a_session_may_have_been_started_is_a_warning() -> None:
    assert annotation(Contents(Outcome(Result.SKIPPED, Reason.EARLIER_UNKNOWN), clean))[0] == "warning"
