"""Threads that share work, and who waits for them."""

from __future__ import annotations

import signal
import sys
import threading
import time
from concurrent.futures import Future
from types import FrameType

import pytest

from fire_routine.threads import result, threads


class Heard(BaseException):
    """A signal's handler was called."""


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="no thread can leave a signal to others")
def test_a_signal_that_did_not_end_the_wait_itself_is_heard_all_the_same() -> None:
    def hear(_number: int, _frame: FrameType | None) -> None:
        raise Heard

    answer: Future[None] = Future()
    waiting, heard = threading.get_ident(), threading.Event()

    def waits() -> bool:
        frame = sys._current_frames()[waiting]
        while frame.f_code is not result.__code__:
            if frame.f_back is None:
                return False
            frame = frame.f_back
        return True

    def take_the_signal() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
        while not waits():
            time.sleep(0.01)
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
        heard.wait(60)
        answer.set_result(None)

    before = signal.signal(signal.SIGUSR1, hear)
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    try:
        threading.Thread(target=take_the_signal, daemon=True).start()
        with pytest.raises(Heard):
            result(answer)
        assert not answer.done()
    finally:
        heard.set()
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        signal.signal(signal.SIGUSR1, before)


def test_who_leaves_by_an_exception_leaves_what_has_not_begun_undone() -> None:
    begun, go_on = threading.Event(), threading.Event()
    done: list[int] = []

    def first() -> None:
        begun.set()
        go_on.wait(60)

    with pytest.raises(Heard), threads(1, "test") as pool:
        pool.submit(first)
        later = pool.submit(done.append, 1)
        assert begun.wait(60)
        raise Heard
    go_on.set()
    assert later.cancelled()
    assert done == []
