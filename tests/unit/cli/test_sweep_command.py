"""`fire-routine sweep`: what it prints, its errors, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.repository import FIRST
from tests.unit.sweep.conftest import BOT, Organisation

from fire_routine.cli import main
from fire_routine.emulator import REPLIES, Endpoint
from fire_routine.settings import PREFIX

SOURCE = Path(__file__).resolve().parents[3] / "src"
PATIENCE = 300.0  # seconds, on a busy machine


@pytest.fixture
def organisation(monkeypatch: pytest.MonkeyPatch) -> Iterator[Organisation]:
    for name in os.environ:
        if name.startswith(("GH_", "GITHUB_", "ROUTINE_FIRE_", PREFIX)):
            monkeypatch.delenv(name)
    with GitHubEmulator("acme/ci-sweep") as github, Endpoint() as endpoint:
        github.creator = BOT
        monkeypatch.setenv("GITHUB_API_URL", github.url)
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        monkeypatch.setenv("ROUTINE_FIRE_URL", endpoint.url)
        monkeypatch.setenv("ROUTINE_FIRE_TOKEN", endpoint.token)
        made = Organisation(github, endpoint)
        made.run(made.repository("acme/pay"), ago=9)
        made.run(made.repository("acme/web"), ago=3)
        yield made


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(["sweep", *arguments]) == code
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 1) -> str:
    assert main(["sweep", *arguments]) == code
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    return err.removeprefix("fire-routine: ").rstrip()


def test_a_line_a_run_then_the_counts(organisation: Organisation, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "acme/*"]) == 0
    out, err = capsys.readouterr()
    run = f"{organisation.github.url}/acme/web/actions/runs/102"
    assert out.splitlines() == [
        f"fired acme/pay ci.yml {organisation.endpoint.sessions[0].url}",
        f"not chosen acme/web ci.yml --limit 1 is reached {run}",
        "repositories 3, fired 1, not chosen 1",
        "It ended early: --limit 1 is reached",
    ]
    assert "acme/pay ci.yml: Session started" in err


def test_a_dry_run_needs_no_routine(
    organisation: Organisation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ROUTINE_FIRE_URL", "ROUTINE_FIRE_TOKEN"):
        monkeypatch.delenv(name)
    assert printed(capsys, "acme/pay", "--dry-run").startswith("would fire acme/pay ci.yml http://127.0.0.1:")
    monkeypatch.setenv(f"{PREFIX}DRY_RUN", "true")
    assert printed(capsys, "acme/pay").startswith("would fire acme/pay ci.yml http://127.0.0.1:")
    assert not organisation.github.asked("POST /repos")


def test_the_same_as_json(organisation: Organisation, capsys: pytest.CaptureFixture[str]) -> None:
    organisation.github.fail("/repos/acme/pay/commits", Fault.broken(502))
    shown = json.loads(printed(capsys, "acme/*", "--dry-run", "--json"))
    assert list(shown) == ["version", "dry_run", "rows", "left_out", "counts", "stopped"]
    assert [(row["state"], row["repository"], row["reason"]) for row in shown["rows"]] == [
        ("would fire", "acme/web", "")
    ]
    assert [one["repository"] for one in shown["left_out"]] == ["acme/pay"]
    assert (shown["version"], shown["dry_run"], shown["counts"]["would_fire"]) == (1, True, 1)
    assert "this would start a session" in shown["rows"][0]["message"]
    assert shown["rows"][0]["run_id"] == 102


def test_inputs_of_the_action_apply(
    organisation: Organisation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}SKIP_BRANCHES", "main")
    shown = json.loads(printed(capsys, "acme/*", "--json"))
    assert {row["reason"] for row in shown["rows"]} == {"skip-branches"}
    assert not organisation.endpoint.requests


@pytest.mark.parametrize(
    "name", ["RERUN_FIRST", "RUN_ID", "AGAIN", "ATTACH", "COMMENT", "KEY", "LEDGER_COMMIT"]
)
@pytest.mark.usefixtures("organisation")
def test_inputs_of_one_run_are_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(PREFIX + name, "false")
    printed(capsys, "acme/site", "--dry-run", code=2)
    monkeypatch.setenv(PREFIX + name, "true")
    assert PREFIX + name in refused(capsys, "acme/*", code=2)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["acme"], "OWNER/GLOB 'acme' is not like"),
        (["acme/*", "../x"], "is not like octo-org/*"),
        (["foreign/*"], "OWNER/GLOB foreign/*: GITHUB_TOKEN names no such repository"),
        (["acme/*", "--since", "5"], "'5' is not a time from 1h to 30d"),
        (["acme/*", "--since", "59m"], "'59m' is not a time"),
        (["acme/*", "--after", "31d"], "'31d' is not a time"),
        (["acme/*", "--limit", "0"], "'0' is not a whole number"),
    ],
)
@pytest.mark.usefixtures("organisation")
def test_a_wrong_command_line_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    try:
        code = main(["sweep", *arguments])
    except SystemExit as ended:
        code = int(str(ended.code))
    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert says in err


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("GITHUB_TOKEN", "", "no token: set GITHUB_TOKEN"),
        ("ROUTINE_FIRE_URL", "", "ROUTINE_FIRE_URL is not set"),
        ("ROUTINE_FIRE_URL", "https://evil.example/fire", "ROUTINE_FIRE_URL is neither"),
        ("ROUTINE_FIRE_TOKEN", "sk-ant-api03-x", "ROUTINE_FIRE_TOKEN is an API key"),
        ("GITHUB_API_URL", "https://github.acme.example/api/v3", "sweep supports github.com alone"),
    ],
)
def test_a_wrong_environment_is_one_line(
    organisation: Organisation,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    says: str,
) -> None:
    monkeypatch.setenv(name, value)
    assert says in refused(capsys, "acme/*")
    assert not organisation.github.requests


@pytest.mark.usefixtures("organisation")
def test_a_wrong_input_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}DAILY_LIMIT", "many")
    assert "daily-limit `many` is not a whole number" in refused(capsys, "acme/*", code=2)


def test_what_can_not_be_read_is_one_line(
    organisation: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    organisation.github.fail("/installation/repositories", Fault(401, "Bad credentials"))
    assert "GitHub could not be read (GitHub answered 401" in refused(capsys, "acme/*")


def test_what_a_repository_names_is_no_command_to_the_runner(
    organisation: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    """A runner carries out lines of both streams that begin so."""
    web = organisation.repository("acme/shop")
    organisation.run(web, name="::stop-commands::x\n::error::y")
    assert main(["sweep", "acme/shop"]) == 0
    out, err = capsys.readouterr()
    assert "stop-commands" in err
    assert not [line for line in (out + err).splitlines() if line.lstrip().startswith("::")]


def test_a_refusal_ends_with_a_failure(
    organisation: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    organisation.endpoint.script = [REPLIES["denied"]]
    assert printed(capsys, "acme/*", code=1).splitlines()[0].startswith("skipped acme/pay ci.yml forbidden")


@pytest.mark.skipif(os.name == "nt", reason="signals can't be sent to one process there")
def test_an_interrupted_sweep_records_what_it_sent(organisation: Organisation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1/claude_code/routines/trig_silent/fire"
        environ = {name: value for name, value in os.environ.items() if not name.startswith("COV_")}
        environ |= {"ROUTINE_FIRE_URL": url, "PYTHONPATH": os.pathsep.join([str(SOURCE), *sys.path])}
        process = subprocess.Popen(
            [sys.executable, "-m", "fire_routine", "sweep", "acme/*", "--limit", "5"],
            env=environ,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        server.settimeout(PATIENCE)
        with server.accept()[0] as connection:
            assert connection.recv(1)
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    lines = out.splitlines()
    assert lines[0].startswith("unknown acme/pay ci.yml interrupted")
    assert lines[1].startswith("not chosen acme/web ci.yml it was interrupted")
    assert "Traceback" not in err
    [pay] = [one for one in organisation.github.repositories if one.full_name == "acme/pay"]
    assert [status["description"][0] for status in pay.statuses[FIRST]] == ["c", "s", "u"]
