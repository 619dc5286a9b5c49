"""What GitHub really answered, played to the client; and the emulated GitHub, which answers the same.

The exchanges are PyGithub's recordings (`support/recorded/`). Where there is no package index
they can't be had.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from urllib.request import Request, urlopen

import pytest
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.routes import ROUTES
from tests.support.recorded.asking import asked
from tests.support.recorded.emulation import hold
from tests.support.recorded.player import API, path_of, played, shown
from tests.support.recorded.pygithub import Exchange, UnavailableError, exchanges
from tests.unit.gather.gathering import IMPATIENT, PATIENCE, github_of

from fire_routine.gather.storage import Storage
from fire_routine.github.client import GitHub
from fire_routine.model.outcome import GitHubError

RECORDED = Path(__file__).parents[1] / "support" / "recorded" / "cases.toml"
LINKED_BY_NUMBER = 2015  # the year from which on links name repositories by their numbers
# Its answer is a redirect, as that of a log is; and what the client does not ask.
# The settings that `check` reads are held by GitHub's description alone: tests/unit/check.
SETTINGS = {
    *(r"/actions/(?:organization-)?secrets", r"/actions/workflows", r"/branches", r"/environments"),
    *(r"/branches/(.+)/protection", r"/rulesets", r"/rulesets/(\d+)"),
    *(f"/environments/([^/]+)/{place}" for place in ("deployment-branch-policies", "secrets")),
}
POSTS = {
    *("/issues", r"/issues/(\d+)", r"/issues/(\d+)/comments"),
    *("/issues/comments", r"/issues/comments/(\d+)"),
}
UNRECORDED = {r"/actions/artifacts/(\d+)/zip", r"/commits/([^/]+)", *POSTS, *SETTINGS}


@dataclass(frozen=True, slots=True)
class Case:
    """Exchanges that follow each other, and what the client makes of them; see cases.toml."""

    recorded: str
    ask: str  # the name of a question
    of: list[Any]
    filters: dict[str, str]
    shows: str
    asked: str

    def exchanges(self) -> list[Exchange]:
        try:
            return [exchanges(recording)[number] for recording, number in self.numbers]
        except UnavailableError as error:
            pytest.skip(str(error))

    @property
    def numbers(self) -> list[tuple[str, int]]:
        parts = [part.split() for part in self.recorded.split(", ")]
        return [(recording, int(number)) for recording, *numbers in parts for number in numbers]


def cases(kind: str) -> dict[str, Case]:
    def case(ask: str, recorded: str, found: Mapping[str, Any]) -> Case:
        of = found.get("of", [])
        filters = of.pop() if of and isinstance(of[-1], dict) else {}
        return Case(recorded, ask, of, filters, found["shows"], found.get("asked", ""))

    tables = tomllib.loads(RECORDED.read_text("utf-8"))[kind]
    return {
        f"{ask} {recorded}": case(ask, recorded, found)
        for ask, table in tables.items()
        for recorded, found in table.items()
    }


READ, OTHER = cases("read"), cases("other")


def answer(github: GitHub, case: Case) -> str:
    try:
        return asked(github, case.ask, *case.of, **case.filters)
    except GitHubError as error:
        limited = f" limited, {error.retry_after or 'no'} seconds stated:" if error.rate_limited else ""
        return f"!{limited} {error}"


def repository_of(exchange: Exchange) -> str:
    named = re.match(r"/repos/([^/]+/[^/?]+)", exchange.target)
    return named[1] if named else "octo-org/widget"


@pytest.mark.parametrize("name", READ | OTHER)
def test_the_client_makes_of_it(name: str) -> None:
    case = (READ | OTHER)[name]
    recorded = case.exchanges()
    with (
        played(recorded, case.asked) as url,
        GitHub(url, "a-token", repository_of(recorded[0]), environ={}, clock=IMPATIENT) as github,
    ):
        made = answer(github, case)
    assert made[: len(case.shows)] == case.shows if case.shows.startswith("!") else made == case.shows


@pytest.mark.parametrize("name", READ)
def test_the_emulated_github_answers_the_same(name: str) -> None:
    case = READ[name]
    recorded = case.exchanges()
    with GitHubEmulator(repository_of(recorded[0])) as emulator:
        hold(emulator, recorded)
        with github_of(emulator) as github:
            assert answer(github, case) == case.shows
        for exchange in recorded:
            paged = "/compare/" in exchange.target  # with pages, for which the client never asks
            if parsedate_to_datetime(exchange.headers["date"]).year >= LINKED_BY_NUMBER and not paged:
                assert headers_of(emulator, exchange) == read_of(shown(exchange.headers), API)


def headers_of(emulator: GitHubEmulator, exchange: Exchange) -> Mapping[str, object]:
    target = f"/repos/{emulator.full_name}{path_of(exchange)}?{urlsplit(exchange.target).query}"
    request = Request(
        emulator.url + target.replace("/?", "?"), headers={"Authorization": f"token {emulator.token}"}
    )
    with urlopen(request, timeout=PATIENCE) as response:
        return read_of(shown({name.lower(): value for name, value in response.headers.items()}), emulator.url)


def read_of(headers: Mapping[str, str], api: str) -> Mapping[str, object]:
    """Which headers there are, of those that the client reads, and what can be the same of their values."""
    links = re.findall(r'<([^>]+)>; rel="(\w+)"', headers.get("link", ""))
    assert all(link.startswith(f"{api}/repositories/") for link, _ in links), links
    pages = [(rel, dict(parse_qsl(urlsplit(link).query))) for link, rel in links]
    return {**dict.fromkeys(headers), "content-type": headers["content-type"], "link": pages}


def test_a_log_is_read_where_github_redirects_to_and_without_the_token() -> None:
    case = Case("WorkflowJob.testAttributes 0", "", [], {}, "", "")
    (redirect,) = case.exchanges()
    host = re.match(r"https://[^/]+", redirect.headers["location"])
    assert host
    there = {**redirect.headers, "location": redirect.headers["location"].replace(host[0], API)}
    log = Exchange("GET", urlsplit(there["location"]).path, 200, {}, b"the log")
    recorded = [Exchange("GET", redirect.target, 302, there, b""), log]
    with (
        played(recorded) as url,
        GitHub(url, "a-token", repository_of(redirect), environ={}) as github,
    ):
        storage = Storage(github, github.clock.monotonic() + PATIENCE)
        response = storage.fetch(github.log_address(11421878319))
        assert response.read() == b"the log"
        assert "authorization" not in response.request.headers
        storage.close()


def test_every_endpoint_that_has_a_recording_is_among_them() -> None:
    every = (READ | OTHER).values()
    assert len({number for case in every for number in case.numbers}) >= 60
    paths = {
        f"{exchange.method} {path}"
        for case in every
        for exchange in case.exchanges()
        for path in {case.asked or path_of(exchange), path_of(exchange)}
    } | {"GET /actions/jobs/11421878319/logs"}
    left = {
        pattern.pattern
        for method, pattern, _ in ROUTES
        if not any(re.fullmatch(f"{method} {pattern.pattern or '/'}", one) for one in paths)
    }
    assert left == UNRECORDED, sorted(left)


def test_an_exchange_that_is_not_of_the_format_fails() -> None:
    with pytest.raises((ValueError, UnavailableError), match=r"begins no exchange|can't be had"):
        exchanges("GitReleaseAsset.testDownloadAssetFile")
