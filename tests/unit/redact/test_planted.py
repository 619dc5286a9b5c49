"""Secrets of every kind, plain and in disguise, planted among log lines: none may be left to read."""

import json
import string
from collections import Counter

import pytest
from tests.unit.redact.planted import ALNUM, Maker, planted
from tests.unit.redact.surviving import surviving

from fire_routine.redact import redact
from fire_routine.sanitize import sanitize_line

ALL = list(planted())
ENTRIES = ("  DB_PASSWORD: {}", "DB_PASSWORD={}", "  OTHER_SECRET: {}", "--password={}", "  - API_TOKEN={}")
BEFORE = ("Run make test", "  collecting … done")
AFTER = ("##[error]Process completed with exit code 1.",)
ODD_WIDTH = "wrapped at 57"  # at which no tool wraps: only its random characters tell that a token goes on


def test_no_planted_secret_survives() -> None:
    left = []
    for one in ALL:
        lines = redact([*BEFORE, *one.lines, *AFTER])[0]
        cleaned = lines[len(BEFORE) : -len(AFTER)]
        assert lines == [*BEFORE, *cleaned, *AFTER]
        assert redact(lines) == (lines, {}), "what was redacted once is left alone"
        if surviving(one, [sanitize_line(line) for line in cleaned]):
            left.append((one.kind, one.how, one.lines))
    assert [one for one in left if one[1] != ODD_WIDTH] == []
    assert len(left) <= sum(one.how == ODD_WIDTH for one in ALL) / 50, "at no usual width, where it is cut"
    assert len(ALL) >= 300 and len({one.kind for one in ALL}) >= 60


def test_the_check_itself_sees_every_one_that_is_left_in() -> None:
    unseen = [one for one in ALL if not surviving(one, [sanitize_line(line) for line in one.lines])]
    assert Counter(one.how for one in unseen) == {}


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
