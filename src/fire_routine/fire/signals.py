"""Signals that end a job, as an exception that a fire can react to."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # the last one exists on Windows only

_Handler = Callable[[int, FrameType | None], Any] | int | None


class Interrupted(BaseException):
    """A signal asked the process to end. Like KeyboardInterrupt, no `except Exception` catches it."""

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
    """In this block, the first signal raises `Interrupted` in the main thread; later ones are ignored.

    A runner that cancels a job sends SIGINT, SIGTERM 7.5 s later, and kills the job 2.5 s after that. An
    unknown outcome must be recorded in between.
    Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-cancellation

    In any other thread the block changes nothing: Python handles signals in the main thread only.

    Raises:
        Interrupted: a signal came.
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
        caught = True  # a signal that comes now must not undo what the block has done
        _restore(before)


@contextmanager
def uninterruptible() -> Iterator[None]:
    """In this block, signals are ignored, except in `interruptible` blocks inside it.

    It is for work that must be finished once a request may have been sent. That takes a few of the ten
    seconds that a runner gives to a cancelled job.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _numbers()}
    try:
        yield
    finally:
        _restore(before)
