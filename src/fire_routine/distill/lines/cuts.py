"""Cuts a line, and marks how many characters were left out."""

from __future__ import annotations

import re

LONGEST = 12_000  # characters of a line that is kept whole
MARK = 40  # characters of the mark of a cut, at most
_CUT = re.compile(r" ?\[… (\d{1,12}) characters …\] ?")  # a log may contain such a mark


def cut_mark(left_out: str) -> str:
    """The mark in a line for what was left out of it; what an earlier mark replaced is counted too."""
    before = sum(int(mark[1]) - len(mark[0]) for mark in _CUT.finditer(left_out))
    return f" [… {len(left_out) + before} characters …] "


def clear_of_marks(text: str, begin: int, end: int) -> tuple[int, int]:
    """Where a cut from `begin` to `end` begins and ends that takes no part of a mark, but all of it."""
    for mark in _CUT.finditer(text):
        begin = mark.start() if mark.start() < begin < mark.end() else begin
        end = mark.end() if mark.start() < end < mark.end() else end
    return begin, end


def shorten(text: str, limit: int = LONGEST) -> str:
    """Cut in the middle, with a mark. Words next to the cut are removed with it.

    So no half of one (of a token, say) remains without its other half.
    """
    if len(text) <= limit:
        return text
    half = max((limit - MARK) // 2, 8)
    head, tail = text[:half], text[-half:]
    head = head[: max(head.rfind(" "), head.rfind("\t"), 0)] if not text[half].isspace() else head
    space = min((at for at in (tail.find(" "), tail.find("\t")) if at >= 0), default=len(tail))
    tail = tail[space:] if not text[-half - 1].isspace() else tail
    return f"{head}{cut_mark(text[len(head) : len(text) - len(tail)])}{tail}"


def abbreviated(text: str, limit: int) -> str:
    """A line that has been cleaned, cut to `limit` for want of room: most of what is kept is its beginning,
    where a line names what it is about, to the letter."""
    if len(text) <= limit:
        return text
    room = max(limit - MARK, 12)
    begin, end = clear_of_marks(text, room * 2 // 3, len(text) - room // 3)
    head, tail = text[:begin].rstrip(), text[end:].lstrip()
    return f"{head}{cut_mark(text[len(head) : len(text) - len(tail)])}{tail}"
