"""The same log as another run of the same failure has it: with debug logging, or from a narrower console."""

from __future__ import annotations

import random
import re

_ESCAPES = re.compile(r"(?:\x1b\[[0-9;]*m)*")
_STAMP = re.compile(rb"\S+Z ")
_BAR = re.compile(
    rf"(?P<before>(?:\S+Z )?{_ESCAPES.pattern})(?P<bar>[_=!-])(?P=bar)+ (?P<title>[^\n]+?) (?P=bar)+"
    rf"(?P<after>{_ESCAPES.pattern})"
)
# https://docs.github.com/actions/monitoring-and-troubleshooting-workflows/enabling-debug-logging
_DEBUG = (
    "Evaluating condition for step: 'Run tests'",
    "=> error: true, failed: 3",
    "/usr/bin/bash -e /home/runner/work/_temp/0f0e4a5c.sh",
    "",
    "Error: Process completed with exit code 1.",
    "Loaded action matchers: FAILED, error, panic",
)


def with_debug_logging(log: bytes, seed: int = 0) -> bytes:
    """The log with debug lines at random places, each stamped as the line below it."""
    choice = random.Random(seed)
    out: list[bytes] = []
    for line in log.split(b"\n"):
        stamp = _STAMP.match(line)
        for _ in range(choice.choice((0, 0, 1, 5))):
            debug = f"##[debug]{choice.choice(_DEBUG)}".encode()
            out.append((stamp[0].removeprefix(b"\xef\xbb\xbf") if stamp else b"") + debug)
        out.append(line)
    return b"\n".join(out)


def in_columns(log: bytes, columns: int) -> bytes:
    """The log with bars around headings as wide as pytest makes them (`TerminalWriter.sep`)."""

    def bar(match: re.Match[str]) -> str:
        title, character = match["title"], match["bar"]
        room = columns - len(_ESCAPES.sub("", title)) - 2
        sides = character * max(room // 2, 1)
        odd = character if room > 0 and room % 2 else ""
        return f"{match['before']}{sides} {title} {sides}{odd}{match['after']}"

    lines = log.decode("utf-8").split("\n")
    return "\n".join(_BAR.sub(bar, line) if _BAR.fullmatch(line) else line for line in lines).encode()
