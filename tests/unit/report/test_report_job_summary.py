from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.model import Brief, Digest, FailedJob, Failure, Note, Outcome, Result, Run, Step, in_words
from fire_routine.report import summary
from fire_routine.report.job_summary import LIMIT

NOW = datetime(2026, 1, 2, tzinfo=UTC)
SESSION = "https://claude.ai/code/session_1"
FIRED = Outcome(Result.FIRED, message="session started", session_id="session_1", session_url=SESSION)
BRIEF = Brief(
    text="the text",
    fingerprints=("a",),
    fingerprint="a",
    redactions={"github-token": 2, "jwt": 1, "none": 0},
)


def _job(number: int, name: str = "test", step: str = "Run pytest") -> FailedJob:
    steps = (
        Step(1, "Set up", "success", NOW, NOW),
        Step(2, step, "failure", NOW, NOW + timedelta(seconds=65)),
    )
    url = f"https://github.com/o/r/actions/runs/1/job/{number}"
    return FailedJob(number, f"{name} ({number})", "failure", url, steps=steps)


def _failure(*jobs: FailedJob, exit_code: int | None = 1) -> Failure:
    digest = Digest(blocks=(), total_lines=10, fingerprint="a", exit_code=exit_code)
    return Failure("a", jobs, digest, exit_codes=(exit_code,) * len(jobs))


def _run(*jobs: FailedJob) -> Run:
    return Run(
        repository="o/r",
        id=1,
        attempt=1,
        workflow="CI",
        workflow_id=2,
        workflow_path="ci.yml",
        event="push",
        status="completed",
        conclusion="failure",
        head_branch="main",
        head_sha="a" * 40,
        head_repository="o/r",
        actor="someone",
        url="https://github.com/o/r/actions/runs/1",
        created_at=NOW,
        failed_jobs=jobs,
    )


def _clean(text: str) -> str:
    return text.replace("hunter2", "[redacted]")


def test_the_parts_come_in_order_of_what_is_looked_for() -> None:
    job = _job(1)

    page = summary(FIRED, BRIEF, _run(job), [_failure(job)], [Note("log", "gone", "re-run")], clean=_clean)

    parts = [
        "### fire-routine: Session started",
        f"[`claude.ai/code/session_1`]({SESSION})",
        "| Failed job | Failed step | Exit code | Took |",
        "| [`test (1)`](https://github.com/o/r/actions/runs/1/job/1) | `Run pytest` | 1 | 1 min 05 s |",
        "**Could not be had**",
        "- log: gone. re-run",
        "**Redacted in the text:** 2 × `github-token`, 1 × `jwt`",
        "<details><summary>The text that was sent (8 characters)</summary>",
        "```text\nthe text\n```",
        "</details>",
    ]
    places = [page.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("result", "heading", "text"),
    [
        (Result.FIRED, "Session started", "that was sent"),
        (Result.SKIPPED, "No session started: skipped", "The text, not sent"),
        (Result.FAILED, "No session started: failed", "The text, not sent"),
        (Result.UNKNOWN, "Unknown: a session may have started", "that was sent"),
    ],
)
def test_the_heading_tells_the_outcome(result: Result, heading: str, text: str) -> None:
    page = summary(Outcome(result), BRIEF, clean=_clean)

    assert page.startswith(f"### fire-routine: {heading}\n")
    assert text in page


def test_a_skip_names_its_reason_the_way_to_change_it_and_the_earlier_session() -> None:
    outcome = Outcome(
        Result.SKIPPED,
        reason="duplicate",
        message="already sent; once-per: always sends it again",
        session_url=SESSION,
    )

    page = summary(outcome, clean=_clean)

    assert f"**Earlier session:** [`claude.ai/code/session_1`]({SESSION})" in page
    assert "already sent; once-per: always sends it again" in page
    assert "Reason: `duplicate`" in page


def test_a_started_session_s_link_is_not_said_twice() -> None:
    page = summary(replace(FIRED, message=f"Session started: {SESSION}\nlate"), clean=_clean)

    assert page.splitlines()[2:] == [f"**Session:** [`claude.ai/code/session_1`]({SESSION})", "", "late"]


def test_every_line_of_a_message_is_shown() -> None:
    page = summary(Outcome(Result.FAILED, message="text: too long\nattach: hunter2"), clean=_clean)

    assert "text: too long\n\nattach: \\[redacted\\]" in page


def test_jobs_that_share_a_failure_stand_together_and_are_told_apart_from_others() -> None:
    first, second, third, lost = _job(1), _job(2), _job(3), _job(4)
    failures = [_failure(first, third), _failure(second, exit_code=None)]

    page = summary(FIRED, None, _run(first, second, third, lost), failures, clean=_clean)

    rows = [line for line in page.splitlines() if line.startswith("| [")]
    assert [row[4:12] for row in rows] == ["test (1)", "test (3)", "test (2)", "test (4)"]
    assert [row.rsplit("|", 2)[1].strip() for row in rows] == ["1", "1", "2", "3"]
    assert "| – | 1 min 05 s | 2 |" in rows[2]


def test_a_matrix_of_256_jobs_is_cut_with_the_cut_said() -> None:
    jobs = [_job(number) for number in range(256)]

    page = summary(FIRED, None, _run(*jobs), [_failure(*jobs)], clean=_clean)

    assert page.count("| [`test") == 100
    assert "… and 156 failed jobs more." in page


def test_many_notes_are_cut_with_the_cut_said() -> None:
    page = summary(FIRED, notes=[Note(f"log {n}", "gone") for n in range(40)], clean=_clean)

    assert "- log 29: gone." in page
    assert "- log 30" not in page
    assert "- … and 10 more" in page


def test_a_name_s_secret_is_not_shown() -> None:
    job = replace(_job(1, name="hunter2", step="curl -H hunter2"), url="")

    page = summary(FIRED, None, _run(job), [], [Note("hunter2", "hunter2", "hunter2")], clean=_clean)

    assert "hunter2" not in page
    assert page.count("[redacted") >= 2


def test_a_secret_is_looked_for_before_a_name_is_cut() -> None:
    job = _job(1, name="x" * 195 + "hunter2")

    assert "hunt" not in summary(FIRED, None, _run(job), clean=_clean)


@given(st.text(), st.integers(2_000, 6_000), st.integers(0, 50))
def test_the_summary_keeps_its_limit_and_its_fence(tail: str, limit: int, ticks: int) -> None:
    text = "`" * ticks + "🦊é`\n" * 1_000 + tail
    page = summary(FIRED, replace(BRIEF, text=text), clean=_clean, limit=limit)

    assert len(page.encode("utf-8", "replace")) <= limit
    assert "The text is too long for a job summary" in page
    assert page.endswith("\n\n</details>")
    marks = page.split("</summary>\n\n", 1)[1].partition("text\n")[0]
    assert page.count(f"\n{marks}\n") == 1


def test_without_room_for_any_text_only_that_is_said() -> None:
    page = summary(FIRED, replace(BRIEF, text="x" * 10_000), clean=_clean, limit=340)

    assert len(page.encode()) <= 340
    assert page.endswith("is in the `text-file` output.")


def test_the_worst_names_and_notes_stay_within_the_runner_s_limit() -> None:
    wide = "🦊@" * 500
    url = "https://github.com/" + "x" * 1_980
    steps = tuple(Step(n, wide, "failure", NOW, NOW) for n in range(9))
    jobs = [FailedJob(n, wide, "failure", url, steps=steps) for n in range(256)]
    outcome = Outcome(Result.FAILED, reason=wide, message=f"{wide}\n" * 200)
    brief = replace(BRIEF, text="🦊" * 32_768)

    page = summary(
        outcome, brief, _run(*jobs), [_failure(*jobs)], [Note(wide, wide, wide)] * 99, clean=_clean
    )

    assert len(page.encode()) <= LIMIT


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-1, "0 s"),
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min 00 s"),
        (3_599, "59 min 59 s"),
        (3_720, "1 h 02 min"),
    ],
)
def test_durations(seconds: int, shown: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == shown
