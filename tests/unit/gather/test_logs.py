"""Logs are streamed from where GitHub redirects to, and nothing a server does outlasts the deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import TOKEN, GitHubEmulator
from tests.support.emulated.repository import BOM
from tests.support.faults.server import closed_port
from tests.unit.gather.gathering import (
    IMPATIENT,
    PATIENCE,
    RUN,
    add_run,
    failed_job,
    gathered,
    github_of,
    whole,
)

from fire_routine.gather.logs import GREEN_JOBS, Consume, read_green_logs, read_logs
from fire_routine.model.run import Job, Note, Run

LOG = "2026-03-02T10:00:07.0000000Z ##[error]assert 1 == 2\n"


@pytest.fixture(autouse=True)
def failed_run(emulator: GitHubEmulator) -> None:
    add_run(emulator)
    emulator.add_job(RUN, failed_job(1, "test"), LOG)


def add_legs(emulator: GitHubEmulator, number: int) -> None:
    """Failed jobs besides the one of the run, so many in all."""
    for job in range(2, number + 1):
        emulator.add_job(RUN, failed_job(job, f"leg {job}"), f"{LOG}{job}\n")


def read(
    emulator: GitHubEmulator,
    run: Run | None = None,
    consume: Consume[Any] = whole,
    seconds: float = PATIENCE,
    token: str = TOKEN,
    **options: Any,
) -> tuple[dict[int, Any], tuple[Note, ...]]:
    run = run or gathered(emulator)
    with github_of(emulator, token, clock=replace(IMPATIENT, **options)) as github:
        logs, notes, _ = read_logs(github, run, consume, time.monotonic() + seconds)
        return logs, notes


def test_a_log_arrives_as_it_is_and_where_it_is_gets_no_credentials(emulator: GitHubEmulator) -> None:
    assert read(emulator) == ({1: BOM + LOG.encode()}, ())
    (asked,) = emulator.asked("/logs$")
    (stored,) = emulator.asked("/storage/")
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert "authorization" not in stored.headers


def test_a_log_is_read_no_further_once_no_one_waits_for_it(emulator: GitHubEmulator) -> None:
    emulator.add_job(RUN, failed_job(1, "test"), LOG * 200_000)
    emulator.add_job(RUN, failed_job(2, "other"), LOG * 200_000)
    begun, left, ended = threading.Event(), threading.Event(), threading.Event()
    chunks = 0

    def consume(job: Job, arriving: Iterator[bytes]) -> int:
        nonlocal chunks
        for _ in arriving:
            if job.id == 1:
                begun.wait(PATIENCE)
                raise RuntimeError
            begun.set()
            left.wait(PATIENCE)
            chunks += 1
        ended.set()
        return chunks

    run = gathered(emulator)
    with pytest.raises(RuntimeError):
        read(emulator, run, consume)
    left.set()
    assert ended.wait(PATIENCE)
    assert chunks <= 1


def test_a_log_is_never_held_whole(emulator: GitHubEmulator) -> None:
    emulator.set_log(1, bytes(20_000_000))
    sizes: list[int] = []

    def consume(_job: Job, chunks: Iterator[bytes]) -> int:
        sizes.extend(map(len, chunks))
        return sum(sizes)

    logs, _ = read(emulator, consume=consume)
    assert logs == {1: 20_000_000}
    assert max(sizes) <= 65_536


class TestWhatCannotBeHad:
    @pytest.mark.parametrize(
        ("fault", "why", "remedy"),
        [
            (Fault.forbidden(), "403", "Add `actions: read` to the job's `permissions`"),
            (Fault.missing(), "GitHub has no log of it", ""),
            (Fault.gone(), "410", "GitHub no longer keeps it: run the failed job again"),
            (Fault.rate_limited(), "403", "or run the job again later"),
            (Fault.broken(503), "503", ""),
            (Fault(drop=True), "can't be reached", ""),
            (Fault(302), "answered 302", ""),
            (Fault(302, headers={"Location": "http://[bad"}), "can't be", ""),
        ],
    )
    def test_each_fault_leaves_a_note_with_its_remedy(
        self, emulator: GitHubEmulator, fault: Fault, why: str, remedy: str
    ) -> None:
        emulator.add_job(RUN, failed_job(2, "other"), "fine\n")
        emulator.fail("/jobs/1/logs", fault)
        logs, (note,) = read(emulator)
        assert (list(logs), note.what) == ([2], "the log of test")
        assert why in note.why
        assert remedy in note.advice

    def test_a_proxy_that_refuses_is_named_without_its_password(
        self, emulator: GitHubEmulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        port = closed_port()
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        emulator.fail("/jobs/1/logs", Fault(302, headers={"Location": "http://logs.test/1"}))
        for proxy, why in {
            f"http://ci:s3cret@127.0.0.1:{port}": f"refused by the proxy `127.0.0.1:{port}`",
            "socks9://ci:s3cret@127.0.0.1": "is not the URL of an `http://` or `https://` proxy",
        }.items():
            monkeypatch.setenv("HTTP_PROXY", proxy)
            logs, (note,) = read(emulator)
            assert logs == {}
            assert why in note.why
            assert "s3cret" not in repr(note)

    def test_a_running_job_has_no_log_and_the_remedy_is_a_final_job(self, emulator: GitHubEmulator) -> None:
        own = Job(id=9, name="own", conclusion="running", url="")
        logs, (note,) = read(emulator, replace(gathered(emulator), failed_jobs=(own,)))
        assert (logs, emulator.asked("/logs")) == ({}, [])
        assert note.why == "GitHub has no log of a job that is still running"
        assert "final job" in note.remedy

    def test_a_redirect_in_a_circle_ends(self, emulator: GitHubEmulator) -> None:
        emulator.fail("/storage/", Fault(302, headers={"Location": "/storage/1"}))
        logs, (note,) = read(emulator)
        assert logs == {}
        assert "circle" in note.why
        assert len(emulator.asked("/storage/")) == 3

    def test_without_a_token_the_remedy_is_the_token(self, emulator: GitHubEmulator) -> None:
        assert "github-token" in read(emulator, token="")[1][0].remedy

    def test_an_empty_log_is_noted_as_empty(self, emulator: GitHubEmulator) -> None:
        emulator.set_log(1, b"")
        logs, (note,) = read(emulator)
        assert (logs, note.why) == ({}, "it is empty")

    def test_a_log_that_is_not_there_is_asked_for_again_only_soon_after_the_jobs_end(
        self, emulator: GitHubEmulator
    ) -> None:
        run = gathered(emulator)
        emulator.fail("/jobs/1/logs", Fault.missing())
        read(emulator, run)  # long after
        assert len(emulator.asked("/jobs/1/logs")) == 1
        emulator.heal()
        emulator.fail("/jobs/1/logs", Fault.missing(), times=2)
        slept: list[float] = []
        done = run.failed_jobs[0].completed_at
        assert done
        logs, notes = read(emulator, run, sleep=slept.append, now=lambda: done)
        assert (list(logs), notes, len(slept)) == ([1], (), 2)


class TestAGitHubThatStumbles:
    @pytest.mark.parametrize("where", ["/jobs/1/logs", "/storage/1"])
    @pytest.mark.parametrize("fault", [Fault.broken(502), Fault(drop=True)])
    def test_is_asked_for_a_log_again(self, emulator: GitHubEmulator, where: str, fault: Fault) -> None:
        run = gathered(emulator)
        emulator.fail(where, fault, times=4)
        slept: list[float] = []
        logs, notes = read(emulator, run, sleep=slept.append)
        assert (list(logs), notes, len(slept)) == ([1], (), 4)
        assert slept == sorted(slept)
        assert sum(slept) < 16
        slept.clear()
        emulator.fail(where, Fault(503, headers={"Retry-After": "7"}), times=1)
        read(emulator, run, sleep=slept.append)
        assert slept == [7.0]  # the time it asks for


class TestTheDeadline:
    """That these tests end at all is what they show. A busy machine gets more time for what has to arrive."""

    SECONDS = (0.3, 3.0, 30.0)

    @pytest.mark.parametrize("where", ["/jobs/1/logs", "/storage/1"])
    def test_a_server_that_hangs_does_not_outlast_it(self, emulator: GitHubEmulator, where: str) -> None:
        emulator.add_job(RUN, failed_job(2, "other"), "fine\n")
        run = gathered(emulator)
        emulator.fail(where, Fault(hang=True))
        for seconds in self.SECONDS:
            logs, notes = read(emulator, run, seconds=seconds)
            if logs:
                break
        assert list(logs) == [2]
        assert [note.what for note in notes] == ["the log of test"]

    def test_a_log_that_never_comes_to_an_end_is_left_alone_after_it(
        self, emulator: GitHubEmulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As with a name look-up that hangs: no time-out of a socket ends it."""
        emulator.add_job(RUN, failed_job(2, "other"), "fine\n")
        run, over = gathered(emulator), threading.Event()

        def consume(job: Job, chunks: Iterator[bytes]) -> bytes:
            log = b"".join(chunks)
            if job.id == 2:
                over.wait(PATIENCE)
            return log

        monkeypatch.setattr("fire_routine.gather.logs.GRACE", 0.1)
        for seconds in self.SECONDS:
            logs, notes = read(emulator, run, consume, seconds)
            if logs:
                break
        over.set()
        assert list(logs) == [1]
        assert [(note.what, note.why) for note in notes] == [
            ("the log of other", "there was no time left to read it")
        ]


class TestTheGreenLog:
    @pytest.fixture(autouse=True)
    def green_run(self, emulator: GitHubEmulator) -> None:
        add_run(emulator, 400, conclusion="success", created_at="2026-03-01T10:00:00Z")
        emulator.add_job(400, {"id": 40, "name": "test", "conclusion": "success"}, "all well\n")
        emulator.add_job(400, {"id": 41, "name": "else", "conclusion": "success"}, "not this\n")

    def green(
        self, emulator: GitHubEmulator, run: Run | None = None, seconds: float = PATIENCE
    ) -> dict[int, bytes]:
        run = run or gathered(emulator)
        emulator.requests.clear()
        with github_of(emulator) as github:
            return read_green_logs(github, run, b"".join, time.monotonic() + seconds)

    def test_is_that_of_the_same_job_in_the_last_green_run(self, emulator: GitHubEmulator) -> None:
        assert self.green(emulator) == {1: BOM + b"all well\n"}

    def test_is_left_out_where_it_can_not_be_had_in_time(self, emulator: GitHubEmulator) -> None:
        emulator.fail("/jobs/40/logs", Fault.gone())
        assert self.green(emulator) == {}
        emulator.fail("/runs/400/jobs", Fault(hang=True))
        assert self.green(emulator, seconds=0.2) == {}
        assert self.green(emulator, replace(gathered(emulator), history=None)) == {}  # there is none

    def test_is_read_of_few_jobs_where_many_failed_and_of_none_where_very_many_did(
        self, emulator: GitHubEmulator
    ) -> None:
        for number in range(GREEN_JOBS + 5):
            emulator.add_job(RUN, failed_job(100 + number, f"leg {number}"), LOG)
            green = {"id": 200 + number, "name": f"leg {number}", "conclusion": "success"}
            emulator.add_job(400, green, f"well {number}\n")
        assert len(self.green(emulator)) == GREEN_JOBS
        assert len(emulator.requests) == 1 + 2 * GREEN_JOBS
        jobs = [Job(id=number, name=f"{number}", conclusion="failure", url="") for number in range(40)]
        run = replace(gathered(emulator), failed_jobs=tuple(jobs))
        assert (self.green(emulator, run), emulator.requests) == ({}, [])
