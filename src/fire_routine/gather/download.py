"""One job's log as it arrives: its end in any case, where the server can send a part of it.

The cause of a failure is mostly near the end of the log. So a log that is too long or too slow is not read to
the end of the room or the time: a range request fetches its last bytes
(https://www.rfc-editor.org/rfc/rfc9110#name-range-requests). After a cut, the download continues where it
was.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx

from ..model import GitHubError

PARTS = 8  # requests for one log
END = 64 * 1024 * 1024  # bytes of a too long log's end that are read, …
END_SHARE = 4  # … or a part of the cap, if that is less: one in this many
LEAST_END = 16 * 1024  # bytes of an end that are worth a request
MEASURED = 0.05  # of the time that a log has, before its speed is judged
MOST_MEASURED = 5.0  # seconds of that
IN_TIME = 0.9  # of the time that a log has, within which it must be expected to arrive
PLANNED = 0.7  # of that time, that the end is planned to take: it may arrive more slowly
LATE = "there was no time left to read it"
CUT = "the connection was cut while it was read"
_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})")

Open = Callable[[int], httpx.Response]  # the log's answer from a byte on, its body unread


class Pace:
    """The time until the deadline, shared by logs of which `width` are read at a time. Thread-safe."""

    def __init__(self, deadline: float, clock: Callable[[], float], width: int, count: int) -> None:
        self.clock = clock
        self._deadline = deadline
        self._width = width
        self._waiting = count
        self._ended = 0
        self._seconds = 0.0  # that all ended ones took
        self._lock = threading.Lock()

    def begin(self) -> None:
        with self._lock:
            self._waiting -= 1

    def end(self, seconds: float) -> None:
        with self._lock:
            self._ended += 1
            self._seconds += seconds

    def left(self, expected: float) -> float:
        """Seconds for a log, so that those that wait have theirs.

        Args:
            expected: seconds that the log would take; what others take, before one has ended.
        """
        with self._lock:
            left = self._deadline - self.clock()
            rounds = self._waiting / self._width
            typical = self._seconds / self._ended if self._ended else expected
            return max(left - rounds * typical, left / (1 + rounds), 0.0)


@dataclass(slots=True)
class _Part:
    """One answer: the log from a byte on."""

    response: httpx.Response
    begin: int
    began: float  # reading of the clock
    size: int = 0  # bytes that have arrived

    @property
    def position(self) -> int:
        return self.begin + self.size


class Download:
    """A log's bytes, for one iteration; raises `GitHubError` where it ends early."""

    def __init__(self, open_at: Open, max_bytes: int, pace: Pace) -> None:
        self._open_at = open_at
        self._max_bytes = max_bytes
        self._pace = pace
        self._room = max_bytes
        self._length: int | None = None
        self._ranges = True
        self._parts = 1
        self._fewest_seconds = min(MEASURED * pace.left(0.0), MOST_MEASURED)
        self._torn = False  # what arrives is the rest of a line whose beginning was not read
        self.left_out = ""  # why a part before the end was left out

    def __iter__(self) -> Iterator[bytes]:
        part = _Part(self._open_at(0), 0, self._pace.clock())
        self._length = _length(part.response)
        position = 0
        while True:
            if part.begin > position:
                yield b"\n"  # ends the line that was not read to its end
                self._torn = True
            following: _Part | None = None
            try:
                for chunk in self._whole_lines(part):
                    yield chunk[: self._room]
                    if len(chunk) > self._room:
                        raise GitHubError(self._too_long)
                    self._room -= len(chunk)
                    following = self._next(part)
                    if following is not None:
                        break
            except httpx.HTTPError:
                following = self._resumed(part)
                if following is None:
                    raise GitHubError(CUT) from None
            finally:
                part.response.close()
            if following is None:
                return
            position, part = part.position, following

    def _whole_lines(self, part: _Part) -> Iterator[bytes]:
        """The part's chunks as they arrive: chunks of a fixed size would be held back until they are full.

        The rest of a torn line is left out: half a secret could not be recognised as one.
        """
        for chunk in part.response.iter_bytes():
            part.size += len(chunk)
            kept = chunk
            if self._torn:
                end = chunk.find(b"\n") + 1
                self._torn = end == 0
                kept = chunk[end:] if end else b""
            yield kept

    @property
    def _too_long(self) -> str:
        return f"it is longer than {self._max_bytes >> 20} MiB"

    def _next(self, part: _Part) -> _Part | None:
        """The end of the log, where the rest of it is too long or too slow; None: read on."""
        if self._length is None or not self._ranges or self._parts >= PARTS:
            return None
        end = min(END, self._max_bytes // END_SHARE)
        rest = self._length - part.position
        if rest > self._room and self._room <= end:
            return self._end(part, self._room, self._too_long)
        elapsed = self._pace.clock() - part.began
        if elapsed <= self._fewest_seconds:
            return None
        speed = part.size / elapsed
        left = self._pace.left(elapsed + min(rest, self._room) / speed)
        if min(rest, self._room) <= speed * left * IN_TIME:
            return None
        return self._end(part, min(int(speed * left * PLANNED), self._room), LATE)

    def _end(self, part: _Part, size: int, why: str) -> _Part | None:
        """The last `size` bytes of the log; None: it is what arrives anyway, or it is unavailable."""
        start = (self._length or 0) - size
        if size < LEAST_END or start <= part.position:
            return None
        following = self._asked(start)
        if following is not None:
            self.left_out = self.left_out or why
        return following

    def _resumed(self, part: _Part) -> _Part | None:
        """The log from where the connection was cut."""
        if self._length is None or self._parts >= PARTS or part.position >= self._length:
            return None
        return self._asked(part.position)

    def _asked(self, start: int) -> _Part | None:
        self._parts += 1
        try:
            response = self._open_at(start)
        except GitHubError:
            self._ranges = False
            return None
        if not _is_range(response, start, self._length):
            response.close()
            self._ranges = False
            return None
        return _Part(response, start, self._pace.clock())


def _length(response: httpx.Response) -> int | None:
    """The log's bytes, if the answer states them; an encoded body has another length."""
    stated = response.headers.get("content-length", "")
    return int(stated) if re.fullmatch(r"[0-9]{1,18}", stated) and not _is_encoded(response) else None


def _is_encoded(response: httpx.Response) -> bool:
    encoding: str = response.headers.get("content-encoding", "identity")
    return encoding != "identity"


def _is_range(response: httpx.Response, start: int, length: int | None) -> bool:
    """Whether it is the part of the very log from `start` to its end."""
    found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
    if response.status_code != 206 or found is None or length is None or _is_encoded(response):
        return False
    return (int(found[1]), int(found[2]), int(found[3])) == (start, length - 1, length)
