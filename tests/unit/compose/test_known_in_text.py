"""A known failure is marked in the text, and what it is fired for comes first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.compose.material import digest, job, run

from fire_routine.compose import compose, group
from fire_routine.distill import excerpt
from fire_routine.model.evidence import Action, Brief, Failure, KnownFailure, utf16_length

ENTRY = KnownFailure(
    ".github/known-failures.toml",
    12,
    "pool exhausted",
    Action.SKIP,
    "The pool is slow at night",
    "https://github.com/octo/cat/issues/7",
)
JOBS = (job(1, "flaky"), job(2, "real"))
LOGS = {1001: digest("1111", "TimeoutError: pool exhausted"), 1002: digest("2222", "AssertionError: 3 != 4")}


def failures(known: KnownFailure | None = ENTRY, *, in_part: bool = False) -> tuple[Failure, ...]:
    """A failure that is not known, and one that is."""
    flaky, real = group(JOBS, LOGS)
    return real, replace(flaky, known=known, known_in_part=in_part)


def brief(*shown: Failure, max_characters: int = 20_000) -> Brief:
    return compose(run(JOBS), shown, max_characters=max_characters, excerpt=excerpt)


def test_the_entry_is_named_below_the_failure() -> None:
    text = brief(*failures()).text
    marked = (
        "Known failure (`.github/known-failures.toml, line 12`): `The pool is slow at night`,"
        " <https://github.com/octo/cat/issues/7>. Alone, it starts no session."
    )
    assert text.count(marked) == 1
    section = text[: text.index("Known failure (")].rpartition("\n## ")[2]
    assert "failure 2" in section.lower().partition("\n")[0], "in what the text has of the known one"


def test_a_known_failure_is_no_part_of_the_fingerprint_unless_all_are_known() -> None:
    real, flaky = failures()
    assert brief(real, flaky).fingerprint == brief(real).fingerprint
    assert brief(real, flaky).cause == brief(real).cause
    assert brief(flaky).fingerprint.digest == "1111"


@pytest.mark.parametrize(("action", "in_part"), [(Action.NOTE, False), (Action.SKIP, True)])
def test_what_is_fired_for_anyway_is_part_of_the_fingerprint(action: Action, in_part: bool) -> None:
    real, flaky = failures(replace(ENTRY, action=action), in_part=in_part)
    both = brief(real, flaky)
    assert both.fingerprint.count == 2
    assert "Alone, it starts no session." not in both.text
    assert ("known in part" in both.text) is in_part


def test_very_many_known_failures_keep_to_the_limit() -> None:
    real, flaky = failures()
    shown = (real, *(replace(flaky, jobs=(job(10 + number, f"leg {number}"),)) for number in range(40)))
    for size in (2_048, 3_000, 60_000):
        text = brief(*shown, max_characters=size).text
        assert utf16_length(text) <= size
        assert "3 != 4" in text
