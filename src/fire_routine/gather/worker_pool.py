"""A few threads that share work. After an interruption, nothing waits for them.

`concurrent.futures` waits for its threads, at the end of a `with` block and at the interpreter's: a
job that is being cancelled has seconds, and a download may have minutes left.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from types import TracebackType
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Item = TypeVar("Item")
Result = TypeVar("Result")

SLICE = 0.2  # seconds


class Pending(Future[Result]):
    """A result to come. A wait for it in the main thread handles signals.

    Python looks for signals before a wait, not during it, so no wait lasts longer than a slice.
    """

    def result(self, timeout: float | None = None) -> Result:
        until = None if timeout is None else time.monotonic() + timeout
        while not self.done():
            left = SLICE if until is None else min(SLICE, until - time.monotonic())
            if left <= 0:
                break
            with suppress(TimeoutError):
                super().result(left)
        return super().result(0)


def started(call: Callable[[], Result], name: str) -> Pending[Result]:
    """Let a thread of its own call it now."""
    pending: Pending[Result] = Pending()
    threading.Thread(target=_settle, args=(pending, call), name=name, daemon=True).start()
    return pending


def _settle(pending: Pending[Result], call: Callable[[], Result]) -> None:
    try:
        pending.set_result(call())
    except BaseException as error:
        pending.set_exception(error)


class WorkerPool:
    """For a `with` block. By its regular end, all results must have been collected."""

    def __init__(self, count: int, name: str) -> None:
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}-{number}", daemon=True)
            for number in range(count)
        ]
        self._over = threading.Event()

    def __enter__(self) -> WorkerPool:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for _ in self._threads:
            self._work.put(None)

    def submit(
        self, call: Callable[Arguments, Result], *arguments: Arguments.args, **named: Arguments.kwargs
    ) -> Pending[Result]:
        """Let a thread call it, in the order of the calls."""
        future: Pending[Result] = Pending()
        self._work.put(lambda: _settle(future, lambda: call(*arguments, **named)))
        return future

    def map(self, call: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """The results in the items' order; raises what the first failing one raised."""
        futures = [self.submit(call, item) for item in items]
        return [future.result() for future in futures]

    def _run(self) -> None:
        while (work := self._work.get()) is not None and not self._over.is_set():
            work()
