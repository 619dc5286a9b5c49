"""A text without what programs print in front of each line: a time and a level, a container, a task, a pod.

All detectors read that text, so none of them has to know what may be in front of a line.
"""

from __future__ import annotations

import re
from itertools import chain

from ..patterns import pattern
from .spans import View
from .text_index import in_time

_TIME = (
    r"\[?(?:\d{4}[-/]\d\d[-/]\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
    r"(?:Z|[ ]?[+-]\d\d:?\d\d|[ ]UTC)?\]?"
)
_LEVEL = r"\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL|SEVERE)\]?"
_NAME = r"(?![\w.$-]{0,80}(?:pass|secret|token|key|cred|auth))[\w.$-]{1,80}"
_PREFIX = pattern(
    r"^(?:(?:"
    # a time, a level, a thread in brackets, and a logger
    rf"(?:{_TIME}(?:[ \t|]{{1,8}}(?:{_LEVEL}:?|\[[^\]\s]{{0,40}}\]))*|{_LEVEL}(?=:|[ ]))"
    rf"(?P<logger>:|[ \t]{{1,4}}{_NAME}(?::|[ ]-)(?=[ ]))?"
    r"|[A-Z][a-z]{2}[ ]{1,2}\d{1,2}[ ]\d\d:\d\d:\d\d[ ]\S{1,60}[ ]\S{1,60}:"  # syslog, RFC 3164
    r"|[\w./-]{1,60}[ ]{1,20}\|"  # Docker Compose
    r"|@?[\w./-]{1,60}:[\w:.-]{1,40}:(?=[ ])"  # Turborepo, Nx
    r"|[a-z][\w-]{5,60}-[a-z0-9]{5}[ ][\w-]{1,40}(?=[ ])|\[pod/[\w./-]{1,100}\]"  # stern, kubectl logs
    r"|\[[\w.@:/-]{1,40}\](?=[ ])|\#\#\[debug\]"  # concurrently, the runner
    r"|\#\d{1,4}(?:[ ]\d{1,5}\.\d{1,3})?(?=[ ])"  # BuildKit
    r"|E[ ]{3}(?:[ ]{4})?(?=\S|[ ]{2})"  # pytest
    r")[ ]?){1,2}",
    re.MULTILINE,
)
_DIGITS = pattern(r"\d+")


def without_prefixes(text: str) -> View | None:
    """The text, where lines below each other have the same prefix without it; None if there are none."""
    view = View()
    done, line_end = 0, -1
    start, left_out, above = 0, 0, dict[str, int]()  # of the line above
    for found in in_time(chain(_PREFIX.finditer(text), [None])):
        prefixes = _prefixes(found) if found and found.start() == line_end + 1 else {}
        shared = next((one for one in prefixes if one in above), "")
        if left_out := max(left_out, above.get(shared, 0)):
            view.add(text, done, start)
            done = start + left_out
        if found:
            start, left_out, above = found.start(), prefixes.get(shared, 0), _prefixes(found)
            line_end = text.find("\n", found.end())
    view.add(text, done, len(text))
    return view if done else None


def _prefixes(found: re.Match[str]) -> dict[str, int]:
    """What of a prefix may be shared, without its numbers, and how long it is: all, or all but the logger."""
    lengths = [len(found[0])]
    if found["logger"]:
        lengths.append(found.start("logger") - found.start() + found["logger"].startswith(" "))
    return {_DIGITS.sub("0", found[0][:length].rstrip()): length for length in lengths}
