"""Values assigned to names that say they are secret: `password=…`, `"api_key": "…"`, `--token …`.

What tells a secret from an ordinary value is the name, the way it is written down (an environment
variable, a YAML or JSON entry, a flag, source code) and the value's look, in this order: any literal
value of a password counts, a token's has to look made by a generator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...patterns import pattern
from ..heuristics import (
    SYMBOLS,
    is_code,
    is_path,
    is_placeholder,
    is_sentence,
    is_strong_password,
    looks_generated,
    mixes_case,
    mixes_digits,
)
from ..spans import Span
from ..text_index import TextIndex
from .keywords import Name, find_names
from .value_location import JUDGED, Place, Value, end_of_line, placed, value_at, whole_end

_NEXT_FIELD = pattern(r"\}|[ \t][A-Z]\w{0,40}:")
_METAVAR = pattern(r"[A-Z][A-Z0-9_-]*|string|text|str|stringArray|id=.*|value|file|env:.*")
_SHORT = ("pass", "pwd", "pw", "salt", "pepper")  # words of other things, too
_LONG_HEX = pattern(r"[0-9a-f]{32,128}")
_HASH = pattern(r"[0-9a-f]{7,64}")
_NUMBERED = pattern(r"[A-Za-z]{1,64}[0-9]{1,6}")
_LONG_TOKEN = pattern(r"[\w+/.~-]{20,512}={0,2}", re.ASCII)
_CHANGE = pattern(r"[\"'`]?[ \t]*->[ \t]*(?=[\"'`])")


def find(index: TextIndex) -> Iterator[Span]:
    """Values of names that say they are secret."""
    text = index.text
    last = Span(0, 0, "")
    for name in find_names(index):
        if last.start <= name.start < last.end:
            continue  # a word of the value before
        value, place = placed(text, name) or (None, None)
        if value and place and _secret(text, value, place, name):
            line_end = end_of_line(text, value.start)
            last = Span(value.start, whole_end(text, value, line_end), name.kind)
            yield last
            yield from _changed(text, value, line_end, name.kind)


def _changed(text: str, value: Value, line_end: int, kind: str) -> Iterator[Span]:
    """The new value in a plan's `password = "old" -> "new"`."""
    arrow = _CHANGE.match(text, value.end, line_end)
    if arrow:
        new = value_at(text, arrow.end(), line_end)
        if not is_placeholder(text[new.start : new.end]):
            yield Span(new.start, new.end, kind)


def _secret(text: str, value: Value, place: Place, name: Name) -> bool:
    written = text[value.start : min(value.end, value.start + JUDGED)]
    left = written.strip("*")  # of what GitHub masked a part of: another secret stood in it
    masked = "***" in written and not (left.isalnum() and looks_generated(left))
    if is_placeholder(written) or masked or written.casefold() == name.written.casefold():
        return False
    if written.startswith("-----BEGIN"):
        return False  # a key, which `blocks` takes out between its marks
    attached = place.mark == "=" and not place.spaced and name.kind == "password"
    if place.mark in ("is", "") or (name.talk and not attached):
        return _in_a_sentence(written, place, name)
    if place.mark in ("pair", "column"):
        return _in_a_table(written, place, name)
    if name.doubtful:
        random = _LONG_TOKEN.fullmatch(written) is not None and mixes_digits(written)
        return random and (mixes_case(written) or (name.kind == "token" and looks_generated(written)))
    return _assigned(written, text[value.end : value.end + 40], place, name)


def _assigned(value: str, rest: str, place: Place, name: Name) -> bool:
    if name.word in _SHORT and place.mark == ":" and not place.quoted:
        # not "PASS: test" nor "pass:translate/2"
        entry = place.entry and place.spaced and mixes_digits(value) and name.head.strip("-$.")
        return bool(entry) or (is_strong_password(value) and name.word != "pass")
    if name.kind == "password":
        return not (name.word == "pass" and value.isdigit()) and _password(value, place, rest)
    if place.mark == "flag":
        return not _METAVAR.fullmatch(value) and looks_generated(value)
    if place.capitals and (place.entry or not place.spaced) and len(value) >= 8:
        return not (
            is_code(value, place.entry) or is_path(value) or re.match(r"\w+://", value) or value.isdigit()
        )
    if place.quoted and len(value) >= 16 and value.isalnum() and not value.isdigit():
        return True
    return looks_generated(value, place.entry) and " " not in value


def _in_a_table(value: str, place: Place, name: Name) -> bool:
    if place.mark == "pair":
        return len(value) >= 16 and looks_generated(value) and " " not in value
    if (name.word in _SHORT and not name.head) or _NUMBERED.fullmatch(value):
        return False  # "PASS  test2", "password  varchar255"
    made_up = name.kind == "password" and len(value) >= 8 and value.isalnum() and mixes_digits(value)
    made_up = made_up and sum(map(str.isdigit, value)) > 1 and not _HASH.fullmatch(value)
    return made_up or is_strong_password(value) or _in_a_sentence(value, place, name)


def _in_a_sentence(value: str, place: Place, name: Name) -> bool:
    if name.word.startswith(("passw", "passphrase", "passcode", "cred")):
        return is_strong_password(value) and (place.mark != "" or any(c in SYMBOLS for c in value))
    long_hex = _LONG_HEX.fullmatch(value) is not None and "auth" in name.head.lower()
    return long_hex or (mixes_case(value) and mixes_digits(value))


def _password(value: str, place: Place, rest: str) -> bool:
    if len(value) < 3 or is_sentence(value):
        return False
    if place.quoted:
        return not (" " in value and place.mark == "flag")
    if is_code(value, place.entry) or is_path(value) or (place.mark == "flag" and _METAVAR.fullmatch(value)):
        return False
    if place.mark == "flag" or (place.mark == "=" and not place.spaced):
        return True
    if place.entry:
        return mixes_digits(value) or not value.isalpha() or place.mark == ":" or place.capitals
    if place.mark == ":" and not place.spaced and _NEXT_FIELD.match(rest):  # a struct, as Go prints it
        return mixes_digits(value) and not value.startswith("0x")
    goes_on = re.match(r"[ \t]+[A-Za-z]", rest) is not None  # a sentence, or the next field
    return mixes_digits(value) and len(value) >= 6 and (not goes_on or is_strong_password(value))
