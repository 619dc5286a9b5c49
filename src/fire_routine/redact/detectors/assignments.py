"""Values assigned to names that say that they are secret: `password=…`, `"api_key": "…"`, `--token …`.

`keywords` finds the names, `value_location` their values. What a value is depends on its name, on how it is
written down and on what it looks like: `password=hunter2` is a secret, `password = get_password()` is not.
Any literal value of a password counts. A token has to look as if a generator made it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...patterns import pattern
from ..heuristics import (
    is_code,
    is_hex,
    is_mixed,
    is_path,
    is_placeholder,
    is_random_token,
    is_sentence,
    is_strong_password,
    looks_generated,
    mixes_case,
    mixes_digits,
)
from ..spans import Span
from ..text_index import TextIndex, end_of_line
from .keywords import Name, find_names
from .value_location import JUDGED, Form, Link, Value, locate, value_at, whole_end

_CHANGE = pattern(  # the old value of a plan, and what leads to the new one
    r"(?:[\"'`][^\"'`\n]{0,512}[\"'`]|\([^()\n]{1,40}\)|[^\s\"'`]{1,512})[ \t]*[-=]>[ \t]*(?=[\"'`])"
)
_REST = 40  # characters after a value that show whether it ends a clause
_AMBIGUOUS = ("pass", "pwd", "pw", "salt", "pepper")  # words that are common for other things, too
_METAVAR = pattern(r"[A-Z][A-Z0-9_-]*|string|text|str|stringArray|id=.*|value|file|env:.*")
_IDENTIFIER = pattern(r"[0-9a-f]{32,128}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBERED = pattern(r"[A-Za-z]{1,64}[0-9]{1,6}")
_LONG_TOKEN = pattern(r"[\w+/.~|-]{20,512}={0,2}")
_GOES_ON = pattern(r"[ \t]+(?![A-Z]\w{0,40}:)[A-Za-z]")  # with a word, and no next field as Go prints it
_CLAUSE_ENDS = pattern(r"[\s.,;!)\"'`]{0,8}(?:\n|\Z|[|│┃])|[ \t]{2}")
_LINK = pattern(r"\w+://")
_FINGERPRINT = pattern(r"[0-9A-Fa-f]{40}")
_TEST_USERS = ("root", "postgres", "mysql", "mariadb", "mongo", "redis", "rabbitmq", "test")
_SHORTEST_TOKEN = 16  # characters of one that only its quotes or bars tell
_LONG_NUMBER = 15  # digits, which are an account or a token rather than a count or a time


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
            if one and _is_secret(_candidate(text, name, one, form)):
                last = Span(one.start, whole_end(text, one, line_end), name.kind)
                yield last


def _changed(text: str, value: Value, line_end: int) -> Value | None:
    """The new value in a plan's `password = "old" -> "new"`."""
    arrow = _CHANGE.match(text, value.start - value.quoted, line_end)
    return value_at(text, arrow.end(), line_end) if arrow else None


class _Candidate(NamedTuple):
    """A value, the name that it belongs to, and how it is written down."""

    name: Name
    form: Form
    value: str
    quoted: bool
    rest: str  # the text after the value

    @property
    def is_expression(self) -> bool:
        """An expression of a program, a path or a link."""
        return is_code(self.value) or is_path(self.value) or bool(_LINK.match(self.value))

    @property
    def is_metavar(self) -> bool:
        """The name of a flag's value, as a help text has it."""
        return self.form.link is Link.FLAG and _METAVAR.fullmatch(self.value) is not None

    @property
    def is_long_number(self) -> bool:
        return self.value.isdigit() and len(self.value) >= _LONG_NUMBER

    @property
    def in_cell(self) -> bool:
        """In quotes or between bars, and long enough for a token."""
        between_bars = self.rest.lstrip().startswith(("|", "│", "┃"))
        return (self.quoted or between_bars) and len(self.value) >= _SHORTEST_TOKEN

    @property
    def ends_clause(self) -> bool:
        return _CLAUSE_ENDS.match(self.rest) is not None


def _candidate(text: str, name: Name, value: Value, form: Form) -> _Candidate:
    written = text[value.start : min(value.end, value.start + JUDGED)]
    return _Candidate(name, form, written, value.quoted, text[value.end : value.end + _REST])


def _is_secret(one: _Candidate) -> bool:
    """Whether the value is secret."""
    name, form = one.name, one.form
    if len(one.value) < (3 if name.kind == "password" else 8) or _stands_for_a_value(one):
        return False
    if form.link in (Link.NEXT, Link.BARE) or (name.in_message and not form.attached):
        return _is_secret_next(one)
    if name.doubtful:
        return _is_token(one)
    if name.kind == "password":
        ambiguous = name.word in _AMBIGUOUS and form.link is Link.COLON and not one.quoted
        if ambiguous and not (form.capitals and name.head.endswith("_")):
            return _is_password_of_ambiguous(one)
        return _is_password(one)
    variable = form.capitals and form.link is not Link.FLAG and (form.entry or not form.spaced)
    if variable and len(one.value) >= 8:
        return not one.is_expression and (not one.value.isdigit() or one.is_long_number)
    return _is_generated(one)


def _stands_for_a_value(one: _Candidate) -> bool:
    """Whether it is a placeholder, the rest of what was masked, a name, a fingerprint, or a test's user."""
    value, name = one.value, one.name
    if is_placeholder(value):
        return True
    left = value.strip("*")
    if "***" in value and not (left.isalnum() and looks_generated(left)):
        return True  # another secret was in it
    if value.lower() == name.written.rpartition(".")[2].lower():
        return True  # `self.SECRET_KEY = SECRET_KEY`
    if name.word.startswith("session") and _IDENTIFIER.fullmatch(value.lower()):
        return True  # by which tools name a run or a browser
    if name.written.upper() == "GPG_KEY" and _FINGERPRINT.fullmatch(value):
        return True  # as in the environment of Python's images
    return value in _TEST_USERS and (value == "root" or value in name.head.lower())


def _is_secret_next(one: _Candidate) -> bool:
    """Whether the next word of a sentence, a column or a pair is one."""
    value, name, form = one.value, one.name, one.form
    in_sentence = form.link is Link.BARE or name.in_message
    numbered = _NUMBERED.fullmatch(value) is not None
    if one.is_expression or (name.word in _AMBIGUOUS and (not name.head or in_sentence or numbered)):
        return False  # after `PASS` or `pw`, which are words of other things
    if mixes_case(value) and mixes_digits(value):
        return True
    if not in_sentence and (is_random_token(value) or (one.in_cell and _is_generated(one))):
        return True
    tells = (form.capitals and not name.doubtful) or name.kind == "api-key" or "auth" in name.head.lower()
    if tells and _IDENTIFIER.fullmatch(value):
        return True  # of a variable, an API key or an `auth token`
    if name.kind != "password":
        return False
    symbol = any(not character.isalnum() for character in value)
    if is_strong_password(value) and (form.link is not Link.BARE or symbol):
        return True
    return (
        is_mixed(value)
        and (one.quoted or one.ends_clause)
        and (one.quoted or not numbered)
        and not value.lower().startswith(name.word)  # `("password", "password2")`
    )


def _is_token(one: _Candidate) -> bool:
    """Whether the value of a name is a token that may hold other things as well."""
    value, name, form = one.value, one.name, one.form
    if not (_LONG_TOKEN.fullmatch(value) and mixes_digits(value)):
        return False
    if mixes_case(value):
        return True
    if name.written.lower() == "key" and not name.in_query and (is_hex(value) or len(value) < 32):
        return False  # a digest or an identifier
    if name.kind == "token" and looks_generated(value):
        return True
    told = one.quoted or form.capitals or form.attached or form.link is Link.FLAG
    return told and is_random_token(value)


def _is_password_of_ambiguous(one: _Candidate) -> bool:
    """Whether it is one after `pass:`, which a test's report or code has as well."""
    entry = one.form.entry and one.form.spaced and bool(one.name.head.strip("-$."))  # `db_pass: hunter2`
    strong = one.name.word != "pass" and is_strong_password(one.value)
    return strong or (entry and mixes_digits(one.value))


def _is_password(one: _Candidate) -> bool:
    """Whether a literal value of a password is written like one."""
    value, form = one.value, one.form
    if is_sentence(value):
        return False  # a validator's message
    if one.quoted:
        return not (" " in value and form.link is Link.FLAG)  # the help of a flag
    if is_code(value) or is_path(value) or one.is_metavar:
        return False
    if form.link is Link.FLAG or form.attached:
        return True
    if form.entry and (not value.isalpha() or form.link is Link.COLON or form.capitals):
        return True
    return (
        mixes_digits(value)
        and len(value) >= 6
        and not value.startswith("0x")
        and (not _GOES_ON.match(one.rest) or is_strong_password(value))
    )


def _is_generated(one: _Candidate) -> bool:
    """Whether a value is no name, path, number or code."""
    value = one.value
    path = one.form.link is Link.FLAG and value.startswith(("/", "./", "../", "~/"))
    if path or one.is_metavar:
        return False
    if one.quoted and len(value) >= _SHORTEST_TOKEN and value.isalnum() and not value.isdigit():
        return True
    if one.name.kind == "token" and one.is_long_number:
        return True
    return looks_generated(value) and " " not in value
