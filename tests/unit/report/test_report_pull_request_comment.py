from __future__ import annotations

from dataclasses import replace

from tests.unit.report.samples import FIRED, PAGE, SESSION, clean, contents, failure, job

from fire_routine.model.outcome import Outcome, Result
from fire_routine.model.reason import Reason
from fire_routine.report.contents import Contents
from fire_routine.report.pages import told


def _of(outcome: Outcome) -> Contents:
    return contents(failure(job(1)), outcome=outcome)


def test_a_comment_reports_what_failed_who_works_on_it_what_follows_and_how_to_stop_it() -> None:
    body = told(_of(FIRED), "")
    parts = [
        "### 🛠️ Claude is on it",
        f"**[Open the session on claude.ai]({SESSION})** · session 1 of at most 3 in this incident",
        f"[`CI #123`]({PAGE}/actions/runs/1) · `topic` @",
        "**1 failure in 1 of 1 job**",
        "- **`test (1)`** › `Run pytest`: `error[E0308]: mismatched types`",
        "**What happens next:**",
        "`claude/…`",
        f"**To stop it:** [Open the session]({SESSION})",
        "`dry-run: true`",
    ]
    places = [body.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_names_of_others_are_code() -> None:
    evil = job(1, name="test [x](https://evil)", step="@all")
    body = told(contents(failure(evil)), "")
    assert "**`test [x](https://evil)`** › `@all`" in body


def test_a_comment_with_room_for_all_failures_counts_no_others() -> None:
    body = told(contents(*(failure(job(number)) for number in range(10))), "")
    assert body.count("- **`test (") == 10
    assert "more distinct" not in body


def test_without_a_session_the_comment_says_what_broke_and_nothing_of_a_session() -> None:
    body = told(_of(Outcome(Result.SKIPPED, Reason.DRY_RUN)), "")
    assert body.startswith("### ❌ 1 failure in 1 of 1 job")
    assert "- **`test (1)`** › `Run pytest`: `error[E0308]: mismatched types`" in body
    assert "session" not in body


def test_the_session_of_another_failure_is_not_said_to_be_on_this_one() -> None:
    limit = Outcome(Result.SKIPPED, Reason.MAX_SESSIONS, session_url=SESSION)
    body = told(_of(limit), Reason.MAX_SESSIONS)
    assert (
        body.startswith("### ❌ 1 failure") and "What happens next" not in body and "same failure" not in body
    )


def test_nothing_is_told_without_a_run_or_where_a_newer_run_reports_or_people_asked_for_silence() -> None:
    assert told(Contents(FIRED, clean), "") == ""
    for reason in (Reason.STALE_HEAD, Reason.PULL_REQUEST_CLOSED, Reason.SKIP_LABELS, Reason.RERUN):
        assert told(_of(Outcome(Result.SKIPPED, reason)), reason) == ""


def test_of_code_from_outside_only_words_of_ours_are_told() -> None:
    evil = failure(job(1, name="test [x](https://evil)", step="@all"))
    body = told(contents(evil, outcome=Outcome(Result.SKIPPED, Reason.DRY_RUN)), "", untrusted=True)
    assert f"[Run 1]({PAGE}/actions/runs/1)" in body
    assert not any(word in body for word in ("evil", "@all", "mismatched", "topic", "tokenizer"))


def test_a_comment_names_the_label_that_stops_further_sessions() -> None:
    assert "label `no-claude`." in told(replace(_of(FIRED), skip_label="no-claude"), "")
