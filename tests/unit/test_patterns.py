from __future__ import annotations

import re

import pytest

from fire_routine.patterns import pattern


def test_a_pattern_is_compiled_where_it_is_first_used() -> None:
    wrong = pattern("(")

    with pytest.raises(re.error):
        wrong.search("")


def test_it_is_then_the_pattern_with_its_flags() -> None:
    word = pattern(r"w(o)rd", re.IGNORECASE)

    for _ in range(2):
        match = word.search("a WORD")
        assert match and match.span(1) == (3, 4)
        assert word.sub("b", "word WORD") == "b b"
    assert word.groups == 1
