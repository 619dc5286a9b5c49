from __future__ import annotations

import re

import pytest

from fire_routine.patterns import pattern


def test_a_pattern_is_compiled_where_it_is_first_used() -> None:
    wrong = pattern("(")

    with pytest.raises(re.error):
        wrong.search("")
