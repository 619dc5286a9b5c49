"""What a hostile text must not do: to the text that a model reads, to Markdown, to the runner, to outputs."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

import cmarkgfm  # type: ignore[import-untyped]
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]

TAG = "routine-fire-payload"
URL = "https://evil.example/p.png"
TOKEN = "gh" + "p_" + "a1B2" * 9
WORD = "zebra-42"  # that instructions contain

_LETTERS = re.sub(r"\W", "", TAG)
_ENDS_TAG = re.compile(r"<[\s/\\]*" + r"\W*".join(_LETTERS), re.IGNORECASE)
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    r"\U000e0000-\U000e0fff]"
)
_ESCAPE = re.compile(r"\\(?:u00|x)([0-9a-fA-F]{2})")
_HOMOGLYPHS = str.maketrans("\u0456\u0435", "ie")
_HTML = re.compile(r"<(?:a|img|script|svg|iframe|input|system)\b[^>]*>", re.IGNORECASE)
_CODE = re.compile(r"<(pre|code)\b.*?</\1>", re.DOTALL)
_OWN_COMMAND = re.compile(r"::(?:add-mask|group|endgroup|(?:notice|warning|error) title=fire-routine)\b")


def decoded(text: str) -> Iterator[str]:
    """The text as it is, and as readers may decode it: entities, percent, escapes, compatible characters."""
    for _ in range(4):
        yield text
        plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_HOMOGLYPHS)
        plain = html.unescape(_ESCAPE.sub(lambda match: chr(int(match[1], 16)), plain))
        plain = unquote(plain)
        if plain == text:
            return
        text = plain


def in_text(text: str) -> list[str]:
    """What could end the element around the text, or cannot be seen in it."""
    found = [f"ends the tag: {match[0]!r}" for form in decoded(text) if (match := _ENDS_TAG.search(form))]
    hidden = _INVISIBLE.search(text)
    return found + ([f"is invisible: {hidden[0]!r}"] if hidden else [])


def when_rendered(markdown: str) -> list[str]:
    """Links, images and elements of the attacker's, as the strictest reader of Markdown shows them."""
    page = cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)
    elements = [match[0] for match in _HTML.finditer(page)]
    harmful = ("<img", "<script", "<svg", "<iframe", "<system")
    return [one for one in elements if "evil" in one or one.lower().startswith(harmful)]


def outside_code(markdown: str) -> list[str]:
    """Instructions that are shown as our own words rather than as quoted data."""
    page = cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)
    prose = html.unescape(re.sub(r"<[^>]+>", "", _CODE.sub("", page)))
    return [line for line in prose.split("\n") if WORD in line]


def commands(printed: str) -> list[str]:
    """Workflow commands on the step's output that are not the action's own."""
    lines = (line.lstrip() for line in re.split(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", printed))
    return [
        line for line in lines if "##[" in line or (line.startswith("::") and not _OWN_COMMAND.match(line))
    ]
