"""Values assigned to names that say they are secret: `password=…`, `"api_key": "…"`, `--token …`.

What tells a secret from an ordinary value is the name, the way it is written down (an environment
variable, a YAML or JSON entry, a flag, source code) and the value's look, in this order: any literal
value of a password counts, a token's has to look made by a generator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...patterns import pattern
from .names import Name, names
from .spans import Span
from .text import Text
from .values import code, generated, mixed, path_like, placeholder, sentence

_SEPARATOR = pattern(
    r"(?:\\*[\"'`])?\]?(?P<gap>[ \t]{0,16})"
    r"(?P<mark>=>|:=|=(?![=>]|~[ \t])|:(?!:)|[ \t]is:?[ \t])(?P<after>[ \t]{0,40})"
)
_QUOTE = pattern(r"\\*[\"'`]")
_JUDGED = 512  # characters by which a value is judged
_RUN = pattern(r"[^\s\"'`<>]++")
_TO_END = pattern(r"\S++\Z")
_NEXT_PAIR = pattern(
    r"[&;](?=[\w. -]{1,40}(?:[=:]|\Z)|\[redacted:)|[&;]\Z"
    r"|,(?=[\w.-]{1,40}[=:]|\\*[\"'])|\\[nrt]|\\u0026|&amp;"
    r"|\[redacted:",
    re.ASCII,
)
_HEAD_OF_LINE = pattern(
    r"[ \t]*(?:[-+*>|│$#~][ \t]+|\d{4}-\d\d-\d\dT[\d:.]+Z?[ \t]+)*"
    r"(?:(?:export|set|setx|env|declare -x|ENV|ARG|typeset -x|\$env:)[ \t:]*)?[\"']?"
)
_FLAG = pattern(r"--?(?:[A-Za-z][\w-]{0,60})?", re.ASCII)
_FLAG_BEFORE = ("", *"\"'`=[(, \t\n")
_FLAG_GAP = pattern(r"[ \t]+(?![-|&;>])")
_METAVAR = pattern(r"[A-Z][A-Z0-9_-]*|string|text|str|stringArray|id=.*|value|file|env:.*")
_CHANGE = pattern(r"[\"'`]?[ \t]*->[ \t]*(?=[\"'`])")


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


def assignments(whole: Text) -> Iterator[Span]:
    """Values of names that say they are secret."""
    text = whole.text
    last = Span(0, 0, "")
    for name in names(whole):
        if last.start <= name.start < last.end:
            continue  # a word of the value before
        line_end = text.find("\n", name.end)
        line_end = len(text) if line_end < 0 else line_end
        value, place = _assigned(text, name, line_end) or _flagged(text, name, line_end) or (None, None)
        if value and place and value.start < value.end:
            written = text[value.start : min(value.end, value.start + _JUDGED)]
            if _secret(written, place, name, text[value.end : value.end + 40]):
                last = Span(value.start, _end(text, value, line_end), name.kind)
                yield last
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
        or text[max(0, name.start - 1) : name.start] not in _FLAG_BEFORE
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
    run = _RUN.match(text, start, min(line_end, start + _JUDGED))
    if not run or text[start] in "&;,":
        return _Value(start, start, False)
    to_end = _TO_END.match(text, start, line_end) if first and line_end - start <= _JUDGED else None
    if to_end and not _NEXT_PAIR.search(text, start + 1, line_end):
        return _Value(start, line_end, False)
    cut = _NEXT_PAIR.search(text, start + 1, run.end())
    end = cut.start() if cut else run.end()
    while end > start and text[end - 1] in ",;)]}\\":
        end -= 1
    return _Value(start, end, False)


def _end(text: str, value: _Value, line_end: int) -> int:
    """Where a value ends that was judged by its beginning."""
    if value.quoted or value.end < value.start + _JUDGED:
        return value.end
    run = _RUN.match(text, value.end, line_end)
    cut = _NEXT_PAIR.search(text, value.end, run.end()) if run else None
    return cut.start() if cut else run.end() if run else value.end


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
    if value.startswith("-----BEGIN"):
        return False  # a key, which `blocks` takes out between its marks
    if name.word in ("pass", "pwd", "salt", "pepper") and place.mark in (":", "is") and not place.quoted:
        # not "PASS: test" nor "pass:translate/2"
        return bool(name.head.strip("-$.")) and place.entry and place.spaced and mixed(value)
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
