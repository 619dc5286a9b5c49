"""When a fire may be tried again, and after how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.fire.errors import FireError
from fire_routine.fire.retries import LONGEST_PLAUSIBLE, Retries, retry_after

NOW = datetime(2026, 11, 24, 15, 0, 0, 500_000, tzinfo=UTC)
AMPLE = 1e9


def http_date(offset: float) -> str:
    return format_datetime((NOW + timedelta(seconds=offset)).replace(microsecond=0), usegmt=True)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        (str(LONGEST_PLAUSIBLE), LONGEST_PLAUSIBLE),
        (http_date(90), 90),
        (http_date(-90), 0),
        ("Tue, 24 Nov 2026 15:01:00 GMT", 60),
        ("Tuesday, 24-Nov-26 15:01:00 GMT", 60),
        ("Tue Nov 24 15:01:00 2026", 60),
        (None, None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("+5", None),
        ("٣", None),
        ("soon", None),
        ("1, 2", None),
        ("9" * 400, None),
        (str(LONGEST_PLAUSIBLE + 1), None),
        (http_date(LONGEST_PLAUSIBLE + 5), None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
        ("Fri, 99 Foo 2026 99:99:99 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 -9999", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(value: str | None, seconds: int | None) -> None:
    assert retry_after(value, None, NOW) == seconds


def test_date_is_counted_from_the_answers_own_clock() -> None:
    assert retry_after(http_date(7200 + 30), http_date(7200), NOW) == 30


@given(st.text(max_size=60), st.none() | st.text(max_size=60))
def test_any_header_gives_bounded_seconds_or_nothing(value: str, date: str | None) -> None:
    seconds = retry_after(value, date, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_PLAUSIBLE


def failure(seconds: int | None = None, retryable: bool = True) -> FireError:
    return FireError("it failed", reason="test", retry_after=seconds, retryable=retryable)


def test_backoff_doubles_up_to_its_longest() -> None:
    retries = Retries(AMPLE, lambda: 1.0)
    assert [retries.next_wait(failure(), AMPLE) for _ in range(7)] == [1, 2, 4, 8, 16, 20, 20]


def test_jitter_spreads_a_backoff_over_its_upper_half() -> None:
    assert Retries(AMPLE, lambda: 0.0).next_wait(failure(), AMPLE) == 0.5
    assert Retries(AMPLE, lambda: 1.0).next_wait(failure(), AMPLE) == 1.0


def test_retry_after_is_obeyed_where_it_asks_for_more() -> None:
    assert Retries(60, lambda: 1.0).next_wait(failure(60), AMPLE) == 60
    assert Retries(60, lambda: 1.0).next_wait(failure(0), AMPLE) == 1


def test_what_may_have_created_something_is_not_tried_again() -> None:
    assert Retries(60, lambda: 1.0).next_wait(failure(retryable=False), AMPLE) is None


def test_wait_that_does_not_fit_is_not_begun() -> None:
    assert Retries(60, lambda: 1.0).next_wait(failure(61), AMPLE) is None
    assert Retries(0, lambda: 0.0).next_wait(failure(0), AMPLE) is None


def test_wait_must_leave_time_for_an_attempt() -> None:
    assert Retries(60, lambda: 1.0).next_wait(failure(10), 11) == 10
    assert Retries(60, lambda: 1.0).next_wait(failure(10), 10.5) is None


@given(
    st.floats(0, 3600),
    st.lists(st.none() | st.integers(0, 100), max_size=300),
    st.floats(0, 1),
)
def test_waits_and_attempts_are_bounded_together(
    max_wait: float, seconds: list[int | None], jitter: float
) -> None:
    retries = Retries(max_wait, lambda: jitter)
    waits = []
    for value in seconds:
        wait = retries.next_wait(failure(value), AMPLE)
        if wait is None:
            break
        waits.append(wait)
    assert sum(waits) <= max_wait + 1e-6
    assert len(waits) <= max_wait / 0.5 + 1
    assert all(wait >= (value or 0) for wait, value in zip(waits, seconds, strict=False))
