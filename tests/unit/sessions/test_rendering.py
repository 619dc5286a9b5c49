"""The report as a table, as Markdown and as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import cmarkgfm  # type: ignore[import-untyped]
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]
from tests.emulated.github import GitHubEmulator
from tests.emulated.month import HOSTILE, Month
from tests.unit.sessions.test_report import NOW, report_of

from fire_routine.sessions.rendering import MOST_ROWS, as_json, duration, markdown, table
from fire_routine.sessions.report import Report


@pytest.fixture(scope="module")
def report() -> Report:
    with GitHubEmulator() as github:
        return report_of(Month.of(github, NOW))


def html(text: str) -> str:
    shown: str = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    return shown


def test_the_table_has_a_line_for_each_session(report: Report) -> None:
    lines = table(report).splitlines()
    assert lines[0] == "octo-org/widget: Claude sessions since 2026-10-30 12:00 UTC"
    assert lines[2] == (
        "  13 sessions: 2 fixed, 1 merged, not green since, 2 open, 1 closed unmerged, 1 branch only,"
        " 5 no trace, 1 just started, 1 may have started"
    )
    (fixed,) = (line for line in lines if "40002.1" in line)
    assert " ".join(fixed.split()) == (
        "2026-11-01 12:05 ci.yml 00009c42 main 40002.1 fixed #3 10 min 1 h 1 h 10 min"
        " https://claude.ai/code/session_of_40002"
    )
    assert sum("https://claude.ai/" in line for line in lines) == 12
    assert "  median times: pull request after 20 min, merged after 2 h 55 min, green after 3 d" in lines
    assert "  about 3 sessions saved by deduplication (an estimate)" in lines
    assert lines[-1] == "Not counted: 3 entries by octocat. To count that account's, use --creator octocat"


def test_headings_alone_are_bold(report: Report) -> None:
    bold = [line for line in table(report, lambda line: f"<{line}>").splitlines() if "<" in line]
    assert [line.split()[0] for line in bold if line.startswith("<")] == [
        "<octo-org/widget:",
        "<",
        "<Re-runs",
        "<Flakes>",
    ]


def test_nothing_is_shown_of_what_there_is_not(report: Report) -> None:
    empty = replace(report, sessions=[], flakes=[], stuck=[], saved=0, others={}, left_out=[])
    assert table(empty).splitlines()[2:] == [
        "  0 sessions",
        "  0 flakes avoided a session: the re-run passed",
        "  about 0 sessions saved by deduplication (an estimate)",
    ]
    assert "|" not in markdown(empty)
    assert json.loads(as_json(empty))["sessions"] == []


def test_markdown_is_tables_with_links(report: Report) -> None:
    shown = html(markdown(report))
    assert shown.count("<table>") == 3
    assert shown.count("<tr>") == (14 + 1) + (3 + 1) + (2 + 1)
    assert shown.count('<a href="https://claude.ai/code/session_of_') == 12
    assert re.search(
        r">01 Nov 12:05</a></td>\n<td><strong>fixed</strong> · <a href=\"[^\"]*/pull/3\">#3</a> Fix the price"
        "<br>pull request after 10 min, merged after 1 h, green after 1 h 10 min</td>",
        shown,
    )
    assert "about 3 sessions saved by deduplication (an estimate)" in shown


def test_names_take_no_effect_in_markdown(report: Report) -> None:
    (row,) = (row for row in report.sessions if row.run and row.run.branch == HOSTILE)
    shown = html(markdown(replace(report, sessions=[row], stuck=[], flakes=[])))
    assert shown.count("<td>") == 3
    assert shown.count("<strong>") == 1  # the state
    assert "@team" not in shown.replace("<span>@</span>team", "").replace("`@team</code>", "")
    assert "<code>fix¦&lt;/td&gt;`**x**`@team</code>" in shown


def test_control_characters_do_not_reach_a_terminal(report: Report) -> None:
    (row,) = (row for row in report.sessions if row.run and row.run.branch == HOSTILE)
    assert row.run is not None
    hostile = replace(row, run=replace(row.run, branch="a\x1b[31mb\nc"))
    shown = table(replace(report, sessions=[hostile], left_out=["x\x1b[2J"]))
    assert "\x1b" not in shown
    assert "ab c" in shown


def test_markdown_of_many_sessions_is_bounded(report: Report) -> None:
    many = markdown(replace(report, sessions=[*report.sessions] * 100, stuck=[*report.stuck] * 1000))
    assert len(many.encode()) < 1024 * 1024
    assert f"… and {14 * 100 - MOST_ROWS:,} older sessions." in many


def test_json_has_the_documented_fields(report: Report) -> None:
    data: dict[str, Any] = json.loads(as_json(report))
    assert data["totals"] == {
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
        "sessions_saved_estimate": 3,
        "stuck_reruns": 3,
    }
    assert (data["version"], data["creator"]) == (1, "github-actions[bot]")
    assert (data["since"], data["until"]) == ("2026-10-30T12:00:00Z", "2026-11-29T12:00:00Z")
    (fixed,) = (one for one in data["sessions"] if one["run_id"] == 40_002)
    assert fixed.pop("run_url").endswith("/octo-org/widget/actions/runs/40002")
    assert fixed["pull_request"].pop("url").endswith("/octo-org/widget/pull/3")
    assert fixed == {
        "started_at": "2026-11-01T12:05:00Z",
        "session_id": "session_of_40002",
        "session_url": "https://claude.ai/code/session_of_40002",
        "state": "fixed",
        "workflow": "CI",
        "workflow_file": "ci.yml",
        "failures": ["00009c42"],
        "run_id": 40_002,
        "run_attempt": 1,
        "branch": "main",
        "commit": Month.sha(40_002),
        "session_branch": "claude/fix-run-40002",
        "pull_request": {"number": 3, "title": "Fix the price"},
        "seconds_to_pull_request": 600,
        "seconds_to_merge": 3600,
        "seconds_to_green": 4200,
    }
    assert [one["ended"] for one in data["flakes"]] == ["passed", "passed"]
    assert [one["run_id"] for one in data["stuck_reruns"]] == [40_023, 40_022, 40_021]
    assert data["not_counted"] == {"octocat": 3}


def test_a_pull_request_from_before_the_session_took_no_time(report: Report) -> None:
    (fixed,) = (row for row in report.sessions if row.claim.run == 40_002)
    assert fixed.trace.pull_request
    early = replace(fixed.trace.pull_request, created_at=fixed.at - timedelta(hours=1))
    row = replace(fixed, trace=replace(fixed.trace, pull_request=early))
    data: dict[str, Any] = json.loads(as_json(replace(report, sessions=[row])))
    assert data["sessions"][0]["seconds_to_pull_request"] == 0
    assert "pull request after 0 min" in markdown(replace(report, sessions=[row]))


def test_an_app_s_account_is_quoted_for_a_shell(report: Report) -> None:
    shown = table(replace(report, others={"my-app[bot]": 1}))
    assert shown.endswith("1 entry by my-app[bot]. To count that account's, use --creator 'my-app[bot]'")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "–"),
        (0, "0 min"),
        (59 * 60 + 29, "59 min"),
        (59 * 60 + 30, "1 h"),
        (47 * 3600 + 59 * 60, "47 h 59 min"),
        (48 * 3600, "2 d"),
        (100 * 3600, "4 d 4 h"),
    ],
)
def test_a_duration_in_words(seconds: int | None, shown: str) -> None:
    assert duration(None if seconds is None else timedelta(seconds=seconds)) == shown
