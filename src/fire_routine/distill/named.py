"""What a line says without what stands around it, by which what is told again is known.

A report tells a test's name as it fails, with its reason, and at the end.
"""

from __future__ import annotations

import re

from .blocks import unprefixed

LONGEST = 40  # bytes behind the name

# What stands in a name that tells where the test is, too, and so is no other's.
_SEPARATORS = (" › ".encode(), b" > ")
# What test runners put before it: a mark that it failed, a number, or both. And behind it: which try it was,
# and how long that took, or a ruler.
_MARKS = [mark.encode() for mark in "✘✗✖✕×❌⨯"]
_MARK = re.compile(rb"(?:(?:%b) +(?:\d{1,5} +)?|\d{1,5}\) +)?" % b"|".join(_MARKS))
_TOOK = re.compile(rb"(?: \(retry #\d{1,3}\))?(?: [\[(]?\d{1,6}(?:\.\d{1,6})? ?(?:m?s|m)[\])]?)?$")
_RULER = "─".encode()
_RULED = re.compile(rb" *+(?:%b)++$" % _RULER)
_STEP = re.compile(rb"^#\d+ (?=\d)")  # BuildKit repeats a failed step's last lines without it
_LEVEL = b"[ERROR]"  # with which Maven tells once more what a compiler said
_FIRST = frozenset(b"0123456789").union(mark[0] for mark in _MARKS)


def said(text: bytes) -> bytes:
    """What a line says, whatever other tools put before it, as a timestamp, or a report around it."""
    if text[:1] == b"#":
        text = _STEP.sub(b"", text)
    elif not text.startswith(_LEVEL):
        text = unprefixed(text)
    return named(text.strip())


def named(text: bytes) -> bytes:
    """The name alone, where there is something of that around it; else the text as it is."""
    ruled = text.endswith(_RULER)
    if not text or not (ruled or text[0] in _FIRST or text.endswith(b"s)")):
        return text
    if not any(text.find(separator) > 0 for separator in _SEPARATORS):
        return text
    text = _RULED.sub(b"", text) if ruled else text
    mark, took = _MARK.match(text), _TOOK.search(text, max(len(text) - LONGEST, 0))
    return text[mark.end() if mark else 0 : took.start() if took else len(text)]
