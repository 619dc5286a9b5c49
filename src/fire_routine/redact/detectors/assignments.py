"""Values assigned to names that say that they are secret: `password=…`, `"api_key": "…"`, `--token …`.

`keywords` finds the names, `value_location` their values, and `assignment_rules` decides what a value is.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...patterns import pattern
from ..spans import Span
from ..text_index import TextIndex
from .assignment_rules import Candidate, decide
from .keywords import Name, find_names
from .value_location import JUDGED, Form, Value, end_of_line, locate, value_at, whole_end

_CHANGE = pattern(  # the old value of a plan, and what leads to the new one
    r"(?:[\"'`][^\"'`\n]{0,512}[\"'`]|\([^()\n]{1,40}\)|[^\s\"'`]{1,512})[ \t]*[-=]>[ \t]*(?=[\"'`])"
)
_REST = 40  # characters after a value that show whether it ends a clause


def find(index: TextIndex) -> Iterator[Span]:
    """The secret values of the names in the text that say that they are secret."""
    text = index.text
    last = Span(0, 0, "")
    for name in find_names(index):
        if last.start <= name.start < last.end:
            continue  # a word of the value before
        value, form = locate(text, name) or (None, None)
        if not value or not form:
            continue
        line_end = end_of_line(text, value.start)
        for one in (value, _changed(text, value, line_end)):
            if one and decide(_candidate(text, name, one, form._replace(quoted=one.quoted))).secret:
                last = Span(one.start, whole_end(text, one, line_end), name.kind)
                yield last


def _candidate(text: str, name: Name, value: Value, form: Form) -> Candidate:
    written = text[value.start : min(value.end, value.start + JUDGED)]
    return Candidate(name, form, written, text[value.end : value.end + _REST])


def _changed(text: str, value: Value, line_end: int) -> Value | None:
    """The new value in a plan's `password = "old" -> "new"`."""
    arrow = _CHANGE.match(text, value.start - value.quoted, line_end)
    return value_at(text, arrow.end(), line_end) if arrow else None
