"""What reads logs is imported while the action waits for GitHub."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from fire_routine import distill, evidence

PROBE = """
import sys, threading
import fire_routine.action
from fire_routine.evidence import read_ahead

def imported():
    parts = {".".join(name.split(".")[:2]) for name in sys.modules}
    return sorted(parts & {"fire_routine.compose", "fire_routine.distill"})

print(imported())
read_ahead()
for thread in threading.enumerate():
    if thread.name == "read ahead":
        thread.join()
print(imported())
"""


def test_a_start_does_not_wait_for_what_reads_logs() -> None:
    paths = f"import sys; sys.path[:] = {sys.path!r}\n"
    command = [sys.executable, "-I", "-c", paths + PROBE]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    assert ran.stdout.splitlines() == ["[]", "['fire_routine.compose', 'fire_routine.distill']"]


def test_reading_ahead_never_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise ImportError("it is missing")

    def refused(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(distill, "read", failing)
    evidence.read_ahead()
    for thread in threading.enumerate():
        if thread.name == "read ahead":
            thread.join()  # an exception in it would be a warning, and so an error
    monkeypatch.setattr(threading.Thread, "start", refused)
    evidence.read_ahead()
