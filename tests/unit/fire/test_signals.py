"""Signals, sent to this very process."""

from __future__ import annotations

import os
import signal

import pytest

from fire_routine.fire import Interrupted, interruptible, uninterruptible

pytestmark = pytest.mark.skipif(os.name == "nt", reason="os.kill ends a process there, whatever the signal")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_first_signal_raises(name: str) -> None:
    number = signal.Signals[name]
    with pytest.raises(Interrupted) as caught, interruptible():
        os.kill(os.getpid(), number)
    assert caught.value.signum == number


def test_later_signals_are_ignored_until_the_block_ends() -> None:
    finished = False
    with pytest.raises(Interrupted), interruptible():
        try:
            os.kill(os.getpid(), signal.SIGINT)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            finished = True
    assert finished


def test_uninterruptible_ignores_signals_and_restores_what_was_there() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with uninterruptible():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGTERM) is before


def test_uninterruptible_lets_an_inner_block_be_interrupted_and_goes_on() -> None:
    with uninterruptible():
        with pytest.raises(Interrupted), interruptible():
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
