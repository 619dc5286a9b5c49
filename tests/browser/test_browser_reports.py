"""Summaries and comments in a browser, with GitHub's own style: nothing overflows, every link works."""

from __future__ import annotations

import itertools
import re
from urllib.parse import urlsplit

import pytest
from tests.browser.chromium import Chromium
from tests.browser.rendering import NARROW, WIDE, document, measured, to_html
from tests.browser.reports import COMMENTED, SCENES, report

HOSTS = ("claude.ai", "github.com")
PAGES = [*SCENES, *(f"comment-{name}" for name in COMMENTED)]


def markdown(page: str) -> str:
    of = report(page.removeprefix("comment-"))
    return of.comment if page.startswith("comment-") else of.summary


def test_every_page_fits_at_both_widths_and_its_links_lead_somewhere(browser: Chromium) -> None:
    """With alerts as alerts and as quotations, folds closed and open."""
    wrong: list[object] = []
    for alerts in (True, False):
        pages = {name: document(to_html(markdown(name), alerts=alerts)) for name in PAGES}
        found = browser.result(measured(pages))
        for name, width in itertools.product(PAGES, (NARROW, WIDE)):
            of = found[f"{name} {width}"]
            states = (of["closed"], of["open"])
            if any(state["over"] or state["scrolls"] or state["width"] != width for state in states):
                wrong.append((name, width, alerts, states))
            if not of["links"] and name != "failed-invalid-input":
                wrong.append((name, "no links"))
            wrong += [(name, link) for link in of["links"] if not _leads_somewhere(*link)]
    assert wrong == []


def _leads_somewhere(address: str, label: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" and parts.hostname in HOSTS and bool(label.strip())


@pytest.mark.parametrize("name", PAGES)
def test_no_markdown_is_left_in_what_people_read(name: str) -> None:
    body = re.sub(r"<(code|pre).*?</\1>", "", to_html(markdown(name), alerts=True), flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->|<[^>]+>", "", body)
    for mark in ("](", "**", "`", "[!", "&lt;"):
        assert mark not in text, text[max(0, text.find(mark) - 80) : text.find(mark) + 80]


@pytest.mark.parametrize("name", SCENES)
def test_an_alert_reads_well_as_a_quotation(name: str) -> None:
    html = to_html(markdown(name), alerts=False)
    lines = re.sub(r"<[^>]+>", "", html.partition("</blockquote>")[0].partition("<blockquote>")[2]).split()
    assert re.fullmatch(r"\[!(TIP|NOTE|WARNING|CAUTION)\]", lines[0])
    assert len(lines) > 3
