"""A log that another thread reads ahead, so that nothing a server does outlasts the deadline."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator

from ..model import GitHubError
from .download import LATE

AHEAD = 8  # chunks (of at most 64 KiB) read before they are asked for


class ReadAhead:
    """A log's bytes until the deadline, a reading of `clock` in seconds. Iterate once."""

    def __init__(
        self,
        chunks: Iterable[bytes],
        deadline: float,
        clock: Callable[[], float],
        over: threading.Event,
    ) -> None:
        """`over`: set once no one waits for the log any more."""
        self._chunks = chunks
        self._over = over
        self._deadline = deadline
        self._clock = clock
        self._ahead: queue.Queue[bytes | GitHubError | None] = queue.Queue(AHEAD)
        self._given_up = threading.Event()
        self.size = 0  # bytes
        self.error: GitHubError | None = None

    def __iter__(self) -> Iterator[bytes]:
        threading.Thread(target=self._fetch, daemon=True).start()
        try:
            while not self._over.is_set():
                left = self._deadline - self._clock()
                if left <= 0:  # what has arrived is still read, and nothing more
                    self._given_up.set()
                item = self._ahead.get(timeout=max(0.0, left))
                if item is None or isinstance(item, GitHubError):
                    self.error = item
                    return
                self.size += len(item)
                yield item
        except queue.Empty:
            self.error = GitHubError(LATE)
        finally:
            self._given_up.set()

    def _fetch(self) -> None:
        end: GitHubError | None = None
        try:
            for chunk in self._chunks:
                self._put(chunk)
                if self._given_up.is_set():
                    return
        except GitHubError as error:
            end = error
        except Exception as error:  # no one would see it: it is a thread's
            end = GitHubError(f"it can't be read ({type(error).__name__})")
        self._put(end)

    def _put(self, item: bytes | GitHubError | None) -> None:
        while not self._given_up.is_set():
            try:
                self._ahead.put(item, timeout=0.1)
                return
            except queue.Full:
                continue
