"""What other tools put before a line: times, names of containers, targets and tasks, levels."""

from __future__ import annotations

from functools import lru_cache

from ...patterns import pattern
from ..rules import table

_EXPRESSIONS = table("expressions")
RAW_PREFIX = pattern(
    rf"(?:(?:{_EXPRESSIONS['prefix']})(?: |$)|{_EXPRESSIONS['close_prefix']})+|##\[error\]".encode()
)
NEARBY = 128  # lines of which it is remembered how they look: blocks that lie close hold the same


@lru_cache(maxsize=NEARBY)
def unprefixed(line: bytes) -> bytes:
    """A line without what another tool put before it."""
    prefix = RAW_PREFIX.match(line)
    return line[prefix.end() :] if prefix else line
