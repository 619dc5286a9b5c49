"""Many literals looked for at once, by an automaton or, where there is no wheel of it, one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.search import AUTOMATON, Literals

WITH = pytest.mark.skipif(not AUTOMATON, reason="no wheel here")
BOTH = [pytest.param(True, marks=WITH), False]
LETTERS = st.lists(st.sampled_from((b"a", b"b", b":", b"\xe2", b"\n")), max_size=40).map(b"".join)
WORDS = st.lists(st.sampled_from((b"a", b"b", b":", b"\xe2")), min_size=1, max_size=6).map(b"".join)


def by_hand(literals: list[bytes], text: bytes) -> list[tuple[int, int]]:
    return sorted(
        (at + len(literal), number)
        for number, literal in enumerate(literals)
        for at in range(len(text))
        if text.startswith(literal, at)
    )


@pytest.mark.parametrize("automaton", BOTH)
@given(literals=st.sets(WORDS | WORDS.map(b"\n".__add__), min_size=1, max_size=8), text=LETTERS)
def test_every_literal_is_found_wherever_it_is_in_order(
    automaton: bool, literals: set[bytes], text: bytes
) -> None:
    search = Literals(literals, automaton=automaton)
    expected = by_hand(search.literals, text)
    assert sorted(search.find(text)) == expected
    assert search.ends(text) == [end for end, _ in expected]


@pytest.mark.parametrize("automaton", BOTH)
@given(literals=st.sets(WORDS, min_size=1, max_size=8), text=LETTERS)
def test_for_each_line_all_its_literals_are_reported(
    automaton: bool, literals: set[bytes], text: bytes
) -> None:
    search = Literals(literals, automaton=automaton)
    lines = text.split(b"\n")
    held = {
        at: {number for number, literal in enumerate(search.literals) if literal in line}
        for at, line in enumerate(lines)
    }
    assert search.among(lines, text) == {at: numbers for at, numbers in held.items() if numbers}
