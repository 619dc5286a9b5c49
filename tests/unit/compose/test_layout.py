from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fire_routine.compose.layout import Part, cut, fill, head, listed, shares, short
from fire_routine.model.evidence import utf16_length

TEXTS = st.text(st.sampled_from("ab \n`é\u2028😀𝔘"), max_size=200)


@given(TEXTS, st.integers(0, 300))
def test_a_head_is_the_longest_beginning_that_fits(text: str, limit: int) -> None:
    kept = head(text, limit)
    assert text.startswith(kept)
    assert kept == text or utf16_length(text[: len(kept) + 1]) > limit


def test_what_is_left_out_of_a_name_a_text_or_a_list_is_marked() -> None:
    assert [short(text, 10) for text in ("a" * 10, "a" * 11)] == ["a" * 10, "a" * 9 + "…"]
    assert short("😀" * 6, 10) == "😀" * 4 + "…"
    assert cut("a" * 1000, 100) == "a" * 76 + "… [924 characters more]"
    assert listed([f"item {n}" for n in range(50)], 40) == "item 0, item 1, item 2, and 47 more"


NEEDS = st.lists(st.integers(0, 10_000), max_size=12)


@given(NEEDS, st.integers(-10, 50_000), st.data())
def test_shares_give_no_one_more_than_it_needs_and_waste_no_more_than_rounding(
    needs: list[int], room: int, data: st.DataObject
) -> None:
    weights = data.draw(st.lists(st.integers(1, 9), min_size=len(needs), max_size=len(needs)))
    given_out = shares(needs, room, [float(weight) for weight in weights])

    assert all(0 <= share <= need for share, need in zip(given_out, needs, strict=True))
    assert sum(given_out) <= max(room, 0)
    assert sum(given_out) >= min(sum(needs), max(room, 0)) - len(needs)


def in_lines_of(width: int, lines: int) -> Part:
    """A part that has whole lines only, so seldom fills its share."""
    return Part(lambda limit: ("x" * (width - 1) + "\n") * min(max(limit, 0) // width, lines))


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50)), max_size=8), st.integers(-5, 4000))
def test_filled_parts_stay_within_the_room(parts: list[tuple[int, int]], room: int) -> None:
    texts = fill([in_lines_of(*part) for part in parts], room)
    assert sum(map(utf16_length, texts)) <= max(room, 0)
