"""Values assigned to names that say that they are secret: `password=…`, `"api_key": "…"`, `--token …`.

`keywords` finds the names, `value_location` their values, and `assignment_rules` decides what a value is.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...patterns import pattern
from ..heuristics import is_placeholder
from ..spans import Span
from ..text_index import TextIndex
from .assignment_rules import Candidate, decide
from .keywords import Name, find_names
from .value_location import JUDGED, Form, Value, end_of_line, locate, value_at, whole_end

_CHANGE = pattern(r"[\"'`]?[ \t]*->[ \t]*(?=[\"'`])")
_REST = 40  # characters after a value that show whether it ends a clause


def find(index: TextIndex) -> Iterator[Span]:
    """The secret values of the names in the text that say that they are secret."""
    text = index.text
    last = Span(0, 0, "")
    for name in find_names(index):
        if last.start <= name.start < last.end:
            continue  # a word of the value before
        value, form = locate(text, name) or (None, None)
        if value and form and decide(_candidate(text, name, value, form)).secret:
            line_end = end_of_line(text, value.start)
            last = Span(value.start, whole_end(text, value, line_end), name.kind)
            yield last
            yield from _changed(text, value, line_end, name.kind)


def _candidate(text: str, name: Name, value: Value, form: Form) -> Candidate:
    written = text[value.start : min(value.end, value.start + JUDGED)]
    return Candidate(name, form, written, text[value.end : value.end + _REST])


def _changed(text: str, value: Value, line_end: int, kind: str) -> Iterator[Span]:
    """The new value in a plan's `password = "old" -> "new"`."""
    arrow = _CHANGE.match(text, value.end, line_end)
    if arrow:
        new = value_at(text, arrow.end(), line_end)
        if not is_placeholder(text[new.start : new.end]):
            yield Span(new.start, new.end, kind)
