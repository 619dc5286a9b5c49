"""A long log is read by its beginning and its end; after a cut it goes on where it was."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.support.faults.storage import LINE, Log, LogStorage, Ranges
from tests.unit.gather.gathering import PATIENCE, RUN, add_run, failed_job, gathered, github_of, whole

from fire_routine.gather import logs as module
from fire_routine.gather.logs import read_logs

MIB = 1 << 20
FIRST, LAST = MIB // 2, 2 * MIB  # bytes that are read of a longer log; really more
CAUSE = b"\n2026-03-02T10:09:09.0000000Z ##[error]the ledger never balanced\n"
LONG = Log(FIRST + LAST + MIB, CAUSE)
WHOLE = replace(LONG, size=FIRST + LAST)
NOT_SERVED = [ranges for ranges in Ranges if ranges != "served"]


@pytest.fixture(autouse=True)
def smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST", FIRST)
    monkeypatch.setattr(module, "LAST", LAST)


@pytest.fixture
def storage() -> Iterator[LogStorage]:
    with LogStorage() as storage:
        yield storage


class Reading:
    """What was read of a log that the storage has, over real connections."""

    def __init__(
        self, emulator: GitHubEmulator, storage: LogStorage, log: Log, seconds: float = PATIENCE
    ) -> None:
        storage.logs["1"] = log
        storage.asked.clear()
        add_run(emulator)
        emulator.add_job(RUN, failed_job(1, "leg 1"), "elsewhere\n")
        emulator.fail("/jobs/1/logs", Fault(302, headers={"Location": storage.address("1")}))
        run = gathered(emulator)
        with github_of(emulator) as github:
            logs, notes, cut = read_logs(github, run, whole, time.monotonic() + seconds)
        self.log = logs.get(1, b"")
        self.is_cut = bool(cut)
        self.notes = [f"{note.what}: {note.why}" for note in notes]


def test_a_long_log_has_its_beginning_and_its_end(emulator: GitHubEmulator, storage: LogStorage) -> None:
    read = Reading(emulator, storage, LONG)
    assert read.log.startswith(LINE)
    assert read.log.endswith(CAUSE)
    assert FIRST + LAST - 200 < len(read.log) < FIRST + LAST + MIB // 2
    assert read.is_cut
    assert read.notes == ["a part before the end of the log of leg 1: it is longer than 2 MiB"]
    assert [asked for _, asked in storage.asked] == ["", f"bytes={LONG.size - LAST}-"]


def test_no_half_line_is_left_where_a_range_begins(emulator: GitHubEmulator, storage: LogStorage) -> None:
    """Wherever it begins: half a secret could not be recognised as one."""
    for shift in (0, 24, 48):
        read = Reading(emulator, storage, replace(LONG, size=LONG.size + shift))
        assert set(read.log.removesuffix(CAUSE).split(b"\n")[:-1]) == {LINE.rstrip()}


def test_a_long_log_is_read_on_where_its_end_is_not_served(
    emulator: GitHubEmulator, storage: LogStorage
) -> None:
    logs = [replace(LONG, ranges=ranges) for ranges in NOT_SERVED]
    for log in (*logs, replace(LONG, sends_length=False), WHOLE):
        read = Reading(emulator, storage, log)
        assert (len(read.log), read.notes, read.is_cut) == (log.size, [], False), log
        assert len(storage.asked) <= (1 if log is WHOLE else 2), log


def test_a_log_is_noted_as_cut_where_the_time_runs_out(emulator: GitHubEmulator, storage: LogStorage) -> None:
    """A busy machine gets more time until it begins to arrive."""
    endless = replace(LONG, size=MIB * 1_000, rate=MIB, ranges=Ranges.IGNORED)
    for seconds in (0.5, 5.0, 50.0):
        read = Reading(emulator, storage, endless, seconds)
        if read.log:
            break
    assert read.log.startswith(LINE)
    assert read.is_cut
    assert read.notes == ["the rest of the log of leg 1: there was no time left to read it"]


def test_after_a_cut_a_log_goes_on_where_it_was(emulator: GitHubEmulator, storage: LogStorage) -> None:
    for log in (Log(MIB, CAUSE, cut_after=MIB // 3), replace(LONG, cut_after=MIB)):
        read = Reading(emulator, storage, log)
        assert read.log.endswith(log.part(log.size - min(LAST, log.size) + len(LINE), log.size))
        assert bool(read.notes) == (log.size > FIRST + LAST)


def test_what_came_before_a_cut_is_left_where_the_rest_is_not_served(
    emulator: GitHubEmulator, storage: LogStorage
) -> None:
    for ranges in NOT_SERVED:
        log = Log(MIB, CAUSE, cut_after=MIB // 3, ranges=ranges)
        read = Reading(emulator, storage, log)
        assert read.log == log.part(0, MIB // 3), ranges
        assert read.notes[0].endswith(": the connection was cut while it was read"), ranges


def test_the_rest_of_a_log_is_not_asked_for_for_ever(emulator: GitHubEmulator, storage: LogStorage) -> None:
    read = Reading(emulator, storage, Log(MIB, CAUSE, cut_after=1_000))
    assert len(read.log) == 1_000 * len(storage.asked)
    assert len(storage.asked) < 20
