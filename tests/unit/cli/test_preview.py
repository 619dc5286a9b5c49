"""`preview`: the text of a run, and nothing is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.emulated.events import STRANGER, Json, of_repository, payload
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.unit.cli.logs import LOG

from fire_routine.cli import main


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubEmulator]:
    """A GitHub with the failed run 7, which the environment names."""
    with GitHubEmulator("octo/widgets") as github:
        monkeypatch.setenv("GITHUB_API_URL", github.url)
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        github.add_run({"id": 7, "conclusion": "failure"})
        github.add_job(7, {"id": 71, "name": "test", "conclusion": "failure"}, LOG)
        yield github


def test_preview_prints_the_text_and_sends_nothing(
    github: GitHubEmulator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["preview", "https://github.com/octo/widgets/actions/runs/7/job/71"]) == 0
    assert not github.asked("^POST")
    assert "assert 20 == 21" in capsys.readouterr().out


def test_preview_shows_which_entry_knows_the_failure(
    github: GitHubEmulator, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = "[[known-failure]]\npattern = 'assert 20 == \\d+'\naction = 'skip'\n"
    github.set_file(".github/known-failures.toml", entry)
    assert main(["preview", "https://github.com/octo/widgets/actions/runs/7"]) == 0
    shown = capsys.readouterr()
    assert "Known failure (`.github/known-failures.toml, line 1`). Alone, it starts no session." in shown.out
    assert "Known failure: .github/known-failures.toml, line 1 (action `skip`)" in shown.err


def test_preview_of_something_else_names_the_form(capsys: pytest.CaptureFixture[str]) -> None:
    for address in ("7", "https://github.com/octo/widgets", "https://github.com/o/w/actions/runs/x"):
        assert main(["preview", address]) == 2
        assert "https://github.com/YOUR-ORG/YOUR-REPO/actions/runs/ID" in capsys.readouterr().err


def test_preview_sends_the_token_only_to_hosts_that_were_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GITHUB_API_URL", "GITHUB_SERVER_URL", "GH_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_x")
    monkeypatch.setattr("fire_routine.github.client.GitHub.__init__", lambda *_: pytest.fail("connects"))
    for server in ("https://ghe.test", "http://github.com", "https://github.com@evil.test"):
        assert main(["preview", f"{server}/o/w/actions/runs/7"]) == 2
        assert capsys.readouterr().err.startswith("fire-routine: RUN_URL ")


def test_preview_knows_where_each_github_that_gh_knows_has_its_api(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def note(_github: object, api_url: str, *_: object, **_others: object) -> None:
        asked.append(api_url)
        raise ValueError("enough")

    monkeypatch.delenv("GITHUB_API_URL", raising=False)
    monkeypatch.setattr("fire_routine.github.client.GitHub.__init__", note)
    for server in ("www.GitHub.com", "octo.ghe.com", "www.GitHub.Corp.io", "127.0.0.1:9"):
        monkeypatch.setenv("GH_HOST", server)
        assert main(["preview", f"https://{server}/o/w/actions/runs/7"]) == 1
    assert asked == [
        "https://api.github.com",
        "https://api.octo.ghe.com",
        "https://www.github.corp.io/api/v3",
        "https://127.0.0.1:9/api/v3",
    ]


@pytest.mark.usefixtures("github")
def test_preview_of_a_run_that_can_not_be_had_prints_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "another")
    assert main(["preview", "https://github.com/octo/widgets/actions/runs/7"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("fire-routine: RUN_URL https://github.com/octo/widgets/actions/runs/7: ")
    assert "GITHUB_TOKEN is valid" in printed.err
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert main(["preview", "https://github.com/octo/widgets/actions/runs/8"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(
        "Neither GITHUB_TOKEN nor GH_TOKEN is set: without a token, GitHub shows no log.\n"
    )
    assert said.endswith("without a token: set GITHUB_TOKEN or GH_TOKEN\n")


def test_preview_at_a_rate_limit_blames_no_token(
    github: GitHubEmulator, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = Fault(429, "You have exceeded a secondary rate limit", {"Retry-After": "4000"})
    github.fail("/actions/runs/7", fault)
    assert main(["preview", "https://github.com/octo/widgets/actions/runs/7"]) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.endswith("Run this again later")
    assert "TOKEN" not in last


# --- an event whose payload was saved ------------------------------------------------------------------


def saved(folder: Path, whole: Json, server: str = "https://github.com") -> str:
    whole["repository"]["html_url"] = f"{server}/octo/widgets"
    file = folder / "event.json"
    file.write_text(json.dumps(of_repository(whole, "octo/widgets")), "utf-8")
    return str(file)


def test_preview_of_an_event_prints_its_text_and_who_may_not_cause_it(
    github: GitHubEmulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    github.roles = {"mona": "write"}
    whole = payload("issues", issue={"number": 12, "title": "Crash on save", "user": STRANGER})
    event = ["--event", saved(tmp_path, whole), "--event-name", "issues", "--key", "issue 12"]
    assert main(["preview", *event]) == 0
    shown = capsys.readouterr()
    assert "# Issue #12 `Crash on save`, labelled `bug`, in `octo/widgets`" in shown.out
    assert "**Words of others:** `stranger` wrote the issue" in shown.out
    assert "nothing is fired" not in shown.err
    github.roles = {}
    assert main(["preview", *event]) == 0
    assert "In a workflow, nothing is fired (untrusted-run): " in capsys.readouterr().err


def test_preview_of_an_event_without_a_token_asks_for_no_role(
    github: GitHubEmulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    event = ["--event", saved(tmp_path, payload("issues")), "--event-name", "issues", "--key", "k"]
    assert main(["preview", *event]) == 0
    assert "**Words of others:**" in capsys.readouterr().out
    assert github.requests == []


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--event", "x.json", "--key", "k"], "--event, --event-name and --key go together"),
        (["https://github.com/o/w/actions/runs/7", "--key", "k"], "go together, and without RUN_URL"),
        (["--event", "x", "--event-name", "issues", "--key", "a\nb"], "--key `a b` is not one line"),
        (["--event", "missing.json", "--event-name", "issues", "--key", "k"], "it is not the payload"),
    ],
)
def test_preview_of_an_event_says_what_is_missing(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["preview", *arguments]) in (1, 2)
    assert problem in capsys.readouterr().err
