"""Is the value of a secret name a secret? A table of rules with reasons; the first that applies decides.

`password=hunter2` is a secret, `password = get_password()` is not. The name decides, how the value is
written down (an environment variable, a flag, a table, a sentence), and what it looks like. Any literal
value of a password counts. A token has to look as if a generator made it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from ...patterns import pattern
from ..heuristics import (
    SYMBOLS,
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
from .keywords import Name
from .value_location import Form

_AMBIGUOUS = ("pass", "pwd", "pw", "salt", "pepper")  # words that are common for other things, too
_METAVAR = pattern(r"[A-Z][A-Z0-9_-]*|string|text|str|stringArray|id=.*|value|file|env:.*")
_LONG_HEX = pattern(r"[0-9a-f]{32,128}")
_NUMBERED = pattern(r"[A-Za-z]{1,64}[0-9]{1,6}")
_LONG_TOKEN = pattern(r"[\w+/.~|-]{20,512}={0,2}", re.ASCII)
_UUID = pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NEXT_FIELD = pattern(r"\}|[ \t][A-Z]\w{0,40}:")  # of a structure, as Go prints it
_GOES_ON = pattern(r"[ \t]+[A-Za-z]")
_LINK = pattern(r"\w+://")
_FINGERPRINT = pattern(r"[0-9A-Fa-f]{40}")
_TEST_USERS = ("root", "postgres", "mysql", "mariadb", "mongo", "redis", "rabbitmq", "test")
_LONG_NUMBER = 15  # digits, which are an account or a token rather than a count or a time


class Candidate(NamedTuple):
    """A value, the name that it belongs to, and how it is written down."""

    name: Name
    form: Form
    value: str
    rest: str = ""  # the text after the value

    @property
    def masked(self) -> bool:
        """GitHub masked part of it, and what is left is not random: another secret was in it."""
        left = self.value.strip("*")
        return "***" in self.value and not (left.isalnum() and looks_generated(left))

    @property
    def is_generated(self) -> bool:
        return looks_generated(self.value) and " " not in self.value

    @property
    def is_long_number(self) -> bool:
        return len(self.value) >= _LONG_NUMBER and self.value.isdigit()

    @property
    def is_expression(self) -> bool:
        """An expression of a program, a path or a link."""
        return is_code(self.value) or is_path(self.value) or bool(_LINK.match(self.value))

    @property
    def in_sentence(self) -> bool:
        """Linked by words alone, or a message's: `unexpected token: x`."""
        attached_password = self.is_attached and self.name.kind == "password"
        return self.form.mark in ("is", "") or (self.name.in_message and not attached_password)

    @property
    def is_between_bars(self) -> bool:
        return self.form.mark == "column" and self.rest.lstrip().startswith(("|", "│", "┃"))

    @property
    def is_metavar(self) -> bool:
        return self.form.mark == "flag" and _METAVAR.fullmatch(self.value) is not None

    @property
    def tells_of_access(self) -> bool:
        """Whether the name leaves no doubt: a variable's, an API key's, `auth token`."""
        variable = self.form.capitals and not self.name.doubtful
        return variable or self.name.kind == "api-key" or "auth" in self.name.head.lower()

    @property
    def has_symbol(self) -> bool:
        return any(character in SYMBOLS for character in self.value)

    @property
    def is_attached(self) -> bool:
        return self.form.mark == "=" and not self.form.spaced


@dataclass(frozen=True)
class Rule:
    """What a value is that `applies` accepts, and why."""

    secret: bool
    reason: str
    applies: Callable[[Candidate], bool]


def _secret(reason: str, applies: Callable[[Candidate], bool]) -> Rule:
    return Rule(True, reason, applies)


def _ordinary(reason: str, applies: Callable[[Candidate], bool] = lambda _: True) -> Rule:
    return Rule(False, reason, applies)


ANY_FORM = (
    _ordinary("empty, a mask, a variable, or a word in place of a value", lambda c: is_placeholder(c.value)),
    _ordinary("the rest of what GitHub masked", lambda c: c.masked),
    _ordinary(
        "the name itself: `self.SECRET_KEY = SECRET_KEY`",
        lambda c: c.value.lower() == c.name.written.rpartition(".")[2].lower(),
    ),
    _ordinary(
        "a UUID, by which tools name a run or a browser",
        lambda c: c.name.word.startswith("session") and _UUID.fullmatch(c.value.lower()) is not None,
    ),
    _ordinary(
        "the fingerprint of an OpenPGP key, as in the environment of Python's images",
        lambda c: c.name.written.upper() == "GPG_KEY" and _FINGERPRINT.fullmatch(c.value) is not None,
    ),
    _ordinary(
        "a test database's password: its user's name, or `root`",
        lambda c: c.value in _TEST_USERS and (c.value == "root" or c.value in c.name.head.lower()),
    ),
)

# The next word: of a sentence, a column or a pair, after a blank
NEXT_WORD = (
    _ordinary("an expression, a path or a link", lambda c: c.is_expression),
    _ordinary(
        "the next word after `PASS` or `pw`, which are words of other things",
        lambda c: c.name.word in _AMBIGUOUS and not (c.name.head and c.form.mark == "column"),
    ),
    _secret("random letters and digits", lambda c: mixes_case(c.value) and mixes_digits(c.value)),
    _secret("a random value, in no sentence", lambda c: not c.in_sentence and is_random_token(c.value)),
    _secret(
        "a UUID or hexadecimal digits of a variable, an API key or an `auth token`",
        lambda c: (
            c.tells_of_access and (_UUID.fullmatch(c.value) or _LONG_HEX.fullmatch(c.value)) is not None
        ),
    ),
    _secret(
        "a strong password; where no sign is before it, with a symbol, which no word has",
        lambda c: (
            c.name.kind == "password" and is_strong_password(c.value) and (c.form.mark != "" or c.has_symbol)
        ),
    ),
    _secret(
        "letters and digits of a password: in quotes, of a variable, or the last word of a clause",
        lambda c: (
            c.name.kind == "password"
            and c.form.mark in ("is", "", "pair", ":")
            and is_mixed(c.value)
            and (c.form.quoted or not c.rest.strip(" .,;!)").partition("\n")[0])
            and (c.form.mark != "" or not _NUMBERED.fullmatch(c.value))
            and not c.value.lower().startswith(c.name.word)  # `("password", "password2")`
        ),
    ),
    _secret(
        "letters and digits in a password's column, and no hash or numbered name",
        lambda c: (
            c.form.mark == "column"
            and c.name.kind == "password"
            and is_mixed(c.value)
            and (c.form.capitals or (c.value.isalnum() and sum(map(str.isdigit, c.value)) > 1))
            and not _NUMBERED.fullmatch(c.value)
        ),
    ),
    _secret(
        "a generated value, as the second of a pair or between bars",
        lambda c: (
            (c.form.mark == "pair" or (c.is_between_bars and not c.name.doubtful))
            and len(c.value) >= (8 if c.is_between_bars and c.name.kind == "password" else 16)
            and c.is_generated
        ),
    ),
    _ordinary("the next word"),
)

DOUBTFUL_NAME = (
    _ordinary(
        "too short for a token, of other characters, or of letters or digits alone",
        lambda c: not (_LONG_TOKEN.fullmatch(c.value) and mixes_digits(c.value)),
    ),
    _secret("the case of its letters changes often", lambda c: mixes_case(c.value)),
    _ordinary(
        "a digest or an identifier after `key=`",
        lambda c: (
            c.name.written.lower() == "key" and not c.name.in_query and (is_hex(c.value) or len(c.value) < 32)
        ),
    ),
    _secret("a generated token", lambda c: c.name.kind == "token" and looks_generated(c.value)),
    _secret(
        "random, in quotes or as a variable's, a flag's or a query's value",
        lambda c: (
            (c.form.quoted or c.form.capitals or c.is_attached or c.form.mark == "flag")
            and is_random_token(c.value)
        ),
    ),
    _ordinary("a name, an identifier, a path or a hash"),
)

AMBIGUOUS_WORD = (
    _secret(
        "the value of a longer name's entry: `db_pass: hunter2`",
        lambda c: c.form.entry and c.form.spaced and mixes_digits(c.value) and bool(c.name.head.strip("-$.")),
    ),
    _secret("a strong password", lambda c: c.name.word != "pass" and is_strong_password(c.value)),
    _ordinary("a word of a test's report or of code: `PASS: test`, `pass:translate/2`"),
)

PASSWORD = (
    _ordinary(
        "too short, or a validator's message",
        lambda c: len(c.value) < 3 or is_sentence(c.value),
    ),
    _ordinary("the help of a flag", lambda c: c.form.quoted and " " in c.value and c.form.mark == "flag"),
    _secret("a literal in quotes", lambda c: c.form.quoted),
    _ordinary("an expression or a path", lambda c: is_code(c.value) or is_path(c.value)),
    _ordinary("the name of a flag's value in a help text", lambda c: c.is_metavar),
    _secret("the value of a flag, or right after `=`", lambda c: c.form.mark == "flag" or c.is_attached),
    _secret(
        "the value of an entry",
        lambda c: c.form.entry and (not c.value.isalpha() or c.form.mark == ":" or c.form.capitals),
    ),
    _secret(
        "letters and digits at the end of a clause or a field, or a strong password",
        lambda c: (
            mixes_digits(c.value)
            and len(c.value) >= 6
            and not c.value.startswith("0x")
            and (not _GOES_ON.match(c.rest) or bool(_NEXT_FIELD.match(c.rest)) or is_strong_password(c.value))
        ),
    ),
    _ordinary("a word of a sentence"),
)

ENVIRONMENT = (
    _ordinary("an expression, a path or a link", lambda c: c.is_expression),
    _ordinary("a number", lambda c: c.value.isdigit() and not c.is_long_number),
    _secret("the value of a variable with a secret name", lambda _: True),
)

LITERAL = (
    _ordinary("the name of a flag's value in a help text", lambda c: c.is_metavar),
    _ordinary(
        "a path as the value of a flag",
        lambda c: c.form.mark == "flag" and c.value.startswith(("/", "./", "../", "~/")),
    ),
    _secret(
        "16 letters and digits or more in quotes",
        lambda c: c.form.quoted and len(c.value) >= 16 and c.value.isalnum() and not c.value.isdigit(),
    ),
    _secret("a number that is too long for a count", lambda c: c.name.kind == "token" and c.is_long_number),
    _secret("a generated value", lambda c: c.is_generated),
    _ordinary("a name, a path, a number or code"),
)


def rules_for(candidate: Candidate) -> tuple[Rule, ...]:
    """The rules for values that are written down like this one; the last of them applies to all."""
    name, form = candidate.name, candidate.form
    choices = (
        (candidate.in_sentence or form.mark in ("pair", "column", "blank"), NEXT_WORD),
        (name.doubtful, DOUBTFUL_NAME),
        (
            name.word in _AMBIGUOUS
            and form.mark == ":"
            and not form.quoted
            and not (form.capitals and name.head.endswith("_")),
            AMBIGUOUS_WORD,
        ),
        (name.kind == "password", PASSWORD),
        (
            form.capitals
            and form.mark != "flag"
            and (form.entry or not form.spaced)
            and len(candidate.value) >= 8,
            ENVIRONMENT,
        ),
    )
    return ANY_FORM + next((rules for applies, rules in choices if applies), LITERAL)


def decide(candidate: Candidate) -> Rule:
    """The first rule that applies to the value."""
    return next(rule for rule in rules_for(candidate) if rule.applies(candidate))
