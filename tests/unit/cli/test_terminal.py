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

from fire_routine.cli.streams import Progress


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
    def test_reading_is_shown(self, log: str) -> None:
        shown = _in_a_terminal(["distill", log], {})
        assert f"Reading {log}: 0 MB"[:100] in shown

    def test_send_asks_for_a_text_rather_than_wait_for_one(self) -> None:
        shown = _in_a_terminal(
            ["send"], {"ROUTINE_FIRE_URL": "trig_x", "ROUTINE_FIRE_TOKEN": "sk-ant-oat01-x"}
        )
        assert "no text: give TEXT" in shown


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


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
