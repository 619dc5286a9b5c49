"""A cancelled job: the signals a runner sends, to a process of the action."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator
from tests.emulated.job import SHA, environment

from fire_routine.emulator import Endpoint

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals can't be sent to one process there")

SOURCE = Path(__file__).resolve().parents[3] / "src"
PATIENCE = 300.0  # seconds, on a busy machine


@pytest.fixture
def github() -> Iterator[GitHubEmulator]:
    with GitHubEmulator("octo/widgets") as github:
        github.set_branch("main", SHA)
        github.add_run({"id": 7, "head_sha": SHA})
        github.add_job(7, {"id": 71, "name": "build", "conclusion": "failure"}, "make: *** [all] Error 2\n")
        yield github


def start(github: GitHubEmulator, temp: Path, url: str) -> subprocess.Popen[str]:
    environ = environment(github, url, temp) | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(SOURCE), *sys.path]),
    }
    command = [sys.executable, "-m", "fire_routine", "action"]
    return subprocess.Popen(
        command, env=environ, cwd=temp, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def cancel(process: subprocess.Popen[str]) -> str:
    """As a runner does, but without its pause between the two."""
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    return process.communicate(timeout=PATIENCE)[0]


def test_cancelled_while_logs_are_read_ends_at_once_and_as_a_failure(
    github: GitHubEmulator, tmp_path: Path
) -> None:
    dense = "".join(f"error: cannot read table {n} of {'x' * (n % 97)}\n" for n in range(60_000))
    for number in range(40):
        job = {"id": 100 + number, "name": f"leg ({number})", "conclusion": "failure"}
        github.add_job(7, job, dense)
    with Endpoint() as endpoint:
        process = start(github, tmp_path, endpoint.url)
        wait_for(lambda: len(github.asked("/storage/")) > 4)
        printed = cancel(process)
        assert endpoint.requests == []
    assert process.returncode == 1
    assert printed.splitlines()[-1].startswith("::error title=fire-routine::Not fired: The job was cancelled")


def test_cancelled_while_the_answer_is_awaited_is_unknown_and_recorded(
    github: GitHubEmulator, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1/claude_code/routines/trig_silent/fire"
        process = start(github, tmp_path, url)
        server.settimeout(PATIENCE)
        with server.accept()[0] as connection:
            assert connection.recv(1)
            log = cancel(process)
    assert process.returncode == 1
    outputs = (tmp_path / "output").read_text("utf-8")
    assert "unknown" in outputs
    assert "interrupted" in outputs
    assert "may have started" in log
    assert "Traceback" not in log
    assert github.statuses[SHA][-1]["state"] == "success"  # no status of ours blocks a merge
    assert "may have started" in github.statuses[SHA][-1]["description"]


def test_cancelled_while_gathering_sends_nothing(github: GitHubEmulator, tmp_path: Path) -> None:
    github.fail("/storage/", Fault(hang=True))
    with Endpoint() as endpoint:
        process = start(github, tmp_path, endpoint.url)
        wait_for(lambda: github.asked("/storage/"))
        log = cancel(process)
    assert process.returncode == 1
    assert "before anything was sent" in log
    assert "Traceback" not in log
    assert endpoint.requests == []
    assert github.statuses.get(SHA, []) == []
