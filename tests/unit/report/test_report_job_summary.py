from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.report import samples
from tests.unit.report.samples import FIRED, NOW, PAGE, SESSION, clean, contents, failure, job

from fire_routine.model.evidence import Highlight
from fire_routine.model.outcome import Outcome, Result
from fire_routine.model.reason import Reason
from fire_routine.model.run import ChangedFile, History, Job, Note, Rerun, Step, in_words
from fire_routine.report.contents import Contents
from fire_routine.report.pages import LIMIT, summary


def test_the_parts_come_in_order_of_what_is_looked_for() -> None:
    report = contents(failure(job(1)), failure(job(2), job(3)), passed=["test (9)"])
    page = summary(replace(report, notes=(Note("the log", "it has expired", "Run the job again."),)))

    parts = [
        "### 🛠️ Claude is on it",
        "> [!TIP]",
        f"> **[Open the session on claude.ai]({SESSION})** · session 1 of at most 3 in this incident",
        f"> [`CI #123`]({PAGE}/actions/runs/1) · `topic` @ [`c3d2a1b`]({PAGE}/commit/{samples.SHA})"
        f" · [pull request #7]({PAGE}/pull/7) Rework the tokenizer",
        "#### 2 distinct failures in 3 of 4 jobs",
        "**1.** **`test (1)`** › `Run pytest` · exit code 1 after 1 min 05 s"
        f" · [log]({PAGE}/actions/runs/1/job/1)",
        "```text\nerror[E0308]: mismatched types\n  --> src/lib.rs:4:5\n```",
        "**2.** **`test (2)` and 1 more job** › `Run pytest` · exit code 1 after 1 min 05 s",
        f"Logs: [`test (2)`]({PAGE}/actions/runs/1/job/2), [`test (3)`]({PAGE}/actions/runs/1/job/3)",
        "✅ Passed: `test (9)`\n\n**Changed",
        "**Changed files that the log names:** `src/lib.rs` +3 −1",
        "**Unavailable**\n\n- The log: it has expired. Run the job again.",
        "**Redacted in the text:** 2 × `github-token`, 1 × `jwt`",
        "<details><summary>The text that was sent (8 characters, 3 secrets replaced)</summary>",
        "```text\nthe text\n```",
        "</details>",
    ]
    places = [page.find(part) for part in parts]
    assert dict(zip(parts, places, strict=True)) == {
        part: place for part, place in zip(parts, sorted(places), strict=True) if place >= 0
    }


def test_a_note_s_reason_ends_with_a_stop() -> None:
    for why, shown in {"It is gone": "It is gone.", "It is gone.": "It is gone.", "Is it?": "Is it?"}.items():
        assert f"- The log: {shown}\n" in summary(replace(contents(), notes=(Note("the log", why),)))


def test_every_line_of_a_message_is_shown() -> None:
    page = summary(Contents(Outcome(Result.FAILED, message="text: too long\nattach: hunter2"), clean))
    assert "> text: too long\n>\n> attach: [redacted]" in page


def test_a_job_that_ran_out_of_time_is_said_to_have() -> None:
    late = replace(job(1), conclusion="timed_out")
    assert "› `Run pytest` · timed out after 1 min 05 s" in summary(contents(failure(late)))


def test_jobs_without_a_failure_are_linked() -> None:
    lost = job(4)
    report = replace(contents(failure(job(1))), run=samples.run(job(1), lost))
    assert f"Failed jobs: [`test (4)`]({lost.url})" in summary(report)


def test_a_matrix_of_256_jobs_has_ten_links_and_the_others_in_a_fold() -> None:
    page = summary(contents(failure(*map(job, range(256)))))
    above, fold = page.split("<details><summary>246 more jobs</summary>")
    assert above.count("/job/") == 10
    assert fold.count("/job/") == 246
    assert "and 0 more" not in summary(contents(failure(*map(job, range(266)))))  # a fold that is just full


def test_many_failures_notes_and_files_are_cut_and_the_cut_is_marked() -> None:
    many = contents(*(failure(job(number)) for number in range(256)))
    brief = replace(samples.brief(), named_files=tuple(ChangedFile(f"f{n}.py", 1, 0) for n in range(12)))
    notes = tuple(Note(f"log {n}", "gone") for n in range(40))
    page = summary(replace(many, notes=notes))
    assert page.count("```text\nerror[E0308]") == 10
    assert page.count(": `error[E0308]: mismatched types`") == 246
    assert ("- Log 29: gone." in page, "- Log 30" in page, "- … and 10 more" in page) == (True, False, True)
    assert "`f9.py` +1 −0 and 2 more" in summary(replace(contents(), brief=brief))


def test_a_name_s_secret_is_not_shown_nor_its_part_where_the_name_is_cut() -> None:
    secret = replace(job(1, name="x" * 95 + "hunter2", step="curl -H hunter2"), url="")
    page = summary(replace(contents(failure(secret)), notes=(Note("hunter2", "hunter2", "hunter2"),)))

    assert "hunt" not in page
    assert page.count("[redacted") >= 2


@settings(max_examples=30)
@given(st.text(), st.integers(2_000, 6_000), st.integers(0, 50))
def test_the_summary_keeps_its_limit_and_its_fence(tail: str, limit: int, ticks: int) -> None:
    text = "`" * ticks + "🦊é`\n" * 1_000 + tail
    report = Contents(FIRED, clean, brief=replace(samples.brief(), text=text))
    page = summary(report, limit=limit)

    assert len(page.encode("utf-8", "replace")) <= limit
    assert "The end of the text has no room in a job summary." in page
    assert page.endswith("\n\n</details>")
    marks = page.split("</summary>\n\n", 1)[1].partition("text\n")[0]
    assert page.count(f"\n{marks}\n") == 1


def test_without_room_for_any_text_a_note_replaces_it() -> None:
    report = Contents(FIRED, clean, brief=replace(samples.brief(), text="x" * 10_000))
    page = summary(report, limit=350)

    assert len(page.encode()) <= 350
    assert page.endswith("The `text-file` output has all of it.")


@pytest.mark.parametrize("distinct", [False, True])
def test_the_worst_names_and_notes_stay_within_the_runner_s_limit(distinct: bool) -> None:
    wide = "🦊@" * 500
    url = "https://github.com/" + "x" * 1_980
    steps = tuple(Step(n, wide, "failure", NOW, NOW) for n in range(9))
    jobs = [Job(n, wide, "failure", url, steps=steps) for n in range(256)]
    failures = [failure(one) for one in jobs] if distinct else [failure(*jobs)]
    shown = Highlight(wide, (wide[:300],) * 5, (wide,) * 256)
    report = Contents(
        Outcome(Result.FAILED, reason=Reason.INTERNAL_ERROR, message=f"{wide}\n" * 200),
        clean,
        brief=replace(samples.brief(*[shown] * 256), text="🦊" * 32_768),
        run=samples.run(*jobs),
        failures=tuple(failures),
        notes=(Note(wide, wide, wide),) * 99,
    )

    page = summary(report)
    assert len(page.encode()) <= LIMIT
    assert "🦊" * 32_768 in page


def test_a_tiny_limit_leaves_whole_paragraphs_and_no_torn_fence() -> None:
    page = summary(contents(*(failure(job(number)) for number in range(20))), limit=1_500)
    assert len(page.encode()) <= 1_500
    assert page.count("```") % 2 == 0 and page.count("<details") == page.count("</details>")


@pytest.mark.parametrize(
    ("history", "rerun", "said"),
    [
        (
            History(last_green_sha="abcdef1234", total_commits=1),
            None,
            "green at `abcdef1`, 1 commit since",
        ),
        (History(base_red=5), None, "`main` fails this workflow, too"),
        (History(same_commit_was_green=True), None, "the same commit was green"),
        (
            History(green_branch="main", green_branch_sha="abcdef1234"),
            None,
            "`main` was green at `abcdef1`",
        ),
        (History(never_green=True), None, ""),
        (None, None, ""),
    ],
)
def test_one_line_says_what_was_green_before(history: History | None, rerun: Rerun | None, said: str) -> None:
    shown = contents(failure(job(1)))
    assert shown.run
    page = summary(replace(shown, run=replace(shown.run, history=history, rerun=rerun)))
    assert page.count("**Before:**") == bool(said)
    assert said in page


def test_durations() -> None:
    spans = {
        -1: "0 s",
        59: "59 s",
        60: "1 min 00 s",
        3_599: "59 min 59 s",
        3_720: "1 h 02 min",
        180_000: "2 days 2 h",
    }
    assert {seconds: in_words(timedelta(seconds=seconds)) for seconds in spans} == spans
