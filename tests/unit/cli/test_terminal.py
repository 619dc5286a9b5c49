"""What the commands do on a terminal, and what they don't do in a pipe."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.unit.cli.logs import LOG

from fire_routine.cli.streams import Progress, coloured

ESCAPE = "\x1b["


def _in_a_terminal(arguments: list[str], environ: Mapping[str, str]) -> str:
    """What a command writes to a terminal, standard error included."""
    import pty

    code = f"from fire_routine.cli import run; run({arguments!r})"
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm", **environ},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ):
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65_536)
            except OSError:  # Linux' end of a terminal
                break
            if not piece:
                break
            shown += piece
    os.close(ours)
    return shown.decode()


@pytest.fixture
def log(tmp_path: Path) -> str:
    (tmp_path / "red.log").write_text(LOG)
    return str(tmp_path / "red.log")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals in the standard library")
class TestOnATerminal:
    def test_errors_are_coloured_and_reading_is_shown(self, log: str) -> None:
        shown = _in_a_terminal(["distill", log], {})
        assert f"{ESCAPE}31mE       assert 20 == 21{ESCAPE}0m" in shown
        assert f"Reading {log}: 0 MB"[:100] in shown

    def test_send_asks_for_a_text_rather_than_wait_for_one(self) -> None:
        shown = _in_a_terminal(
            ["send"], {"ROUTINE_FIRE_URL": "trig_x", "ROUTINE_FIRE_TOKEN": "sk-ant-oat01-x"}
        )
        assert "no text: give TEXT" in shown


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_when_there_is_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    for term, no_colour, stream, colour in (
        ("xterm", "", _Terminal(), True),
        ("xterm", "1", _Terminal(), False),
        ("dumb", "", _Terminal(), False),
        ("xterm", "", io.StringIO(), False),
        ("xterm", "", None, False),
    ):
        monkeypatch.setenv("NO_COLOR", no_colour)
        monkeypatch.setenv("TERM", term)
        assert (ESCAPE in coloured("## Facts", stream)) == colour


def test_a_line_s_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for line, code in {
        "[… 31 lines left out]": "2",
        "## Facts": "1",
        "── line 5 · rustc · 9.1": "1",
        "error[E0308]: mismatched types": "31",
        "  E       assert 20 == 21": "31",
        "java.lang.IllegalStateException: no": "31",
    }.items():
        assert coloured(line, _Terminal()) == f"{ESCAPE}{code}m{line}{ESCAPE}0m"
    for plain in ("  --> src/lib.rs:4:5", "0 errors"):
        assert coloured(plain, _Terminal()) == plain


def test_progress_changes_in_place_on_a_terminal_and_lines_stay_everywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for stream, written in ((_Terminal(), "one\r\x1b[Ka line\ntwo\r\x1b[K"), (io.StringIO(), "a line\n")):
        monkeypatch.setattr(sys, "stderr", stream)
        with Progress() as shown:
            shown.show("one")
            shown.show("too soon")
            shown.say("a line")
            shown.show("two")
        assert stream.getvalue() == written
