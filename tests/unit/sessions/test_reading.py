"""What is read of GitHub: every run, entry and trace of the time, and never more than the limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator
from tests.emulated.month import BOT, HOUR, MINUTE, Month
from tests.emulated.routes import Answer
from tests.unit.gather.gathering import Clock

from fire_routine.decide.ledger.entry import Stage
from fire_routine.model import GitHubError, SessionState
from fire_routine.sessions import reading
from fire_routine.sessions.reading import BoundedGitHub, Facts, read

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)


@pytest.fixture
def github() -> Iterator[GitHubEmulator]:
    with GitHubEmulator() as emulator:
        yield emulator


@pytest.fixture
def month(github: GitHubEmulator) -> Month:
    return Month(github, NOW)


def facts_of(github: GitHubEmulator, creator: str = BOT, **options: Any) -> Facts:
    clock = Clock()
    options |= {"environ": {}, "clock": clock, "sleep": clock.sleep, "patience": 120.0}
    bounded = BoundedGitHub(github.url, github.token, github.full_name, **options)
    with bounded:
        return read(bounded, creator, SINCE)


def test_every_run_of_the_time_is_listed_once_the_newest_first(github: GitHubEmulator, month: Month) -> None:
    numbers = [month.run(SINCE + number * MINUTE, "success") for number in range(-5, 2_345)]
    facts = facts_of(github)
    assert [run.id for run in facts.runs] == numbers[5:][::-1]
    assert facts.left_out == []
    assert (
        len(github.asked("/actions/runs")) == 24
    )  # a search of 1,000 begins with the last run of the one before


def test_many_runs_of_one_second_do_not_stop_the_listing(github: GitHubEmulator, month: Month) -> None:
    before = month.run(NOW - HOUR, "success")
    for _ in range(reading.SEARCH + 5):
        month.run(NOW - MINUTE, "success")
    facts = facts_of(github)
    assert (len(facts.runs), facts.runs[-1].id) == (reading.SEARCH + 1, before)


def test_a_page_may_have_fewer_runs_than_asked_for(github: GitHubEmulator, month: Month) -> None:
    for number in range(150):
        month.run(NOW - HOUR + number * timedelta(seconds=1), "success")
    github.runs[40_150]["created_at"] = "odd"  # left out
    facts = facts_of(github)
    assert len(facts.runs) == 149
    assert facts.left_out == ["1 of the runs: GitHub's record of it is not of the documented shape"]


def test_more_runs_than_the_limit_are_reported(
    github: GitHubEmulator, month: Month, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "RUN_PAGES", 2)
    for number in range(250):
        month.run(NOW - number * MINUTE, "success")
    facts = facts_of(github)
    assert len(facts.runs) == 200
    assert facts.left_out == ["runs before 2026-11-29 08:41 UTC: a report lists at most 200 runs"]


def test_the_ledger_is_read_where_an_attempt_may_have_failed(github: GitHubEmulator, month: Month) -> None:
    red = [
        month.run(NOW - 5 * HOUR),
        month.run(NOW - 4 * HOUR, "cancelled"),
        month.run(NOW - 3 * HOUR, "success", attempt=2),
        month.run(NOW - 2 * HOUR, None),
    ]
    month.run(NOW - HOUR, "success")
    facts_of(github)
    asked = {request.path.split("/")[-2] for request in github.asked("/statuses")}
    assert asked == {month.sha(run) for run in red}


def test_only_entries_of_the_creator_and_the_time_count(github: GitHubEmulator, month: Month) -> None:
    month.not_counted()
    old = month.run(SINCE)
    month.entries(old, Stage.FIRED)
    github.statuses[month.sha(old)][0]["created_at"] = "2026-10-30T11:59:59Z"
    facts = facts_of(github)
    assert {entry.record.run for entry in facts.entries} == {40_002}
    assert facts.others == {"octocat": 3}
    assert {entry.record.run for entry in facts_of(github, "OctoCat").entries} == {40_001}


def test_an_account_that_is_gone_is_ghost(github: GitHubEmulator, month: Month) -> None:
    run = month.session(month.run(NOW - HOUR))
    for status in github.statuses[month.sha(run)]:
        status["creator"] = None
    assert (facts_of(github).entries, facts_of(github).others) == ([], {"ghost": 3})
    assert len(facts_of(github, "ghost").entries) == 3


def test_traces_of_sessions_only_are_asked_for(github: GitHubEmulator, month: Month) -> None:
    month.flakes()
    assert facts_of(github).traces == {}
    assert not github.asked("/pulls|/git/")
    month.pull_requests()
    traces = facts_of(github).traces
    assert sorted(trace.state or "" for trace in traces.values()) == [SessionState.CLOSED, SessionState.OPEN]
    assert not github.asked("/check-runs")


def test_a_repository_without_failures_costs_one_request(github: GitHubEmulator, month: Month) -> None:
    month.run(NOW - HOUR, "success")
    facts_of(github)
    assert len(github.requests) == 1


def test_what_can_not_be_read_costs_only_itself(github: GitHubEmulator, month: Month) -> None:
    first, second = month.session(month.run(NOW - 2 * HOUR)), month.session(month.run(NOW - HOUR))
    github.fail(f"{month.sha(first)}/statuses", Fault.missing())
    github.fail("/pulls", Fault.forbidden())
    facts = facts_of(github)
    assert {entry.record.run for entry in facts.entries} == {second}
    ledger, pulls = facts.left_out
    assert ledger == "the ledger on 1 commit: GitHub answered 404: Not Found"
    assert pulls.startswith("the pull requests of sessions: GitHub answered 403")
    assert facts.traces[second].state is None


def test_a_token_that_may_not_read_statuses_asks_once(github: GitHubEmulator, month: Month) -> None:
    for number in range(20):
        month.run(NOW - number * HOUR)
    github.fail("/statuses", Fault.forbidden())
    with pytest.raises(GitHubError, match="403"):
        facts_of(github)
    assert len(github.asked("/statuses")) == 1


def test_a_commit_that_is_gone_does_not_end_the_report(github: GitHubEmulator, month: Month) -> None:
    month.run(NOW - HOUR)
    github.fail("/statuses", Fault(422, "No commit found for SHA"))
    assert facts_of(github).left_out == [
        "the ledger on 1 commit: GitHub answered 422: No commit found for SHA"
    ]


# --- limits -----------------------------------------------------------------------------------------


def test_the_limit_of_commits_leaves_out_the_oldest(
    github: GitHubEmulator, month: Month, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "COMMITS", 2)
    runs = [month.session(month.run(NOW - hours * HOUR)) for hours in (5, 4, 3)]
    facts = facts_of(github)
    assert {entry.record.run for entry in facts.entries} == set(runs[1:])
    assert facts.left_out == ["the ledger on 1 commit: a report reads at most 2"]


def test_no_request_is_made_over_the_limit(
    github: GitHubEmulator, month: Month, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "REQUESTS", 6)
    for number in range(20):
        month.session(month.run(NOW - number * HOUR))
    facts = facts_of(github)
    assert len(github.requests) == 6
    assert facts.left_out[0] == "the ledger on 15 commits: a report takes at most 6 requests"
    assert len(facts.entries) == 5 * 3


class Limited(GitHubEmulator):
    """Its rate limit is 100 requests in an hour, of which some are used already."""

    used = 85

    def serve(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, storage: bool
    ) -> Answer:
        self.used += 1
        answer = super().serve(method, target, headers, body, storage)
        limit = {
            "X-RateLimit-Limit": "100",
            "X-RateLimit-Remaining": str(100 - self.used),
            "X-RateLimit-Reset": "1795953600",
        }
        return Answer(answer.status, answer.body, {**answer.headers, **limit})


def test_a_tenth_of_the_rate_limit_is_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_READERS", 1)
    with Limited() as github:
        month = Month(github, NOW)
        for number in range(20):
            month.session(month.run(NOW - number * HOUR))
        facts = facts_of(github)
        assert github.used == 91
    why = "the last 9 of 100 requests until 12:00 UTC are left to the repository's workflows"
    assert facts.left_out[0] == f"the ledger on 15 commits: {why}"


def test_a_used_up_rate_limit_ends_the_reading(github: GitHubEmulator, month: Month) -> None:
    for number in range(100):
        month.session(month.run(NOW - number * HOUR))
    github.fail(f"(?<!{month.sha(40_001)})/statuses", Fault.rate_limited())  # the newest one is read first
    facts = facts_of(github)
    assert facts.left_out[0] == (
        "the ledger on 99 commits: GitHub answered 403: API rate limit exceeded for installation."
    )
    assert len(github.asked("/statuses")) <= 1 + reading._READERS


def test_a_short_wait_that_github_asks_for_is_waited(github: GitHubEmulator, month: Month) -> None:
    month.session(month.run(NOW - HOUR))
    github.fail("/statuses", Fault.slow_down(20), 1)
    announced: list[str] = []
    facts = facts_of(github, announce=announced.append)
    assert (len(facts.entries), facts.left_out) == (3, [])
    assert ["Asking GitHub again in 20 s" in line for line in announced] == [True]


def test_a_failed_listing_is_an_error_only_from_the_start(github: GitHubEmulator, month: Month) -> None:
    for number in range(150):
        month.run(NOW - number * MINUTE, "success")
    github.fail("page=2", Fault.forbidden())
    facts = facts_of(github)
    assert len(facts.runs) == 100
    assert facts.left_out[0].startswith("runs before 2026-11-29 10:21 UTC: GitHub answered 403")
    github.fail("/actions/runs", Fault.missing())
    with pytest.raises(GitHubError, match="404"):
        facts_of(github)
