"""Very many logs: most are read by processes of their own."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from fire_routine import distill
from fire_routine.distill import processes, weigh
from fire_routine.model import Digest, Step

MANY = processes.MANY + 1
STARTED = datetime(2026, 11, 24, 10, 0, 0, tzinfo=UTC)
STEPS = (Step(1, "Build", "failure", STARTED, STARTED + timedelta(seconds=2)),)


def log(number: int) -> bytes:
    return (
        "2026-11-24T10:00:00.0000000Z ##[group]Run make\n"
        f"2026-11-24T10:00:00.5000000Z main.c:{number}:5: error: 'x{number}' undeclared\n"
        "2026-11-24T10:00:01.0000000Z ##[error]Process completed with exit code 2.\n"
    ).encode()


def alone(log: bytes) -> Digest:
    return distill.read([log], steps=STEPS)


@cache
def longer_than_a_pipe() -> list[bytes]:
    """Logs that a pipe cannot hold, so that who writes one waits for who reads it."""
    return [log(number) * 600 for number in range(6)]  # about 100 kB each; a pipe of Linux holds 64 KiB


@cache
def longer_digests() -> list[Digest]:
    return [alone(each) for each in longer_than_a_pipe()]


def read(reader: distill.Reader, log: bytes) -> Digest:
    half = len(log) // 2
    return reader.read(iter([log[:half], log[half:]]), steps=STEPS)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that are."""
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    all_started: list[subprocess.Popen[bytes]] = []

    class Popen(subprocess.Popen[bytes]):
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)  # type: ignore[call-overload]
            all_started.append(self)

    monkeypatch.setattr("subprocess.Popen", Popen)
    return all_started


def read_nothing_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on this process can't."""
    monkeypatch.setattr(weigh, "digest", lambda *_: pytest.fail("read in this process"))


def test_what_processes_read_is_what_one_reads(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = [log(number) for number in range(20)]
    expected = [alone(each) for each in logs]
    read_nothing_here(monkeypatch)
    with distill.reading(MANY) as reader, ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda each: read(reader, each), logs)) == expected
        assert [process.poll() for process in started] == [None, None]
    assert [process.poll() is None for process in started] == [False, False]


@pytest.mark.parametrize(("logs", "cores"), [(processes.MANY, 8), (MANY, 1)])
def test_few_logs_or_a_single_core_need_none(
    logs: int, cores: int, started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    with distill.reading(logs) as reader:
        assert read(reader, log(1)) == alone(log(1))
    assert not started


def test_python_that_does_not_start(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(Path("nowhere", "python")))
    with distill.reading(MANY) as reader:
        assert read(reader, log(1)) == alone(log(1))
    assert not started


@pytest.mark.parametrize(
    "begin",
    [
        pytest.param("", id="ends at once"),
        pytest.param("print('hello')", id="answers what is no pickle"),
        pytest.param(
            "import pickle, sys; pickle.dump('hello', sys.stdout.buffer)", id="answers something else"
        ),
        pytest.param("print('Injected 1')", id="answers what pickle takes for a module's name"),
        pytest.param("import sys; sys.stdin.buffer.read(10)", id="ends amid a log"),
        pytest.param("import time; time.sleep(60)", id="hangs"),
    ],
)
@pytest.mark.usefixtures("started")
def test_what_a_process_does_not_answer_is_read_here(begin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_BEGIN", begin)
    monkeypatch.setattr(processes, "PATIENCE", 0.5)
    with distill.reading(MANY) as reader, ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda each: read(reader, each), longer_than_a_pipe()))
    assert found == longer_digests()


@pytest.mark.usefixtures("started")
def test_where_no_thread_can_watch_a_process_its_logs_are_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("threading.Timer.start", start)
    with distill.reading(MANY) as reader:
        assert [read(reader, log(number)) for number in range(4)] == [alone(log(n)) for n in range(4)]


def test_the_action_s_inputs_are_no_business_of_theirs(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRE_ROUTINE_ROUTINE_TOKEN", "sk-ant-oat01-secret")
    begin = "import os, pickle, sys; pickle.dump(os.environ.copy(), sys.stdout.buffer)"
    monkeypatch.setattr(processes, "_BEGIN", begin)
    with distill.reading(MANY):
        result = pickle.load(started[0].stdout)  # type: ignore[arg-type]
    assert result["PATH"] == os.environ["PATH"]
    assert not [name for name in result if name.startswith("FIRE_ROUTINE_")]


@pytest.mark.usefixtures("started")
def test_once_the_block_is_left_nothing_more_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with distill.reading(MANY) as reader:
        read(reader, log(1))
    read_nothing_here(monkeypatch)
    for _ in range(3):
        with pytest.raises(RuntimeError, match="nobody"):
            read(reader, log(1))


def test_one_that_ended_leaves_the_rest_to_the_other(started: list[subprocess.Popen[bytes]]) -> None:
    with distill.reading(MANY) as reader:
        assert read(reader, log(1)) == alone(log(1))
        started[0].kill()
        started[0].wait()
        assert [read(reader, log(number)) for number in range(4)] == [alone(log(n)) for n in range(4)]
        assert started[1].poll() is None


@pytest.mark.usefixtures("started")
def test_a_long_log_is_not_held_but_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LARGEST", 10_000)
    long = log(1) * 200
    chunks = (long[at : at + 100] for at in range(0, len(long), 100))
    with distill.reading(MANY) as reader:
        monkeypatch.setattr(processes._Process, "ask", lambda *_: pytest.fail("held as a whole"))
        assert reader.read(chunks, steps=STEPS) == alone(long)


@pytest.mark.usefixtures("started")
def test_a_log_with_a_green_one_is_read_here() -> None:
    green = distill.read_green([log(1)])
    with distill.reading(MANY) as reader:
        digest = reader.read([log(1)], steps=STEPS, green=green)
    assert digest == distill.read([log(1)], steps=STEPS, green=green) != alone(log(1))


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
def test_an_interrupt_is_left_to_who_started_them(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    read_nothing_here(monkeypatch)
    with distill.reading(MANY) as reader:
        for _ in range(2):
            read(reader, log(1))
        for process in started:
            process.send_signal(signal.SIGINT)
        for _ in range(2):
            read(reader, log(1))
