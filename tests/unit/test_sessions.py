"""The report of sessions: what became of each in an emulated month, and what GitHub refuses or leaves out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.ids import sha_of
from tests.support.emulated.month import BOT, DAY, HOSTILE, HOUR, MINUTE, Month
from tests.support.emulated.repository import timestamp
from tests.unit.gather.gathering import github_of

from fire_routine import sessions
from fire_routine.ledger.entry import Stage
from fire_routine.model.outcome import GitHubError
from fire_routine.sessions import table

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SINCE = NOW - 30 * DAY


@pytest.fixture
def github() -> Iterator[GitHubEmulator]:
    with GitHubEmulator() as emulator:
        yield emulator


@pytest.fixture
def month(github: GitHubEmulator) -> Month:
    return Month(github, NOW)


def report_of(month: Month, until: datetime = NOW, creator: str = BOT) -> dict[str, Any]:
    assert isinstance(month.github, GitHubEmulator)
    with github_of(month.github, patience=120.0) as github:
        return sessions.report(github, creator, SINCE, until)


def states(report: dict[str, Any]) -> dict[str, int]:
    return dict(Counter(row["state"] for row in report["sessions"]))


def spans(row: dict[str, Any]) -> tuple[timedelta | None, ...]:
    keys = ("seconds_to_pull_request", "seconds_to_merge", "seconds_to_green")
    return tuple(None if row[key] is None else timedelta(seconds=row[key]) for key in keys)


def test_a_month_has_every_state(github: GitHubEmulator) -> None:
    report = report_of(Month.of(github, NOW))
    assert report["totals"] == {
        "sessions": 13,
        "fixed": 2,
        "merged": 1,
        "open": 2,
        "closed": 1,
        "branch": 1,
        "none": 5,
        "early": 1,
        "unknown": 0,
        "uncertain": 1,
        "flakes_avoided": 2,
        "stuck_reruns": 2,
    }
    assert (report["version"], report["repository"], report["creator"]) == (1, "octo-org/widget", BOT)
    assert (report["since"], report["until"]) == ("2026-10-30T12:00:00Z", "2026-11-29T12:00:00Z")
    assert (report["not_counted"], report["left_out"]) == ({"octocat": 3}, [])
    started = [row["started_at"] for row in report["sessions"]]
    assert started == sorted(started, reverse=True)
    (fixed,) = (row for row in report["sessions"] if row["run_id"] == 40_002)
    pull = fixed["pull_request"]
    assert (pull["number"], pull["title"]) == (3, "Fix the price")
    assert (
        fixed.items()
        >= {
            "session_id": "session_of_40002",
            "workflow": "CI",
            "run_attempt": 1,
            "run_url": github.runs[40_002]["html_url"],
            "commit": Month.sha(40_002),
            "kind": "failure",
            "session_branch": "claude/fix-run-40002",
        }.items()
    )
    json.dumps(report)


def test_fixed_is_merged_and_green_since(month: Month) -> None:
    month.fixed()
    queued, pushed = report_of(month)["sessions"]
    assert (pushed["state"], queued["state"]) == ("fixed", "fixed")
    # The session was started five minutes after the run.
    assert spans(pushed) == (10 * MINUTE, 60 * MINUTE, 65 * MINUTE)
    assert spans(queued) == (15 * MINUTE, 3 * HOUR - 5 * MINUTE, 4 * HOUR - 5 * MINUTE)


def test_a_green_run_before_the_merge_does_not_make_it_fixed(month: Month) -> None:
    start = NOW - 5 * DAY
    run = month.session(month.run(start, branch="topic"))
    month.run(start + HOUR, "success")  # the base was green all along
    month.fix(run, start + HOUR, merged=start + 2 * HOUR)
    (row,) = report_of(month)["sessions"]
    assert (row["state"], row["seconds_to_green"]) == ("merged", None)
    month.run(start + 3 * HOUR, "success")
    (row,) = report_of(month)["sessions"]
    assert (row["state"], spans(row)[2]) == ("fixed", 3 * HOUR - 5 * MINUTE)


def test_a_green_re_run_is_green_but_no_fix(month: Month) -> None:
    run = month.session(month.run(NOW - DAY, "success", attempt=2))
    month.github.runs[run]["run_started_at"] = f"{NOW - DAY + HOUR:%Y-%m-%dT%H:%M:%SZ}"
    (row,) = report_of(month)["sessions"]
    assert (row["state"], spans(row)) == ("none", (None, None, HOUR - 5 * MINUTE))


def test_only_the_same_workflow_branch_and_event_turns_green(month: Month) -> None:
    month.session(month.run(NOW - DAY))
    month.run(NOW - HOUR, "success", workflow_id=2)
    month.run(NOW - HOUR, "success", branch="topic")
    month.run(NOW - HOUR, "success", event="schedule")
    (row,) = report_of(month)["sessions"]
    assert row["seconds_to_green"] is None


def test_a_session_is_early_before_it_has_no_trace(month: Month) -> None:
    month.session(month.run(NOW - 45 * MINUTE))  # started 40 minutes ago
    assert states(report_of(month, NOW - timedelta(seconds=1))) == {"early": 1}
    assert states(report_of(month)) == {"none": 1}


def silent(month: Month, *ages: timedelta) -> list[int]:
    """Sessions without a trace, started so long ago; their runs."""
    return [month.session(month.run(NOW - age - 5 * MINUTE, branch=f"topic-{age}")) for age in ages]


def test_two_sessions_that_left_nothing_are_a_reason_to_look_at_the_routine(month: Month) -> None:
    silent(month, DAY)
    assert report_of(month)["hints"] == []
    silent(month, HOUR, 10 * MINUTE)  # the last one is still young
    report = report_of(month)
    (hint,) = report["hints"]
    assert hint.startswith("ci.yml: the last two sessions left no branch, pull request or comment.")
    assert "whether the routine is on, or ends without a fix" in table(report)
    run = silent(month, 50 * MINUTE)[0]
    month.fix(run, NOW - 40 * MINUTE)
    assert report_of(month)["hints"] == []


@pytest.mark.parametrize("place", ["pull request", "commit"])
def test_a_diagnosis_is_a_trace_of_a_session(month: Month, place: str) -> None:
    _, run = silent(month, DAY, HOUR)
    text = f"<!-- claude/fix-run-{run} -->\nThe registry is down."
    if place == "commit":
        month.github.add_commit_comment(Month.sha(run), text)
    else:
        month.github.add_comment(7, text)["updated_at"] = timestamp(NOW)
    assert report_of(month)["hints"] == []


def test_comments_that_cannot_be_read_prove_nothing(month: Month) -> None:
    silent(month, DAY, HOUR)
    assert isinstance(month.github, GitHubEmulator)
    month.github.fail("/issues/comments", Fault.forbidden())
    report = report_of(month)
    assert report["hints"] == []
    assert [
        line for line in report["left_out"] if line.startswith("comments of the last sessions of ci.yml: ")
    ]


def test_a_request_without_an_answer_is_a_session_if_it_left_a_trace(month: Month) -> None:
    month.without_pull_request()
    report = report_of(month)
    assert states(report) == {"open": 1, "uncertain": 1, "none": 1, "branch": 1}
    assert report["totals"]["sessions"] == 3
    links = [row["session_url"] for row in report["sessions"]]
    assert links == [None, None, month.link(40_002), month.link(40_001)]


def test_a_request_that_is_being_sent_is_not_listed_yet(month: Month) -> None:
    month.starting()
    assert report_of(month)["sessions"] == []
    assert states(report_of(month, NOW + HOUR)) == {"uncertain": 1}


def test_a_pull_request_belongs_to_the_last_session_of_the_run_before_it(month: Month) -> None:
    start = NOW - DAY
    run = month.run(start, attempt=3)
    for attempt in (1, 2, 3):
        month.session(run, attempt=attempt)
    entries = month.ledger
    for number, status in enumerate(entries):  # three entries of each session
        status["created_at"] = f"{start + number // 3 * HOUR:%Y-%m-%dT%H:%M:%SZ}"
    month.fix(run, start + 90 * MINUTE)
    third, second, first = report_of(month)["sessions"]
    assert (first["state"], second["state"], third["state"]) == ("none", "open", "none")


def test_a_session_whose_run_is_gone_is_listed_all_the_same(month: Month) -> None:
    run = month.session(month.run(NOW - DAY))
    del month.github.runs[run]
    (row,) = report_of(month)["sessions"]
    assert (row["run_id"], row["run_url"], row["seconds_to_green"], row["state"]) == (run, None, None, "none")


def test_a_session_for_a_key_has_its_kind_its_name_and_the_runs_title(month: Month) -> None:
    run = month.session(month.run(NOW - DAY, "success", event="issues"))
    month.github.runs[run]["display_title"] = "Crash on save"
    for status in month.ledger:
        status["description"] = f"{status['description'].rpartition(' ')[0]} k3f9ad0712c45e8b6"
    month.github.set_branch(f"claude/run-{run}", sha_of("work"))
    month.run(NOW - HOUR, "success", event="issues")
    report = report_of(month)
    (row,) = report["sessions"]
    assert (row["kind"], row["failures"], row["title"]) == ("key", ["k3f9ad0712c45e8b6"], "Crash on save")
    assert (row["state"], row["session_branch"]) == ("branch", f"claude/run-{run}")
    assert row["seconds_to_green"] is None
    assert "ci.yml k3f9ad0712c45e8b6" in table(report) and "Crash on save" in table(report)


def test_only_links_to_sessions_are_shown(month: Month) -> None:
    own = "http://127.0.0.1:8765/code/session_2"  # GitHub is on this machine, so its sessions may be, too
    for url in ("https://evil.example/code/session_1", own):
        month.session(month.run(NOW - DAY))
        month.ledger[-1]["target_url"] = url
    assert {row["session_url"] for row in report_of(month)["sessions"]} == {None, own}


def test_re_runs_are_flakes_or_stuck_by_how_they_ended(month: Month) -> None:
    month.flakes()
    month.stuck_reruns()
    report = report_of(month)
    assert [row["ended"] for row in report["flakes"]] == ["passed", "passed"]
    assert [row["ended"] for row in report["stuck_reruns"]] == [
        "ended with failure, and nothing was recorded",
        "passed, and was not recorded as a flake",
    ]


def test_a_re_run_whose_request_was_lost_has_its_session(month: Month) -> None:
    run = month.run(NOW - DAY)
    month.entries(run, Stage.RERUN)
    month.session(run)
    report = report_of(month)
    assert (report["stuck_reruns"], report["totals"]["sessions"]) == ([], 1)


def test_a_re_run_may_be_reported_for_as_long_as_a_job_may_take(month: Month) -> None:
    month.entries(month.run(NOW - 6 * HOUR, attempt=2), Stage.RERUN)  # the entry is five minutes younger
    assert report_of(month)["stuck_reruns"] == []
    assert len(report_of(month, NOW + 5 * MINUTE)["stuck_reruns"]) == 1


def test_every_run_of_the_time_is_listed(github: GitHubEmulator, month: Month) -> None:
    """GitHub finds 1,000 runs with one search, and here many of one second too."""
    last = month.session(month.run(SINCE + HOUR))
    for number in range(1_250):
        month.run(SINCE + DAY + number // 30 * MINUTE, "success")
    report = report_of(month)
    assert ([row["run_id"] for row in report["sessions"]], report["left_out"]) == ([last], [])
    assert len(github.asked("/actions/runs")) < 25


def test_more_runs_than_the_limit_are_reported(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "RUN_PAGES", 2)
    for number in range(250):
        month.run(NOW - number * MINUTE, "success")
    (line,) = report_of(month)["left_out"]
    assert line == "runs before 2026-11-29 08:42 UTC: a report lists at most 200 runs"


def test_only_entries_of_the_creator_and_the_time_count(month: Month) -> None:
    month.not_counted()
    month.session(month.run(SINCE))
    for status in month.ledger[-3:]:
        status["created_at"] = "2026-10-30T11:59:59Z"
    month.session(month.run(NOW - HOUR))
    for status in month.ledger[-3:]:
        status["creator"] = None
    report = report_of(month)
    assert [row["run_id"] for row in report["sessions"]] == [40_002]  # not the one from a fork's branch
    assert report["not_counted"] == {"octocat": 3, "ghost": 3}
    assert [row["run_id"] for row in report_of(month, creator="OctoCat")["sessions"]] == [40_001]


def test_a_failed_listing_is_an_error_only_from_the_start(github: GitHubEmulator, month: Month) -> None:
    for number in range(150):
        month.run(NOW - number * MINUTE, "success")
    github.fail(r"created=[^&]*\.\.", Fault.forbidden())
    assert report_of(month)["left_out"][0].startswith("runs before 2026-11-29 10:21 UTC: GitHub answered 403")
    github.fail("/actions/runs", Fault.missing())
    with pytest.raises(GitHubError, match="404"):
        report_of(month)


def test_the_table_has_a_line_for_each_session(github: GitHubEmulator) -> None:
    lines = table(report_of(Month.of(github, NOW))).splitlines()
    assert lines[0] == "octo-org/widget: Claude sessions since 2026-10-30 12:00 UTC"
    assert lines[2] == (
        "  13 sessions: 2 fixed, 1 merged, not green since, 2 open, 1 closed unmerged, 1 branch only,"
        " 5 no trace, 1 just started, 1 may have started"
    )
    (fixed,) = (line for line in lines if "40002.1" in line)
    assert " ".join(fixed.split()) == (
        "2026-11-01 12:05 ci.yml 00009c42 main 40002.1 fixed #3 10 min 60 min 65 min"
        " https://claude.ai/code/session_of_40002"
    )
    assert sum("https://claude.ai/code/session" in line for line in lines) == 12
    assert ("Re-runs that are stuck" in lines, "Flakes" in lines) == (True, True)
    assert lines[-1].startswith("Not counted: 3 of the entries are by octocat.")


def test_no_name_takes_effect_on_a_terminal(github: GitHubEmulator, month: Month) -> None:
    month.session(month.run(NOW - HOUR, branch=f"a\x1b[31mb\nc {HOSTILE}"))
    github.fail("/pulls", Fault(403, "x\x1b[2J"))
    shown = table(report_of(month))
    assert "\x1b" not in shown
    assert "ab c fix|" in shown
