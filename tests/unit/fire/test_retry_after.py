"""How long the endpoint asks to wait."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.fire.responses import LONGEST_PLAUSIBLE, retry_after

NOW = datetime(2026, 11, 24, 15, 0, 0, 500_000, tzinfo=UTC)


def http_date(offset: float) -> str:
    return format_datetime((NOW + timedelta(seconds=offset)).replace(microsecond=0), usegmt=True)


def headers(value: str | None, date: str | None = None) -> dict[str, str]:
    both = {"retry-after": value, "date": date}
    return {name: text for name, text in both.items() if text is not None}


def test_retry_after_is_read_as_seconds_or_date() -> None:
    table: dict[str | None, int | None] = {
        "0": 0,
        "120": 120,
        " 120 ": 120,
        str(LONGEST_PLAUSIBLE): LONGEST_PLAUSIBLE,
        http_date(90): 90,
        http_date(-90): 0,
        "Tue, 24 Nov 2026 15:01:00 GMT": 60,
        "Tuesday, 24-Nov-26 15:01:00 GMT": 60,
        "Tue Nov 24 15:01:00 2026": 60,
        "Tue, 24 Nov 2026 15:01:00 -0000": 60,
        "Tue, 24 Nov 2026 17:01:00 +0200": 60,
        "Tue, 24 Nov 2026 10:01:00 -0500": 60,
        None: None,
        "": None,
        "-1": None,
        "1.5": None,
        "+5": None,
        "٣": None,
        "soon": None,
        "1, 2": None,
        "9" * 400: None,
        str(LONGEST_PLAUSIBLE + 1): None,
        http_date(LONGEST_PLAUSIBLE + 5): None,
        "Fri, 31 Dec 9999 23:59:59 GMT": None,
        "Fri, 99 Foo 2026 99:99:99 GMT": None,
        "Thu, 01 Jan 1970 00:00:00 -9999": None,
    }
    assert {value: retry_after(headers(value), NOW) for value in table} == table


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows has one time zone")
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_a_date_is_the_same_in_each_zone_of_the_machine(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    dates = ("Tue, 24 Nov 2026 15:01:00 GMT", "Tue, 24 Nov 2026 15:01:00 -0000", "Tue Nov 24 15:01:00 2026")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        waits = [retry_after(headers(date), NOW) for date in dates]
    time.tzset()
    assert waits == [60, 60, 60]


def test_date_is_counted_from_the_answers_own_clock() -> None:
    assert retry_after(headers(http_date(7200 + 30), http_date(7200)), NOW) == 30


@given(st.text(max_size=60), st.none() | st.text(max_size=60))
def test_any_header_gives_bounded_seconds_or_nothing(value: str, date: str | None) -> None:
    seconds = retry_after(headers(value, date), NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_PLAUSIBLE
