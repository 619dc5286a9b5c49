"""A log above 32 MiB is read by its beginning and its end; after a cut it goes on where it was."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator
from tests.faults.storage import LINE, Log, LogStorage, Ranges
from tests.unit.gather.gathering import PATIENCE, RUN, add_run, failed_job, gathered, github_of, whole

from fire_routine.gather import read_logs
from fire_routine.gather.logs import FIRST, LAST, PARTS
from fire_routine.model import Note

MIB = 1 << 20
CAUSE = b"\n2026-03-02T10:09:09.0000000Z ##[error]the ledger never balanced\n"
LONG = Log(FIRST + LAST + 8 * MIB, CAUSE)
WHOLE = replace(LONG, size=FIRST + LAST)


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
        self, emulator: GitHubEmulator, storage: LogStorage, *logs: Log, seconds: float = PATIENCE
    ) -> None:
        for number, log in enumerate(logs, 1):
            storage.logs[f"{number}"] = log
            emulator.add_job(RUN, failed_job(number, f"leg {number}"), "elsewhere\n")
            found = Fault(302, headers={"Location": storage.address(f"{number}")})
            emulator.fail(f"/jobs/{number}/logs", found)
        run = gathered(emulator)
        with github_of(emulator) as github:
            self.logs, self.notes, self.cut = read_logs(github, run, whole, time.monotonic() + seconds)

    @property
    def note(self) -> Note:
        (note,) = self.notes
        return note


class TestALongLog:
    def test_has_its_beginning_and_its_end(self, emulator: GitHubEmulator, storage: LogStorage) -> None:
        read = Reading(emulator, storage, LONG)
        log = read.logs[1]
        assert log.startswith(LINE)
        assert log.endswith(CAUSE)
        assert FIRST + LAST - 200 < len(log) < FIRST + LAST + MIB
        assert read.cut == {1}
        assert read.note.what == "a part before the end of the log of leg 1"
        assert read.note.why == "it is longer than 32 MiB"
        assert [asked for _, asked in storage.asked] == ["", f"bytes={LONG.size - LAST}-"]

    def test_has_no_half_line_where_a_range_begins(
        self, emulator: GitHubEmulator, storage: LogStorage
    ) -> None:
        """Wherever it begins: half a secret could not be recognised as one."""
        for shift in range(0, len(LINE), 24):
            read = Reading(emulator, storage, replace(LONG, size=LONG.size + shift))
            assert set(read.logs[1].removesuffix(CAUSE).split(b"\n")[:-1]) == {LINE.rstrip()}

    @pytest.mark.parametrize(
        "log",
        [*(replace(LONG, ranges=ranges) for ranges in Ranges if ranges != "served"),
         replace(LONG, sends_length=False)],
        ids=lambda log: f"{log.ranges}, {log.sends_length}",
    )  # fmt: skip
    def test_is_read_on_where_its_end_is_not_served(
        self, emulator: GitHubEmulator, storage: LogStorage, log: Log
    ) -> None:
        read = Reading(emulator, storage, log)
        assert len(read.logs[1]) == LONG.size
        assert (read.notes, read.cut) == ((), frozenset())
        assert len(storage.asked) <= 2

    def test_is_read_whole_where_it_has_just_the_size_of_it(
        self, emulator: GitHubEmulator, storage: LogStorage
    ) -> None:
        read = Reading(emulator, storage, WHOLE)
        assert len(read.logs[1]) == WHOLE.size
        assert (read.notes, read.cut) == ((), frozenset())
        assert len(storage.asked) == 1

    def test_is_noted_as_cut_where_the_time_runs_out(
        self, emulator: GitHubEmulator, storage: LogStorage
    ) -> None:
        """A busy machine gets more time until it begins to arrive."""
        endless = replace(LONG, size=MIB * 1_000, rate=MIB, ranges=Ranges.IGNORED)
        for seconds in (0.5, 5.0, 50.0):
            read = Reading(emulator, storage, endless, seconds=seconds)
            if read.logs:
                break
        assert read.logs[1].startswith(LINE)
        assert read.cut == {1}
        assert read.note.what == "the rest of the log of leg 1"
        assert read.note.why == "there was no time left to read it"


class TestAConnectionThatIsCut:
    @pytest.mark.parametrize("log", [Log(MIB, CAUSE, cut_after=MIB // 3), replace(LONG, cut_after=20 * MIB)])
    def test_goes_on_where_it_was(self, emulator: GitHubEmulator, storage: LogStorage, log: Log) -> None:
        read = Reading(emulator, storage, log)
        assert read.logs[1].endswith(log.part(log.size - min(LAST, log.size) + len(LINE), log.size))
        assert bool(read.notes) == (log.size > FIRST + LAST)

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
