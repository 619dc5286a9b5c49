"""Which commits before the incident count within the cool-down. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fire_routine.gather.past_runs import PAGES, RECENT, incident
from fire_routine.github.parse import PastRun
from fire_routine.model import GitHubError, Incident, Run

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(hours=24)
RUN = Run(
    repository="octo/cat",
    id=1000,
    attempt=1,
    workflow="CI",
    workflow_id=7,
    workflow_path=".github/workflows/ci.yml",
    event="push",
    status="completed",
    conclusion="failure",
    head_branch="main",
    head_sha="head",
    head_repository="octo/cat",
    actor="mona",
    url="",
    created_at=NOON,
)


def past(run_id: int, hours: float, conclusion: str | None = "failure", **changes: Any) -> PastRun:
    """A run of main that was over this long before noon."""
    at = NOON - timedelta(hours=hours)
    run = PastRun(run_id, f"commit {run_id}", "main", "octo/cat", "push", conclusion, at, at)
    return replace(run, **changes)


OWN = past(1000, 0, head_sha="head")
GREEN = past(900, 1, "success")


def of(*runs: PastRun, cool_down: timedelta = DAY) -> Incident:
    return incident([[OWN, *runs]], RUN, cool_down)


def test_runs_that_failed_before_the_last_green_one_count_newest_first() -> None:
    found = of(past(950, 0.5), GREEN, past(800, 3), past(700, 23), past(600, 30))
    assert found.shas == ("commit 950",)
    assert found.recent == ("commit 800", "commit 700")
    assert not found.recent_left_out


def test_none_counts_without_a_cool_down() -> None:
    found = of(GREEN, past(800, 3), cool_down=timedelta(0))
    assert (found.recent, found.recent_left_out) == ((), False)


def test_a_run_that_was_green_at_last_counts_only_if_it_was_re_run() -> None:
    assert of(GREEN, past(800, 3, "success")).recent == ()
    assert of(GREEN, past(800, 3, "success", attempt=2)).recent == ("commit 800",)


def test_another_branch_or_repository_does_not_count() -> None:
    others = past(800, 3, head_branch="topic"), past(801, 3, head_repository="ann/cat")
    assert of(GREEN, *others).recent == ()


def test_its_own_commit_and_those_of_the_incident_are_read_anyway() -> None:
    found = of(past(950, 0.5), GREEN, past(800, 3, head_sha="head"), past(799, 3, head_sha="commit 950"))
    assert (found.shas, found.recent) == (("commit 950",), ())


def test_a_run_that_ended_just_before_the_time_may_have_been_reported_within_it() -> None:
    assert of(GREEN, past(800, 24.2)).recent == ("commit 800",)
    assert of(GREEN, past(800, 24.3)).recent == ()


def test_pages_are_read_for_as_long_as_it_lasts() -> None:
    pages = iter([[OWN, GREEN], [past(800, 3)], [past(700, 30)], [past(600, 31)]])
    assert incident(pages, RUN, DAY).recent == ("commit 800",)
    assert [run.id for run in next(pages)] == [600]
    pages = iter([[OWN, GREEN], [past(800, 3)]])
    assert incident(pages, RUN).recent == ()
    assert next(pages)


def test_more_commits_than_are_read_are_noticed() -> None:
    found = of(GREEN, *(past(800 - number, 2) for number in range(RECENT + 1)))
    assert (len(found.recent), found.recent_left_out) == (RECENT, True)


def test_more_runs_than_are_listed_are_noticed() -> None:
    full = [[past(5000 - number, 0.5, "success") for number in range(100)] for _ in range(PAGES)]
    assert incident([[OWN, *full[0][1:]], *full[1:]], RUN, DAY).recent_left_out


def test_a_page_that_can_not_be_read_spoils_only_the_cool_down() -> None:
    def pages(*first: PastRun) -> Iterator[list[PastRun]]:
        yield [OWN, *first]
        raise GitHubError("GitHub answered 502", 502)

    found = incident(pages(past(950, 0.5), GREEN, past(800, 3)), RUN, DAY)
    assert (found.shas, found.recent, found.recent_left_out) == (("commit 950",), ("commit 800",), True)
    with pytest.raises(GitHubError):
        incident(pages(past(950, 0.5)), RUN, DAY)


def test_a_run_that_goes_on_or_ended_just_now_makes_it_busy() -> None:
    assert not of(GREEN, past(800, 3)).busy
    assert of(GREEN, past(800, 0.1)).busy
    assert of(GREEN, past(800, 3, None)).busy
    assert not of(GREEN, past(800, 0.1), cool_down=timedelta(0)).busy


def test_runs_without_a_time_count() -> None:
    assert of(GREEN, past(800, 3, updated_at=None)).recent == ("commit 800",)
    timeless = [replace(run, updated_at=None, created_at=None) for run in (OWN, GREEN, past(800, 3))]
    assert incident([timeless], RUN, DAY).recent == ("commit 800",)
