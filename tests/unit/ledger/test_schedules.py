"""Storms: many jobs at once, a GitHub and an endpoint that fail, jobs that die; in virtual time, by seed.

`python3 src/entrypoint.py bench/schedules.py` plays thousands of these.
"""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.ledger.left_out import LEFT_OUT
from tests.unit.ledger.schedule import Schedule
from tests.unit.ledger.troubles import PROFILES, Faults

from fire_routine.model import Result

LOST = "earlier-unknown"
LATE = "in order, 30 s"  # the profile in which reads lag the longest


@settings(max_examples=40)
@given(st.integers(0, 2**32))
def test_no_schedule_of_faults_and_deaths_leads_to_a_second_session(seed: int) -> None:
    schedule = Schedule.draw(seed, most_jobs=8)
    schedule.play()
    assert schedule.violations() == []


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.sampled_from([0.0, 1.0, 3.0]))
def test_where_nothing_goes_wrong_every_incident_has_its_session(seed: int, lag: float) -> None:
    schedule = Schedule.draw(seed, Faults(lag=lag), most_jobs=8, calm=True)
    schedule.play()
    assert schedule.violations() == []
    assert len(schedule.world.reports) == schedule.jobs


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.sampled_from(sorted(PROFILES)))
def test_no_kind_of_lag_or_fault_leads_to_a_second_session(seed: int, profile: str) -> None:
    schedule = Schedule.draw(seed, PROFILES[profile], most_jobs=6)
    schedule.play()
    assert schedule.violations() == []


def test_a_matrix_of_thirty_two_has_one_session_and_thirty_one_that_point_to_it() -> None:
    schedule = Schedule.matrix(32)
    schedule.play()
    (session,) = schedule.world.sessions
    reports = schedule.world.reports
    fired = [one for one in reports if one.outcome and one.outcome.result is Result.FIRED]
    skipped = [one for one in reports if one.verdict.session_url == session.url]
    assert (len(fired), len(skipped)) == (1, 31)


@pytest.mark.parametrize("seed", [123, 167, 189])
def test_some_large_schedules_are_played_every_time(seed: int) -> None:
    schedule = Schedule.draw(seed)
    schedule.play()
    assert schedule.violations() == []


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.sampled_from(sorted(PROFILES)))
def test_a_session_without_a_trace_is_replaced_by_one_alone(seed: int, profile: str) -> None:
    schedule = Schedule.draw(seed, PROFILES[profile], most_jobs=6, replacing=True)
    schedule.play()
    assert schedule.violations() == []


def test_a_schedule_with_a_session_that_is_replaced() -> None:
    """Without one in any schedule, the test above would show nothing."""
    schedule = Schedule.draw(11, PROFILES["clean"], most_jobs=4, replacing=True)
    schedule.play()
    assert schedule.violations() == []
    schedule.replacing = False
    assert any("the second for its failures" in found for found in schedule.violations())


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.sampled_from(sorted(PROFILES)))
@example(362, LATE)
def test_no_run_is_re_run_twice_and_no_failure_has_two_sessions_with_rerun_first(
    seed: int, profile: str
) -> None:
    """Where GitHub shows an attempt 30 s late, a re-run that has ended by then may be asked for once more."""
    schedule = Schedule.draw(seed, PROFILES[profile], most_jobs=6, rerun_first=True)
    schedule.play()
    found = schedule.violations()
    assert [one for one in found if profile != LATE or "requests to re-run it" not in one] == []


@pytest.mark.parametrize("part", ["order", "announcement", "looks"])
def test_without_a_part_of_the_protocol_there_are_second_sessions(part: str) -> None:
    """Otherwise the tests above would show nothing."""
    without, faults = LEFT_OUT[part]
    with without():
        assert any(_violations(seed, faults) for seed in range(60))
    assert not any(_violations(seed, faults) for seed in range(20))


def test_without_waiting_jobs_report_that_a_session_may_be_lost() -> None:
    without, faults = LEFT_OUT["waiting"]
    for is_left_out in (True, False):
        schedule = Schedule.draw(7, faults, most_jobs=8)
        with without() if is_left_out else nullcontext():
            schedule.play()
        lost = [one for one in schedule.world.reports if one.verdict.reason == LOST]
        assert bool(lost) == is_left_out


def _violations(seed: int, faults: Faults) -> list[str]:
    schedule = Schedule.draw(seed, faults, most_jobs=8)
    schedule.play()
    return schedule.violations()
