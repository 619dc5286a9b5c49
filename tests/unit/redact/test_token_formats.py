"""Each format finds the tokens of its examples, whole and under its kind, and no counter-example."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from tools.token_data import (
    COMPILED,
    GITLEAKS,
    VENDORS,
    Named,
    Token,
    compiled,
    found,
    named,
    tokens,
    value_of,
)

from fire_routine.redact import redact_text

OWN = tokens(VENDORS)
IMPORTED = tokens(GITLEAKS)
NAMED = [one for path in (VENDORS, GITLEAKS) for one in named(path)]
SEEDS = range(3)
AROUND = (
    "using {} here",
    'got "{}"',
    "at login ({}) in client.js",
    "{}",
    "  - {}",
    "first line\n{}\n\nlast line",
)


def idents(formats: Sequence[Token | Named]) -> list[str]:
    return [f"{one.kind}-{number}" for number, one in enumerate(formats)]


def test_the_compiled_file_is_fresh() -> None:
    assert COMPILED.read_text("utf-8") == compiled(), "run tools/compile_tokens.py"


@pytest.mark.parametrize("token", OWN, ids=idents(OWN))
def test_every_example_is_redacted_whole(token: Token) -> None:
    for example in token.examples:
        for seed in SEEDS:
            value = value_of(example, seed)
            assert found([token], value), value
            for around in AROUND:
                text, counts = redact_text(around.format(value))
                assert counts == {token.kind: 1}, (around, value, text)
                assert value[-6:] not in text
                if not re.compile(token.pattern).groups:  # no part of it is public
                    assert text == around.format(f"[redacted:{token.kind}]")


@pytest.mark.parametrize("token", IMPORTED, ids=idents(IMPORTED))
def test_every_imported_example_is_redacted(token: Token) -> None:
    for example in token.examples:
        for seed in SEEDS:
            value = value_of(example, seed)
            for around in AROUND:
                text, counts = redact_text(around.format(value))
                assert counts, (around, value)
                assert longest_part(value, text) * 2 <= len(value), text


@pytest.mark.parametrize("token", [*OWN, *IMPORTED], ids=idents([*OWN, *IMPORTED]))
def test_no_counter_example_is_redacted(token: Token) -> None:
    for text in token.counter_examples:
        for around in AROUND:
            assert redact_text(around.format(text))[1] == {}


@pytest.mark.parametrize("one", NAMED, ids=idents(NAMED))
def test_a_value_is_redacted_next_to_its_vendors_name(one: Named) -> None:
    for example in one.examples:
        value = value_of(example, 1)
        for name in one.names:
            for line in (f"{name.upper()}_ID={value}", f"  {name}: '{value}'", f'{name}Thing = "{value}"'):
                assert longest_part(value, redact_text(line)[0]) * 2 <= len(value), line


@pytest.mark.parametrize(
    "line",
    [
        "the switch: a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5",  # not twitch
        "global_test: live_0a1b2c3d4e5f6a7b8c9d",  # not lob, and too short
        "travis: build 4821 of main has passed in 32 s",
        "linear: 0000000000000000ffffffffffffffff",
        "sentry: 'release-2026-11-29-the-quick-brown-fox-jumps-over-the-lazy-dog'",
        "Using discord = 1234",
    ],
)
def test_other_values_next_to_a_vendors_name_stay(line: str) -> None:
    assert redact_text(line) == (line, {})


def test_a_token_that_directly_follows_a_word_is_another_word() -> None:
    value = value_of("hf_{34 [A-Za-z]}", 1)
    for line in (f"half{value}", f"0{value}"):
        assert redact_text(line) == (line, {})


@pytest.mark.parametrize("before", ["AAAAB3NzaC1yc2E", "x", "9"])
def test_a_word_that_contains_a_keyword_stays_when_it_is_wrapped(before: str) -> None:
    value = before + value_of("EAAA{70 url}", 3).replace("-", "x").replace("_", "y")
    for width in (20, 40, 60):
        lines = f"ssh-rsa {value[:width]}\n{value[width:]} ci@host"
        assert "square" not in redact_text(lines)[0]


def test_a_format_covers_another_only_with_all_its_values() -> None:
    wide = Token("a", ("ab_",), r"ab_[a-z0-9]{8,}", ("ab_{8 lower}",), ())
    assert found([wide], "ab_" + "x1" * 6)
    assert not found([wide], "ab_" + "X1" * 6)
    assert not found([wide], "zab_" + "x1" * 6)


def longest_part(value: str, text: str) -> int:
    """Characters of the longest part of the value that is in the text, as far as halves show."""
    half = len(value) // 2 + 1
    readable = any(value[start : start + half] in text for start in range(len(value) - half + 1))
    return half if readable else half - 1
