"""The user's own words (`text`): not fenced, as they are trusted, but kept from swallowing what follows."""

from __future__ import annotations

from ..model import utf16_length
from ..patterns import pattern
from .layout import cut

_FENCE = pattern(r"( {0,3})(`{3,}|~{3,})(.*)")


def own_words(text: str, limit: int) -> str:
    """The text within `limit` units, closed."""
    room = limit
    while room > 0:
        words = closed(cut(text, room))
        over = utf16_length(words) - limit
        if over <= 0:
            return words
        room -= over
    return ""


def closed(text: str) -> str:
    """The text with the code fence closed that it may leave open
    (https://spec.commonmark.org/0.31.2/#fenced-code-blocks)."""
    opened = indented = ""
    for line in text.split("\n"):
        match = _FENCE.fullmatch(line)
        if not match:
            continue
        indentation, marks, rest = match.groups()
        if not opened:
            opened = "" if marks[0] == "`" and "`" in rest else marks
            indented = indentation  # in a list's item, less would end the item and open a fence after it
        elif marks[0] == opened[0] and len(marks) >= len(opened) and not rest.strip():
            opened = ""
    return f"{text}\n{indented}{opened}" if opened else text
