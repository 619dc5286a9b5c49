"""Whatever JSON comes, it becomes a noun or one of the errors that the client tells as such."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.emulator.shapes import Site
from fire_routine.gather import answers, fields

SITE = Site("https://api.example.com", "https://example.com")
RUN = SITE.run("octo-org/widget", {"id": 5})
SHAPES: list[tuple[Callable[[Any], Any], dict[str, Any]]] = [
    (lambda data: answers.run(data, "octo-org/widget"), RUN),
    (answers.pull_request_numbers, RUN),
    (answers.past_run, RUN),
    (answers.job, SITE.job(RUN, {"id": 7, "name": "test", "steps": [{"conclusion": "failure"}]})),
    (answers.annotation, SITE.annotation("octo-org/widget", {})),
    (answers.pull_request, SITE.pull_request("octo-org/widget", {"number": 3})),
    (answers.comparison, SITE.comparison("octo-org/widget", "a", "b", {"commits": [{"sha": "c"}]})),
    (answers.status, SITE.status("octo-org/widget", "a", 1, {}, "octocat", "2026-01-01T00:00:00Z")),
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.datetimes().map(str)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@pytest.mark.parametrize("number", range(len(SHAPES)))
@given(data=st.data())
def test_any_fields_of_any_type(number: int, data: st.DataObject) -> None:
    parse, whole = SHAPES[number]
    fields = st.dictionaries(st.sampled_from(sorted(whole)), VALUES, max_size=4)
    missing = data.draw(st.sets(st.sampled_from(sorted(whole)), max_size=3))
    spoilt = {key: value for key, value in {**whole, **data.draw(fields)}.items() if key not in missing}
    with suppress(LookupError, TypeError, ValueError):
        parse(spoilt)


def test_a_repository_is_named_as_github_spells_it() -> None:
    """It takes a name in any case, so the one that was asked for may be spelled otherwise."""
    run = answers.run(RUN, "OCTO-Org/Widget")
    assert (run.repository, run.from_fork) == ("octo-org/widget", False)


@given(VALUES)
def test_anything_for_a_page(value: Any) -> None:
    for key in ("jobs", None):
        with suppress(LookupError, TypeError, ValueError):
            answers.page(value, key)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02T10:00:00Z", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("2026-03-02T12:00:00+02:00", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("2026-03-02T10:00:00.123456Z", datetime(2026, 3, 2, 10, 0, 0, 123456, tzinfo=UTC)),
        ("0001-01-01T00:00:00+23:00", None),
        ("yesterday", None),
        (5, None),
        (None, None),
    ],
)
def test_times_are_in_utc_or_unknown(text: object, moment: datetime | None) -> None:
    assert fields.time(text) == moment
