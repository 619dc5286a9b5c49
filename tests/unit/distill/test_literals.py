"""Many literals looked for at once, by an automaton or, where there is no wheel of it, by an expression."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.distill.literals import AUTOMATON, ENOUGH, Literals

BOTH = [pytest.param(True, marks=pytest.mark.skipif(not AUTOMATON, reason="no wheel here")), False]
LITERALS = st.sets(st.binary(min_size=1, max_size=4).filter(lambda literal: b"\n" not in literal), min_size=1)
LEADING = st.sets(st.from_regex(r"\n?[ab:]{1,3}", fullmatch=True).map(str.encode), min_size=1, max_size=8)
SMALL = st.sets(st.text("ab:", min_size=1, max_size=4).map(str.encode), min_size=1, max_size=8)


def by_hand(literals: list[bytes], text: bytes) -> set[tuple[int, int, int]]:
    return {
        (number, at, at + len(literal))
        for number, literal in enumerate(literals)
        for at in range(len(text))
        if text.startswith(literal, at)
    }


@pytest.mark.parametrize("automaton", BOTH)
@given(literals=LEADING, text=st.text("ab:\n", max_size=40).map(str.encode))
def test_every_literal_is_found_wherever_it_stands(
    automaton: bool, literals: set[bytes], text: bytes
) -> None:
    search = Literals(literals, automaton=automaton)
    found = list(search.find(text))
    assert set(found) == by_hand(search.literals, text)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("automaton", BOTH)
@given(literals=LITERALS, text=st.binary(max_size=200))
def test_findings_come_line_by_line(automaton: bool, literals: set[bytes], text: bytes) -> None:
    lines = [
        text.count(b"\n", 0, start) for _, start, _ in Literals(literals, automaton=automaton).find(text)
    ]
    assert lines == sorted(lines)


@pytest.mark.parametrize("automaton", BOTH)
@given(literals=SMALL, text=st.text("ab:\n", max_size=40).map(str.encode))
def test_each_line_that_holds_a_literal_has_an_end_of_one(
    automaton: bool, literals: set[bytes], text: bytes
) -> None:
    ends = Literals(literals, automaton=automaton).ends(text)
    assert {text.count(b"\n", 0, end) for end in ends} == {
        number
        for number, line in enumerate(text.split(b"\n"))
        if any(literal in line for literal in literals)
    }


@pytest.mark.skipif(not AUTOMATON, reason="no wheel here")
def test_much_text_is_searched_by_another_automaton_with_the_same_findings() -> None:
    literals = [b"error", b"err", b"rror: ", b"\nfail"]
    text = b"\nan error: err\nfailed"
    search = Literals(literals)
    before = set(search.find(text)), search.ends(text)
    first = search._automaton
    search.ends(b"x" * ENOUGH)
    assert search._automaton is not first
    assert (set(search.find(text)), search.ends(text)) == before
    assert before[0] == by_hand(search.literals, text)
