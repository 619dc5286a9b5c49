"""The example file of known failures is right in every entry, and the page about it shows one of them."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

from fire_routine.gather.known_failures import MOST_BYTES
from fire_routine.known_failures import read_entries
from fire_routine.known_failures.entries import KEYS, LONGEST, MOST_ENTRIES
from fire_routine.model.evidence import Action
from fire_routine.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / "examples/known-failures.toml").read_text("utf-8")
PAGE = (ROOT / "docs/no-session.md").read_text("utf-8")


def test_every_entry_of_the_example_applies() -> None:
    entries, notes = read_entries(EXAMPLE, "x", date(2026, 11, 29))
    assert notes == ()
    assert len(entries) == EXAMPLE.count("[[known-failure]]")
    assert {entry.failure.action for entry in entries} == set(Action)
    assert {key for table in tomllib.loads(EXAMPLE)["known-failure"] for key in table} == set(KEYS)


def test_the_page_shows_an_entry_that_applies_and_every_field() -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    entries, notes = read_entries(shown, "x", date(2026, 11, 29))
    assert (len(entries), notes) == (1, ())
    rows = "".join(line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`([a-z]+)`", rows)) == set(KEYS)


def test_the_page_has_the_bounds_and_the_defaults() -> None:
    assert f"{MOST_BYTES // 1000} KB, {MOST_ENTRIES} entries" in PAGE
    assert f"up to {LONGEST} characters" in PAGE
    assert Settings().known_failures in PAGE
    assert all(f"`{label}`" in PAGE for label in Settings().skip_labels)
