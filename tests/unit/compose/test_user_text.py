from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.compose.document import closed, own_words
from fire_routine.model.evidence import utf16_length


@pytest.mark.parametrize(
    ("text", "closing"),
    [
        ("plain", ""),
        ("1. see\n   ```\n   log", "\n   ```"),
        ("```\ncode", "\n```"),
        ("~~~~ sh\n```\n~~~", "\n~~~~"),
        ("```\ncode\n````", ""),
        ("```\ncode\n``` no end", "\n```"),
        ("``` `inline` ```", ""),
        ("    ```\nindented", ""),
    ],
)
def test_a_fence_left_open_is_closed(text: str, closing: str) -> None:
    assert closed(text) == text + closing


@given(st.text(st.sampled_from("`~\n a😀"), max_size=300), st.integers(-3, 300))
def test_cut_words_stay_within_their_limit_and_are_closed(text: str, limit: int) -> None:
    words = own_words(closed(text), limit)
    assert utf16_length(words) <= max(limit, 0)
    assert closed(words) == words
