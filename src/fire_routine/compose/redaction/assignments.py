"""Values assigned to names that say they are secret: `password=…`, `"api_key": "…"`, `--token …`.

What tells a secret from an ordinary value is the name, the way it is written down (an environment
variable, a YAML or JSON entry, a flag, source code) and the value's look, in this order: any literal
value of a password counts, a token's has to look made by a generator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .names import Name, names
from .spans import Span
from .values import code, generated, mixed, path_like, placeholder, sentence

_SEPARATOR = re.compile(
    r"(?:\\*[\"'`])?\]?(?P<gap>[ \t]{0,16})"
    r"(?P<mark>=>|:=|=(?![=~>])|:(?!:)|[ \t]is:?[ \t])(?P<after>[ \t]{0,40})"
)
_QUOTE = re.compile(r"\\*[\"'`]")
_RUN = re.compile(r"[^\s\"'`<>]{1,4096}")
_TO_END = re.compile(r"\S{1,4096}\Z")
_NEXT_PAIR = re.compile(
    r"[&;](?=[\w. -]{1,40}(?:[=:]|\Z))|[&;]\Z|,(?=[\w.-]{1,40}[=:]|\\*[\"'])|\\[nrt]|\\u0026|&amp;", re.ASCII
)
_HEAD_OF_LINE = re.compile(
    r"[ \t]*(?:[-+*>|│$#~][ \t]+|\d{4}-\d\d-\d\dT[\d:.]+Z?[ \t]+)*"
    r"(?:(?:export|set|setx|env|declare -x|ENV|ARG|typeset -x|\$env:)[ \t:]*)?[\"']?"
)
_FLAG = re.compile(r"--?(?:[A-Za-z][\w-]{0,60})?", re.ASCII)
_FLAG_GAP = re.compile(r"[ \t]+(?![-|&;>])")
_METAVAR = re.compile(r"[A-Z][A-Z0-9_-]*|string|text|str|stringArray|id=.*|value|file|env:.*")
_CHANGE = re.compile(r"[\"'`]?[ \t]*->[ \t]*(?=[\"'`])")


class _Value(NamedTuple):
    start: int
    end: int
    quoted: bool


class _Place(NamedTuple):
    """How a value is written down."""

    mark: str  # "=", ":", "is" or "flag"
    spaced: bool
    quoted: bool
    entry: bool  # the name begins the line, the value ends it
    capitals: bool  # NAME_IN_CAPITALS, as environment variables are written


def assignments(text: str, lowered: str) -> Iterator[Span]:
    """Values of names that say they are secret. `lowered` is `text` in lower case, as long as it."""
    for name in names(text, lowered):
        line_end = text.find("\n", name.end)
        line_end = len(text) if line_end < 0 else line_end
        value, place = _assigned(text, name, line_end) or _flagged(text, name, line_end) or (None, None)
        if value and place and value.start < value.end:
            written = text[value.start : value.end]
            if _secret(written, place, name, text[value.end : value.end + 40]):
                yield Span(value.start, value.end, name.kind)
                yield from _changed(text, value, line_end, name.kind)


def _assigned(text: str, name: Name, line_end: int) -> tuple[_Value, _Place] | None:
    separator = _SEPARATOR.match(text, name.end, line_end)
    if not separator or text.endswith("://", 0, name.start):  # a user's name in a link
        return None
    line = text.rfind("\n", 0, name.start) + 1
    first = _HEAD_OF_LINE.fullmatch(text, max(line, name.start - 80), name.start) is not None
    value = _value(text, separator.end(), line_end, first)
    place = _Place(
        separator["mark"].strip(" \t:") or ":",
        bool(separator["gap"] or separator["after"]),
        value.quoted,
        first and not text[value.end : line_end].strip("\"'`\\,; \t"),
        name.written.isupper(),
    )
    return value, place


def _flagged(text: str, name: Name, line_end: int) -> tuple[_Value, _Place] | None:
    gap = _FLAG_GAP.match(text, name.end, line_end)
    if (
        not gap
        or not _FLAG.fullmatch(name.head)
        or text[max(0, name.start - 1) : name.start].strip("\"'`=[(,")
    ):
        return None
    value = _value(text, gap.end(), line_end, False)
    return value, _Place("flag", True, value.quoted, False, False)


def _value(text: str, start: int, line_end: int, first: bool) -> _Value:
    """The value that begins at `start`; unquoted at the end of a line that it is the entry of, whole."""
    quote = _QUOTE.match(text, start, line_end)
    if quote:
        end = _closing(text, quote, line_end)
        return _Value(quote.end(), end, True)
    whole = _TO_END.match(text, start, line_end)
    run = _RUN.match(text, start, line_end)
    if not run:
        return _Value(start, start, False)
    cut = _NEXT_PAIR.search(text, start + 1, whole.end() if whole and first else run.end())
    if whole and first and not cut:
        return _Value(start, line_end, False)
    cut = _NEXT_PAIR.search(text, start + 1, run.end())
    end = cut.start() if cut else run.end()
    while end > start and text[end - 1] in ",;)]}\\":
        end -= 1
    return _Value(start, end, False)


def _closing(text: str, quote: re.Match[str], line_end: int) -> int:
    """Where the quoted value ends: at the same quote, unless that is escaped, or at the line's end."""
    mark = quote.group()
    end = text.find(mark, quote.end(), line_end)
    while end > 1 and len(mark) == 1 and text[end - 1] == "\\" and text[end - 2] != "\\":
        end = text.find(mark, end + 1, line_end)
    return line_end if end < 0 else end


def _changed(text: str, value: _Value, line_end: int, kind: str) -> Iterator[Span]:
    """The new value in a plan's `password = "old" -> "new"`."""
    arrow = _CHANGE.match(text, value.end, line_end)
    if arrow:
        new = _value(text, arrow.end(), line_end, False)
        if not placeholder(text[new.start : new.end]):
            yield Span(new.start, new.end, kind)


def _secret(value: str, place: _Place, name: Name, rest: str) -> bool:
    if placeholder(value) or "***" in value or value.casefold() == name.written.casefold():
        return False
    if (
        name.word in ("pass", "pwd", "salt", "pepper")
        and place.mark == ":"
        and not (place.quoted or place.capitals)
    ):
        return place.entry and place.spaced and generated(value)  # "PASS: test", "pass:translate/2"
    if name.kind == "password":
        return not (name.word == "pass" and value.isdigit()) and _password(value, place, rest)
    if place.mark == "flag":
        return not _METAVAR.fullmatch(value) and generated(value)
    if place.capitals and place.mark != "is" and (place.entry or not place.spaced) and len(value) >= 8:
        return not (code(value) or path_like(value) or re.match(r"\w+://", value) or value.isdigit())
    if place.quoted and len(value) >= 16 and value.isalnum() and not value.isdigit():
        return True
    return generated(value) and " " not in value


def _password(value: str, place: _Place, rest: str) -> bool:
    if len(value) < 3 or sentence(value):
        return False
    if place.quoted:
        return not (" " in value and place.mark == "flag")
    if code(value) or path_like(value) or (place.mark == "flag" and _METAVAR.fullmatch(value)):
        return False
    if place.mark == "flag" or (place.mark == "=" and not place.spaced):
        return True
    if place.entry:
        return mixed(value) or not value.isalpha() or place.mark == ":" or place.capitals
    return mixed(value) and len(value) >= 6 and not re.match(r"[ \t]+[A-Za-z]", rest)
