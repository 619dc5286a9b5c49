"""Decoded forms of a text, in which a secret may appear: escapes and base64."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from ..patterns import pattern
from .spans import View
from .text_index import TextIndex, in_time

_ESCAPE = pattern(
    r"\\(?:u001[bB]|x1[bB]|033|e)\[[0-9;]{0,32}[A-Za-z]|%[2-7][0-9A-Fa-f]|%0[9AaDd]"
    r"|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[nrt\"'/\\]"
    r"|&(?:amp|quot|lt|gt|apos|#39|#x27|#34|#x22|#38|#61|#x3D);"
    # a flag in a list of arguments, as in "Command '['curl', '-u', 'ci:…'"
    r"|[\"'](?:,[ ]{0,8}|[ ]{1,8})[\"']-[\w-]{1,60}[\"'](?:,[ ]{0,8}|[ ]{1,8})[\"']"
)
_MAY_HAVE_ESCAPES = pattern(r"[%\\&]|[\"']-")
_NAMED = {
    "&amp;": "&",
    "&quot;": '"',
    "&lt;": "<",
    "&gt;": ">",
    "&apos;": "'",
    "\\n": "\n",
    "\\r": " ",
    "\\t": " ",
}
_AROUND_FLAG = "\"', "
_BASE64 = pattern(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}+={0,2}")
_NEXT_ROW = pattern(
    r"[ \t│|]{0,80}\n[ \t│|]{0,80}([A-Za-z0-9+/_-]{4,}+={0,2})(?=[ \t│|]{0,80}$)", re.MULTILINE
)
_HEX = pattern(r"[0-9a-f-]+|[0-9A-F-]+")
_PRINTABLE = bytes(range(32, 127)) + b"\t\r\n"


def decode_escapes(text: str) -> View | None:
    """The decoded lines that have escapes; None if there are none.

    Escapes are percent, backslashes, HTML entities, and the quotes around arguments in a list of them.
    """
    view = View()
    start = 0
    for line in in_time(text.split("\n")):
        if _MAY_HAVE_ESCAPES.search(line) and _ESCAPE.search(line):
            _add_decoded(view, text, start, start + len(line))
        start += len(line) + 1
    return view if view.text else None


def _add_decoded(view: View, text: str, start: int, end: int) -> None:
    for match in in_time(_ESCAPE.finditer(text, start, end)):
        view.add(text, start, match.start())
        view.add(text, *match.span(), _decoded(match.group()))
        start = match.end()
    view.add(text, start, end)
    view.add(text, end, end + 1, "\n")


def _decoded(escape: str) -> str:
    if escape in _NAMED:
        return _NAMED[escape]
    if escape[0] in "\"'":
        return f" {escape.strip(_AROUND_FLAG)} "
    if escape.startswith("&"):
        digits = escape[2:-1]
        return chr(int(digits[1:], 16) if digits[0] == "x" else int(digits))
    if escape.startswith("%"):
        return _visible(int(escape[1:], 16))
    if escape.endswith(("m", "K", "J", "H")) or escape.startswith(("\\033", "\\e")):
        return ""
    if escape[1] in "ux":
        return _visible(int(escape[2:], 16))
    return escape[1]


def _visible(code: int) -> str:
    """The character; a space for control characters except the line feed, and for surrogates."""
    shown = code == 10 or (code >= 32 and not 0xD800 <= code < 0xE000 and code != 127)
    return chr(code) if shown else " "


def decode_base64(text: TextIndex) -> Iterator[tuple[list[tuple[int, int]], str]]:
    """Where base64 in `text` decodes to printable text, and that text.

    Each row is decoded alone, and rows below each other are decoded together, from the first one."""
    runs = [run for run in set(_BASE64.findall(text.words)) if printable(run[: len(run) // 4 * 4])]
    read = 0  # where the last rows end that are
    for start, end in in_time(sorted((start, start + len(run)) for run in runs for start in text.find(run))):
        decoded = printable(text.text[start:end])
        if decoded:
            yield [(start, end)], decoded
        rows = [(start, end), *_rows_below(text.text, end)] if start >= read else []
        decoded = printable("".join(text.text[first:last] for first, last in rows)) if rows[1:] else ""
        if decoded:
            read = rows[-1][1]
            yield rows, decoded


def _rows_below(text: str, end: int) -> Iterator[tuple[int, int]]:
    """The rows in which the base64 up to `end` continues: of equal length, except the last."""
    width = 0
    while row := _NEXT_ROW.match(text, end):
        start, end = row.span(1)
        if width and end - start > width:
            return
        yield start, end
        if width and end - start < width:
            return
        width = end - start


def printable(run: str) -> str:
    """The text that a run of base64 decodes to; empty if it is not printable."""
    if _HEX.fullmatch(run) or run.islower() or run.isupper():
        return ""
    body = run.partition("=")[0].replace("-", "+").replace("_", "/")  # what follows padding is not part of it
    try:
        data = base64.b64decode(body + "=" * (-len(body) % 4))
    except ValueError:  # a length that base64 does not have
        return ""
    return "" if data.translate(None, _PRINTABLE) else data.decode("ascii")
