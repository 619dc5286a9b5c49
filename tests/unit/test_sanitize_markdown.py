"""The oracle is cmark-gfm, the renderer that GitHub's Markdown comes from."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import TypeVar

import cmarkgfm  # type: ignore[import-untyped]
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]
from hypothesis import example, given
from hypothesis import strategies as st

from fire_routine.sanitize import flat, inline, link, prose, verbatim, web_address

NASTY = st.text(
    st.one_of(
        st.sampled_from("`|\\*_[]()<>&~!#@$-+=:./\n\r\t wW1"),
        st.sampled_from(["\u202e", "\u200b", "\x1b", "\0", "\U000e0041", "\u2028", "é", "🦊"]),
        st.characters(),
    )
)
INJECTIONS = (
    "[click](https://evil.example)",
    "![x](https://evil.example/p.png)",
    "<https://evil.example>",
    "https://evil.example",
    "www.evil.example",
    "WWW.evil.example",
    "mail@evil.example",
    "<a href='https://evil.example'>x</a>",
    "<!-- -->",
    "</details>",
    "a | b | c",
    "a \\| b",
    "a \\\\| b",
    "`` ` ```",
    "\n\n# heading\n\n---\n",
    "1. one",
    "- item",
    "&lt;b&gt; &#64;",
    "trailing \\",
)

Test = TypeVar("Test", bound=Callable[..., None])


class Page(HTMLParser):
    """The rendered page's text, tags and links."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []
        self.links: list[str] = []
        # Unsafe: raw HTML passes, as it does on GitHub within its allow-list.
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_comment(self, data: str) -> None:
        self.tags.append(f"!{data}")

    def handle_data(self, data: str) -> None:
        self.text += data


def words_in_code(name: str) -> list[str]:
    return re.sub("`{11,}", "`" * 10, flat(name)).replace("|", "¦").split()


def _examples(test: Test) -> Test:
    for injection in INJECTIONS:
        test = example(injection)(test)
    return test


@_examples
@given(NASTY)
def test_a_name_in_code_is_shown_as_it_is_and_nothing_else(name: str) -> None:
    page = Page(f"before {inline(name)} after")

    assert page.links == []
    assert set(page.tags) <= {"p", "code"}
    assert page.text.split() == ["before", *words_in_code(name), "after"]


@_examples
@given(NASTY)
def test_a_message_is_shown_as_it_is_and_nothing_in_it_takes_effect(message: str) -> None:
    page = Page(f"- item: {prose(message)}.\n- {prose(message)}\n\n{prose(message)}\n\nafter")

    assert page.links == []
    assert set(page.tags) <= {"ul", "li", "p", "span"}
    words = flat(message).split()
    assert "".join(page.text.split()) == "".join(["item:", *words, ".", *words, *words, "after"])


@given(NASTY)
def test_no_mention_or_reference_survives_in_a_message(message: str) -> None:
    assert "@" not in prose(message).replace("<span>@</span>", "")
    assert "#" not in prose(message).replace("<span>#</span>", "")


@_examples
@given(NASTY.map(lambda text: text.replace("\0", "").encode("utf-8", "replace").decode()))
def test_no_text_closes_its_fence(text: str) -> None:
    page = Page(f"<details>\n\n{verbatim(text)}\n\n</details>\n\nafter [link](https://example.com)")

    assert page.links == ["https://example.com"]
    assert page.tags.count("pre") == page.tags.count("code") == 1
    assert page.text.rstrip().endswith("after link")
    shown = page.text.strip().removesuffix("after link").strip()
    assert shown.split() == text.split()


@given(
    NASTY,
    st.one_of(NASTY, st.sampled_from(["javascript:x", "https://a.b/)[x](https://evil)", "https://a b"])),
)
def test_a_link_leads_where_it_was_meant_to_or_nowhere(label: str, url: str) -> None:
    page = Page(f"before {link(label, url)} after")

    assert page.links in ([], [url])


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://claude.ai/code/session_01AbC", True),
        ("https://github.com/o/r/issues/1#issuecomment-2", True),
        ("https://github.com/o/r#a#b", False),
        ("http://127.0.0.1:8080/code/session_1", True),
        ("http://example.com/", False),
        ("https://user:secret@example.com/", False),
        ("https://exämple.com/", False),
        ("https://example.com/\n", False),
        ("https://example.com/" + "a" * 2_000, False),
        ("", False),
    ],
)
def test_web_addresses(url: str, good: bool) -> None:
    assert web_address(url) is good


def test_a_long_name_is_cut_with_the_cut_shown() -> None:
    assert inline("x" * 500, 10) == "`xxxxxxxxx…`"
