"""Secrets of every kind, plain and in disguise, planted among log lines: none may be left to read."""

import json
import string
from collections import Counter

import pytest
from tests.unit.redact.planted import ALNUM, Maker, Planted, planted
from tests.unit.redact.surviving import surviving

from fire_routine.redact import redact
from fire_routine.sanitize import sanitize_line

ALL = list(planted())
KINDS = sorted({one.kind for one in ALL})
ENTRIES = ("  DB_PASSWORD: {}", "DB_PASSWORD={}", "  OTHER_SECRET: {}", "--password={}", "  - API_TOKEN={}")
AROUND = (("Run make test", "  collecting … done"), ("##[error]Process completed with exit code 1.",))


def test_there_are_enough_of_them() -> None:
    hidden = {one.how for one in ALL}
    assert len(ALL) >= 300
    assert len(KINDS) >= 60
    assert {"ansi", "wrapped at 80", "url-encoded", "base64 in a manifest", "base64 in rows"} <= hidden


@pytest.mark.parametrize("kind", KINDS)
def test_no_planted_secret_survives(kind: str) -> None:
    left = [(one, surviving(one, cleaned(one))) for one in ALL if one.kind == kind]
    assert [(one.how, one.lines) for one, pieces in left if pieces] == []


def test_the_check_itself_sees_every_one_that_is_left_in() -> None:
    unseen = [one for one in ALL if not surviving(one, [sanitize_line(line) for line in one.lines])]
    assert Counter(one.how for one in unseen) == {}


def test_what_was_redacted_once_is_left_alone() -> None:
    for one in ALL:
        once, _ = redact(one.lines)
        assert redact(once) == (once, {})


@pytest.mark.parametrize("symbols", ["!@#$%^&*", string.punctuation])
@pytest.mark.parametrize("form", ENTRIES)
def test_no_password_of_a_manager_survives_that_has_the_rest_of_its_line_to_itself(
    form: str, symbols: str
) -> None:
    maker = Maker(2)
    for first in ALNUM + "&;,":  # no `$` nor `<`, with which a variable or a placeholder begins
        password = first + maker.of(ALNUM + symbols, 19)
        line = redact([form.format(password)])[0][0]
        assert not any(password[start : start + 4] in line for start in range(17)), password


def test_a_quote_in_a_secret_does_not_end_it() -> None:
    maker = Maker(3)
    left = []
    for _ in range(20):
        first, second = maker.of(ALNUM, 5), maker.of(ALNUM, 9)
        written = json.dumps({"user": "app", "password": f'{first}"{second}'})
        nested = json.dumps({"password": f'{first}"x"{second}', "port": 1}, indent=2).splitlines()
        left += [line for line in redact([written, *nested])[0] if first in line or second in line]
    assert left == []


def cleaned(one: Planted) -> list[str]:
    before, after = AROUND
    lines, counts = redact([*before, *one.lines, *after])
    assert counts
    assert lines[: len(before)] == list(before)
    assert lines[-len(after) :] == list(after)
    return [sanitize_line(line) for line in lines[len(before) : -len(after)]]
