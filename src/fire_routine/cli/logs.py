"""`distill`: the lines of a raw log that explain its failure."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import BinaryIO

from ..model.evidence import ERROR_WEIGHT, Digest, Excerpt, Line
from ..model.run import counted
from ..sanitize import visible
from . import UsageError
from .streams import Progress, log_chunks, opened, write


def distill(arguments: Namespace) -> int:
    from ..distill import excerpt, read, read_green

    if arguments.file == arguments.green == "-":
        raise UsageError("the log and --green are both standard input: name a file for one of them")
    with Progress() as shown:
        green = None
        if arguments.green:
            with opened(arguments.green) as stream:
                green = read_green(_chunks(stream, arguments.green, shown))
        with opened(arguments.file) as stream:
            digest = read(_chunks(stream, arguments.file, shown), green=green)
    if digest.fault:
        fault = f"it has a fault ({digest.fault}): please report it. These are the log's last lines"
        print(f"fire-routine: {fault}", file=sys.stderr)
    elif not _explains(digest):
        print(f"nothing looks like a failure ({counted(digest.total_lines, 'line')} read)", file=sys.stderr)
    room = arguments.max_characters
    made = excerpt(digest, room, everything=arguments.all)
    text = visible(
        _explained(made) if arguments.explain else made.text
    )  # nothing in a log takes effect on the terminal
    write(text)
    return 0


def _chunks(stream: BinaryIO, name: str, shown: Progress) -> Iterator[bytes]:
    size = 0
    for chunk in log_chunks(stream, name):
        yield chunk
        size += len(chunk)
        shown.show(f"Reading {name}: {size / 1e6:,.0f} MB")


def _explains(digest: Digest) -> bool:
    """Whether anything in the log reports a failure."""
    strongest = max((line.weight for line in digest.lines), default=0.0)
    return strongest >= ERROR_WEIGHT or bool(digest.exit_code) or bool(digest.ended)


def _explained(made: Excerpt) -> str:
    """Consecutive lines under one that names their place in the log and their block, the rule that took them,
    and their weight."""
    parts: list[str] = []
    before: Line | None = None
    for line in made.shown:
        alike = before is not None and (line.block, line.rule) == (before.block, before.rule)
        if before is None or not alike or line.number > before.number + 1 or line.weight != before.weight:
            block = f"block {line.block + 1}" if line.block >= 0 else "besides"
            parts.append(f"── line {line.number} · {block} · {line.rule or 'end of step'} · {line.weight:g}")
        parts.append(line.text)
        before = line
    return "\n".join(parts)
