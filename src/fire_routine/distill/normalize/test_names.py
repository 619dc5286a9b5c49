"""Normalises a line so that repeated reports of one test compare equal.

A report names a test when it fails, with its reason, and again at the end.
"""

from __future__ import annotations

import re

LONGEST = 40  # bytes after the name
# Separators in a name that includes the test's place, and so is unique.
_SEPARATORS = (" › ".encode(), b" > ")
# What test runners put before it: a mark that it failed, a number, or both. And after it: which try it was,
# and how long that took, or a ruler.
_MARKS = [mark.encode() for mark in "✘✗✖✕×❌⨯"]
_MARK = re.compile(rb"(?:(?:%b) +(?:\d{1,5} +)?|\d{1,5}\) +)?" % b"|".join(_MARKS))
_TOOK = re.compile(rb"(?: \(retry #\d{1,3}\))?(?: [\[(]?\d{1,6}(?:\.\d{1,6})? ?(?:m?s|m)[\])]?)?$")
_RULER = "─".encode()
_RULED = re.compile(rb" *+(?:%b)++$" % _RULER)
_STEP = re.compile(rb"^#\d+ (?=\d)")  # BuildKit repeats a failed step's last lines without it
# As Jenkins, a container or a test runner puts them before a line.
_TIME = re.compile(rb"\[?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]? ")
_NUMBERED = re.compile(rb"(?<![\w-])[A-Za-z_-]*+\d[\w-]*+")  # a word that holds a number …
_ID = re.compile(rb"(?<!\w)(?=\d*+[A-Za-z])(?:[A-Za-z_]*+\d){3}")  # … and one that is no number alone
_FIRST = frozenset(b"0123456789").union(mark[0] for mark in _MARKS)


def message_of(text: bytes) -> bytes:
    """The message of a line, without the time before it and a report's marks around a test's name."""
    before = _STEP.match(text) or _TIME.match(text)
    return named(text[before.end() if before else 0 :].strip())


def without_ids(reason: bytes) -> bytes:
    """The reason in a line, without numbers if it names something by its id, such as a stream.

    Such ids differ from one to the next. Elsewhere a number may be what is wrong.
    """
    return _NUMBERED.sub(b"", reason) if _ID.search(reason) else reason


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
