"""Byte chunks → windows of whole lines, in bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from .lines import cut_mark, stamp_of

SIZE = 128 * 1024  # bytes read before a window is looked at
OVERLAP = 48 * 1024  # bytes of it that the next window sees again, as what came before
AHEAD = 48 * 1024  # bytes at its end that are looked at with the next one, so that blocks are whole
EDGE = 16 * 1024  # bytes kept of each end of a line that has no end
DEBUG = b"##[debug]"  # how the runner begins a line of debug logging


@dataclass(frozen=True, slots=True)
class Window:
    """Whole lines; those that are new to be looked at lie between `start` and `stop`."""

    lines: list[bytes]
    new: bytes  # those that are, joined, after the end of the line before
    first: int  # number of the first line in the log, from 0
    start: int
    stop: int
    last: bool


def _chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in chunks of SIZE: how they came makes no difference to what is found at their edges."""
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        at = 0
        while size + len(chunk) - at >= SIZE:
            end = at + SIZE - size
            yield b"".join((*parts, memoryview(chunk)[at:end]))
            parts, size, at = [], 0, end
        if at < len(chunk):
            parts.append(chunk[at:])
            size += len(chunk) - at
    if parts:
        yield b"".join(parts)


def _utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same text in UTF-8: Windows PowerShell writes what is redirected into a file in UTF-16.

    See about_Character_Encoding of PowerShell 5.1.
    """
    begin = b""
    for chunk in chunks:
        begin += chunk
        if len(begin) >= len(codecs.BOM_UTF16):
            break
    chunks = chain((begin,), chunks)
    if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        decoder = codecs.getincrementaldecoder("utf-16")("replace")
        chunks = (decoder.decode(chunk).encode() for chunk in chunks)
    return chunks


def _is_debug(line: bytes) -> bool:
    return DEBUG in line and line.startswith(DEBUG, stamp_of(line)[0])


def _without_debug(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes without lines of debug logging, which GitHub adds to the log of a re-run on request.

    They are neither read nor counted, so such a log has the digest that it has without debug logging.
    """
    rest = b""  # the beginning of a line whose end has not come yet
    for chunk in chunks:
        data = rest + chunk
        end = data.rfind(b"\n") + 1
        whole, rest = data[:end], data[end:]
        if DEBUG in whole:
            whole = b"\n".join([line for line in whole.split(b"\n") if not _is_debug(line)])
        if whole:
            yield whole
        if len(rest) > SIZE:  # no more of a line is held; how it begins decides for all of it
            if _is_debug(rest):
                rest = DEBUG
            else:
                yield rest[:-1]
                rest = rest[-1:]
    if rest and not _is_debug(rest):
        yield rest


def _bounded(data: bytes) -> tuple[bytes, bytes]:
    """`data` split after its last whole line; what is left over is bounded."""
    cut = data.rfind(b"\n") + 1
    whole, rest = data[:cut], data[cut:]
    if len(rest) > SIZE:
        left_out = rest[EDGE:-EDGE].decode("utf-8", "replace")
        rest = rest[:EDGE] + cut_mark(left_out).encode() + rest[-EDGE:]
    return whole, rest


def windows(chunks: Iterable[bytes]) -> Iterator[Window]:
    """The log in overlapping windows; each line lies in one window's new part."""
    before: list[bytes] = []  # lines that were looked at
    waiting: list[bytes] = []  # lines that were at hand already, and are new in the next window
    text = b"\n"  # the same, joined, after the end of the line before
    first = 0
    rest = b""  # the beginning of a line whose end has not come yet
    for chunk in _chunks(_without_debug(_utf8(_chunks(chunks)))):
        if len(chunk) < SIZE:
            rest += chunk
            break  # it is the last one
        whole, rest = _bounded(rest + chunk)
        if not whole:
            continue
        stop = whole.rfind(b"\n", 0, max(len(whole) - AHEAD, 0)) + 1
        again = whole.rfind(b"\n", 0, max(len(whole) - AHEAD - OVERLAP, 0)) + 1
        # Split where the next window begins and where this one stops, no line needs to be counted.
        parts_of_whole = (whole[:again], whole[again:stop], whole[stop:])  # each ends with a line's end
        done, last, ahead = (part.split(b"\n")[:-1] for part in parts_of_whole)
        start = len(before)
        lines = [*before, *waiting, *done, *last, *ahead]
        if len(lines) == start + len(ahead):  # new lines wait until more follows them
            waiting, text = ahead, b"\n" + whole[stop:]
            continue
        yield Window(lines, text + whole[:stop], first, start, len(lines) - len(ahead), False)
        first += start + len(waiting) + len(done)
        before, waiting, text = last, ahead, b"\n" + whole[stop:]
    whole, rest = _bounded(rest)
    start = len(before)
    lines = [*before, *waiting, *(whole + rest).split(b"\n")]
    if not lines[-1]:
        lines.pop()
    if len(lines) > start:
        yield Window(lines, text + whole + rest, first, start, len(lines), True)
