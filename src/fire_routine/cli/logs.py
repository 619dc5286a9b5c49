"""`distill`: the lines of a raw log that explain its failure."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import BinaryIO

from ..distill.match import classify
from ..model import ERROR_WEIGHT, Block, Digest, Excerpt
from ..sanitize import visible
from . import UsageError
from .streams import Progress, coloured, log_chunks, opened, write


def distill(arguments: Namespace) -> int:
    from ..compose.sections.evidence import excerpt_with_lead
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
        lines = f"{digest.total_lines:,} line" + ("" if digest.total_lines == 1 else "s")
        print(f"nothing looks like a failure ({lines} read)", file=sys.stderr)
    room = arguments.max_characters
    text = (
        _explained(excerpt(digest, room)) if arguments.explain else excerpt_with_lead(digest, excerpt, room)
    )
    text = visible(text)  # nothing in a log takes effect on the terminal
    write(coloured(text, sys.stdout))
    return 0


def _chunks(stream: BinaryIO, name: str, shown: Progress) -> Iterator[bytes]:
    size = 0
    for chunk in log_chunks(stream, name):
        yield chunk
        size += len(chunk)
        shown.show(f"Reading {name}: {size / 1e6:,.0f} MB")


def _explains(digest: Digest) -> bool:
    """Whether anything in the log reports a failure."""
    strongest = max((block.weight for block in digest.blocks), default=0.0)
    return strongest >= ERROR_WEIGHT or bool(digest.exit_code) or bool(digest.ended)


def _explained(made: Excerpt) -> str:
    """Each block under a line that names its place in the log, and the rule and weight that took it."""
    parts = [f"── {_origin(block)} · {block.weight:g}\n" + "\n".join(block.lines) for block in made.blocks]
    return "\n".join(parts)


def _origin(block: Block) -> str:
    """Where a block begins, and the rule with the line that it matches: others are its neighbours."""
    found = classify([line.encode("utf-8", "replace") for line in block.lines], every=True)
    by = next((at for at, rule in enumerate(found) if rule is not None and rule.id == block.rule), None)
    next_to = f" of line {block.first + by}" if by else " of a line nearby" if by is None else ""
    return f"line {block.first} · {block.rule}{next_to}"
