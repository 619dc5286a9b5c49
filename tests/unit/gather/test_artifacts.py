"""Test reports of artifacts: what is read, and what a hostile archive gets instead."""

from __future__ import annotations

import io
import random
import stat
import struct
import time
import tracemalloc
import zipfile

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.unit.digests import digest_of, texts
from tests.unit.gather.gathering import PATIENCE, RUN, add_run, github_of, later

from fire_routine.gather import artifacts as module
from fire_routine.gather.artifacts import failed_tests

JUNIT = b"""<testsuite><testcase classname="cart" name="adds up"><failure message="expected 4, got 3">
at cart.test.js:4:20</failure></testcase><testcase classname="cart" name="is empty"/></testsuite>"""
MB = 1 << 20


@pytest.fixture
def github(emulator: GitHubEmulator) -> GitHubEmulator:
    add_run(emulator)
    return emulator


def zipped(files: dict[str, bytes], mode: int = stat.S_IFREG | 0o644, **options: object) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def read(emulator: GitHubEmulator, *globs: str, seconds: float = PATIENCE) -> tuple[list[str], list[str]]:
    """The lines of the failing tests, and the notes."""
    with github_of(emulator) as github:
        run, _ = github.run(RUN, None)
        found, notes = failed_tests(github, run, globs or ("*",), (), time.monotonic() + seconds)
    lines = [line for one in found for line in texts(one.digest)]
    return lines, [f"{note.what}: {note.why}" for note in notes]


def only_note(emulator: GitHubEmulator, data: bytes) -> str:
    emulator.artifacts.clear()
    emulator.add_artifact(RUN, "evil", data)
    lines, notes = read(emulator)
    assert lines == []
    (note,) = notes
    return note


def failed(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("FAILED")]


def test_the_failed_tests_of_the_named_artifacts_are_read(github: GitHubEmulator) -> None:
    other = JUNIT.replace(b"adds up", b"is cheap")
    github.add_artifact(RUN, "tests-linux", zipped({"out/junit.XML": JUNIT, "readme.txt": b"FAILED x"}))
    github.add_artifact(RUN, "tests-macos", zipped({"junit.xml": other}))
    github.add_artifact(RUN, "coverage", zipped({"junit.xml": JUNIT}))
    lines, notes = read(github, "tests-*")
    assert failed(lines) == [
        "FAILED cart::adds up - expected 4, got 3 (cart.test.js:4)",
        "FAILED cart::is cheap - expected 4, got 3 (cart.test.js:4)",
    ]
    assert notes == []
    assert all("authorization" not in one.headers for one in github.asked("/storage/artifacts"))


def test_of_a_re_run_its_own_are_read_and_of_a_name_the_newest(github: GitHubEmulator) -> None:
    began = "2026-03-02T11:00:00Z"
    add_run(github, run_attempt=2, run_started_at=began)
    old, new = {"created_at": "2026-03-02T10:30:00Z"}, {"created_at": "2026-03-02T11:30:00Z"}
    github.add_artifact(RUN, "of the first attempt", zipped({"a.xml": JUNIT}), old)
    github.add_artifact(RUN, "tests", zipped({"a.xml": JUNIT}), new)
    github.add_artifact(RUN, "tests", zipped({"a.xml": JUNIT.replace(b"adds", b"sums")}), new)
    lines, _ = read(github)
    assert failed(lines) == ["FAILED cart::sums up - expected 4, got 3 (cart.test.js:4)"]


def test_an_artifact_without_a_report_and_a_name_without_an_artifact_are_noted(
    github: GitHubEmulator,
) -> None:
    assert read(github) == ([], ["the test reports of artifacts: no artifact of the run has such a name"])
    inner = zipped({"a.xml": JUNIT})  # an archive in an archive is none
    for files in ({"a.txt": b"x", "pom.xml": b"<project/>"}, {"inner.zip": inner, "b.xml": inner}):
        assert "it has no test report" in only_note(github, zipped(files))


def test_a_bomb_is_unpacked_no_further_than_is_allowed(github: GitHubEmulator) -> None:
    bomb = zipped({f"{n}.xml": b"<testsuite>" + b" " * (33 * MB) for n in range(3)})
    assert len(bomb) < MB
    github.add_artifact(RUN, "bomb", bomb)
    tracemalloc.start()
    lines, notes = read(github)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert lines == []
    assert "it is larger than 32 MiB" in notes[0]
    assert "with the files before it, it is larger than 64 MiB" in notes[1]
    assert peak < 48 * MB


def test_a_hostile_archive_is_refused_with_its_reason(github: GitHubEmulator) -> None:
    plain = zipped({"a.xml": JUNIT})
    encrypted = bytearray(plain)
    encrypted[plain.index(b"PK\x01\x02") + 8] |= 1
    paths = r"/etc/a.xml ../a.xml b/../../a.xml C:\a.xml \\host\a.xml ..\a.xml C:a.xml"
    entities = b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite>&b;</testsuite>'
    longer = plain[:-22] + b"PK\x06\x07" + b"\0" * 16 + plain[-22:]  # a list of files than the end states
    misnamed = zipped({"é.xml": JUNIT}).replace("é".encode(), b"\xff\xff")
    table = [
        *((zipped({path: JUNIT}), "its path leads out of the artifact") for path in paths.split(" ")),
        (zipped({"a.xml": JUNIT}, stat.S_IFCHR), "it is a link or a device"),
        (zipped({"a.xml": b"/etc/passwd"}, stat.S_IFLNK | 0o777), "it is a link or a device"),
        (zipped({"a.xml": entities}), "document type"),
        (zipped({"a.xml": JUNIT}, compress_type=zipfile.ZIP_LZMA), "unusual way"),
        (bytes(encrypted), "encrypted"),
        (zipped({f"{n:0200}.txt": b"" for n in range(5_000)}), "too many files"),
        (longer, "too many files"),
        (plain[:-2] + struct.pack("<H", 3) + b"abc", "no valid ZIP file"),
        (b"no ZIP file at all", "no valid ZIP file"),
        (misnamed, "no valid ZIP file"),
    ]
    for data, why in table:
        assert why in only_note(github, data), data[:80]


def test_a_damaged_archive_is_a_note_wherever_it_is_damaged(github: GitHubEmulator) -> None:
    whole, chance = zipped({"a.xml": JUNIT, "b/c.trx": JUNIT}), random.Random(7)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        github.artifacts.clear()
        github.add_artifact(
            RUN, "tests", bytes(data[: chance.choice((len(data), chance.randrange(len(data))))])
        )
        lines, notes = read(github)
        assert lines or len(notes) == 1


def test_what_is_larger_than_stated_is_not_downloaded_whole(
    github: GitHubEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", MB)
    data = zipped({"a.xml": JUNIT, "b.bin": random.Random(1).randbytes(2 * MB)})
    github.add_artifact(RUN, "lies", data, {"size_in_bytes": 10})
    github.add_artifact(RUN, "honest", data)
    lines, notes = read(github)
    assert lines == []
    assert notes == ["the artifact honest, lies: it is larger than 32 MiB"]
    assert len(github.asked("/storage/artifacts")) == 1


def test_only_so_many_artifacts_are_read(github: GitHubEmulator) -> None:
    for number in range(12):
        github.add_artifact(RUN, f"tests-{number:02}", zipped({"a.xml": JUNIT}))
    _, notes = read(github)
    assert notes == ["some artifacts: 12 have such names, and 10 are read"]
    assert len(github.asked("/storage/artifacts")) == 10


@pytest.mark.parametrize(
    ("where", "fault", "note"),
    [
        ("/actions/runs/500/artifacts", Fault.forbidden(), "the list of the run's artifacts: "),
        ("/zip", Fault.forbidden(), "the artifact tests: "),
        ("/storage/artifacts", Fault(cut_after=20), "the artifact tests: "),
        ("/storage/artifacts", Fault(dribble=0.2), "the artifact tests: there was no time left to read it"),
    ],
)
def test_what_is_not_to_be_had_in_time_is_a_note(
    github: GitHubEmulator, where: str, fault: Fault, note: str
) -> None:
    github.add_artifact(RUN, "tests", zipped({"a.xml": JUNIT}))
    github.fail(where, fault)
    for seconds in (1.0, 10.0, 100.0) if fault.dribble else (PATIENCE,):  # a busy machine gets more time
        lines, notes = read(github, seconds=seconds)
        if [one[: len(note)] for one in notes] == [note]:
            break
    assert (lines, [one[: len(note)] for one in notes]) == ([], [note])


def test_a_failed_test_of_several_reports_or_of_a_log_is_there_once(github: GitHubEmulator) -> None:
    github.add_artifact(RUN, "a", zipped({"a.xml": JUNIT, "b.xml": JUNIT}))
    github.add_artifact(RUN, "b", zipped({"a.xml": JUNIT.replace(b"adds up", b"is cheap")}))
    log = digest_of("● cart › is cheap", "  expected 4, got 3")
    with github_of(github) as client:
        (found,), _ = failed_tests(client, client.run(RUN, None)[0], ("*",), [log], later())
    shown = failed(texts(found.digest))
    assert shown == ["FAILED cart::adds up - expected 4, got 3 (cart.test.js:4)"]


def test_of_more_artifacts_than_a_page_has_the_newest_are_read_too(github: GitHubEmulator) -> None:
    """GitHub lists a run's artifacts with the oldest first, so those of a re-run come last."""
    for number in range(250):
        github.add_artifact(RUN, f"log-{number}", b"")
    github.add_artifact(RUN, "tests", zipped({"junit.xml": JUNIT}))
    lines, notes = read(github, "tests")
    assert any("expected 4, got 3" in line for line in lines)
    assert notes == []
