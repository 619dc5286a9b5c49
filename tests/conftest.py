"""What every tier needs."""

from __future__ import annotations

import signal

import pytest
from hypothesis import HealthCheck, settings

from fire_routine.known_failures import searching


def pytest_configure() -> None:
    """Started in the background by a shell, or by nohup, the tests inherit signals that are ignored, and so
    would the processes that they signal."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    # No test depends on how fast a machine is.
    settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def patient_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the start of a process alone may take longer than a pattern may."""
    for name in ("SECONDS", "ALL_SECONDS"):
        monkeypatch.setattr(searching, name, 120.0)
