"""The emulator's Markdown against cmark-gfm, on what the action writes."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import cmarkgfm  # type: ignore[import-untyped]
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from tests.browser.reports import reports
from tests.unit.report.samples import SESSION

from fire_routine.emulator.markdown import to_html
from fire_routine.report import comment, summary

PIECES = st.lists(
    st.sampled_from(
        [
            "word", " ", "`code`", "`` a`b ``", "**bold**", f"[link]({SESSION})", f"<{SESSION}>", "\\*",
            "\\<b\\>",
            "\n\n", "- item\n", "# head\n\n", "> quote\n\n", "```\nfence\n```\n\n", "é", "&amp;", "1 < 2",
        ]
    ),
    max_size=12,
)  # fmt: skip


def _text(body: str) -> list[str]:
    """What people read, word by word."""
    return html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\\", "").split()


def _links(body: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', body)


def _expected(markdown: str) -> str:
    found: str = cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE)
    return re.sub(r"<p>\[!(\w+)\]\n?", lambda match: f"<p>{match[1].title()} ", found)


@pytest.mark.parametrize("name", reports())
def test_summaries_and_comments_read_as_on_github(name: str) -> None:
    contents = replace(reports()[name], brief=None) if name.endswith("failures") else reports()[name]
    for markdown in filter(None, (summary(contents), comment(contents))):
        assert _text(to_html(markdown)) == _text(_expected(markdown))
        assert _links(to_html(markdown)) == _links(_expected(markdown))


@given(PIECES)
def test_no_text_is_lost(pieces: list[str]) -> None:
    """Where marks meet in other ways than in what the action writes, it may differ in form alone."""
    markdown = "".join(pieces)
    for word in re.findall(r"word|code|bold|item|head|quote|fence", markdown):
        assert word in to_html(markdown)


@given(st.text(st.sampled_from("<>\"'&`*[]()\\ \nahref=javascript:script-#/!")))
def test_nothing_written_becomes_a_tag(text: str) -> None:
    body = to_html(text)
    known = r"</?(?:p|h[1-6]|ul|li|pre|code|strong|blockquote|details|summary)(?: open| class=\"[a-z- ]+\")?>"
    rest = re.sub(rf'{known}|<a href="https?://[^"<>]*">|</a>', "", body)
    assert "<" not in rest
    assert "javascript:" not in "".join(_links(body))


def test_a_list_item_may_hold_a_fence() -> None:
    body = to_html("- Commit message:\n\n  ```\n  Fix\n\n  it\n  ```\n- next")
    assert body == "<ul><li><p>Commit message:</p><pre><code>Fix\n\nit\n</code></pre></li><li>next</li></ul>"
