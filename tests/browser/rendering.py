"""Markdown → the page that GitHub would show, with its own style sheet."""

from __future__ import annotations

import html
import re
from pathlib import Path

import cmarkgfm  # type: ignore[import-untyped]
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]

STYLE = (Path(__file__).parent / "github-markdown-css/github-markdown.css").read_text("utf-8")
NARROW, WIDE = 420, 1200  # pixels: a telephone, a desk

_ALERT = re.compile(
    r"<blockquote>\s*<p>\[!(?P<kind>TIP|NOTE|WARNING|CAUTION)\]\n?(?P<rest>.*?)</blockquote>", re.DOTALL
)
# Each page measures itself when its folds are closed and when they are open.
_MEASURE = """
const elements = doc =>
  [...doc.querySelectorAll("body *")].filter(e => !e.closest("pre, details:not([open])"));
const measure = doc => {
  const width = doc.documentElement.clientWidth;
  const over = elements(doc).filter(e => e.getBoundingClientRect().right > width + 1);
  return { width, height: doc.documentElement.scrollHeight,
           over: over.map(e => e.outerHTML.slice(0, 200)),
           scrolls: doc.documentElement.scrollWidth > width };
};
addEventListener("load", () => {
  const found = {};
  for (const frame of document.querySelectorAll("iframe")) {
    const doc = frame.contentDocument, closed = measure(doc);
    doc.querySelectorAll("details").forEach(fold => fold.open = true);
    found[frame.id] = { closed, open: measure(doc),
      links: [...doc.querySelectorAll("a")].map(link => [link.getAttribute("href"), link.textContent]) };
  }
  document.getElementById("result").textContent = JSON.stringify(found).replaceAll("<", "\\\\u003c");
});
"""


def to_html(markdown: str, *, alerts: bool) -> str:
    """The body as GitHub renders it. `alerts`: as alerts, else as quotations."""
    body: str = cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE)
    return _ALERT.sub(_alert, body) if alerts else body


def _alert(match: re.Match[str]) -> str:
    """The HTML of github.com for an alert."""
    kind = match["kind"].lower()
    return (
        f'<div class="markdown-alert markdown-alert-{kind}" dir="auto">'
        f'<p class="markdown-alert-title" dir="auto">{kind.title()}</p><p>{match["rest"]}</div>'
    )


def document(body: str) -> str:
    """A page of its own, in the box in which GitHub shows a summary or a comment."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Page</title>'
        f"<style>{STYLE}\nhtml {{ color-scheme: light dark; scrollbar-width: none }} body {{ margin: 0 }}"
        " .markdown-body { padding: 16px; min-height: 1px }</style>"
        f'<body><article class="markdown-body">{body}</article></body></html>'
    )


def measured(pages: dict[str, str]) -> str:
    """One page that shows all of these at both widths and writes down how they fit."""
    frames = "".join(
        f'<iframe id="{name} {width}" style="width: {width}px" srcdoc="{html.escape(page)}"></iframe>'
        for name, page in pages.items()
        for width in (NARROW, WIDE)
    )
    return (
        f'<!doctype html><meta charset="utf-8"><style>iframe {{ border: 0 }}</style>{frames}'
        f'<script type="application/json" id="result"></script><script>{_MEASURE}</script>'
    )
