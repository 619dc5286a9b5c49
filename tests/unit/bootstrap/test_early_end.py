"""However early a start ends, people see one line, and a workflow its outputs."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from tests.unit.bootstrap.support import PATIENCE, Action

POSIX = pytest.mark.skipif(os.name == "nt", reason="signals and limits are POSIX's")
# A missing module, a syntax error, an error while importing.
BROKEN = ["import snow\n", "def (\n", "1 / 0\n"]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_failed_import_is_one_line_with_outputs(ready: Action, broken: str) -> None:
    (ready.folder / "action/src/fire_routine/action.py").write_text(broken, "utf-8")

    ran = ready.run("action")

    (line,) = ran.stdout.splitlines()
    assert line.startswith("::error title=fire-routine::fire-routine cannot be imported (")
    assert f"Remove the folder {ready.installed()[0]}" in line
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ready.output == "outcome=failed\nreason=internal-error\n"


# As action.yml does: Python itself shows a traceback if it is interrupted before its first line.
IGNORING_INTERRUPTS = ["/bin/sh", "-c", 'trap "" INT; exec "$0" "$@"']
SIGNALS = ["SIGINT", "SIGTERM", *(["SIGHUP"] if hasattr(signal, "SIGHUP") else [])]


@POSIX
@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_before_the_hand_over_is_one_line_with_outputs(ready: Action, name: str) -> None:
    number = getattr(signal, name)
    (ready.folder / "action/src/fire_routine/action.py").write_text(
        f"import os\nos.kill(os.getpid(), {number.value})\nos.kill(os.getpid(), {number.value})\n", "utf-8"
    )

    with ready.start("action", after=IGNORING_INTERRUPTS) as process:
        out, err = process.communicate(timeout=PATIENCE)

    assert (process.returncode, err) == (128 + number, "")
    (line,) = out.splitlines()
    assert line == f"::error title=fire-routine::The job was cancelled ({name}) before anything was sent."
    assert ready.output == "outcome=failed\nreason=interrupted\n"
    assert len(ready.installed()) == 1


@POSIX
@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_at_any_moment_of_the_start_shows_no_traceback(ready: Action, name: str) -> None:
    for hundredths in range(0, 16, 4):
        with ready.start("action", after=IGNORING_INTERRUPTS) as process:
            time.sleep(hundredths / 100)  # any moment will do
            process.send_signal(getattr(signal, name))
            out, err = process.communicate(timeout=PATIENCE)
        assert "Traceback" not in err
        assert len([line for line in out.splitlines() if line.startswith("::")]) <= 1


def started_after(folder: Path, what: str) -> list[str]:
    """A program that runs `what`, then the entry point, in one process."""
    program = folder / "before.py"
    start = "sys.argv = sys.argv[1:]\nrunpy.run_path(sys.argv[0], run_name='__main__')\n"
    program.write_text(f"import runpy, sys\n{what}{start}", "utf-8")
    return [str(program)]


# Every write to a file fails, as on a full disk; writes to a pipe work.
NO_ROOM = (
    "import resource, signal\n"
    "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
)


@POSIX
def test_a_disk_without_room_does_not_stop_a_start_with_the_folder_ready(ready: Action) -> None:

    ran = ready.run("action", through=started_after(ready.folder, NO_ROOM))

    assert (ran.returncode, ran.stderr) == (0, "")


@POSIX
def test_a_disk_without_room_ends_an_install_with_one_line(runner: Action) -> None:
    ran = runner.run("action", through=started_after(runner.folder, NO_ROOM))

    assert (ran.returncode, ran.stderr) == (1, "")
    (line,) = ran.stdout.splitlines()
    assert line.startswith("::error title=fire-routine::")
    assert not runner.installed() and not runner.unfinished()
