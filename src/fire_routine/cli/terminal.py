"""Colour and progress: on a terminal only, so that a pipe or a file gets plain lines."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

BOLD, DIM, RED, CYAN, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[36m", "\x1b[0m"
_EVERY = 0.1  # seconds between two states of a progress line
_CLEAR = "\r\x1b[K"

_GAP = re.compile(r"\[… [^\]]*\]")  # what was left out
_HEADING = re.compile(r"#{1,6} ")
_EXPLAINED = re.compile(r"── line \d+ ")
_ERROR = re.compile(
    r"^\W*(?:\w+ )?(?:\[error\]|error\b|fatal\b|failed\b|fail:|panic|E {2,})"
    r"|\b\w*(?:Error|Exception)\b(?!\()|✖|×",
    re.IGNORECASE,
)


def is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def has_colour(stream: TextIO | None, environ: Mapping[str, str] | None = None) -> bool:
    """Whether to colour what goes to `stream`: https://no-color.org, and no "dumb" terminal."""
    environ = os.environ if environ is None else environ
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb":
        return False
    if sys.platform == "win32" and not (environ.get("WT_SESSION") or environ.get("TERM")):
        return False  # an old console shows the codes
    return is_terminal(stream)


def bold(line: str) -> str:
    return f"{BOLD}{line}{PLAIN}"


def coloured(text: str) -> str:
    """A text or an excerpt for people: headings bold, errors red, gaps dim."""
    return "\n".join(map(_coloured_line, text.split("\n")))


def _coloured_line(line: str) -> str:
    if _GAP.fullmatch(line.strip()):
        return f"{DIM}{line}{PLAIN}"
    if _HEADING.match(line):
        return bold(line)
    if _EXPLAINED.match(line):
        return f"{CYAN}{line}{PLAIN}"
    return f"{RED}{line}{PLAIN}" if _ERROR.search(line) else line


class Progress:
    """One line on standard error that changes in place, on a terminal; nothing elsewhere.

    Lines that are printed meanwhile appear above it. Thread-safe.
    """

    def __init__(
        self,
        stream: TextIO | None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._stream = stream if is_terminal(stream) else None
        self._plain = stream
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._line = ""
        self._shown_at = float("-inf")

    def say(self, line: str) -> None:
        """A line that stays."""
        with self._lock:
            self._clear()
            if self._plain is not None:
                print(line, file=self._plain, flush=True)

    def show(self, line: str) -> None:
        """The state now; states that follow within a tenth of a second are skipped."""
        with self._lock:
            if self._stream is None or self._now() - self._shown_at < _EVERY:
                return
            self._shown_at = self._now()
            self._line = line
            self._stream.write(f"{_CLEAR}{line[:100]}")
            self._stream.flush()

    def wait(self, seconds: float) -> None:
        """Wait, with the seconds that are left as the state."""
        until = self._now() + seconds
        while (left := until - self._now()) > 0:
            self.show(f"{left:.0f} s left")
            self._sleep(min(left, 1.0) if self._stream is not None else left)
        self.end()

    def end(self) -> None:
        with self._lock:
            self._clear()

    def _clear(self) -> None:
        if self._stream is not None and self._line:
            self._stream.write(_CLEAR)
            self._stream.flush()
            self._line = ""
            self._shown_at = float("-inf")


@contextmanager
def progress() -> Iterator[Progress]:
    """Progress on standard error, cleared at the end."""
    shown = Progress(sys.stderr)
    try:
        yield shown
    finally:
        shown.end()


def counted(chunks: Iterable[bytes], name: str, total: int, shown: Progress) -> Iterator[bytes]:
    """The chunks, with how much has been read as progress. `total`: bytes, 0 where it is not known."""
    size = 0
    of = f" of {_megabytes(total)}" if total else ""
    for chunk in chunks:
        yield chunk
        size += len(chunk)
        shown.show(f"Reading {name}: {_megabytes(size)}{of}")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"
