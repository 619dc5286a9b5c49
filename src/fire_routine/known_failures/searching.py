"""Searches patterns in lines, in a process of its own that is ended when they take too long.

Python's `re` goes back and tries again: `(a+)+$` takes hours on fifty letters a and a b. Nothing within the
process can stop it. This file is also the program of that process, so it imports the standard library alone.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence

SECONDS = 2.0  # that one pattern may take, with the start of its process
ALL_SECONDS = 6.0  # after which no further process is started
_ENVIRONMENT = ("SYSTEMROOT", "LD_LIBRARY_PATH")  # what Windows and setup-python's Pythons need to start


Found = list[list[int]]
"""For each of the texts, the places of the lines in which a pattern matches."""


def search(patterns: Sequence[str], texts: Sequence[Sequence[str]]) -> list[Found | None]:
    """What is found of each pattern. None: that takes too long, or could not be done.

    One process searches for all. Where it is late, another one goes on from the pattern that it was at.

    Args:
        patterns: valid ones.
        texts: each a list of lines.
    """
    found: list[Found | None] = []
    end = time.monotonic() + ALL_SECONDS
    while len(found) < len(patterns) and time.monotonic() < end:
        found += _in_process(patterns[len(found) :], texts) or [None]
    return [*found, *[None] * (len(patterns) - len(found))]


def _in_process(patterns: Sequence[str], texts: Sequence[Sequence[str]]) -> list[Found]:
    """The answers that come in time, from the first pattern on."""
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", "-S", "-W", "ignore", __file__],
            input=json.dumps([patterns, texts]).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            timeout=SECONDS,
        )
        output = done.stdout
    except subprocess.TimeoutExpired as late:
        output = late.stdout or b""
    except OSError:  # no process can be started
        output = b""
    whole_lines = output.split(b"\n")[:-1]
    return [json.loads(line) for line in whole_lines]


def _serve() -> None:
    """Answers on the standard output, a line for each pattern as soon as it is done."""
    patterns, texts = json.load(sys.stdin)
    for expression in patterns:
        matches = re.compile(expression).search
        found = [[place for place, line in enumerate(lines) if matches(line)] for lines in texts]
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    _serve()
