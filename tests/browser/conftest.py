from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.browser import chromium


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Chromium]:
    path = chromium.find()
    if path is None:
        pytest.skip("no Chromium on PATH: install it (Debian: apt-get install chromium), or set CHROMIUM")
    yield chromium.Chromium(path, tmp_path_factory.mktemp("chromium"))
