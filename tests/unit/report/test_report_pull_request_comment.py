from __future__ import annotations

from dataclasses import replace

from tests.unit.report import samples
from tests.unit.report.samples import FIRED, PAGE, SESSION, clean, contents, failure, job

from fire_routine.model.outcome import Outcome, Result
from fire_routine.model.reason import Reason
from fire_routine.model.run import History, Run
from fire_routine.report import Contents, comment, marker


def _of(outcome: Outcome) -> Contents:
    return contents(failure(job(1)), outcome=outcome)


def test_a_comment_reports_what_failed_who_works_on_it_what_follows_and_how_to_stop_it() -> None:
    body = comment(_of(FIRED))
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
    body = comment(contents(failure(evil)))
    assert "**`test [x](https://evil)`** › `@all`" in body


def test_a_comment_with_room_for_all_failures_counts_no_others() -> None:
    body = comment(contents(*(failure(job(number)) for number in range(10))))
    assert body.count("- **`test (") == 10
    assert "more distinct" not in body


def test_there_is_no_comment_without_a_session_on_this_failure_or_a_run() -> None:
    assert comment(Contents(FIRED, clean)) == ""
    for result, reason in ((Result.SKIPPED, Reason.UNTRUSTED_RUN), (Result.FAILED, Reason.RATE_LIMITED)):
        assert comment(_of(Outcome(result, reason))) == ""
    assert comment(_of(Outcome(Result.SKIPPED, Reason.MAX_SESSIONS, session_url=SESSION))) == ""


def test_a_comment_names_the_label_that_stops_further_sessions() -> None:
    assert "label `no-claude`." in comment(replace(_of(FIRED), skip_label="no-claude"))


def test_an_incident_has_one_comment() -> None:
    """It ends with a green run; other workflows and events have their own."""

    def run(**fields: object) -> Run:
        return replace(samples.run(), **fields)  # type: ignore[arg-type]

    first = marker(run(history=History(last_green_run=5)))
    assert first == marker(run(id=2, attempt=3, head_sha="b" * 40, history=History(last_green_run=5)))
    others = {
        marker(run(history=History(last_green_run=6))),
        marker(run(history=History(last_green_run=5), workflow_path="other.yml")),
        marker(run(history=History(last_green_run=5), event="pull_request")),
        marker(run()),
    }
    assert len({first, *others}) == 5
