"""A log that is too long, or arrives too slowly, is read from its beginning and at its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import httpx
import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator
from tests.faults.storage import LINE, Log, LogStorage, Ranges
from tests.unit.gather.gathering import (
    PATIENCE,
    RUN,
    Clock,
    add_run,
    failed_job,
    gathered,
    github_of,
    whole,
)

from fire_routine.gather import read_logs
from fire_routine.gather.download import END_SHARE, PARTS, Download, Pace
from fire_routine.model import Note

MIB = 1 << 20
CAUSE = b"\n2026-03-02T10:09:09.0000000Z ##[error]the ledger never balanced\n"
LONG = Log(8 * MIB, CAUSE)
SLOW = Log(4 * MIB, CAUSE, rate=1.0 * MIB)  # needs four seconds


@pytest.fixture
def storage() -> Iterator[LogStorage]:
    with LogStorage() as storage:
        yield storage


@pytest.fixture
def emulator() -> Iterator[GitHubEmulator]:
    with GitHubEmulator() as github:
        add_run(github)
        yield github


class Reading:
    """What was read of the logs that the storage has, over real connections."""

    def __init__(
        self,
        emulator: GitHubEmulator,
        storage: LogStorage,
        *logs: Log,
        seconds: float = PATIENCE,
        max_bytes: int = 1 << 30,
    ) -> None:
        for number, log in enumerate(logs, 1):
            storage.logs[f"{number}"] = log
            emulator.add_job(RUN, failed_job(number, f"leg {number}"), "elsewhere\n")
            found = Fault(302, headers={"Location": storage.address(f"{number}")})
            emulator.fail(f"/jobs/{number}/logs", found)
        run = gathered(emulator)
        with github_of(emulator) as github:
            self.logs, self.notes, self.cut = read_logs(
                github,
                run,
                whole,
                time.monotonic() + seconds,
                max_bytes=max_bytes,
                sleep=lambda _seconds: None,
            )

    @property
    def note(self) -> Note:
        (note,) = self.notes
        return note


def begins_no_line_in_its_midst(log: bytes) -> bool:
    """Whether each line but the last is one of the log's, or the beginning of one, before a gap."""
    return all(LINE.startswith(line) for line in log.removesuffix(CAUSE).split(b"\n"))


class TestALogOverTheCap:
    def test_has_its_beginning_and_its_end(self, emulator: GitHubEmulator, storage: LogStorage) -> None:
        read = Reading(emulator, storage, LONG, max_bytes=MIB)
        log = read.logs[1]
        assert log.startswith(LINE)
        assert log.endswith(CAUSE)
        assert MIB - 200 < len(log) <= MIB + 1
        assert begins_no_line_in_its_midst(log)
        assert read.cut == {1}
        assert read.note.what == "a part before the end of the log of leg 1"
        assert read.note.why == "it is longer than 1 MiB"

    def test_is_asked_for_its_last_bytes_once(self, emulator: GitHubEmulator, storage: LogStorage) -> None:
        Reading(emulator, storage, LONG, max_bytes=MIB)
        (_, first), (_, second) = storage.asked
        start = int(second.removeprefix("bytes=").removesuffix("-"))
        assert first == ""
        assert LONG.size - MIB // END_SHARE <= start < LONG.size

    @pytest.mark.parametrize(
        "log",
        [*(replace(LONG, ranges=ranges) for ranges in Ranges if ranges != "served"),
         replace(LONG, sends_length=False)],
        ids=lambda log: f"{log.ranges}, {log.sends_length}",
    )  # fmt: skip
    def test_is_used_up_to_the_cap_where_its_end_is_not_served(
        self, emulator: GitHubEmulator, storage: LogStorage, log: Log
    ) -> None:
        read = Reading(emulator, storage, log, max_bytes=MIB)
        assert len(read.logs[1]) == MIB
        assert read.note.what == "the rest of the log of leg 1"
        assert read.note.why == "it is longer than 1 MiB"
        assert len(storage.asked) <= 2

    def test_is_read_whole_where_it_has_just_the_size_of_it(
        self, emulator: GitHubEmulator, storage: LogStorage
    ) -> None:
        read = Reading(emulator, storage, replace(LONG, size=MIB), max_bytes=MIB)
        assert len(read.logs[1]) == MIB
        assert (read.notes, read.cut) == ((), frozenset())


class Wire(httpx.SyncByteStream):
    """A log's bytes on a wire of some speed: the clock moves as they arrive."""

    PIECE, FIRST = 16_384, 5  # bytes of a piece; of the first one, in which no line ends

    def __init__(self, clock: Clock, log: Log, start: int, meanwhile: Callable[[], None]) -> None:
        self._clock = clock
        self._log = log
        self._start = start
        self._rate = log.later_rate if start and log.later_rate else log.rate
        self._meanwhile = meanwhile

    def __iter__(self) -> Iterator[bytes]:
        start = end = self._start
        while end < self._log.size:
            start, end = end, min(end + (self.FIRST if end == self._start else self.PIECE), self._log.size)
            piece = self._log.part(start, end)
            self._clock.sleep(len(piece) / self._rate)
            self._meanwhile()
            yield piece


class Slow:
    """Logs that arrive one after the other, in simulated seconds."""

    def __init__(
        self,
        *logs: Log,
        seconds: float,
        others: int = 0,
        meanwhile: Callable[[Pace], None] | None = None,
    ) -> None:
        """`others`: as many logs wait, too; `meanwhile`: what happens to them after each piece."""
        self.clock = Clock()
        self.pace = Pace(seconds, self.clock, 1, len(logs) + others)
        self.requests = 0
        self.logs: list[bytes] = []
        for log in logs:
            began = self.clock()
            self.pace.begin()
            self.download = Download(partial(self._open, log, meanwhile), 1 << 30, self.pace)
            self.logs.append(b"".join(self._in_time(seconds)))
            self.pace.end(self.clock() - began)

    def _in_time(self, seconds: float) -> Iterator[bytes]:
        for chunk in self.download:
            yield chunk
            if self.clock() > seconds:
                return

    def _open(self, log: Log, meanwhile: Callable[[Pace], None] | None, start: int) -> httpx.Response:
        self.requests += 1
        headers = {"Content-Length": f"{log.size - start}"}
        if start and log.ranges is Ranges.SERVED:
            headers["Content-Range"] = f"bytes {start}-{log.size - 1}/{log.size}"
        stream = Wire(self.clock, log, start, lambda: meanwhile(self.pace) if meanwhile else None)
        return httpx.Response(206 if "Content-Range" in headers else 200, headers=headers, stream=stream)


class TestALogThatIsTooSlow:
    @pytest.mark.parametrize("seconds", [1.5, 2.0, 2.5])
    def test_has_its_end_by_the_deadline(self, seconds: float) -> None:
        read = Slow(SLOW, seconds=seconds)
        (log,) = read.logs
        assert log.endswith(CAUSE)
        assert len(log) > SLOW.size / 8
        assert begins_no_line_in_its_midst(log)
        assert read.download.left_out == "there was no time left to read it"
        assert read.clock() <= seconds

    def test_has_its_end_though_it_gets_slower(self) -> None:
        read = Slow(replace(SLOW, later_rate=SLOW.rate / 4), seconds=3)
        assert read.logs[0].endswith(CAUSE)
        assert 2 <= read.requests <= PARTS

    def test_is_read_as_far_as_it_comes_where_its_end_is_not_served(self) -> None:
        read = Slow(replace(SLOW, ranges=Ranges.IGNORED), seconds=1)
        assert read.logs[0].startswith(LINE)
        assert not read.logs[0].endswith(CAUSE)
        assert read.download.left_out == ""

    def test_leaves_those_that_wait_their_time(self) -> None:
        read = Slow(*[replace(SLOW, size=MIB * 3)] * 20, seconds=50)
        assert all(log.endswith(CAUSE) for log in read.logs)
        assert read.clock() <= 50

    def test_next_to_fast_ones_is_read_whole_where_it_has_the_time(self) -> None:
        fast = iter(range(40))

        def meanwhile(pace: Pace) -> None:
            if next(fast, None) is not None:
                pace.begin()
                pace.end(0.02)  # seconds

        read = Slow(replace(SLOW, size=MIB), seconds=10, others=40, meanwhile=meanwhile)
        assert read.download.left_out == ""
        assert len(read.logs[0]) == MIB

    def test_is_noted_as_cut_where_the_time_runs_out(
        self, emulator: GitHubEmulator, storage: LogStorage
    ) -> None:
        """Over real connections; a busy machine gets more time until it begins to arrive."""
        endless = replace(SLOW, size=MIB * 1_000, ranges=Ranges.IGNORED)
        for seconds in (0.5, 5.0, 50.0):
            read = Reading(emulator, storage, endless, seconds=seconds)
            if read.logs:
                break
        assert read.logs[1].startswith(LINE)
        assert read.cut == {1}
        assert read.note.what == "the rest of the log of leg 1"
        assert read.note.why == "there was no time left to read it"


class TestAConnectionThatIsCut:
    def test_goes_on_where_it_was(self, emulator: GitHubEmulator, storage: LogStorage) -> None:
        log = Log(MIB, CAUSE, cut_after=MIB // 3)
        read = Reading(emulator, storage, log)
        assert read.logs[1] == log.part(0, MIB)
        assert (read.notes, read.cut) == ((), frozenset())

    @pytest.mark.parametrize("ranges", [ranges for ranges in Ranges if ranges != "served"])
    def test_leaves_what_came_where_the_rest_is_not_served(
        self, emulator: GitHubEmulator, storage: LogStorage, ranges: Ranges
    ) -> None:
        log = Log(MIB, CAUSE, cut_after=MIB // 3, ranges=ranges)
        read = Reading(emulator, storage, log)
        assert read.logs[1] == log.part(0, MIB // 3)
        assert read.note.why == "the connection was cut while it was read"

    def test_is_not_asked_for_the_rest_for_ever(self, emulator: GitHubEmulator, storage: LogStorage) -> None:
        read = Reading(emulator, storage, Log(MIB, CAUSE, cut_after=1_000))
        assert len(read.logs[1]) == PARTS * 1_000
        assert len(storage.asked) == PARTS


def test_the_time_is_shared_by_what_the_logs_before_took() -> None:
    seconds = 0.0
    pace = Pace(90.0, lambda: seconds, 8, 24)
    pace.begin()
    assert pace.left(0.0) == 90
    assert 20 < pace.left(50.0) < 30  # 23 others would take as long
    seconds = 10.0
    pace.end(2.0)
    assert 70 < pace.left(50.0) < 80
