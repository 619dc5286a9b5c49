"""Secrets below the name of their column, and what is no such table."""

from __future__ import annotations

import pytest

from fire_routine.redact import redact_text

VALUE = "q9zr4txw7lmb2vkd"


@pytest.mark.parametrize(
    "table",
    [
        "| User | Password |\n|------|----------|\n| ci | {} |",
        "│ id │ api_token │\n├────┼───────────┤\n│ 1  │ {} │",
        "user,password,role\nbob,,reader\nci,{},admin",
        "NAME    TOKEN              AGE\nci      {}   3d",
        "name\tpassword\nci\t{}",
        "ID\t\tToken\t\tUser\n0a3a\t{}\tci",
        "user;password;active\nci;{};1",
        "| secret     | {} |",
        "||  SecretAccessKey  |  {}  ||",
        "+----+------------+\n| id | secret_key |\n+----+------------+\n|  1 | {} |",
    ],
)
def test_the_values_below_a_telling_column_are_redacted(table: str) -> None:
    text, counts = redact_text(table.format(VALUE))
    assert VALUE not in text
    assert counts.total() == 1


@pytest.mark.parametrize(
    "text",
    [
        "| token | count |\n| hello | 3 |\n| world1 | 4 |",
        "Name   Stmts   Miss  Token\nfoo/bar.py  12  3 78%",
        "the token, which is long\nand abc1234567 there",
        "  getSetAccessToken\n    getAccessTokenFromRequest12",
        f"| name | password |\n\n| {VALUE} | x |",
    ],
)
def test_ordinary_words_below_such_a_word_stay(text: str) -> None:
    assert redact_text(text)[1] == {}
