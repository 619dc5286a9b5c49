"""What the tests of the commands share."""

from __future__ import annotations

import pytest

from fire_routine.emulator import Endpoint


@pytest.fixture
def routine(monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    endpoint = Endpoint()
    monkeypatch.setenv("ROUTINE_FIRE_URL", endpoint.url)
    monkeypatch.setenv("ROUTINE_FIRE_TOKEN", endpoint.token)
    return endpoint
