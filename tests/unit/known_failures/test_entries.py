"""The file: what it may contain, and how what is wrong with it is reported."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.known_failures import read_entries
from fire_routine.known_failures.entries import MOST_ENTRIES, MOST_NOTES
from fire_routine.model import Action, KnownFailure, Note

FILE = ".github/known-failures.toml"
TODAY = date(2026, 11, 29)
ENTRY = """\
[[known-failure]]
pattern = 'registry\\.npmjs\\.org timed out'
action = "skip"
"""


def read(text: str) -> tuple[tuple[KnownFailure, ...], tuple[Note, ...]]:
    entries, notes = read_entries(text, FILE, TODAY)
    return tuple(entry.failure for entry in entries), notes


def problem_of(text: str) -> Note:
    """The note on the one thing that is wrong."""
    _, (note,) = read(text)
    return note


def test_an_entry_has_all_its_fields() -> None:
    text = f"""# Ours
{ENTRY}job = "test (*)"
step = "Run npm ci"
note = " The registry is slow at night. "
issue = "https://github.com/octo/cat/issues/7#issuecomment-12"
expires = 2026-11-29
"""
    (failure,), notes = read(text)
    assert notes == ()
    assert failure == KnownFailure(
        FILE,
        2,
        "registry\\.npmjs\\.org timed out",
        Action.SKIP,
        "The registry is slow at night.",
        "https://github.com/octo/cat/issues/7#issuecomment-12",
    )
    assert failure.place == ".github/known-failures.toml, line 2"


@pytest.mark.parametrize("action", list(Action))
def test_each_action(action: Action) -> None:
    (failure,), _ = read(ENTRY.replace("skip", action))
    assert failure.action is action


def test_no_entry_is_no_problem() -> None:
    assert read("") == read("# nothing yet\n") == ((), ())


def test_one_wrong_entry_leaves_the_others() -> None:
    failures, notes = read(f"{ENTRY}\n[[known-failure]]\npattern = '('\naction = 'skip'\n\n{ENTRY}")
    assert [failure.line for failure in failures] == [1, 9]
    assert notes == (Note(f"line 6 of {FILE}", "the pattern has a `(` without its `)`", "It was ignored."),)


@pytest.mark.parametrize(
    ("line", "where", "why"),
    [
        ("note = 3", 4, "`note` is not a text"),
        ('note = ""', 4, "`note` is not a text"),
        (f"note = '{'x' * 301}'", 4, "`note` is longer than 300 characters"),
        ("issue = 'http://example.com/1'", 4, "`issue` is not a link that begins with https://"),
        ("issue = 'https://example.com/a b'", 4, "`issue` is not a link that begins with https://"),
        ("issue = 'https://me@example.com/1'", 4, "`issue` is not a link that begins with https://"),
        ("issue = 'https://example.com/)[x](y'", 4, "`issue` is not a link that begins with https://"),
        ("expires = '2026-12-31'", 4, "`expires` is not a date without quotes, such as 2026-12-31"),
        ("expires = 2026-12-31T00:00:00Z", 4, "`expires` is not a date without quotes, such as 2026-12-31"),
        ("job = ['a']", 4, "`job` is not a text"),
        (f"step = '{'(' * 251}'", 4, "`step` is longer than 500 characters"),
        (
            "expire = 2026-12-31",
            4,
            "`expire` is not one of pattern, action, job, step, note, issue, expires",
        ),
    ],
)
def test_a_wrong_field_is_named_with_its_line(line: str, where: int, why: str) -> None:
    note = problem_of(f"{ENTRY}{line}\n")
    assert (note.what, note.why) == (f"line {where} of {FILE}", why)
    assert read(f"{ENTRY}{line}\n")[0] == ()


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("[[known-failure]]\naction = 'skip'\n", f"line 1 of {FILE}", "`pattern` is missing"),
        ("[[known-failure]]\npattern = 'abc'\n", f"line 1 of {FILE}", "`action` is missing"),
        (ENTRY.replace("skip", "ignore"), f"line 3 of {FILE}", "`action` is not one of skip, rerun, note"),
        (
            "[[known-failure]]\naction = 'skip'\npattern = '.*'",
            f"line 3 of {FILE}",
            "the pattern matches any line",
        ),
        (
            "[[known-failure]]\naction = 'skip'\npattern = 'a?'",
            f"line 3 of {FILE}",
            "the pattern matches any line",
        ),
        (
            "[[known-failure]]\naction = 'skip'\npattern = '.'",
            f"line 3 of {FILE}",
            "the pattern matches any line",
        ),
        ("[[known-failure]]\naction = 'skip'\npattern = ''", f"line 3 of {FILE}", "`pattern` is not a text"),
        ("known-failure = 3\n", f"entry 1 of {FILE}", "an entry begins with `[[known-failure]]`"),
        ("known-failure = [{ action = 'skip' }]\n", f"entry 1 of {FILE}", "`pattern` is missing"),
        (
            "\n[[known-failures]]\nx = 1\n",
            f"line 2 of {FILE}",
            "`known-failures` is not known: entries are `[[known-failure]]`",
        ),
    ],
)
def test_a_wrong_entry_is_named_with_its_line(text: str, where: str, why: str) -> None:
    note = problem_of(text)
    assert (note.what, note.why) == (where, why)


@pytest.mark.parametrize(
    ("text", "line"),
    [(f"{ENTRY}note = \n", 4), (f"{ENTRY}note = 'a", 4), ("x = 1\nx = 2\n", 2), ("[[known-failure\n", 1)],
)
def test_a_file_that_is_not_toml_is_ignored_as_a_whole(text: str, line: int) -> None:
    failures, (note,) = read(text)
    assert failures == ()
    assert note.what == f"line {line} of {FILE}"
    assert note.why.startswith("it is not TOML (")
    assert note.remedy == "The whole file was ignored."


def test_brackets_in_each_other_end_nothing() -> None:
    failures, (note,) = read("x = [\n" + "[\n" * 40_000)
    assert failures == ()
    assert note.why.startswith("it is not TOML (")


def test_a_line_that_could_take_long_is_not_read() -> None:
    """A key of 49,000 parts takes two minutes."""
    failures, notes = read(f"{ENTRY}\nx{'.x' * 49_000} = 1\n")
    assert failures == ()
    assert notes == (
        Note(f"line 5 of {FILE}", "it is longer than 2,000 characters", "The whole file was ignored."),
    )


def test_an_entry_applies_until_the_end_of_the_day_that_it_names() -> None:
    failures, (note,) = read(f"{ENTRY}expires = 2026-11-29\n{ENTRY}expires = 2026-11-28\n")
    assert [failure.line for failure in failures] == [1]
    assert note == Note(
        FILE, "expired and so not applied: line 5 (2026-11-28)", "Remove them, or set a later `expires`."
    )


def test_lines_are_left_out_where_they_are_not_certain() -> None:
    """A text over several lines may look like the head of an entry."""
    text = f'{ENTRY}note = """\n[[known-failure]]\n"""\n[[known-failure]]\npattern = "x"\n'
    failures, (note,) = read(text)
    assert [failure.place for failure in failures] == [FILE]
    assert note.what == f"entry 2 of {FILE}"


def test_the_number_of_entries_and_of_notes_is_bounded() -> None:
    failures, (note,) = read(ENTRY * (MOST_ENTRIES + 1))
    assert len(failures) == MOST_ENTRIES
    assert note == Note(FILE, f"it has {MOST_ENTRIES + 1} entries", f"Only the first {MOST_ENTRIES} apply.")
    failures, notes = read("[[known-failure]]\n" * 100)
    assert failures == ()
    assert len(notes) == MOST_NOTES + 1
    assert notes[-1].why == f"{100 - MOST_NOTES} more entries are wrong"


@given(st.text(max_size=200))
def test_any_text_gives_entries_or_notes(text: str) -> None:
    read(text)
    read(f"{ENTRY}{text}")
