"""The lines that are shown within a budget."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.distill.logs import GITHUB_LOG, read

from fire_routine import distill
from fire_routine.model.evidence import utf16_length

GAP = re.compile(r"\[… \d+(?: lines)? …\]")


def test_the_cause_is_in_a_small_excerpt_without_timestamps_and_colours() -> None:
    text = distill.excerpt(read(GITHUB_LOG), 400).text
    assert "E       assert 3 == 4" in text
    assert "___ test_total ___" in text
    assert "2026-01-02" not in text
    assert "\x1b" not in text
    assert "\ufeff" not in text


def test_first_gap_explains_its_number_and_the_others_are_short() -> None:
    noise = [f"step {n} of the build" for n in range(200)]
    log = [
        "warning: no coins",
        *noise,
        "a.c:1:2: error: no such price",
        *noise,
        "warning: no cart",
        *noise[:90],
    ]
    shown = distill.excerpt(read("\n".join(log)), 400, everything=True).rest.splitlines()
    gaps = [line for line in shown if GAP.fullmatch(line)]
    assert gaps[0].endswith(" lines …]")
    assert all(int(gap[3:-3]) for gap in gaps[1:])


@given(st.binary(max_size=3000), st.integers(40, 2000))
def test_any_bytes_make_an_excerpt_within_the_budget(data: bytes, budget: int) -> None:
    excerpt = distill.excerpt(distill.read([data]), budget)
    assert utf16_length(excerpt.text) <= budget


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=200), max_size=60), st.integers(40, 65_536))
def test_any_text_makes_an_excerpt_within_the_budget(lines: list[str], budget: int) -> None:
    excerpt = distill.excerpt(distill.read(["\nerror: ".join(lines).encode()]), budget)
    assert utf16_length(excerpt.text) <= budget


def test_an_empty_log_makes_an_empty_excerpt() -> None:
    digest = distill.read([])
    assert digest.lines == ()
    assert digest.total_lines == 0
    assert distill.excerpt(digest, 2048).text == ""


def test_excerpt_names_the_rule_of_each_line() -> None:
    excerpt = distill.excerpt(read(GITHUB_LOG), 400)
    texts = {line.text for line in excerpt.shown if line.text}
    assert {line for line in excerpt.text.splitlines() if line and not line.startswith("[…")} == texts
    assert "pytest-assertion" in {line.rule for line in excerpt.shown}


def test_little_room_still_names_the_test_that_failed() -> None:
    name = "pandas/tests/reshape/concat/test_append.py::TestAppend::test_append_dtype_coerce[True]"
    line = f"FAILED {name} - DeprecationWarning: {'implicit conversion of bare integers ' * 12}"
    log = b"=== short test summary info ===\n" + line.encode() + b"\n=== 1 failed in 2.10s ===\n"
    shown = distill.excerpt(distill.read([log]), 400)
    assert name in shown.text
    assert utf16_length(shown.text) <= 400


def test_text_is_shown_where_it_scores_most() -> None:
    frames = "\n".join(f"\tat com.octo.shop.Cart.step{n}(Cart.java:{n})" for n in range(4))
    logged = [f"12:00:0{n} WARN Retrying: java.net.ConnectException: refused\n{frames}" for n in range(3)]
    thrown = f"java.lang.IllegalStateException: no price\n{frames}"
    digest = read("\n".join([*logged, "Tests of the cart", thrown, ""]))
    by_number = {line.number: line.weight for line in digest.lines}
    weights = [by_number[number] for number in (2, 17, 18)]
    assert weights[0] < weights[1] / 2
    assert weights[2] > weights[1] / 2


def test_what_a_long_trace_is_about_is_shown_before_its_frames() -> None:
    for frames in (3, 15):
        trace = [
            f'  File "/w/shop/step_{n}.py", line {n + 3}, in step_{n}\n    return self.next(request, {n})'
            for n in range(frames)
        ]
        head = ["=== FAILURES ===", "___ test_ab ___", "Traceback (most recent call last):"]
        digest = read(
            "\n".join([*head, *trace, "ValueError: no price", "", "FAILED tests/test_ab.py::test_ab", ""])
        )
        for budget in (300, 500, 2_000):
            assert "ValueError: no price" in distill.excerpt(digest, budget).text


@pytest.mark.parametrize("before", ["", "error: first\n"])
@pytest.mark.parametrize("cause", ["", "a.c:1:2: error: no\n"])
def test_however_many_lines_are_blank_the_cause_is_shown_within_the_budget(before: str, cause: str) -> None:
    shown = distill.excerpt(read(before + "\n" * 50_000 + cause), 300, everything=True).text
    assert utf16_length(shown) <= 300
    assert before.rstrip() in shown
    assert cause.rstrip() in shown


def test_blank_lines_are_shown_between_lines_alone() -> None:
    log = "\n\nFAIL: test_a (t.A)\n\n  no price\n\n"
    assert distill.excerpt(read(log), 1_000).lead == "FAIL: test_a (t.A)\n\n  no price"


def test_a_long_line_takes_little_of_the_largest_room() -> None:
    log = GITHUB_LOG.replace("assert 3 == 4", "assert 3 == " + "a.py b.py " * 1_000)
    assert 800 < max(map(len, distill.excerpt(read(log), 60_000).text.split("\n"))) <= 1_000
