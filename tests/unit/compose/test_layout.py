from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fire_routine.compose.layout import Part, cut, fill, head, listed, shares, short
from fire_routine.model import utf16_length

TEXTS = st.text(st.sampled_from("ab \n`é\u2028😀𝔘"), max_size=200)


@given(TEXTS, st.integers(-3, 300))
def test_a_cut_text_stays_within_its_limit(text: str, limit: int) -> None:
    for cutter in (head, cut, short):
        assert utf16_length(cutter(text, limit)) <= max(limit, 0)


@given(TEXTS, st.integers(0, 300))
def test_a_head_is_the_longest_beginning_that_fits(text: str, limit: int) -> None:
    kept = head(text, limit)
    assert text.startswith(kept)
    assert kept == text or utf16_length(text[: len(kept) + 1]) > limit


def test_head_never_exceeds_its_limit_where_wide_characters_come_first() -> None:
    assert head("😀😀aaaa", 4) == "😀😀"
    assert head("😀😀😀😀", 5) == "😀😀"
    assert head("a😀😀", 2) == "a"


def test_short_name_that_is_cut_ends_in_an_ellipsis() -> None:
    assert short("a" * 10, 10) == "a" * 10
    assert short("a" * 11, 10) == "a" * 9 + "…"
    assert short("😀" * 6, 10) == "😀" * 4 + "…"
    assert short("abc", 1) == "…"


def test_a_cut_shows_how_many_characters_are_missing() -> None:
    assert cut("a" * 1000, 100) == "a" * 76 + "… [924 characters more]"
    assert cut("a" * 100, 100) == "a" * 100


@given(st.lists(TEXTS, max_size=20), st.integers(-3, 500))
def test_a_list_stays_within_its_limit(items: list[str], limit: int) -> None:
    assert utf16_length(listed(items, limit)) <= max(limit, 0)


def test_a_list_shows_how_many_items_are_missing() -> None:
    assert listed(["one", "two", "three"], 100) == "one, two, three"
    assert listed([f"item {n}" for n in range(50)], 40) == "item 0, item 1, item 2, and 47 more"
    assert listed(["much too long an item", "b"], 20) == ""


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


def test_what_one_does_not_need_goes_to_the_others() -> None:
    assert shares([10, 1000, 1000], 1010) == [10, 500, 500]
    assert shares([1000, 1000], 900, [2, 1]) == [600, 300]
    assert shares([10, 20], 100) == [10, 20]


def in_lines_of(width: int, lines: int) -> Part:
    """A part that has whole lines only, so seldom fills its share."""
    return Part(lambda limit: ("x" * (width - 1) + "\n") * min(max(limit, 0) // width, lines))


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50)), max_size=8), st.integers(-5, 4000))
def test_filled_parts_stay_within_the_room(parts: list[tuple[int, int]], room: int) -> None:
    texts = fill([in_lines_of(*part) for part in parts], room)
    assert sum(map(utf16_length, texts)) <= max(room, 0)


def test_a_part_gets_what_the_others_could_not_fill() -> None:
    texts = fill([in_lines_of(100, 10), in_lines_of(30, 100)], 399)
    assert [len(text) for text in texts] == [200, 180]
    texts = fill([in_lines_of(100, 10), in_lines_of(299, 1)], 399)
    assert [len(text) for text in texts] == [300, 0]
