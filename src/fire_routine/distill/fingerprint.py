"""What names a failure apart from run numbers, times, paths, hashes, ports, processes and order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256

MOST = 24  # identity lines that count

_SUBSTITUTIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"\[gw\d+\] ?", ""),  # pytest-xdist's workers
        (r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b", "#"),  # UUIDs
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?", "#"),
        (r"(?:/private)?/(?:tmp|var/folders)/[^\s\"':,;)\]]*", "<tmp>"),
        (r"[A-Za-z]:\\(?:[^\s\\\"':]+\\)*(?:Temp|TEMP|tmp)\\[^\s\"':,;)\]]*", "<tmp>"),
        # Paths: the file's name is what stays the same on another machine.
        (
            r"(?:[a-z]+://)?(?:[A-Za-z]:)?[\w.@+~%-]{0,80}(?:[/\\]{1,2}[\w.@+~%-]{1,80}){0,40}[/\\]{1,2}(?=[\w.@+~%-])",
            "",
        ),
        (r"\b0x[0-9a-fA-F]+\b", "#"),
        (r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b", "#"),
        (r"\btmp\w{4,}\b", "<tmp>"),
        (r"@[0-9a-f]{5,16}\b", "@#"),
        (
            r"(?<![A-Za-z_\d])\d+(?:[.,:]\d+)*(?:\s?(?:ms|s|sec|seconds|secs|m|min|minutes|µs|us|ns|h|[KMG]i?B|%))?(?![A-Za-z_])",
            "#",
        ),
        (r"(?<![A-Za-z_\d])\d+", "#"),
        (r"(?<=[A-Za-z_])\d{5,}", "#"),
        (r"[#\s:,.;()\[\]-]*#[#\s:,.;()\[\]-]*", "#"),
        (r"\s+", " "),
    )
)


def normalise(line: str) -> str:
    """A line as it would stand in another run of the same failure."""
    line = line[:600]
    for pattern, by in _SUBSTITUTIONS:
        line = pattern.sub(by, line)
    return line.strip(" #").lower()


def fingerprint(lines: Iterable[str]) -> str:
    """Sixteen hex digits for a set of lines, whatever their order."""
    identity = sorted({normal for line in lines if (normal := normalise(line))})[:MOST]
    return sha256("\n".join(identity).encode()).hexdigest()[:16]
