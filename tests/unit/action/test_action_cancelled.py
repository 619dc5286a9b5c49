"""A cancelled job: the signals a runner sends, to a process of the action."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support.emulated.job import SHA, Job, environment

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals can't be sent to one process there")

SOURCE = Path(__file__).resolve().parents[3] / "src"
PATIENCE = 300.0  # seconds, on a busy machine


def start(job: Job, url: str = "") -> subprocess.Popen[str]:
    """`url`: the routine's, if it is not the job's endpoint."""
    environ = environment(job.github, url or job.endpoint.url, job.temp) | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(SOURCE), *sys.path]),
    }
    command = [sys.executable, "-m", "fire_routine", "action"]
    return subprocess.Popen(
        command, env=environ, cwd=job.temp, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def cancel(process: subprocess.Popen[str]) -> str:
    """As a runner does, but without its pause between the two."""
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    return process.communicate(timeout=PATIENCE)[0]


def test_cancelled_while_logs_are_read_ends_at_once_and_as_a_failure(job: Job) -> None:
    dense = "".join(f"error: cannot read table {n} of {'x' * (n % 97)}\n" for n in range(30_000))
    for number in range(20):
        leg = {"id": 100 + number, "name": f"leg ({number})", "conclusion": "failure"}
        job.github.add_job(7, leg, dense)
    process = start(job)
    until = time.monotonic() + PATIENCE
    while len(job.github.asked("/storage/")) < 5:
        assert time.monotonic() < until
        time.sleep(0.01)
    printed = cancel(process)
    assert (job.endpoint.requests, job.github.statuses.get(SHA, [])) == ([], [])
    assert process.returncode == 1
    assert printed.splitlines()[-1].startswith("::error title=fire-routine::Not fired: The job was cancelled")
    assert "Traceback" not in printed


def test_cancelled_while_the_answer_is_awaited_is_unknown_and_recorded(job: Job) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1/claude_code/routines/trig_silent/fire"
        process = start(job, url)
        server.settimeout(PATIENCE)
        with server.accept()[0] as connection:
            assert connection.recv(1)
            log = cancel(process)
    assert process.returncode == 1
    assert (job.outputs["outcome"], job.outputs["reason"]) == ("unknown", "interrupted")
    assert "may have started" in log
    assert "Traceback" not in log
    assert job.github.statuses[SHA][-1]["state"] == "success"  # no status of ours blocks a merge
    assert "may have started" in job.github.statuses[SHA][-1]["description"]
