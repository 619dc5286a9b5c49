"""What the search for secrets costs, in calls: that depends on no machine's speed."""

from __future__ import annotations

import sys
from collections import Counter

from fire_routine.redact import redact


def test_lines_that_only_begin_as_a_token_are_not_joined_with_all_that_follow() -> None:
    """About a hundred calls a line; to join as many lines as a token may have takes a thousand."""
    calls = Counter[str]()
    lines = ["ghp_"] * 100
    redact(lines)
    before = sys.getprofile()
    sys.setprofile(lambda _frame, event, _argument: calls.update([event]))
    try:
        redact(lines)
    finally:
        sys.setprofile(before)
    assert calls["call"] + calls["c_call"] < 300 * len(lines)
