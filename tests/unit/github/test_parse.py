"""Any JSON becomes a value of the model, or raises one of the errors that the client reports."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.emulated.site import Site

from fire_routine.github import fields, parse

SITE = Site("https://api.example.com", "https://example.com")
RUN = SITE.run("octo-org/widget", {"id": 5})
SHAPES: list[tuple[Callable[[Any], Any], dict[str, Any]]] = [
    (lambda data: parse.run(data, "octo-org/widget"), RUN),
    (parse.pull_request_numbers, RUN),
    (parse.job, SITE.job(RUN, {"id": 7, "name": "test", "steps": [{"conclusion": "failure"}]})),
    (parse.annotation, SITE.annotation({})),
    (parse.pull_request, SITE.pull_request("octo-org/widget", {"number": 3})),
    (parse.comparison, SITE.comparison("octo-org/widget", "a", {"commits": [{"sha": "c"}]})),
    (parse.status, SITE.status(1, {}, "octocat", "2026-01-01T00:00:00Z")),
]
# Of each kind of JSON value one or more, with those that are read as a number, a time or a name.
ODD_VALUES: tuple[Any, ...] = (
    None, True, -1, 10**30, 0.5, "", "x", "5", "2026-01-02T03:04:05Z", [], [None], [{}], {}, {"id": None}
)  # fmt: skip
PAIRS = 300  # answers of each shape in which up to four fields are odd together


def spoilt(value: Any) -> Iterator[Any]:
    """The value with one part of it, at any depth, missing or odd."""
    yield from ODD_VALUES
    if isinstance(value, dict):
        for key, inner in value.items():
            others = {other: value[other] for other in value if other != key}
            yield others
            yield from ({**others, key: odd} for odd in spoilt(inner))
    if isinstance(value, list):
        for at, inner in enumerate(value):
            yield from ([*value[:at], odd, *value[at + 1 :]] for odd in spoilt(inner))


@pytest.mark.parametrize("number", range(len(SHAPES)))
def test_odd_fields_at_any_depth_and_several_together(number: int) -> None:
    parse, whole = SHAPES[number]
    answers = [each for each in spoilt(whole) if isinstance(each, dict)]
    chance = random.Random(number)
    for _ in range(PAIRS):
        keys = chance.sample(sorted(whole), k=min(chance.randint(1, 4), len(whole)))
        odd = {key: chance.choice(ODD_VALUES) for key in keys}
        missing = chance.choices(sorted(whole), k=chance.randint(0, 2))
        answers.append({key: value for key, value in {**whole, **odd}.items() if key not in missing})
    for answer in answers:
        with suppress(LookupError, TypeError, ValueError):
            parse(answer)


def test_a_repository_is_named_as_github_spells_it() -> None:
    """It takes a name in any case, so the one that was asked for may be spelled otherwise."""
    run = parse.run(RUN, "OCTO-Org/Widget")
    assert (run.repository, run.from_fork) == ("octo-org/widget", False)


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
