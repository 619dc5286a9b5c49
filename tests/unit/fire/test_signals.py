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


def test_uninterruptible_lets_an_inner_block_be_interrupted_and_goes_on() -> None:
    with uninterruptible():
        with pytest.raises(Interrupted), interruptible():
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
