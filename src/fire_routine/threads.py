"""Threads that are waited for, or abandoned: after an interruption nothing waits for them. A leaf.

A job that is being cancelled has seconds, and a download may have minutes left. A `with` block of
`concurrent.futures` itself would wait for its threads.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TypeVar

T = TypeVar("T")

SLICE = 0.2  # seconds


@contextmanager
def threads(count: int, name: str) -> Iterator[ThreadPoolExecutor]:
    """A few threads that share work. Whoever leaves the block leaves them alone, too."""
    pool = ThreadPoolExecutor(count, name)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def result(future: Future[T], seconds: float | None = None) -> T:
    """The future's result, waited for so that the main thread handles signals meanwhile.

    Some systems look for signals before a wait alone, not during it. So no wait lasts longer than a slice.
    The clock is the real one, whichever the action goes by: what hangs, hangs in real time.

    Raises:
        TimeoutError: there is none after `seconds`.
    """
    until = None if seconds is None else time.monotonic() + seconds
    while not future.done():
        left = SLICE if until is None else min(SLICE, until - time.monotonic())
        if left <= 0:
            raise TimeoutError
        with suppress(TimeoutError):
            return future.result(left)
    return future.result()
