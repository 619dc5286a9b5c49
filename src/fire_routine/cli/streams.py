"""Files and standard streams of the commands. What can't be read or written is one line.

Progress is for a terminal only, so that a pipe or a file gets plain lines.
"""

from __future__ import annotations

import codecs
import sys
import threading
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Self, TextIO

from ..model.evidence import COMPRESSED
from ..sanitize import sanitize_line
from . import CommandError

CHUNK = 1 << 20  # bytes that are read at a time
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # as Windows PowerShell redirects
_MOST_UNDECODABLE = 0.1  # of the characters; more of them, and it is no text
_MOST_NULS = 0.01  # of the bytes of a log: some tools print a few
_EVERY = 0.1  # seconds between two states of a progress line
_CLEAR = "\r\x1b[K"


def opened(name: str) -> BinaryIO:
    """A file to read; `-` is standard input."""
    if name == "-":
        if sys.stdin is None:
            raise CommandError("standard input is closed: pipe the file into it, or name the file")
        return open(sys.stdin.fileno(), "rb", closefd=False)
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise CommandError(f"{_shown(name) or 'an empty name'}: {error.strerror or error}") from None


def read(stream: BinaryIO, size: int) -> bytes:
    try:
        return stream.read(size)
    except OSError as error:
        name = stream.name if isinstance(stream.name, str) else "standard input"
        raise CommandError(f"{_shown(name)}: {error.strerror or error}") from None


def text_of(name: str, most: int) -> str:
    """A file as text, in the encoding that it names, else UTF-8.

    Raises:
        CommandError: it has more than `most` bytes, or is no text.
    """
    with opened(name) as stream:
        raw = read(stream, most + 1)
    if len(raw) > most:
        raise CommandError(f"{_shown(name)} is longer than any text that the endpoint takes: shorten it")
    wide = raw.startswith(_UTF_16)
    text = raw.decode("utf-16" if wide else "utf-8-sig", "replace")
    if "\0" in text or text.count("\ufffd") > _MOST_UNDECODABLE * len(text):
        raise CommandError(f"{_shown(name)} is binary: give a text in UTF-8")
    return text


def log_chunks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """The chunks of a log.

    Raises:
        CommandError: it is compressed, or binary by its first chunk.
    """
    begin = read(stream, CHUNK)
    if begin.startswith(COMPRESSED):
        raise CommandError(f"{_shown(name)}: it is compressed: unpack it first")
    while begin and not (begin := begin.lstrip(b"\0")):  # a file that was truncated while it was written
        begin = read(stream, CHUNK)
    if not begin.startswith(_UTF_16) and _binary(begin):  # distill decodes UTF-16
        raise CommandError(f"{_shown(name)}: it is binary: give a log in UTF-8, or in UTF-16 with its mark")
    return chain((begin,), _chunks(stream))


def write(text: str) -> None:
    """A line or more on standard output."""
    if sys.stdout is None:
        raise CommandError("standard output is closed: open it, or send it to a file")
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(f"standard output: {error.strerror or error}") from None


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := read(stream, CHUNK):
        yield chunk


def _binary(begin: bytes) -> bool:
    if begin.count(0) > _MOST_NULS * len(begin):
        return True
    text = begin.decode("utf-8", "replace")
    return text.count("\ufffd") > _MOST_UNDECODABLE * len(text)


def _shown(name: str) -> str:
    """A file's name as a person may see it: it may hold escape sequences."""
    return "standard input" if name == "-" else sanitize_line(name)


def is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


class Progress:
    """One line on standard error that changes in place, for a `with` block; silent where it is no terminal.

    Thread-safe.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shown_at = 0.0  # 0: nothing is shown

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._print("")

    def show(self, line: str) -> None:
        """The state now; states that follow within a tenth of a second are skipped."""
        if is_terminal(sys.stderr) and time.monotonic() - self._shown_at > _EVERY:
            self._print(line[:100])
            self._shown_at = time.monotonic()

    def say(self, line: str) -> None:
        """A line that stays, on a terminal or not."""
        self._print(f"{line}\n")

    def _print(self, text: str) -> None:
        with self._lock:
            if sys.stderr is not None:
                print(_CLEAR * bool(self._shown_at) + text, end="", file=sys.stderr, flush=True)
            self._shown_at = 0.0
