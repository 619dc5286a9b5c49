"""What became of each session, of re-runs, and what deduplication saved, on an emulated month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator
from tests.emulated.month import BOT, DAY, HOUR, MINUTE, Month
from tests.unit.gather.gathering import github_of

from fire_routine.decide.ledger.entry import Stage
from fire_routine.sessions.reading import read
from fire_routine.sessions.report import Report, build

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SINCE = NOW - 30 * DAY


@pytest.fixture
def month() -> Iterator[Month]:
    with GitHubEmulator() as github:
        yield Month(github, NOW)


def report_of(month: Month, until: datetime = NOW, trusted: str = "") -> Report:
    assert isinstance(month.github, GitHubEmulator)
    with github_of(month.github, patience=120.0) as github:
        facts = read(github, BOT, SINCE)
    return build(facts, month.github.full_name, BOT, SINCE, until, trusted)


def states(report: Report) -> dict[str, int]:
    return dict(Counter(row.state for row in report.sessions))


def test_a_month_has_every_state() -> None:
    with GitHubEmulator() as github:
        report = report_of(Month.of(github, NOW))
    assert states(report) == {
        "fixed": 2,
        "merged": 1,
        "open": 2,
        "closed": 1,
        "branch": 1,
        "none": 5,
        "early": 1,
        "uncertain": 1,
    }
    assert (report.started, len(report.flakes), len(report.stuck), report.saved) == (13, 2, 3, 3)
    assert report.others == {"octocat": 3}
    assert report.left_out == []
    assert [row.at for row in report.sessions] == sorted((row.at for row in report.sessions), reverse=True)


def test_fixed_is_merged_and_green_since(month: Month) -> None:
    month.fixed()
    queued, pushed = report_of(month).sessions
    assert (pushed.state, queued.state) == ("fixed", "fixed")
    # The session was started five minutes after the run; a run takes as long.
    assert pushed.spans == (10 * MINUTE, 60 * MINUTE, 70 * MINUTE)
    assert queued.spans == (15 * MINUTE, 3 * HOUR - 5 * MINUTE, 4 * HOUR)
    assert pushed.url == month.link(40_001)


def test_merged_is_not_fixed_while_the_workflow_fails(month: Month) -> None:
    month.merged()
    (row,) = report_of(month).sessions
    assert row.state == "merged"
    assert row.spans == (5 * MINUTE, 2 * DAY - 5 * MINUTE, None)


def test_a_green_run_before_the_merge_does_not_make_it_fixed(month: Month) -> None:
    start = NOW - 5 * DAY
    run = month.session(month.run(start, branch="topic"))
    month.run(start + HOUR, "success")  # the base was green all along
    month.fix(run, start + HOUR, merged=start + 2 * HOUR)
    (row,) = report_of(month).sessions
    assert (row.state, row.green_at) == ("merged", None)
    month.run(start + 3 * HOUR, "success")
    (row,) = report_of(month).sessions
    assert (row.state, row.spans[2]) == ("fixed", 3 * HOUR)


def test_a_green_re_run_is_green_but_no_fix(month: Month) -> None:
    run = month.session(month.run(NOW - DAY, "success", attempt=2))
    month.github.runs[run]["updated_at"] = f"{NOW - DAY + HOUR:%Y-%m-%dT%H:%M:%SZ}"
    (row,) = report_of(month).sessions
    assert (row.state, row.spans) == ("none", (None, None, HOUR - 5 * MINUTE))


@pytest.mark.parametrize(
    "change",
    [{"workflow_id": 2}, {"branch": "topic"}, {"event": "schedule"}],
    ids=lambda change: next(iter(change)),
)
def test_only_the_same_workflow_branch_and_event_turns_green(month: Month, change: dict[str, object]) -> None:
    month.session(month.run(NOW - DAY))
    month.run(NOW - HOUR, "success", **change)  # type: ignore[arg-type]
    (row,) = report_of(month).sessions
    assert row.green_at is None


def test_a_session_is_early_before_it_has_no_trace(month: Month) -> None:
    month.session(month.run(NOW - 45 * MINUTE))  # started 40 minutes ago
    assert states(report_of(month, NOW - timedelta(seconds=1))) == {"early": 1}
    assert states(report_of(month)) == {"none": 1}


def test_a_request_without_an_answer_is_a_session_if_it_left_a_trace(month: Month) -> None:
    month.without_pull_request()
    report = report_of(month)
    assert states(report) == {"open": 1, "uncertain": 1, "none": 1, "branch": 1}
    assert report.started == 3
    assert [row.url for row in report.sessions] == ["", "", month.link(40_002), month.link(40_001)]


def test_what_became_of_it_may_be_unknown(month: Month) -> None:
    month.without_pull_request()
    assert isinstance(month.github, GitHubEmulator)
    month.github.fail("/pulls", Fault.forbidden())
    report = report_of(month)
    assert (states(report), report.started) == ({"uncertain": 2, "unknown": 2}, 2)


def test_a_request_that_is_being_sent_is_not_listed_yet(month: Month) -> None:
    month.starting()
    assert report_of(month).sessions == []
    assert states(report_of(month, NOW + HOUR)) == {"uncertain": 1}


def test_a_pull_request_belongs_to_the_last_session_of_the_run_before_it(month: Month) -> None:
    start = NOW - DAY
    run = month.run(start, attempt=3)
    for attempt in (1, 2, 3):
        month.session(run, attempt=attempt)
    entries = month.github.statuses[month.sha(run)]
    for number, status in enumerate(entries):  # three entries of each session
        status["created_at"] = f"{start + number // 3 * HOUR:%Y-%m-%dT%H:%M:%SZ}"
    month.fix(run, start + 90 * MINUTE)
    third, second, first = report_of(month).sessions
    assert (first.state, second.state, third.state) == ("none", "open", "none")


def test_a_forks_pull_request_is_no_trace(month: Month) -> None:
    month.not_counted()
    (row,) = report_of(month).sessions
    assert (row.claim.run, row.state) == (40_002, "none")


def test_a_session_whose_run_is_gone_is_listed_all_the_same(month: Month) -> None:
    run = month.run(NOW - DAY)
    month.session(run)
    other = month.run(NOW - HOUR)
    month.github.statuses[month.sha(other)] = month.github.statuses.pop(month.sha(run))
    del month.github.runs[run]
    (row,) = report_of(month).sessions
    assert (row.claim.run, row.run, row.green_at, row.state) == (run, None, None, "none")


def test_only_links_to_sessions_are_shown(month: Month) -> None:
    for url in ("https://evil.example/code/session_1", "http://127.0.0.1:8765/code/session_2"):
        run = month.session(month.run(NOW - DAY))
        month.github.statuses[month.sha(run)][-1]["target_url"] = url
    assert [row.url for row in report_of(month).sessions] == ["", ""]
    own = "http://127.0.0.1:9"
    assert {row.url for row in report_of(month, trusted=own).sessions} == {"", url}


# --- re-runs and deduplication ----------------------------------------------------------------------


def test_flakes_are_re_runs_that_passed(month: Month) -> None:
    month.flakes()
    report = report_of(month)
    assert [(row.claim.run, row.ended) for row in report.flakes] == [(40_002, "passed"), (40_001, "passed")]
    assert (report.sessions, report.stuck) == ([], [])


def test_stuck_re_runs_say_how_they_ended(month: Month) -> None:
    month.stuck_reruns()
    report = report_of(month)
    assert {row.claim.run: row.ended for row in report.stuck} == {
        40_001: "GitHub started no further attempt",
        40_002: "passed, and was not recorded as a flake",
        40_003: "ended with failure, and nothing was recorded",
    }
    assert [row.claim.run for row in report.sessions] == [40_006, 40_004]


def test_a_re_run_whose_request_was_lost_has_its_session(month: Month) -> None:
    run = month.run(NOW - DAY)
    month.entries(run, Stage.RERUN)
    month.session(run)
    report = report_of(month)
    assert (report.stuck, report.started) == ([], 1)


def test_a_re_run_of_which_two_jobs_knew_is_one(month: Month) -> None:
    run = month.run(NOW - DAY)
    month.entries(run, Stage.RERUN)
    month.entries(run, Stage.RERUN, Stage.WITHDRAWN)
    assert len(report_of(month).stuck) == 1


def test_a_re_run_may_still_be_reported_for_half_an_hour(month: Month) -> None:
    month.entries(month.run(NOW - 34 * MINUTE), Stage.RERUN)  # ended 29 minutes ago
    assert report_of(month).stuck == []
    assert len(report_of(month, NOW + 5 * MINUTE).stuck) == 1


@pytest.mark.parametrize(
    ("attempts", "conclusion", "saved"),
    [(1, "failure", 0), (2, "failure", 1), (2, "success", 0), (4, "success", 2), (4, "failure", 3)],
)
def test_a_failed_re_run_after_its_session_is_a_session_saved(
    month: Month, attempts: int, conclusion: str, saved: int
) -> None:
    month.session(month.run(NOW - DAY, conclusion, attempt=attempts))
    assert report_of(month).saved == saved


@pytest.mark.parametrize(
    ("stage", "saved"),
    [
        (Stage.COVERED, 1),
        (Stage.DOUBTFUL, 1),
        (Stage.RETURNED, 1),
        (Stage.LIMITED, 0),
        (Stage.WITHDRAWN, 0),
        (Stage.FAILED, 0),
    ],
)
def test_a_failure_that_has_its_session_is_one_saved(month: Month, stage: Stage, saved: int) -> None:
    month.entries(month.run(NOW - DAY), Stage.CLAIMED, stage)
    report = report_of(month)
    assert (report.saved, report.sessions) == (saved, [])


def test_a_re_run_with_a_session_of_its_own_saved_none(month: Month) -> None:
    run = month.run(NOW - DAY, attempt=2)
    month.session(run)
    month.session(run, attempt=2)  # another failure
    report = report_of(month)
    assert (report.saved, report.started) == (0, 2)
