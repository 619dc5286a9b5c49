"""The emulator's pages in a browser: light and dark, at 420 and 1,200 pixels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.browser.chromium import Chromium
from tests.browser.rendering import NARROW, WIDE, measured, side_by_side
from tests.browser.reports import TEXT, reports

from fire_routine import Routine
from fire_routine.emulator import pages
from fire_routine.emulator.endpoint import Endpoint, limit
from fire_routine.report import summary

NAMES = ("emulator-overview", "emulator-session", "emulator-summary", "emulator-log")


@pytest.fixture(scope="module")
def shown() -> Iterator[dict[str, str]]:
    """The pages' HTML by name, as the emulator serves them."""
    with Endpoint(script=[None, limit(3600)]) as endpoint:
        routine = Routine(endpoint.url, endpoint.token, max_wait=0)
        text = f"{TEXT}\n\n## Failure 1 of 1: `test (3.12)`\n\nWhat ran:\n```\npytest {'x' * 300}\n```\n\n- <https://x.test>"
        session = routine.fire(text)
        with pytest.raises(Exception, match="limit"):
            routine.fire("A second one")
        routine.fire()
        overview = httpx.get(endpoint.home, trust_env=False).text
        one = httpx.get(session.url, trust_env=False).text
    yield {
        "emulator-overview": overview.replace("http-equiv", "data-http-equiv"),  # it would load again
        "emulator-session": one,
        "emulator-summary": pages.document("Job summary", summary(reports()["fired-3-jobs"])),
        "emulator-log": pages.job_log("test (3.12)", "a line " * 200 + "\nand another"),
    }


@pytest.fixture(scope="module")
def fits(browser: Chromium, shown: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = browser.result(measured(shown))
    return found


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_overflows(fits: dict[str, Any], name: str, width: int) -> None:
    for state in ("closed", "open"):
        found = fits[f"{name} {width}"][state]
        assert (found["over"], found["scrolls"]) == ([], False), state


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", NAMES[:2])
def test_pictures_are_kept(
    browser: Chromium, shown: dict[str, str], pictures: Path, name: str, dark: bool
) -> None:
    file = pictures / f"{name}-{'dark' if dark else 'light'}.png"
    browser.picture(side_by_side(shown[name], 900), file, dark=dark, width=NARROW + WIDE + 48, height=916)


def test_the_overview_has_a_row_for_each_session_and_loads_again(shown: dict[str, str]) -> None:
    page = shown["emulator-overview"]
    assert page.count("<td>started") == 2
    assert "CI failed: `test (3.12)`" in page and "(no text)" in page
    assert "<td>429" in page
    assert f'content="{pages.REFRESH}"' in page
