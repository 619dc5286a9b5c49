"""`fire-routine sessions` asks GitHub as it describes its API, and reads nulls wherever it allows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.contract.test_github_api import RecordedGitHub
from tests.emulated.month import BOT, Month
from tests.unit.gather.gathering import github_of

from fire_routine.sessions import report, table

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)


@pytest.mark.parametrize(("nulls", "fixed"), [(False, 2), (True, 0)])  # of a merge, GitHub may state no time
def test_a_month_is_read_as_github_describes_it(nulls: bool, fixed: int) -> None:
    with RecordedGitHub(nulls=nulls) as emulator:
        month = Month.of(emulator, NOW)
        for number in range(80):
            month.run(NOW - number * timedelta(hours=1), "success", branch="quiet")
        with github_of(emulator, patience=120.0) as github:
            made = report(github, BOT, SINCE, NOW)
        emulator.check(
            r"/actions/runs\?created=%3E%3D",
            r"/actions/runs\?created=.*\.\.",
            "/statuses",
            "/git/matching-refs/",
            "/pulls",
        )
    assert (made["totals"]["sessions"], made["totals"]["fixed"], made["left_out"]) == (13, fixed, [])
    assert "None" not in table(made)
