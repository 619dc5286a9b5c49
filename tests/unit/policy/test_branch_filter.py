"""Branch patterns, by GitHub's own cheat sheet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fire_routine.policy.branch_filter import matches

SELECTED = [
    (["claude/**"], "claude/fix/deeper"),
    (["*"], "main"),
    (["**"], "all/the/branches"),
    (["*feature"], "mona-feature"),
    (["v[12].[0-9]+.[0-9]+"], "v1.10.1"),
    (["*.jsx?"], "page.js"),
    (["x+y"], "xxxy"),
    (["releases/**", "!releases/**-alpha"], "releases/10"),
    (["releases/**", "!releases/**-alpha", "releases/1-alpha"], "releases/1-alpha"),
    ([r"we\*rd"], "we*rd"),
    (["fix[z-a]"], "fix[z-a]"),
    ([""], ""),
]
OTHERS = [
    (["claude/**"], "team/claude/fix"),
    (["feature/*"], "feature/a/b"),
    (["v[12].[0-9]+.[0-9]+"], "v3.1.1"),
    (["*.jsx?"], "page.jsxx"),
    (["x+y"], "y"),
    (["releases/**", "!releases/**-alpha"], "releases/beta/3-alpha"),
    (["!main"], "other"),
    ([r"we\*rd"], "weird"),
    (["a.c"], "abc"),
    (["main"], "mainn"),
    (["(a|b)"], "a"),
    (["[^m]ain"], "rain"),
    ([], "main"),
]


def test_patterns_select_as_on_github() -> None:
    assert [(patterns, branch) for patterns, branch in SELECTED if not matches(branch, patterns)] == []
    assert [(patterns, branch) for patterns, branch in OTHERS if matches(branch, patterns)] == []


@given(st.text(st.sampled_from("ab*?+[]!\\-/.^$(){}|z"), max_size=12), st.text("ab/z", max_size=8))
def test_any_pattern_excludes_with_a_mark_what_it_selects_without(pattern: str, branch: str) -> None:
    pattern = pattern.lstrip("!")
    assert matches(branch, [pattern]) is not matches(branch, ["**", f"!{pattern}"])


@given(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=40), st.data())
def test_an_escaped_name_matches_itself_alone(name: str, data: st.DataObject) -> None:
    itself = ["".join("\\" + character for character in name)]
    at = data.draw(st.integers(0, len(name) - 1))
    assert matches(name, itself)
    assert not matches(name[:at] + name[at] + name[at:], itself)  # `main` is not `mainn`
    assert not matches(name[:at] + name[at + 1 :], itself)


def test_no_pattern_takes_long_for_any_branch() -> None:
    """An expression with these wildcards would be at work for longer than any test."""
    assert not matches("a" * 250 + "/", ["*a" * 30])
    assert matches("a" * 250, ["*a" * 30])
