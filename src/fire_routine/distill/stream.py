"""Byte chunks → windows of whole lines, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SIZE = 128 * 1024  # bytes read before a window is looked at
BEHIND = 48 * 1024  # bytes of it that the next window sees again, as what came before
AHEAD = 48 * 1024  # bytes at its end that are looked at with the next one, so that blocks are whole
EDGE = 16 * 1024  # bytes kept of each end of a line that has no end


@dataclass(frozen=True, slots=True)
class Window:
    """Whole lines; those that are new to be looked at lie between `start` and `stop`."""

    lines: list[bytes]
    first: int  # number of the first line in the log, from 0
    start: int
    stop: int
    last: bool


def _chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Chunks of at most SIZE bytes."""
    for chunk in chunks:
        if len(chunk) <= SIZE:
            yield chunk
        else:
            view = memoryview(chunk)
            for at in range(0, len(chunk), SIZE):
                yield bytes(view[at : at + SIZE])


def _bounded(data: bytes) -> tuple[bytes, bytes]:
    """`data` split behind its last whole line; what is left over is bounded."""
    cut = data.rfind(b"\n") + 1
    whole, rest = data[:cut], data[cut:]
    if len(rest) <= SIZE:
        return whole, rest
    turn = rest.rfind(b"\r", 0, -1) + 1  # a progress bar without end
    if turn:
        whole += re.sub(rb"\r+", b"\n", rest[:turn])
        rest = rest[turn:]
    if len(rest) > SIZE:
        rest = rest[:EDGE] + b" [...] " + rest[-EDGE:]
    return whole, rest


def windows(chunks: Iterable[bytes]) -> Iterator[Window]:
    """The log in overlapping windows; each line lies in one window's new part."""
    held: list[bytes] = []  # what came before, and what waits for the next window
    start = 0  # of what waits
    first = 0
    rest = b""
    parts: list[bytes] = []
    size = 0
    for chunk in _chunks(chunks):
        parts.append(chunk)
        size += len(chunk)
        if size < SIZE:
            continue
        whole, rest = _bounded(rest + b"".join(parts))
        parts, size = [], 0
        held += whole.split(b"\n")
        held.pop()  # behind the last line's end
        stop = len(held) - whole.count(b"\n", -AHEAD)
        if not whole or stop <= start:
            continue
        yield Window(held, first, start, stop, last=False)
        keep = len(held) - whole.count(b"\n", -AHEAD - BEHIND)
        first += keep
        held = held[keep:]
        start = stop - keep
    whole, rest = _bounded(rest + b"".join(parts))
    held += (whole + rest).split(b"\n")
    if not held[-1]:
        held.pop()
    if len(held) > start:
        yield Window(held, first, start, len(held), last=True)
