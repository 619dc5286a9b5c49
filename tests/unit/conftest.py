"""What several folders of tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.emulated.github import GitHubEmulator

from fire_routine.settings import CA_VARIABLES

PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def emulator() -> Iterator[GitHubEmulator]:
    """A repository on an emulated GitHub, in which nothing has run yet."""
    with GitHubEmulator() as github:
        yield github


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy and no authority of this machine."""
    for name in (*PROXY_VARIABLES, *CA_VARIABLES):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
