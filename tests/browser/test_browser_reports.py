"""Summaries and comments in a browser, with GitHub's own style: nothing overflows, every link works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.browser.chromium import Chromium
from tests.browser.rendering import NARROW, WIDE, document, measured, side_by_side, to_html
from tests.browser.reports import COMMENTED, SCENES, report

from fire_routine.model import Result

HOSTS = ("claude.ai", "github.com")
TALLEST = 2400  # pixels of a picture
# Pictures take seconds each: every summary in light, and of the rest what shows another colour or shape.
IN_DARK = ("fired-matrix", "skipped-duplicate", "failed-unauthorized", "unknown")
OF_COMMENTS = ("comment-fired-matrix", "comment-fired-60-failures", "comment-unknown")
PAGES = [*SCENES, *(f"comment-{name}" for name in COMMENTED)]


def markdown(page: str) -> str:
    of = report(page.removeprefix("comment-"))
    return of.comment if page.startswith("comment-") else of.summary


def _pages(*, alerts: bool) -> dict[str, str]:
    return {name: document(to_html(markdown(name), alerts=alerts)) for name in PAGES}


@pytest.mark.parametrize("name", SCENES)
def test_each_scene_ends_as_its_name_says(name: str) -> None:
    of = report(name)
    assert of.outcome == ("skipped" if name == "dry-run" else name.partition("-")[0])
    assert bool(of.comment) == (name in COMMENTED)


def test_there_is_a_scene_for_each_outcome() -> None:
    assert {report(name).outcome for name in SCENES} == set(Result)


@pytest.fixture(scope="module")
def fits(browser: Chromium) -> dict[bool, Any]:
    """How each page fits, by whether its alerts are alerts, its name and its width."""
    return {alerts: browser.result(measured(_pages(alerts=alerts))) for alerts in (True, False)}


@pytest.mark.parametrize("alerts", [True, False], ids=["alerts", "quotations"])
@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_overflows(fits: dict[bool, Any], name: str, width: int, alerts: bool) -> None:
    found = fits[alerts][f"{name} {width}"]
    for state in ("closed", "open"):
        assert found[state]["width"] == width
        assert (found[state]["over"], found[state]["scrolls"]) == ([], False), state


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere_and_is_named(fits: dict[bool, Any], name: str) -> None:
    links = fits[True][f"{name} {WIDE}"]["links"]
    assert links or name == "failed-invalid-input"
    for address, label in links:
        parts = urlsplit(address)
        assert parts.scheme == "https" and parts.hostname in HOSTS, address
        assert label.strip()


@pytest.mark.parametrize("name", PAGES)
def test_no_markdown_is_left_in_what_people_read(name: str) -> None:
    body = re.sub(r"<(code|pre).*?</\1>", "", to_html(markdown(name), alerts=True), flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->|<[^>]+>", "", body)
    for mark in ("](", "**", "`", "[!", "&lt;"):
        assert mark not in text, text[max(0, text.find(mark) - 80) : text.find(mark) + 80]


@pytest.mark.parametrize("name", SCENES)
def test_an_alert_reads_well_as_a_quotation(name: str) -> None:
    quotation = (
        to_html(markdown(name), alerts=False).partition("</blockquote>")[0].partition("<blockquote>")[2]
    )
    lines = re.sub(r"<[^>]+>", "", quotation).split()
    assert re.fullmatch(r"\[!(TIP|NOTE|WARNING|CAUTION)\]", lines[0])
    assert len(lines) > 3


ALIKE = [f"skipped-duplicate-{state}" for state in ("branch", "closed", "merged")]
PICTURES = [(name, False) for name in (*SCENES, *OF_COMMENTS) if name not in ALIKE] + [
    (name, True) for name in IN_DARK
]


@pytest.mark.parametrize(("name", "dark"), PICTURES)
def test_pictures_are_kept(
    browser: Chromium, fits: dict[bool, Any], pictures: Path, name: str, dark: bool
) -> None:
    """At 420 and 1,200 pixels side by side, with GitHub's alerts."""
    height = min(TALLEST, max(fits[True][f"{name} {width}"]["closed"]["height"] for width in (NARROW, WIDE)))
    page = document(to_html(markdown(name), alerts=True))
    file = pictures / f"{name}-{'dark' if dark else 'light'}.png"
    browser.picture(side_by_side(page, height), file, dark=dark, width=NARROW + WIDE + 48, height=height + 16)
