"""Signals that end a job, turned into an exception a fire knows how to end on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK")  # the last on Windows alone

_Handler = Callable[[int, FrameType | None], Any] | int | None


class Interrupted(BaseException):
    """A signal asked the process to end. Like KeyboardInterrupt, no `except Exception` swallows it."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.signum = signum


def _numbers() -> list[int]:
    return [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]


def _restore(handlers: Mapping[int, _Handler]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, signal.SIG_DFL if handler is None else handler)


@contextmanager
def interruptible() -> Iterator[None]:
    """Within it the first SIGINT or SIGTERM raises `Interrupted` in the main thread.

    Later signals are ignored until the block ends: a runner that cancels a job sends SIGINT,
    SIGTERM 7.5 s later and kills 2.5 s after that, and what was left unknown must be recorded in
    between (https://docs.github.com/actions/reference/workflows-and-actions/workflow-cancellation).
    Outside the main thread, where Python takes no signals, it does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught = False

    def handle(signum: int, _frame: FrameType | None) -> None:
        nonlocal caught
        if not caught:
            caught = True
            raise Interrupted(signum)

    before = {number: signal.signal(number, handle) for number in _numbers()}
    try:
        yield
    finally:
        caught = True  # one that comes now must not undo what the block has done
        _restore(before)


@contextmanager
def uninterruptible() -> Iterator[None]:
    """Within it SIGINT and SIGTERM are ignored, `interruptible` blocks inside it apart.

    For what must be finished once a request may have been sent: a few seconds, of the ten that a
    runner leaves a cancelled job.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _numbers()}
    try:
        yield
    finally:
        _restore(before)
