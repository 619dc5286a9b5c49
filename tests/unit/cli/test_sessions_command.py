"""`fire-routine sessions`: what it prints, and its errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.month import Month

from fire_routine.cli import main


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubEmulator]:
    for name in ("GITHUB_SERVER_URL", "GH_HOST", "GH_TOKEN", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    with GitHubEmulator("octo/widgets") as emulator:
        monkeypatch.setenv("GITHUB_API_URL", emulator.url)
        monkeypatch.setenv("GITHUB_TOKEN", emulator.token)
        Month.of(emulator, datetime.now(UTC))
        yield emulator


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["sessions", *arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""  # no progress: this is no terminal
    return out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 1) -> str:
    assert main(["sessions", *arguments]) == code
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    return err.removeprefix("fire-routine: ").rstrip()


def test_a_table_is_printed_and_nothing_is_written(
    github: GitHubEmulator, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = printed(capsys, "octo/widgets")
    assert "  14 sessions: 3 merged" in shown
    assert "\x1b" not in shown
    assert {request.method for request in github.requests} == {"GET"}
    assert len(github.requests) < 40


@pytest.mark.usefixtures("github")
def test_the_repository_may_be_given_by_its_address(capsys: pytest.CaptureFixture[str]) -> None:
    for address in ("https://github.com/octo/widgets", "https://github.com/octo/widgets.git"):
        assert printed(capsys, address).startswith("octo/widgets: ")


@pytest.mark.usefixtures("github")
def test_days_and_creator_choose_what_counts(capsys: pytest.CaptureFixture[str]) -> None:
    week = json.loads(printed(capsys, "octo/widgets", "--json", "--days", "7"))
    assert (week["totals"]["sessions"], week["not_counted"]) == (2, {"octocat": 3})
    other = json.loads(printed(capsys, "octo/widgets", "--json", "--creator", "octocat"))
    assert (other["totals"]["sessions"], list(other["not_counted"])) == (1, ["github-actions[bot]"])


@pytest.mark.usefixtures("github")
def test_what_is_no_repository_or_login_names_the_form(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for named in ("widgets", "octo/widgets/actions", "octo/wid gets", "", "git@git.test:o/w"):
        assert refused(capsys, named, code=2) == f"REPOSITORY {named!r} is not like octo-org/widget"
    shown = refused(capsys, "octo/widgets", "--creator", "no login", code=2)
    assert shown == "--creator 'no login' is not a login such as octocat or github-actions[bot]"


def test_without_a_token_nothing_is_asked(
    github: GitHubEmulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    shown = refused(capsys, "octo/widgets")
    assert shown == "no token: set GITHUB_TOKEN or GH_TOKEN to one that may read octo/widgets"
    assert github.requests == []


@pytest.mark.usefixtures("github")
def test_a_token_that_is_refused_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", " ")
    monkeypatch.setenv("GH_TOKEN", "another")
    assert refused(capsys, "octo/widgets") == (
        "octo/widgets: GitHub answered 401: `Bad credentials`: give GH_TOKEN a valid token"
    )


@pytest.mark.usefixtures("github")
def test_the_token_goes_only_to_a_github_that_was_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_API_URL")
    assert refused(capsys, "https://ghe.test/octo/widgets", code=2) == (
        "REPOSITORY is not https://github.com/…: to send your token to https://ghe.test, set GH_HOST=ghe.test"
    )


def test_what_github_refuses_is_one_line_with_the_remedy(
    github: GitHubEmulator, capsys: pytest.CaptureFixture[str]
) -> None:
    for target, fault, answer, remedy in (
        ("/statuses", Fault.forbidden(), "403: `Resource not acc", "GITHUB_TOKEN needs to read actions,"),
        ("/actions/runs", Fault.missing(), "404: `Not Found`", "that GITHUB_TOKEN may read the repository"),
        ("/actions/runs", Fault.rate_limited(), "403: `API rate limit exceeded", "try again later"),
    ):
        github.fail(target, fault)
        shown = refused(capsys, "octo/widgets")
        assert shown.startswith(f"octo/widgets: GitHub answered {answer}")
        assert remedy in shown
