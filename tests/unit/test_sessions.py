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
from tests.unit.gather.gathering import github_of

from fire_routine import sessions
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
        "sessions": 14,
        "merged": 3,
        "open": 2,
        "closed": 1,
        "branch": 1,
        "none": 7,
        "unknown": 0,
        "flakes_avoided": 2,
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


def test_what_was_merged_and_is_green_since_shows_how_long_that_took(month: Month) -> None:
    month.fixed()
    queued, pushed = report_of(month)["sessions"]
    assert (pushed["state"], queued["state"]) == ("merged", "merged")
    # The session was started five minutes after the run.
    assert spans(pushed) == (10 * MINUTE, 60 * MINUTE, 65 * MINUTE)
    assert spans(queued) == (15 * MINUTE, 3 * HOUR - 5 * MINUTE, 4 * HOUR - 5 * MINUTE)


def test_a_green_run_before_the_merge_is_not_its_own(month: Month) -> None:
    start = NOW - 5 * DAY
    run = month.session(month.run(start, branch="topic"))
    month.run(start + HOUR, "success")  # the base was green all along
    month.fix(run, start + HOUR, merged=start + 2 * HOUR)
    (row,) = report_of(month)["sessions"]
    assert (row["state"], row["seconds_to_green"]) == ("merged", None)
    month.run(start + 3 * HOUR, "success")
    (row,) = report_of(month)["sessions"]
    assert (row["state"], spans(row)[2]) == ("merged", 3 * HOUR - 5 * MINUTE)


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


def test_a_request_without_an_answer_is_a_session_for_certain_if_it_left_a_trace(month: Month) -> None:
    month.without_pull_request()
    report = report_of(month)
    assert states(report) == {"open": 1, "none": 2, "branch": 1}
    assert [row["certain"] for row in report["sessions"]] == [True, False, True, True]
    assert "may have started" in table(report)
    links = [row["session_url"] for row in report["sessions"]]
    assert links == [None, None, month.link(40_002), month.link(40_001)]


def test_a_request_that_is_being_sent_is_not_listed_yet(month: Month) -> None:
    month.starting()
    assert report_of(month)["sessions"] == []
    (row,) = report_of(month, NOW + HOUR)["sessions"]
    assert (row["state"], row["certain"]) == ("none", False)


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


def test_what_passed_when_it_was_re_run_is_a_flake_and_no_session(month: Month) -> None:
    month.flakes()
    month.reruns()
    report = report_of(month)
    assert [row["run_attempt"] for row in report["flakes"]] == [1, 1]
    assert report["totals"]["sessions"] == 2


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
    assert lines[2] == ("  14 sessions: 3 merged, 2 open, 1 closed unmerged, 1 branch only, 7 no trace")
    (fixed,) = (line for line in lines if "40002.1" in line)
    assert " ".join(fixed.split()) == (
        "2026-11-01 12:05 ci.yml 00009c42 main 40002.1 merged #3 10 min 60 min 65 min"
        " https://claude.ai/code/session_of_40002"
    )
    assert sum("https://claude.ai/code/session" in line for line in lines) == 12
    assert "Flakes" in lines
    assert lines[-1].startswith("Not counted: 3 of the entries are by octocat.")


def test_no_name_takes_effect_on_a_terminal(github: GitHubEmulator, month: Month) -> None:
    month.session(month.run(NOW - HOUR, branch=f"a\x1b[31mb\nc {HOSTILE}"))
    github.fail("/pulls", Fault(403, "x\x1b[2J"))
    shown = table(report_of(month))
    assert "\x1b" not in shown
    assert "ab c fix|" in shown


class TestWhatSessionsSay:
    """A session's last line says what it found. It counts where a session wrote it."""

    SAID = "fire-routine: run={} cause=rounded twice confidence=high ran=yes files=src/price.py,a.py"

    @pytest.fixture
    def month(self, github: GitHubEmulator) -> Month:
        """Run 40001 has a merged pull request of octocat, and was green with run 40002."""
        month = Month(github, NOW)
        start = NOW - 5 * DAY
        run = month.session(month.run(start))
        month.fix(run, start + HOUR, merged=start + 2 * HOUR)
        month.run(start + 3 * HOUR, "success")
        return month

    @staticmethod
    def said(month: Month) -> Any:
        report = report_of(month)
        return next(row["diagnosis"] for row in report["sessions"] if row["run_id"] == 40_001), table(report)

    @pytest.mark.parametrize(("file", "touched"), [("src/price.py", True), ("docs/price.md", False)])
    def test_a_pull_requests_line_is_shown_beside_what_became_of_it(
        self, github: GitHubEmulator, month: Month, file: str, touched: bool
    ) -> None:
        (pull,) = github.pulls.values()
        pull["body"] = f"Round once.\n\n`{self.SAID.format(40_001)}`\n"
        github.add_commit(Month.sha(40_002), {"files": [{"filename": file}]})
        told, shown = self.said(month)
        assert told == {
            "cause": "rounded twice",
            "confidence": "high",
            "ran": True,
            "files": ["src/price.py", "a.py"],
            "url": pull["html_url"],
            "files_touched_by_fix": touched,
        }
        assert "What the sessions say of themselves" in shown
        assert (
            f"40001.1  merged  high        yes     src/price.py a.py  {'yes' if touched else 'no'}" in shown
        )

    def test_a_comments_line_counts_of_who_opened_a_sessions_pull_request_or_is_named(
        self, github: GitHubEmulator, month: Month
    ) -> None:
        (pull,) = github.pulls.values()
        github.add_comment(3, self.SAID.format(40_001), "stranger")
        github.add_comment(3, self.SAID.format(40_009), pull["user"]["login"])  # of no session's run
        assert self.said(month)[0] is None
        with github_of(github, patience=120.0) as client:
            (row,) = sessions.report(client, BOT, SINCE, NOW, author="Stranger")["sessions"]
        assert row["diagnosis"]["cause"] == "rounded twice"
        github.add_comment(3, self.SAID.format(40_001).replace("high", "low"), pull["user"]["login"])
        assert self.said(month)[0]["confidence"] == "low"

    @pytest.mark.parametrize(
        "line", ["cause= confidence=high ran=yes files=", "cause=x confidence=sure ran=yes"]
    )
    def test_another_form_is_no_diagnosis(self, github: GitHubEmulator, month: Month, line: str) -> None:
        (pull,) = github.pulls.values()
        pull["body"] = f"fire-routine: run=40001 {line}"
        assert self.said(month)[0] is None

    def test_what_cannot_be_read_is_left_out_and_said(self, github: GitHubEmulator, month: Month) -> None:
        github.fail("/issues/comments", Fault.broken(403))
        report = report_of(month)
        assert len(report["sessions"]) == 1
        assert any(line.startswith("what sessions say in comments: ") for line in report["left_out"])
