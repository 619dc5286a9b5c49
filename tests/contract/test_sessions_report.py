"""`fire-routine sessions` asks GitHub as it describes its API, and reads nulls wherever it allows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.contract.test_github_api import RecordedGitHub
from tests.emulated.month import BOT, Month
from tests.unit.gather.gathering import github_of

from fire_routine.sessions import reading
from fire_routine.sessions.reading import read
from fire_routine.sessions.rendering import as_json, markdown, table
from fire_routine.sessions.report import build

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)


@pytest.mark.parametrize(("nulls", "fixed"), [(False, 2), (True, 0)])  # of a merge, GitHub may state no time
def test_a_month_is_read_as_github_describes_it(
    nulls: bool, fixed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SEARCH", 100)
    with RecordedGitHub(nulls=nulls) as emulator:
        month = Month.of(emulator, NOW)
        for number in range(80):
            month.run(NOW - number * timedelta(hours=1), "success", branch="quiet")
        with github_of(emulator, patience=120.0) as github:
            facts = read(github, BOT, SINCE)
        emulator.check(
            r"/actions/runs\?created=%3E%3D",
            r"/actions/runs\?created=.*\.\.",
            "/statuses",
            "/git/matching-refs/",
            "/pulls",
        )
    report = build(facts, emulator.full_name, BOT, SINCE, NOW)
    assert (report.started, report.count("fixed"), report.left_out) == (13, fixed, [])
    for shown in (table(report), markdown(report), as_json(report)):
        assert "None" not in shown
