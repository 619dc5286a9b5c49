"""The command line: exit statuses, one-line errors, and what goes to which stream."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.emulated.github import GitHubEmulator

from fire_routine.cli import main
from fire_routine.commands.arguments import COMMANDS
from fire_routine.commands.terminal import Progress
from fire_routine.emulator.endpoint import TOKEN, Endpoint, limit
from fire_routine.version import __version__

LOG = """\
2026-11-24T10:00:00.0000000Z ##[group]Run pytest
2026-11-24T10:00:00.1000000Z shell: bash -e {0}
2026-11-24T10:00:00.2000000Z ##[endgroup]
2026-11-24T10:00:01.0000000Z >       assert price(3) == 21
2026-11-24T10:00:01.0000000Z E       assert 20 == 21
2026-11-24T10:00:01.1000000Z FAILED test_price.py::test_three - assert 20 == 21
2026-11-24T10:00:01.2000000Z ##[error]Process completed with exit code 1.
"""


@pytest.fixture
def routine(monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    endpoint = Endpoint()
    monkeypatch.setenv("ROUTINE_FIRE_URL", endpoint.url)
    monkeypatch.setenv("ROUTINE_FIRE_TOKEN", endpoint.token)
    return endpoint


def test_usage_errors_exit_with_2() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["distill"])
    assert caught.value.code == 2


@pytest.mark.parametrize("value", ["0", "65537", "many"])
def test_budget_outside_the_limits_is_a_usage_error(value: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["distill", "-", "--max-characters", value])
    assert caught.value.code == 2


def test_send_prints_the_session(routine: Endpoint, capsys: pytest.CaptureFixture[str]) -> None:
    with routine:
        assert main(["send", "--text", "Deploy failed"]) == 0
    assert routine.sessions[0].url in capsys.readouterr().out
    assert routine.requests[0].text == "Deploy failed"


def test_send_json_from_a_file(routine: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.md").write_text("# Déjà vu\n", "utf-8")
    with routine:
        assert main(["send", "--text-file", str(tmp_path / "text.md"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["session_id"] == routine.sessions[0].id
    assert routine.requests[0].text == "# Déjà vu\n"


def test_send_error_is_one_line_on_stderr(routine: Endpoint, capsys: pytest.CaptureFixture[str]) -> None:
    routine.script = [None]
    routine.token = "sk-ant-oat01-another"
    with routine:
        assert main(["send", "--text", "x"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("fire-routine: ")


def test_send_without_secrets_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ROUTINE_FIRE_URL", raising=False)
    assert main(["send", "--text", "x"]) == 1
    assert "ROUTINE_FIRE_URL is not set" in capsys.readouterr().err


def test_send_takes_another_host_only_where_it_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(30)
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.setenv("ROUTINE_FIRE_TOKEN", TOKEN)
        monkeypatch.setenv(
            "ROUTINE_FIRE_URL", "https://gateway.example.com/v1/claude_code/routines/trig_1/fire"
        )
        assert main(["send", "--text", "x"]) == 1
        assert "ROUTINE_FIRE_URL is not on api.anthropic.com" in capsys.readouterr().err
        assert main(["send", "--text", "x", "--trusted-host", "gateway.example.com:443"]) == 1
        assert "--trusted-host 'gateway.example.com:443' is not a host name" in capsys.readouterr().err
        proxy.setblocking(False)
        with pytest.raises(BlockingIOError):
            proxy.accept()


def test_send_reaches_a_trusted_host(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "ftp://unusable")
    monkeypatch.setenv("ROUTINE_FIRE_TOKEN", TOKEN)
    monkeypatch.setenv("ROUTINE_FIRE_URL", "https://gateway.example.com/v1/claude_code/routines/trig_1/fire")
    assert main(["send", "--text", "x", "--trusted-host", "gateway.example.com"]) == 1
    assert "add gateway.example.com to NO_PROXY" in capsys.readouterr().err  # it would have connected


def test_send_without_a_text_sends_nothing(
    routine: Endpoint, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with routine, Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        assert main(["send"]) == 1
    assert "--text-file" in capsys.readouterr().err
    assert routine.requests == []


def test_send_refuses_a_text_over_the_limit_unsent(
    routine: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "long").write_text("x" * 65_537)
    with routine:
        assert main(["send", "--text-file", str(tmp_path / "long")]) == 1
    assert "65,536" in capsys.readouterr().err
    assert routine.requests == []


def test_distill_prints_the_cause(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "job.log").write_text(LOG)
    assert main(["distill", str(tmp_path / "job.log"), "--max-characters", "300"]) == 0
    out = capsys.readouterr().out
    assert "E       assert 20 == 21" in out
    assert len(out) <= 301


def test_distill_prints_nothing_that_takes_effect_on_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log").write_text("Error: no \x1bc ledger \x1b#8 for \x9b2J the shop\u202e\n", "utf-8")
    assert main(["distill", str(tmp_path / "log")]) == 0
    assert capsys.readouterr().out == "Error: no  ledger  for  the shop\n"


def test_distill_refuses_the_archive_that_github_offers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(tmp_path / "logs.zip", "w") as archive:
        archive.writestr("0_build.txt", LOG)
    assert main(["distill", str(tmp_path / "logs.zip")]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "logs.zip: it is compressed: unpack it" in captured.err


def test_distill_refuses_a_compressed_green_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "red.log").write_text(LOG)
    (tmp_path / "green.log").write_bytes(gzip.compress(LOG.encode()))
    assert main(["distill", str(tmp_path / "red.log"), "--green", str(tmp_path / "green.log")]) == 1
    assert "green.log: it is compressed: unpack it" in capsys.readouterr().err


def test_distill_reads_a_log_that_begins_as_a_compressed_file_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.log").write_text("BZhang pushed\nerror: boom\n")
    assert main(["distill", str(tmp_path / "a.log")]) == 0
    assert "error: boom" in capsys.readouterr().out


def test_distill_can_t_read_two_logs_from_standard_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["distill", "-", "--green", "-"]) == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert "--green" in captured.err


def test_distill_of_a_missing_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["distill", str(tmp_path / "none.log")]) == 1
    assert "none.log: No such file" in capsys.readouterr().err


@pytest.mark.parametrize(("stream", "name"), [("stdin", "input"), ("stdout", "output")])
def test_a_closed_stream_is_one_line(
    stream: str,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "log").write_text(LOG, "utf-8")
    monkeypatch.setattr(sys, stream, None)
    assert main(["distill", "-" if stream == "stdin" else str(tmp_path / "log")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"fire-routine: standard {name} is closed")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux alone has a device that is always full")
def test_what_can_t_be_read_or_printed_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["distill", "/proc/self/mem"]) == 1
    assert capsys.readouterr().err == "fire-routine: /proc/self/mem: Input/output error\n"
    (tmp_path / "log").write_text(LOG, "utf-8")
    full = Path("/dev/full").open("w")  # noqa: SIM115 - what is left in it can't be written when it is closed
    monkeypatch.setattr(sys, "stdout", full)
    assert main(["distill", str(tmp_path / "log")]) == 1
    assert capsys.readouterr().err == "fire-routine: standard output: No space left on device\n"
    with pytest.raises(OSError, match="No space left"):
        full.close()


def test_session_is_reported_although_standard_output_is_unusable(
    routine: Endpoint, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with routine:
        assert main(["send", "--text", "Deploy failed"]) == 0
    assert routine.sessions[0].url in capsys.readouterr().err


@pytest.mark.parametrize("blank", [None, "", " "])
def test_a_bad_token_is_named_by_its_variable_and_a_blank_one_is_none(
    blank: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    if blank is not None:
        monkeypatch.setenv("GITHUB_TOKEN", blank)
    monkeypatch.setenv("GH_TOKEN", "a b")
    assert main(["preview", "https://github.com/octo/widgets/actions/runs/7"]) == 1
    assert capsys.readouterr().err.startswith("fire-routine: GH_TOKEN contains white space")


def test_preview_prints_the_text_and_sends_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with GitHubEmulator("octo/widgets") as github:
        monkeypatch.setenv("GITHUB_API_URL", github.url)
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        github.add_run({"id": 7, "conclusion": "failure"})
        github.add_job(7, {"id": 71, "name": "test", "conclusion": "failure"}, LOG)
        assert main(["preview", "https://github.com/octo/widgets/actions/runs/7/job/71"]) == 0
        assert not github.asked("^POST")
    assert "assert 20 == 21" in capsys.readouterr().out


def test_preview_shows_which_entry_knows_the_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with GitHubEmulator("octo/widgets") as github:
        monkeypatch.setenv("GITHUB_API_URL", github.url)
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        github.add_run({"id": 7, "conclusion": "failure"})
        github.add_job(7, {"id": 71, "name": "test", "conclusion": "failure"}, LOG)
        entry = "[[known-failure]]\npattern = 'assert 20 == \\d+'\naction = 'skip'\n"
        github.set_file(".github/known-failures.toml", entry)
        assert main(["preview", "https://github.com/octo/widgets/actions/runs/7"]) == 0
    shown = capsys.readouterr()
    assert "Known failure (`.github/known-failures.toml, line 1`). Alone, it starts no session." in shown.out
    assert "Known failure: .github/known-failures.toml, line 1 (action `skip`)" in shown.err


@pytest.mark.parametrize(
    "address", ["7", "https://github.com/octo/widgets", "https://github.com/o/w/actions/runs/x"]
)
def test_preview_of_something_else_names_the_form(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", address]) == 1
    assert "https://github.com/OWNER/REPO/actions/runs/ID" in capsys.readouterr().err


@pytest.mark.parametrize(
    "address",
    [
        "https://ghe.test/o/w/actions/runs/7",
        "http://github.com/o/w/actions/runs/7",
        "https://github.com@evil.test/o/w/actions/runs/7",
    ],
)
def test_preview_sends_the_token_only_to_hosts_that_were_named(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GITHUB_API_URL", "GITHUB_SERVER_URL", "GH_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_x")
    monkeypatch.setattr("fire_routine.gather.api.client.GitHub.__init__", lambda *_: pytest.fail("connects"))
    assert main(["preview", address]) == 1
    assert capsys.readouterr().err.startswith("fire-routine: RUN_URL ")


@pytest.mark.parametrize(
    ("server", "api"),
    [
        ("https://GitHub.com", "https://api.github.com"),
        ("https://www.github.com", "https://api.github.com"),
        ("https://octo.ghe.com", "https://api.octo.ghe.com"),
        ("https://127.0.0.1:9", "https://127.0.0.1:9/api/v3"),
        ("https://www.github.company.com", "https://www.github.company.com/api/v3"),
        ("https://GitHub.Corp.io", "https://github.corp.io/api/v3"),
    ],
)
def test_preview_knows_where_each_github_that_gh_knows_has_its_api(
    server: str, api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def note(_github: object, api_url: str, *_: object, **_others: object) -> None:
        asked.append(api_url)
        raise ValueError("enough")

    monkeypatch.delenv("GITHUB_API_URL", raising=False)
    monkeypatch.setenv("GH_HOST", server.removeprefix("https://"))
    monkeypatch.setattr("fire_routine.gather.api.client.GitHub.__init__", note)
    assert main(["preview", f"{server}/o/w/actions/runs/7"]) == 1
    assert asked == [api]


def test_preview_of_a_run_that_can_not_be_had_prints_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with GitHubEmulator("octo/widgets") as github:
        github.add_run({"id": 7, "conclusion": "failure"})
        monkeypatch.setenv("GITHUB_API_URL", github.url)
        monkeypatch.setenv("GITHUB_TOKEN", "another")
        assert main(["preview", "https://github.com/octo/widgets/actions/runs/7"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("fire-routine: RUN_URL https://github.com/octo/widgets/actions/runs/7: ")
    assert "GITHUB_TOKEN is valid" in printed.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("emulate", "--port", "x"), "--port: 'x' is not a whole number from 0 to 65535"),
        (("emulate", "--port", "00000000080"), "'00000000080' is not a whole number from 0 to 65535"),
        (("distill", "--max-characters", "0", "log"), "'0' is not a whole number from 1 to 65536"),
        (("preview", "--max-characters", "100", "url"), "'100' is not a whole number from 2048 to 65536"),
    ],
)
def test_a_number_that_is_none_or_out_of_bounds_is_named_with_them(
    arguments: tuple[str, ...], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert named in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_blank_text_starts_no_session(
    text: str, routine: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    with routine:
        assert main(["send", "--text", text]) == 1
        assert routine.requests == []
    assert "no text" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_text_is_read_in_the_encoding_that_its_file_names(
    encoding: str, routine: Endpoint, tmp_path: Path
) -> None:
    (tmp_path / "text").write_text("Grüße", encoding=encoding)
    with routine:
        assert main(["send", "--text-file", str(tmp_path / "text")]) == 0
    assert routine.sessions[0].text == "Grüße"


def test_emulate_reports_that_no_ports_follow(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["emulate", "--port", "65533"]) == 1
    assert "--port 65533: " in capsys.readouterr().err


def test_emulate_reports_a_taken_port(capsys: pytest.CaptureFixture[str]) -> None:
    with Endpoint() as taken:
        port = taken.home.rpartition(":")[2]
        assert main(["emulate", "--port", port]) == 1
    assert f"--port {port}" in capsys.readouterr().err


def test_no_command_prints_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: fire-routine COMMAND")


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version_has_two_names(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([option])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"fire-routine {__version__}\n")


@pytest.mark.parametrize(
    ("typed", "advice"), [("distil", "did you mean 'distill'?"), ("xyz", "see fire-routine --help")]
)
def test_a_mistyped_command_gets_a_suggestion(
    typed: str, advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([typed, "x"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"fire-routine: unknown command '{typed}': {advice}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_s_help_names_environment_examples_and_exit_status(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    for part in (
        f"usage: fire-routine {command}",
        "\nenvironment:\n",
        "\nexamples:\n  $ ",
        "\nexit status:\n",
    ):
        assert part in shown
    assert shown.count(f"fire-routine {command}") >= 3
    assert max(map(len, shown.splitlines())) <= 100


def test_send_takes_the_text_as_an_argument(routine: Endpoint) -> None:
    with routine:
        assert main(["send", "Deploy failed"]) == 0
    assert routine.requests[0].text == "Deploy failed"


def test_send_reads_what_is_piped_in(
    routine: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "text").write_text("piped", "utf-8")
    with routine, (tmp_path / "text").open() as piped:
        monkeypatch.setattr(sys, "stdin", piped)
        assert main(["send"]) == 0
    assert routine.sessions[0].text == "piped"


def test_send_without_text_on_purpose_sends_no_body(routine: Endpoint) -> None:
    with routine:
        assert main(["send", "--no-text"]) == 0
    assert (routine.requests[0].body, routine.sessions[0].text) == (b"", "")


def test_send_takes_one_text_only(routine: Endpoint, capsys: pytest.CaptureFixture[str]) -> None:
    with routine:
        assert main(["send", "x", "--no-text"]) == 1
        assert routine.requests == []
    assert "only one of TEXT" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content", [b"a\0b", os.urandom(4096).replace(b"\0", b"\xff"), b"\xff\xd8\xff\xe0JF"]
)
def test_send_refuses_what_is_binary(
    content: bytes, routine: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.bin").write_bytes(content)
    with routine:
        assert main(["send", "--text-file", str(tmp_path / "x.bin")]) == 1
        assert routine.requests == []
    assert "x.bin is binary" in capsys.readouterr().err


def test_send_reports_each_wait(routine: Endpoint, capsys: pytest.CaptureFixture[str]) -> None:
    routine.script = [limit(0)]
    with routine:
        assert main(["send", "x"]) == 0
    assert capsys.readouterr().err.startswith(
        "The routine's limit is reached (429). Trying again in 1 s (attempt 2"
    )


@pytest.mark.parametrize(
    ("log", "lines"), [("", "0 lines"), ("all is well\n", "1 line"), ("a\n" * 1200, "1,200 lines")]
)
def test_distill_reports_that_a_log_has_no_failure(
    log: str, lines: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log").write_text(log)
    assert main(["distill", str(tmp_path / "log")]) == 0
    assert capsys.readouterr().err == f"nothing looks like a failure ({lines} read)\n"


def test_distill_refuses_what_is_binary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.bin").write_bytes(bytes(range(256)) * 9)
    assert main(["distill", str(tmp_path / "x.bin")]) == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert "x.bin: it is binary" in captured.err


def test_distill_reads_a_log_with_a_stray_nul(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log").write_text(LOG + "\0")
    assert main(["distill", str(tmp_path / "log")]) == 0
    assert "assert 20 == 21" in capsys.readouterr().out


def test_distill_shows_the_strongest_lines_first_where_the_excerpt_is_long(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    noise = "".join(f"warning: {n} something is old in module {n * 7919}\n" for n in range(400))
    (tmp_path / "log").write_text(noise + "error[E0308]: mismatched types\n --> src/lib.rs:4:5\n" + noise)
    assert main(["distill", str(tmp_path / "log"), "--max-characters", "6000"]) == 0
    shown = capsys.readouterr().out
    assert len(shown) <= 6_001
    lead = shown.partition("(Above: the strongest lines.")[0]
    assert "error[E0308]: mismatched types" in lead
    assert len(lead) < 2_000


def test_a_reader_that_has_seen_enough_is_no_fault_of_the_port() -> None:
    """`emulate --port 0 | head -1`."""
    command = [sys.executable, "-c", "from fire_routine.cli import run; run(['emulate', '--port', '0'])"]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert b"choose another" not in process.stderr.read()


def test_preview_without_a_token_asks_for_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with GitHubEmulator("octo/widgets") as github:
        monkeypatch.setenv("GITHUB_API_URL", github.url)
        assert main(["preview", "https://github.com/octo/widgets/actions/runs/7"]) == 1
    assert capsys.readouterr().err.endswith("without a token: set GITHUB_TOKEN or GH_TOKEN\n")


def test_preview_of_a_github_that_does_not_answer_blames_no_token(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_x")
    monkeypatch.setattr(Progress, "wait", lambda *_: None)
    assert main(["preview", "https://github.com/octo/widgets/actions/runs/7"]) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert "Check the network and any proxy" in last
    assert "TOKEN" not in last
