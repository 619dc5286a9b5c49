"""What other tools put before a line: times, names of containers, targets and tasks, levels."""

from __future__ import annotations

from functools import lru_cache

from ...patterns import pattern

# Other tools' prefixes of a line: times; a container's, a target's or an Ant task's name; a box's edge; the
# number and level in npm's own log; git's prefix of a remote's output (Heroku indents that).
# A level means something itself, so after another prefix it stays.
_PREFIX = (
    r"(?:(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?"
    r"|\[?\d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?: [AP]M)?(?:\]:?|:)?"
    r"(?: +(?:TRACE|DEBUG|INFO|WARNING|ERROR|FATAL|CRITICAL) +-)?"
    r"|[ \d]\d{0,3}:\d\d\.\d\d|remote:(?: {7})?|C/C\+\+:|[\w.+-]{1,80}>"
    r"|(?!\d+ +\|)[\w./-]{1,40}(?:\(\d+\)| \d+)? +\|"
    r"|^\[ERROR\]|\[(?!WARN|warn|ERROR\]|INFO\] +/|\D\]|[A-Z]+_[A-Z])[\w ./:@#&,()+-]{1,60}\](?:   \||:)?"
    r"| {2,12}\[[a-z][\w.-]{1,20}\]|\d+ error(?= gyp | [A-Z]:\\| /)|#\d+ \d+\.\d+|[|=>]|▸"
    r"|(?:[\w.-]+/)+[\w.-]+ [a-z][\w:-]*:|@?[\w./-]{1,60}:[a-z][a-z:-]{1,30}:"
    r"|@[\w.-]{1,60}/[\w.-]{1,60}:)(?: |$)"  # a package of npm with a scope, as Lerna names it
    # Docker Compose puts its time before a line without a blank.
    r"|2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z"
    # A record that holds what was printed: https://pkg.go.dev/cmd/test2json, and as loggers write them.
    r'|^\{[^\n]{0,600}?"(?:Output|msg|message)": ?")+'
    r"|##\[error\]"
)
RAW_PREFIX = pattern(_PREFIX.encode())
_NEARBY = 128  # lines of which it is remembered how they look: blocks that lie close hold the same


@lru_cache(maxsize=_NEARBY)
def unprefixed(line: bytes) -> bytes:
    """A line without what another tool put before it."""
    prefix = RAW_PREFIX.match(line)
    return line[prefix.end() :] if prefix else line
