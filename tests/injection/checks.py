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

# What models know as the frame of a prompt: letters of the names
_FRAMES = (TAG, "systemreminder", "functioncalls", "toolresult", "imstart", "imend", "antmlinvoke")
_FRAME = re.compile(
    r"<[\s/\\|!]*(?:" + "|".join(r"[\W_]*".join(re.sub(r"\W", "", name)) for name in _FRAMES) + ")",
    re.IGNORECASE,
)
_COMMENT = re.compile("<!--.*?-->", re.DOTALL)
_TURN = re.compile(r"^\s*(?:Human|Assistant):", re.MULTILINE)
_WORD = re.compile("^What others wrote is quoted:[^`]* begin and end with `([a-z]{8})`", re.MULTILINE)
_BLOCK = re.compile(r"^ *(`{3,})(.*)\n((?:.*\n)*?) *\1$", re.MULTILINE)
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    r"\U000e0000-\U000e0fff]"
)
_ESCAPE = re.compile(r"\\(?:u00|x)([0-9a-fA-F]{2})")
_HTML = re.compile(r"<(?:a|img|script|svg|iframe|input|system)\b[^>]*>", re.IGNORECASE)
_CODE = re.compile(r"<(pre|code)\b.*?</\1>", re.DOTALL)
_OWN_COMMAND = re.compile(r"::(?:add-mask|group|endgroup|(?:notice|warning|error) title=fire-routine)\b")


def decoded(text: str) -> Iterator[str]:
    """The text as readers may take it: decoded once, in compatible characters, without comments."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    yield text
    yield plain
    yield _COMMENT.sub("", plain)
    yield html.unescape(plain)
    yield unquote(_ESCAPE.sub(lambda match: chr(int(match[1], 16)), plain))


def in_text(text: str) -> list[str]:
    """What a model may take for the end of the payload or for a turn, or cannot see."""
    found = [f"a frame: {match[0]!r}" for form in decoded(text) if (match := _FRAME.search(form))]
    found += [f"a turn: {match[0]!r}" for match in _TURN.finditer(text)]
    hidden = _INVISIBLE.search(text)
    return found + ([f"is invisible: {hidden[0]!r}"] if hidden else [])


def out_of_quotation(text: str) -> list[str]:
    """What leaves its quotation: a block that does not end with the text's word, or has it before its end."""
    words = _WORD.findall(outside_blocks := _BLOCK.sub("", text))
    if len(words) != 1:
        return [f"{len(words)} words for quotations"]
    blocks = [(info, body.split("\n")[:-1]) for _, info, body in _BLOCK.findall(text)]
    found = [f"a block of {info!r}" for info, _ in blocks if info not in (words[0], "sh")]
    bodies = [[line.strip() for line in body] for info, body in blocks if info == words[0]]
    found += ["its end" for body in bodies if [line for line in body if words[0] in line] != body[-1:]]
    return found + ["the word outside"] * (outside_blocks.count(words[0]) - 1)


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
