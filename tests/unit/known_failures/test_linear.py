"""Expressions find what Python's `re` finds, in time that grows with the line alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.known_failures.automaton import MOST_NODES, PatternError
from fire_routine.known_failures.linear import MOST_SETS, Budget, Linear, TooMuchWorkError

UNLIMITED = 10**12
LINES = (
    "",
    "a",
    "Connection to registry.npmjs.org timed out after 3000 ms",
    "connection TO registry",
    "x[0] = {3} | 7 ^ $2 (a+b)*c? \\ end.",
    "äöü ß É 中文",
    "2 failed, 10 passed",
    "word_1 word-2",
    "]",
)


def found(pattern: str, line: str, units: int = UNLIMITED) -> bool:
    return Linear(pattern).search(line, Budget(units))


@pytest.mark.parametrize(
    "pattern",
    [
        "a",
        "timed out",
        "registry\\.npmjs\\.org",
        "^Connection .* ms$",
        "^$",
        "^.$",
        "(?i)CONNECTION to",
        "(?i)É",
        "(?i)[A-C]onn",
        "\\d+ failed",
        "\\bout\\b",
        "\\bd_",
        "word\\W",
        "w[^a-n]rd",
        "[]]",
        "[^]]$",
        "[\\d.]+ ms",
        "[\\]x]\\[",
        "x{2}",
        "0{3}",
        "0{2,4} ms",
        "(?:ab|time(?:d|s)) out",
        "(a|b)\\+b",
        "\\{3\\} \\| 7",
        "out a{,3}fter",
        "t+?imed",
        "(to|ti)*med",
        "\\S\\s\\S",
        "\\D\\d",
        "ß",
        "中.",
        "()",
        "a||b",
        "(|timed) out",
        "x{,}",
        "x{}",
        "x{a}",
    ],
)
def test_finds_what_python_finds(pattern: str) -> None:
    assert [found(pattern, line) for line in LINES] == [bool(re.search(pattern, line)) for line in LINES]


ATOMS = st.sampled_from(
    ["a", "b", ".", "[ab]", "[^a]", "\\w", "\\d", "c", "(a|b)", "(?:ab)", "(a|)", "()", " "]
)
REPEATED = st.builds(
    str.__add__, ATOMS, st.sampled_from(["", "*", "+", "?", "{2}", "{1,3}", "{0,}", "*?", "+?"])
)
PIECES = st.lists(st.one_of(REPEATED, st.sampled_from(["^", "$", "\\b"])), min_size=1, max_size=6).map(
    "".join
)
PATTERNS = st.one_of(
    PIECES,
    st.builds("({})*{}".format, PIECES, PIECES),
    st.builds("{}|{}".format, PIECES, PIECES),
    st.builds("(?:{}|{}){{1,2}}$".format, PIECES, PIECES),
)


@given(PATTERNS, st.text("abc 1_", max_size=12))
def test_any_expression_finds_what_python_finds(pattern: str, line: str) -> None:
    assert found(pattern, line) == bool(re.search(pattern, line))


@given(st.text(max_size=30))
def test_any_text_is_an_expression_or_is_refused(text: str) -> None:
    try:
        made = Linear(text)
    except PatternError as problem:
        assert str(problem)
    else:
        made.search(text, Budget(UNLIMITED))


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("(a", "has a `(` without its `)`"),
        ("a)", "has a `)` without its `(`"),
        ("[a", "has a `[` without its `]`"),
        ("[", "has a `[` without its `]`"),
        ("[z-a]", "has a wrong `[…]`: bad character range z-a"),
        ("*a", "repeats nothing at `*`"),
        ("{3}", "repeats nothing at `{3}`"),
        ("(?:+)", "repeats nothing at `+`"),
        ("^*", "repeats nothing after `^`"),
        ("a**", "has two repetitions in a row at `*`"),
        ("a*+", "has two repetitions in a row at `*`"),
        ("a{2}{3}", "has two repetitions in a row at `{2}`"),
        ("a{3,2}", "repeats at least 3 and at most 2 times"),
        ("a{1001}", "repeats more than 1,000 times"),
        ("(a{100}){100}", "repeats too much"),
        ("((){1000}){1000}", "repeats too much"),
        ("(a)\\1", "has `\\1`, which is not supported here"),
        ("\\tab", "has `\\t`, which is not supported here"),
        ("\\", "ends in a `\\`"),
        ("(?=a)", "has a `(?…)`: only `(?:…)`, and `(?i)` at its beginning, are supported here"),
        ("(?P<name>a)", "has a `(?…)`: only `(?:…)`, and `(?i)` at its beginning, are supported here"),
        ("a(?i)", "has a `(?…)`: only `(?:…)`, and `(?i)` at its beginning, are supported here"),
        ("(" * 40 + ")" * 40, "has too many groups in each other"),
        ("a" * 501, "is longer than 500 characters"),
    ],
)
def test_what_can_not_be_used_is_named(pattern: str, problem: str) -> None:
    with pytest.raises(PatternError, match=re.escape(problem)):
        Linear(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a*)*$",
        "(a|a)*b$",
        "(a|aa)+$",
        "(.*)*=(.*)*;",
        ".*.*.*.*.*.*b",
        "(a?){200}a{200}b",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
    ],
)
def test_work_grows_with_the_line_not_faster(pattern: str) -> None:
    """Counted in steps, so that a loaded machine can't fail it. Python's `re` needs years for the longest."""

    def work(length: int) -> int:
        budget = Budget(UNLIMITED)
        Linear(pattern).search("a" * length + "!", budget)
        return UNLIMITED - budget.left

    few, many = work(10_000), work(100_000)
    assert few < 1_000_000
    assert many - few <= 90_000 // 8 + 1  # every step is known by then


def test_an_expression_of_exponentially_many_sets_of_states_is_bounded() -> None:
    made = Linear("(a|b)*a(a|b){100}c")
    line = "".join("ab"[int(digit)] for number in range(5_000) for digit in f"{number:b}")
    with pytest.raises(TooMuchWorkError):
        made.search(line, Budget(200_000))
    assert len(made._known) <= MOST_SETS + 1
    assert not made.search(line[:3_000], Budget(UNLIMITED))


def test_repetitions_up_to_the_bound_are_allowed() -> None:
    assert found("a{1000}", "a" * 1000)
    assert not found("a{1000}", "a" * 999)
    with pytest.raises(PatternError, match="repeats too much"):
        Linear("a{1000}b{1000}c")
    assert MOST_NODES == 2_000


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [
        ("Connection to [a-z.]+ timed out", "Connection to "),
        ("a+bcd?e", "bc"),
        ("abc|abd", ""),
        ("(?:abc|abd)ef", "ef"),
        ("(?i)abc", ""),
        ("\\d", ""),
        ("a\\.b", "a.b"),
    ],
)
def test_a_text_that_every_match_contains_is_known(pattern: str, literal: str) -> None:
    assert Linear(pattern).literal == literal


def test_a_line_without_that_text_costs_nothing() -> None:
    assert not found("needle\\d", "hay " * 1000, units=0)
    with pytest.raises(TooMuchWorkError):
        found("\\d", "hay", units=0)
