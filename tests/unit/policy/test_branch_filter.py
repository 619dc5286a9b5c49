"""Branch patterns, by GitHub's own cheat sheet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.policy.branch_filter import matches


@pytest.mark.parametrize(
    ("patterns", "branch", "selected"),
    [
        (["claude/**"], "claude/fix", True),
        (["claude/**"], "claude/fix/deeper", True),
        (["claude/**"], "claude", False),
        (["claude/**"], "team/claude/fix", False),
        (["*"], "main", True),
        (["*"], "releases/mona", False),
        (["**"], "all/the/branches", True),
        (["feature/*"], "feature/my-branch", True),
        (["feature/*"], "feature/a/b", False),
        (["*feature"], "mona-feature", True),
        (["v2*"], "v2.9", True),
        (["v[12].[0-9]+.[0-9]+"], "v1.10.1", True),
        (["v[12].[0-9]+.[0-9]+"], "v3.1.1", False),
        (["*.jsx?"], "page.js", True),
        (["*.jsx?"], "page.jsxx", False),
        (["x+y"], "xxxy", True),
        (["x+y"], "y", False),
        (["releases/**", "!releases/**-alpha"], "releases/10", True),
        (["releases/**", "!releases/**-alpha"], "releases/beta/3-alpha", False),
        (["releases/**", "!releases/**-alpha", "releases/1-alpha"], "releases/1-alpha", True),
        (["!main"], "other", False),
        ([r"we\*rd"], "we*rd", True),
        ([r"we\*rd"], "weird", False),
        (["a.c"], "abc", False),
        (["main"], "mainn", False),
        (["release/1"], "release/11", False),
        (["fix[z-a]"], "fix[z-a]", True),
        (["(a|b)"], "a", False),
        (["[^m]ain"], "rain", False),
        ([""], "", True),
        ([], "main", False),
    ],
)
def test_patterns_select_as_on_github(patterns: list[str], branch: str, selected: bool) -> None:
    assert matches(branch, patterns) is selected


@given(st.text(st.sampled_from("ab*?+[]!\\-/.^$(){}|z"), max_size=12), st.text("ab/z", max_size=8))
def test_no_pattern_is_an_error(pattern: str, branch: str) -> None:
    assert matches(branch, [pattern]) in (True, False)


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
