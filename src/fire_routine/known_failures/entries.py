"""The TOML of `known-failures` → its entries, and a note on each that is wrong or has expired. Pure.

One wrong entry is ignored, and the others apply; of a file that is not TOML, none do.
"""

from __future__ import annotations

import re
import tomllib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ..model.evidence import Action, KnownFailure
from ..model.run import Note
from ..patterns import pattern as compiled
from ..sanitize import code, web_address

TABLE = "known-failure"
MOST_ENTRIES = 200
MOST_NOTES = 10  # on wrong entries; the others are counted
LONGEST = 300  # characters of a note, a link or a glob
LONGEST_PATTERN = 500
LONGEST_LINE = 2_000  # characters: tomllib's time for a key grows with the square of its parts
KEYS = ("pattern", "action", "job", "step", "note", "issue", "expires")
_HEADER = compiled(rf"^[ \t]*\[\[[ \t]*[\"']?{TABLE}[\"']?[ \t]*\]\]", re.MULTILINE)
_ESCAPE = compiled(r"\\[^xuUN\d]")  # not those of a character's number or name
_NOT_SIMPLE = frozenset("\\|()[]{}*?")
_IGNORED = "It was ignored."


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that applies, ready to be searched for."""

    failure: KnownFailure
    literal: str = ""  # a text that every match of its pattern contains; empty where none is known
    job: str = "*"  # a glob for the whole name
    step: str = "*"


class _WrongEntryError(ValueError):
    """An entry can't be used. The message states why."""


def read_entries(text: str, file: str, today: date) -> tuple[tuple[Entry, ...], tuple[Note, ...]]:
    """The entries that apply, in the file's order, and notes on the others.

    Args:
        file: its path in the repository, as notes name it.
        today: an entry applies until the end of the day that it names as `expires`.
    """
    try:
        if max(map(len, text.splitlines()), default=0) > LONGEST_LINE:
            raise ValueError(f"a line is longer than {LONGEST_LINE:,} characters")
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return (), (Note(file, f"it is not TOML: {code(error, 200)}", "The whole file was ignored."),)
    found = document.pop(TABLE, [])
    tables = found if isinstance(found, list) else [found]
    unknown = (f"{code(key, 80)} is not known: entries are `[[{TABLE}]]`" for key in document)
    notes = [Note(file, why, _IGNORED) for why in unknown]
    entries, expired = [], []
    for number, line in enumerate(_lines(text, len(tables))[:MOST_ENTRIES]):
        where = f"line {line}" if line else f"entry {number + 1}"
        try:
            entry, until = _entry(tables[number], KnownFailure(file, line, "", Action.NOTE))
        except _WrongEntryError as problem:
            notes.append(Note(f"{file}, {where}", str(problem), _IGNORED))
            continue
        if until is not None and until < today:
            expired.append(f"{where} ({until})")
        else:
            entries.append(entry)
    if (more := len(notes) - MOST_NOTES) > 0:
        notes[MOST_NOTES:] = [Note(file, f"{more} more entries are wrong", "They were ignored.")]
    if expired:
        shown = ", ".join(expired[:MOST_NOTES]) + (", …" if len(expired) > MOST_NOTES else "")
        why = f"expired and so not applied: {shown}"
        notes.append(Note(file, why, "Remove them, or set a later `expires`."))
    if len(tables) > MOST_ENTRIES:
        notes.append(Note(file, f"it has {len(tables):,} entries", f"Only the first {MOST_ENTRIES} apply."))
    return tuple(entries), tuple(notes)


def _lines(text: str, count: int) -> list[int]:
    """The line in which each entry begins, which tomllib does not give; 0 where that is not certain."""
    found = [text.count("\n", 0, header.start()) + 1 for header in _HEADER.finditer(text)]
    return found if len(found) == count else [0] * count


def _entry(table: object, empty: KnownFailure) -> tuple[Entry, date | None]:
    """The entry, and until when it applies.

    Raises:
        _WrongEntryError: it is wrong.
    """
    if not isinstance(table, Mapping):
        raise _WrongEntryError(f"an entry begins with `[[{TABLE}]]`")
    for key in table:
        if key not in KEYS:
            raise _WrongEntryError(f"{code(key, 80)} is not one of {', '.join(KEYS)}")
    action = _text(table, "action", needed=True)
    if action not in tuple(Action):
        raise _WrongEntryError(f"`action` is not one of {', '.join(Action)}")
    issue = _text(table, "issue")
    if issue and not (issue.startswith("https://") and web_address(issue)):
        raise _WrongEntryError("`issue` is not a link that begins with https://")
    expression = _text(table, "pattern", longest=LONGEST_PATTERN)
    job, step = (_text(table, key) or "*" for key in ("job", "step"))
    if not expression and not {*job, *step} - {*"*?"}:
        raise _WrongEntryError("it names no failure: give a `pattern`, or the name of a `job` or `step`")
    failure = replace(
        empty, pattern=expression, action=Action(action), note=_text(table, "note"), issue_url=issue
    )
    return Entry(failure, _literal(expression), job, step), _date(table)


def _text(table: Mapping[str, Any], key: str, *, needed: bool = False, longest: int = LONGEST) -> str:
    value = table.get(key)
    if value is None and not needed:
        return ""
    if value is None:
        raise _WrongEntryError(f"`{key}` is missing")
    if not isinstance(value, str) or not value.strip():
        raise _WrongEntryError(f"`{key}` is not a text")
    if len(value) > longest:
        raise _WrongEntryError(f"`{key}` is longer than {longest} characters")
    return value.strip() if key in ("note", "issue") else value


def _date(table: Mapping[str, Any]) -> date | None:
    value = table.get("expires")
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise _WrongEntryError("`expires` is not a date without quotes, such as 2026-12-31")


def _literal(expression: str) -> str:
    """The longest text that every match contains; empty for all but simple expressions.

    Raises:
        _WrongEntryError: the expression is not valid.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(expression)
    except (re.error, RecursionError, OverflowError) as problem:
        raise _WrongEntryError(f"the pattern is not a regular expression: {code(problem)}") from None
    plain = _ESCAPE.sub(".", expression)
    return "" if set(plain) & _NOT_SIMPLE else max(re.split(r"[.^$+]", plain), key=len)
