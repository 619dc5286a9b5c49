"""The file: what it may contain, and how what is wrong with it is reported."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.known_failures import read_entries
from fire_routine.known_failures.entries import MOST_ENTRIES, MOST_NOTES
from fire_routine.model.evidence import Action, KnownFailure
from fire_routine.model.run import Note

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


def test_no_entry_is_no_problem() -> None:
    assert read("") == read("# nothing yet\n") == ((), ())


def test_one_wrong_entry_leaves_the_others() -> None:
    failures, notes = read(f"{ENTRY}\n[[known-failure]]\npattern = '('\naction = 'skip'\n\n{ENTRY}")
    assert [failure.line for failure in failures] == [1, 9]
    why = "the pattern is not a regular expression: `missing ), unterminated subpattern at position 0`"
    assert notes == (Note(f"{FILE}, line 5", why, "It was ignored."),)


LINK = "`issue` is not a link that begins with https://"
DATE = "`expires` is not a date without quotes, such as 2026-12-31"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("note = 3", "`note` is not a text"),
        ('note = ""', "`note` is not a text"),
        (f"note = '{'x' * 301}'", "`note` is longer than 300 characters"),
        ("issue = 'http://example.com/1'", LINK),
        ("issue = 'https://example.com/a b'", LINK),
        ("issue = 'https://me@example.com/1'", LINK),
        ("issue = 'https://example.com/)[x](y'", LINK),
        ("expires = '2026-12-31'", DATE),
        ("expires = 2026-12-31T00:00:00Z", DATE),
        ("job = ['a']", "`job` is not a text"),
        ("expire = 2026-12-31", "`expire` is not one of pattern, action, job, step, note, issue, expires"),
    ],
)
def test_a_wrong_field_is_named(line: str, why: str) -> None:
    note = problem_of(f"{ENTRY}{line}\n")
    assert (note.what, note.why) == (f"{FILE}, line 1", why)
    assert read(f"{ENTRY}{line}\n")[0] == ()


UNKNOWN = "is not known: entries are `[[known-failure]]`"
NAMELESS = "it names no failure: give a `pattern`, or the name of a `job` or `step`"
HEAD = "[[known-failure]]\naction = 'skip'\n"


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        (HEAD, f"{FILE}, line 1", NAMELESS),
        ("[[known-failure]]\npattern = 'abc'\n", f"{FILE}, line 1", "`action` is missing"),
        (f"{HEAD}job = '*'\nstep = '**'\n", f"{FILE}, line 1", NAMELESS),
        (ENTRY.replace("skip", "ignore"), f"{FILE}, line 1", "`action` is not one of skip, rerun, note"),
        (f"{HEAD}pattern = ''", f"{FILE}, line 1", "`pattern` is not a text"),
        (f"{HEAD}pattern = '{'a' * 501}'", f"{FILE}, line 1", "`pattern` is longer than 500 characters"),
        ("known-failure = 3\n", f"{FILE}, entry 1", "an entry begins with `[[known-failure]]`"),
        ("known-failure = [{ action = 'skip' }]\n", f"{FILE}, entry 1", NAMELESS),
        ("\n[[known-failures]]\nx = 1\n", FILE, f"`known-failures` {UNKNOWN}"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_named_with_its_line(text: str, where: str, why: str) -> None:
    note = problem_of(text)
    assert (note.what, note.why) == (where, why)


@pytest.mark.parametrize(
    ("text", "line"),
    [(f"{ENTRY}note = \n", 4), ("x = 1\nx = 2\n", 2), ("[[known-failure\n", 1)],
)
def test_a_file_that_is_not_toml_is_ignored_as_a_whole(text: str, line: int) -> None:
    failures, (note,) = read(text)
    assert failures == ()
    assert note.why.startswith("it is not TOML: ") and f"at line {line}," in note.why
    assert note.remedy == "The whole file was ignored."


def test_brackets_in_each_other_end_nothing() -> None:
    failures, (note,) = read("x = [\n" + "[\n" * 40_000)
    assert failures == ()
    assert note.why.startswith("it is not TOML: ")


def test_a_line_that_could_take_long_is_not_read() -> None:
    """A key of 49,000 parts takes two minutes."""
    failures, notes = read(f"{ENTRY}\nx{'.x' * 49_000} = 1\n")
    assert failures == ()
    assert notes == (
        Note(FILE, "it is not TOML: `a line is longer than 2,000 characters`", "The whole file was ignored."),
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
    assert note.what == f"{FILE}, entry 2"


def test_the_number_of_entries_and_of_notes_is_bounded() -> None:
    failures, (note,) = read(ENTRY * (MOST_ENTRIES + 1))
    assert len(failures) == MOST_ENTRIES
    assert note == Note(FILE, f"it has {MOST_ENTRIES + 1} entries", f"Only the first {MOST_ENTRIES} apply.")
    failures, notes = read("[[known-failure]]\n" * 100)
    assert failures == ()
    assert len(notes) == MOST_NOTES + 1
    assert notes[-1].why == f"{100 - MOST_NOTES} more entries are wrong"


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [
        ("pool exhausted", "pool exhausted"),
        (r"^registry\.npmjs\.org timed+ out$", "org timed"),
        (r"\d+ of", " of"),
        *((pattern, "") for pattern in ("a|b", "(?i)abc", "abc?d*", "ab{2}", "[abc]", r"\x41bc")),
    ],
)  # fmt: skip
def test_a_literal_is_in_every_match(pattern: str, literal: str) -> None:
    (entry,), _ = read_entries(f"{HEAD}pattern = '{pattern}'", FILE, TODAY)
    assert entry.literal == literal


@given(st.text(max_size=200))
def test_any_text_gives_entries_or_notes(text: str) -> None:
    read(text)
    read(f"{ENTRY}{text}")
