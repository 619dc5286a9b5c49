"""Storms: many jobs at once, a GitHub and an endpoint that fail, jobs that die; in virtual time, by seed.

`python3 src/entrypoint.py bench/schedules.py` plays thousands of these.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.ledger.simulator.schedule import Schedule
from tests.unit.ledger.simulator.troubles import LEFT_OUT, PROFILES, Faults, Profile

from fire_routine.ledger.terms import Timing

ROOT = Path(__file__).resolve().parents[3]
SEEDS = st.integers(0, 2**32)
KINDS = st.sampled_from(sorted(PROFILES))


def played(seed: int, faults: Faults | Profile | None, **options: Any) -> Schedule:
    draw = Schedule.of if isinstance(faults, Profile) else Schedule.draw
    schedule = draw(seed, faults, **options)  # type: ignore[arg-type]
    schedule.play()
    return schedule


def violations(seed: int, faults: Faults | Profile | None, **options: Any) -> list[str]:
    return played(seed, faults, **options).violations()


@settings(max_examples=30)
@given(SEEDS)
def test_no_schedule_of_faults_and_deaths_leads_to_a_second_session(seed: int) -> None:
    assert violations(seed, None, most_jobs=8) == []


@settings(max_examples=15)
@given(SEEDS, st.sampled_from([0.0, 1.0, 3.0]))
def test_where_nothing_goes_wrong_every_incident_has_its_session(seed: int, lag: float) -> None:
    schedule = Schedule.draw(seed, Faults(lag=lag), most_jobs=8, large_matrix=True)
    schedule.play()
    assert schedule.violations() == []
    assert len(schedule.world.reports) == schedule.jobs


@settings(max_examples=30)
@given(SEEDS, KINDS, st.booleans())
def test_no_kind_of_lag_or_fault_leads_to_a_second_session(seed: int, kind: str, replacing: bool) -> None:
    """Nor to more than one that replaces a session without a trace."""
    assert violations(seed, PROFILES[kind], most_jobs=6, replacing=replacing) == []


@settings(max_examples=30)
@given(SEEDS, KINDS)
@example(362, "in order, 30 s")
@example(1789, "matrix, storm")
def test_no_run_is_re_run_twice_and_no_failure_has_two_sessions_with_rerun_first(
    seed: int, kind: str
) -> None:
    assert violations(seed, PROFILES[kind], most_jobs=6, rerun_first=True) == []


def without_a_session(profile: Profile, seeds: range, **options: Any) -> int:
    schedules = [Schedule.of(seed, profile, most_jobs=4, **options) for seed in seeds]
    for schedule in schedules:
        schedule.play()
    return sum(not schedule.world.sessions for schedule in schedules)


@pytest.mark.parametrize("kind", sorted(PROFILES))
def test_in_almost_every_schedule_a_session_is_started(kind: str) -> None:
    seeds, profile = range(8), PROFILES[kind]
    assert without_a_session(profile, seeds) <= profile.most_idle(len(seeds))


@pytest.mark.parametrize("seed", [123, 167, 189])
def test_some_large_schedules_are_played_every_time(seed: int) -> None:
    assert violations(seed, None) == []


def test_the_whole_action_of_forty_legs_has_one_session_and_none_is_refused() -> None:
    """In a process of its own: the bench replaces the transport and the thread pools."""
    options = ["--schedules", "0", "--processes", "0", "--matrix", "0", "--no-loop", "--crowd", "40"]
    played = subprocess.run(
        [sys.executable, "bench/schedules.py", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert "1 fired, 39 skipped duplicate" in played.stdout


# --- without these the tests above would show nothing -----------------------------------------------------


def test_jobs_that_never_fire_are_noticed() -> None:
    never = Timing(rounds=0)
    assert without_a_session(PROFILES["storm"], range(8), timing=never) == 8


@pytest.mark.parametrize(
    "kind", ["workflows", "names", "again", "own token", "midnight", "full contexts", "two tokens", "sweeps"]
)
def test_without_order_there_are_second_sessions_in_each_kind_of_repository(kind: str) -> None:
    with LEFT_OUT["order"]():
        assert any(violations(seed, PROFILES[kind], most_jobs=6) for seed in range(12))


def test_a_schedule_with_a_session_that_is_replaced() -> None:
    schedule = Schedule.of(11, PROFILES["clean"], most_jobs=4, replacing=True)
    schedule.play()
    assert schedule.violations() == []
    schedule.replacing = False
    assert any("the second for its failures" in found for found in schedule.violations())


def test_a_schedule_with_a_session_that_is_too_many_pages_back_to_be_read() -> None:
    schedule = Schedule.of(0, PROFILES["pages"], timing=Timing(pages=10))
    schedule.play()
    assert schedule.violations() == []
    for report in schedule.world.reports:
        report.notes = ()  # as if nobody had been told
    assert any("the second for its failures" in found for found in schedule.violations())


@pytest.mark.parametrize("part", ["order", "announcement", "looks"])
def test_without_a_part_of_the_protocol_there_are_second_sessions(part: str) -> None:
    without = LEFT_OUT[part]
    with without():
        assert any(violations(seed, without.faults, most_jobs=8, timing=without.timing) for seed in range(60))
    assert not any(violations(seed, without.faults, most_jobs=8) for seed in range(15))


def test_without_waiting_jobs_report_that_a_session_may_be_lost() -> None:
    without = LEFT_OUT["waiting"]
    for is_left_out in (True, False):
        timing = without.timing if is_left_out else None
        schedule = Schedule.draw(7, without.faults, most_jobs=8, timing=timing)
        schedule.play()
        lost = [one for one in schedule.world.reports if one.verdict.reason == "earlier-unknown"]
        assert bool(lost) == is_left_out
