from __future__ import annotations

import pytest

from fire_routine.known_failures import searching


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the start of a process alone may take longer than a pattern may."""
    for name in ("SECONDS", "ALL_SECONDS"):
        monkeypatch.setattr(searching, name, 120.0)
