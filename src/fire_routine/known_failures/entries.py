"""The TOML of `known-failures` → its entries, and a note on each that is wrong or has expired. Pure.

One wrong entry is ignored, and the others apply; of a file that is not TOML, none do.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ..model import Action, KnownFailure, Note
from ..patterns import pattern as compiled
from ..sanitize import web_address
from .automaton import PatternError
from .linear import Budget, Linear

TABLE = "known-failure"
MOST_ENTRIES = 200
MOST_NOTES = 10  # on wrong entries; the others are counted
LONGEST = 300  # characters of a note, a link or a glob
LONGEST_LINE = 2_000  # characters: tomllib's time for a key grows with the square of its parts
KEYS = ("pattern", "action", "job", "step", "note", "issue", "expires")
_HEADER = compiled(rf"^[ \t]*\[\[[ \t]*[\"']?{TABLE}[\"']?[ \t]*\]\]", re.MULTILINE)
_TOML_LINE = compiled(r"^(?P<what>.*) \(at line (?P<line>\d+), column \d+\)$", re.DOTALL)
_ANY_LINE = ("", "\N{SYMBOL FOR UNIT SEPARATOR}")  # what matches one of these matches almost any line
_TRIAL = 100_000  # units


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that applies, ready to be searched for."""

    failure: KnownFailure
    pattern: Linear
    job: Linear | None = None  # of the whole name; None: any
    step: Linear | None = None


class _WrongEntryError(ValueError):
    def __init__(self, problem: str, key: str = "") -> None:
        super().__init__(problem)
        self.key = key


def read_entries(text: str, file: str, today: date) -> tuple[tuple[Entry, ...], tuple[Note, ...]]:
    """The entries that apply, in the file's order, and notes on the others.

    Args:
        file: its path in the repository, as notes name it.
        today: an entry applies until the end of the day that it names as `expires`.
    """
    for place, shown in enumerate(text.splitlines(), 1):
        if len(shown) > LONGEST_LINE:
            why = f"it is longer than {LONGEST_LINE:,} characters"
            return (), (Note(_where(file, place), why, _ALL_IGNORED),)
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return (), (_unreadable(text, file, error),)
    found = document.pop(TABLE, [])
    tables = found if isinstance(found, list) else [found]
    lines = _lines(text, len(tables))
    wrong = [
        Note(
            _where(file, _line_of(text, key)),
            f"`{key[:80]}` is not known: entries are `[[{TABLE}]]`",
            _IGNORED,
        )
        for key in document
    ]
    entries, expired = [], []
    for number, table in enumerate(tables[:MOST_ENTRIES]):
        line = lines[number]
        try:
            entry, until = _entry(table, KnownFailure(file, line, "", Action.NOTE))
        except _WrongEntryError as problem:
            at = _line_of(text, problem.key, line) if problem.key and line else line
            wrong.append(Note(_where(file, at, number), str(problem), _IGNORED))
            continue
        if until is not None and until < today:
            expired.append(f"line {line} ({until})" if line else f"entry {number + 1} ({until})")
        else:
            entries.append(entry)
    return tuple(entries), (*_bounded(wrong, file), *_further(file, len(tables), expired))


_IGNORED = "It was ignored."
_ALL_IGNORED = "The whole file was ignored."


def _where(file: str, line: int, number: int | None = None) -> str:
    if line:
        return f"line {line} of {file}"
    return file if number is None else f"entry {number + 1} of {file}"


def _unreadable(text: str, file: str, error: Exception) -> Note:
    what, line = str(error), 0
    if found := _TOML_LINE.match(what):
        what, line = found["what"], int(found["line"])
    elif what.endswith("(at end of document)"):
        what, line = what.removesuffix(" (at end of document)"), text.count("\n") + 1
    elif isinstance(error, RecursionError):
        what = "too many brackets in each other"
    return Note(_where(file, line), f"it is not TOML ({what[:200]})", _ALL_IGNORED)


def _bounded(notes: list[Note], file: str) -> Iterator[Note]:
    yield from notes[:MOST_NOTES]
    if len(notes) > MOST_NOTES:
        yield Note(file, f"{len(notes) - MOST_NOTES} more entries are wrong", "They were ignored.")


def _further(file: str, count: int, expired: list[str]) -> Iterator[Note]:
    if expired:
        shown = ", ".join(expired[:MOST_NOTES]) + (", …" if len(expired) > MOST_NOTES else "")
        yield Note(file, f"expired and so not applied: {shown}", "Remove them, or set a later `expires`.")
    if count > MOST_ENTRIES:
        yield Note(file, f"it has {count:,} entries", f"Only the first {MOST_ENTRIES} apply.")


# --- one entry ----------------------------------------------------------------------------------------


def _entry(table: object, empty: KnownFailure) -> tuple[Entry, date | None]:
    """The entry, and until when it applies.

    Raises:
        _WrongEntryError: it is wrong.
    """
    if not isinstance(table, Mapping):
        raise _WrongEntryError(f"an entry begins with `[[{TABLE}]]`")
    for key in table:
        if key not in KEYS:
            raise _WrongEntryError(f"`{key[:80]}` is not one of {', '.join(KEYS)}", key)
    actions = ", ".join(Action)
    action = _text(table, "action", needed=True)
    if action not in tuple(Action):
        raise _WrongEntryError(f"`action` is not one of {actions}", "action")
    issue = _text(table, "issue")
    if issue and not (issue.startswith("https://") and web_address(issue)):
        raise _WrongEntryError("`issue` is not a link that begins with https://", "issue")
    expression = _text(table, "pattern", needed=True, longest=None)
    failure = replace(
        empty, pattern=expression, action=Action(action), note=_text(table, "note"), issue_url=issue
    )
    entry = Entry(failure, _pattern(expression), _glob(table, "job"), _glob(table, "step"))
    return entry, _date(table)


def _text(table: Mapping[str, Any], key: str, *, needed: bool = False, longest: int | None = LONGEST) -> str:
    value = table.get(key)
    if value is None and not needed:
        return ""
    if value is None:
        raise _WrongEntryError(f"`{key}` is missing")
    if not isinstance(value, str) or not value.strip():
        raise _WrongEntryError(f"`{key}` is not a text", key)
    if longest and len(value) > longest:
        raise _WrongEntryError(f"`{key}` is longer than {longest} characters", key)
    return value.strip() if key in ("note", "issue") else value


def _date(table: Mapping[str, Any]) -> date | None:
    value = table.get("expires")
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise _WrongEntryError("`expires` is not a date without quotes, such as 2026-12-31", "expires")


def _pattern(expression: str) -> Linear:
    try:
        made = Linear(expression)
    except PatternError as problem:
        raise _WrongEntryError(f"the pattern {problem}", "pattern") from None
    if any(made.search(line, Budget(_TRIAL)) for line in _ANY_LINE):
        raise _WrongEntryError("the pattern matches any line", "pattern")
    return made


def _glob(table: Mapping[str, Any], key: str) -> Linear | None:
    """`*` is any number of characters, and `?` any one."""
    glob = _text(table, key)
    if not glob:
        return None
    wild = {"*": ".*", "?": "."}
    expression = "".join(wild.get(character) or re.escape(character) for character in glob)
    try:
        return Linear(f"^{expression}$")
    except PatternError as problem:
        raise _WrongEntryError(f"`{key}` {problem}", key) from None


# --- lines, which tomllib does not give ---------------------------------------------------------------


def _lines(text: str, count: int) -> list[int]:
    """The line in which each entry begins; 0 where that is not certain."""
    found = [text.count("\n", 0, header.start()) + 1 for header in _HEADER.finditer(text)]
    return found if len(found) == count else [0] * count


def _line_of(text: str, key: str, entry: int = 0) -> int:
    """The line of a key in the entry that begins in this line, or of one outside of entries."""
    lines = text.splitlines()
    named = re.compile(rf"[ \t]*(?:\[+[ \t]*)?[\"']?{re.escape(key)}[\"']?[ \t]*[=.\]]")
    for number, line in enumerate(lines[entry:], entry + 1):
        if entry and _HEADER.match(line):
            break
        if named.match(line):
            return number
    return entry
