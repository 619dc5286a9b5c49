"""The command line: exit statuses, one-line errors, and what goes to which stream."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.cli.logs import LOG

from fire_routine.cli import main
from fire_routine.cli.options import COMMANDS
from fire_routine.emulator import Endpoint
from fire_routine.version import __version__


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


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("emulate", "--port", "x"), "--port: 'x' is not a whole number from 0 to 65535"),
        (("distill", "--max-characters", "0", "log"), "'0' is not a whole number from 1 to 65536"),
        (("preview", "--max-characters", "100", "url"), "'100' is not a whole number from 2048 to 65536"),
        (("sessions", "o/w", "--days", "366"), "--days: '366' is not a whole number from 1 to 365"),
    ],
)
def test_a_number_that_is_none_or_out_of_bounds_is_named_with_them(
    arguments: tuple[str, ...], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert named in capsys.readouterr().err


def test_emulate_reports_a_taken_port(capsys: pytest.CaptureFixture[str]) -> None:
    with Endpoint() as taken:
        port = taken.home.rpartition(":")[2]
        assert main(["emulate", "--port", port]) == 1
    assert f"--port {port}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ([], "usage: fire-routine "),
        (["-V"], f"fire-routine {__version__}\n"),
        (["--version"], f"fire-routine {__version__}\n"),
        (["distill", "--help"], "usage: fire-routine distill"),
    ],
)
def test_help_and_version(typed: list[str], shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(typed)
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(shown)


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        (["-x"], "fire-routine: the following arguments are required: COMMAND: see"),
        (["distill", "a", "b"], "fire-routine: unrecognized arguments: b: see fire-routine --help"),
        (["distill", "--max-chars", "9", "log"], "fire-routine: unrecognized arguments: --max-chars"),
        (["distil", "x"], "fire-routine: argument COMMAND: invalid choice: 'distil'"),
        (["sessions"], "fire-routine sessions: the following arguments are required: REPOSITORY: see"),
    ],
)
def test_what_is_mistyped_is_one_line(
    typed: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(typed)
    (shown,) = capsys.readouterr().err.splitlines()
    assert (ended.value.code, shown.startswith(line)) == (2, True)


def test_a_fault_and_a_missing_package_are_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fire_routine.cli.logs.distill", lambda _: 1 / 0)
    assert main(["distill", "-"]) == 1
    assert capsys.readouterr().err.startswith(
        "fire-routine: it has a fault (ZeroDivisionError in test_cli.py"
    )
    monkeypatch.setattr("fire_routine.cli.logs.distill", lambda _: __import__("no_such_package"))
    assert main(["distill", "-"]) == 1
    assert "'no_such_package' is not installed" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_s_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    assert shown.startswith(f"usage: fire-routine {command}")
    assert f"\nexample: fire-routine {command}" in shown


def test_a_reader_that_has_seen_enough_is_no_fault_of_the_port() -> None:
    """`emulate --port 0 | head -0`: the reader is gone before the first line."""
    command = [sys.executable, "-c", "from fire_routine.cli import run; run(['emulate', '--port', '0'])"]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ended = subprocess.run(command, env=environ, stdout=writer, stderr=subprocess.PIPE, timeout=120)
    finally:
        os.close(writer)
    assert ended.returncode == 1
    assert b"choose another" not in ended.stderr
