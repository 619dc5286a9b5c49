"""Secrets below the name of their column: in tables of terminals and databases, Markdown, and CSV.

A row of cells is divided by bars, tabs or commas, or by two blanks and more; then a value begins where its
column's name does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from ...patterns import pattern
from ..heuristics import is_hex, is_ordinary, is_placeholder, looks_generated, mixes_digits
from ..spans import Span
from ..text_index import TextIndex, end_of_line

_NAME = pattern(
    r"(?:[\w-]{1,24}[ _-]){0,2}\w{0,16}(?:passw(?:or)?d|passwd|passphrase|passcode|secret|token|credentials?"
    r"|(?:api|access|secret|private|account|auth|deploy(?:ment)?|license|signing|encryption)[ _-]?key)\d?"
    r"(?:[ _-](?:key|value))?",
    re.IGNORECASE,
)
_LITERALS = ("passw", "passphrase", "secret", "token", "credential", "key")
_DIVIDERS = ("│", "┃", "|", "\t", ";", ",")  # the first of them that is in the head divides all rows
_COLUMNS = pattern(r"[ \t]{2,}")
_TABS = pattern(r"\t+")  # as many as align a column
_RULE = pattern(r"[\s|│┃├┼┤┌┐└┘┬┴─━═╞╪╡╭╮╰╯+:=*.'`-]*")  # between the head and the rows, and around them
_AFTER = ("", "\n", "\t", "|", ";", ",", "_", " ", '"', "'")
_CELLS = 40  # of a head
_COLUMNS_READ = 4  # of a table
_ROWS = 50  # below a head that are read
_WIDEST = 4_000  # characters of a row
_EDGES = " \t\"'`"


def find(index: TextIndex) -> Iterator[Span]:
    """The values below the names of secrets."""
    text, done = index.text, 0
    places = (place for literal in _LITERALS for place in _places(index, literal))
    for start in sorted({text.rfind("\n", 0, place) + 1 for place in places}):
        end = end_of_line(text, start)
        head = text[start : min(end, start + _WIDEST)]
        divider = next((one for one in _DIVIDERS if one in head), "")
        cells = [*islice(_cells(head, divider), _CELLS + 1)] if start >= done else []
        named = [(n, cell[0]) for n, cell in enumerate(cells) if _NAME.fullmatch(head[slice(*cell)])]
        if not named or not 1 < len(cells) <= _CELLS:
            continue
        for row_start, row in _rows(text, end + 1, divider, len(cells)):
            done = row_start
            for number, column in named[:_COLUMNS_READ]:
                first, last = (
                    row[number] if len(row) == len(cells) else (column, dict(row).get(column, column))
                )
                password = "pass" in head[slice(*cells[number])].lower()
                if _is_secret(text[row_start + first : row_start + last], password=password):
                    yield Span(row_start + first, row_start + last, "password")


def _places(index: TextIndex, literal: str) -> Iterator[int]:
    """Where the literal stands before the end of a cell: most names of secrets are in sentences and code."""
    for place in index.find_lowered(literal):
        end = place + len(literal)
        while index.lowered[end : end + 1].isalnum():
            end += 1
        if index.lowered[end : end + 1] in _AFTER or index.lowered[end : end + 2] == "  ":
            yield place


def _cells(row: str, divider: str) -> Iterator[tuple[int, int]]:
    """Where the cells begin and end, without their padding and quotes."""
    between = _COLUMNS if not divider else _TABS if divider == "\t" else re.compile(re.escape(divider))
    start = 0
    for first, last in (*(found.span() for found in between.finditer(row)), (len(row), len(row))):
        cell = row[start:first]
        begin = start + len(cell) - len(cell.lstrip(_EDGES))
        if divider or cell.strip():
            yield begin, max(begin, start + len(cell.rstrip(_EDGES)))
        start = last


def _rows(text: str, start: int, divider: str, count: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Where the rows below a head begin, and their cells: as many as the head has, where bars divide them."""
    for _ in range(_ROWS):
        end = end_of_line(text, start)
        row = text[start : min(end, start + _WIDEST)]
        if not row.strip():
            return
        if not _RULE.fullmatch(row):
            cells = [*_cells(row, divider)]
            if divider and len(cells) != count:
                return
            yield start, cells
        start = end + 1


def _is_secret(value: str, *, password: bool) -> bool:
    """Whether a cell has a value, and no word, number or hash that is shortened."""
    if len(value) < 6 or " " in value or is_placeholder(value) or is_ordinary(value):
        return False
    return looks_generated(value) or (password and mixes_digits(value) and not is_hex(value))
