"""Test reports of artifacts: what is read, and what a hostile archive gets instead."""

from __future__ import annotations

import io
import random
import stat
import struct
import tracemalloc
import zipfile
from collections.abc import Iterator

import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator
from tests.unit.gather.gathering import RUN, add_run, github_of, later

from fire_routine.gather import artifacts as module
from fire_routine.gather.artifacts import failed_tests
from fire_routine.model import Block, Digest

JUNIT = b"""<testsuite><testcase classname="cart" name="adds up"><failure message="expected 4, got 3">
at cart.test.js:4:20</failure></testcase><testcase classname="cart" name="is empty"/></testsuite>"""
MB = 1 << 20


@pytest.fixture
def github() -> Iterator[GitHubEmulator]:
    with GitHubEmulator() as github:
        add_run(github)
        yield github


def entry(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def zipped(files: dict[str, bytes], mode: int = stat.S_IFREG | 0o644, **options: object) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(entry(name, mode), data, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def read(emulator: GitHubEmulator, *globs: str, seconds: float = 300.0) -> tuple[list[str], list[str]]:
    """The lines of the failing tests, and the notes."""
    with github_of(emulator) as github:
        run, _ = github.run(RUN, None)
        found, notes = failed_tests(github, run, globs or ("*",), (), later() - 300.0 + seconds)
    lines = [line for one in found for block in one.digest.blocks for line in block.lines]
    return lines, [f"{note.what}: {note.why}" for note in notes]


def only_note(emulator: GitHubEmulator, data: bytes) -> str:
    emulator.add_artifact(RUN, "evil", data)
    lines, notes = read(emulator)
    assert lines == []
    (note,) = notes
    return note


def test_the_failed_tests_of_the_named_artifacts_are_read(github: GitHubEmulator) -> None:
    other = JUNIT.replace(b"adds up", b"is cheap")
    github.add_artifact(RUN, "tests-linux", zipped({"out/junit.XML": JUNIT, "readme.txt": b"FAILED x"}))
    github.add_artifact(RUN, "tests-macos", zipped({"junit.xml": other}))
    github.add_artifact(RUN, "coverage", zipped({"junit.xml": JUNIT}))
    lines, notes = read(github, "tests-*")
    assert [line for line in lines if line.startswith("FAILED")] == [
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
    assert [line for line in lines if line.startswith("FAILED")] == [
        "FAILED cart::sums up - expected 4, got 3 (cart.test.js:4)"
    ]


def test_an_artifact_without_a_report_and_a_name_without_an_artifact_are_noted(
    github: GitHubEmulator,
) -> None:
    assert read(github) == (
        [],
        ["the test reports of artifacts: no artifact of the run has such a name"],
    )
    assert "it has no test report" in only_note(github, zipped({"a.txt": b"x", "pom.xml": b"<project/>"}))


# --- hostile ones ---------------------------------------------------------------------------------


def test_a_bomb_is_unpacked_no_further_than_is_allowed(github: GitHubEmulator) -> None:
    bomb = zipped({f"{n}.xml": b"<testsuite>" + b" " * (40 * MB) for n in range(4)})
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


def test_reports_in_an_archive_in_an_archive_are_not_looked_for(github: GitHubEmulator) -> None:
    inner = zipped({"a.xml": JUNIT})
    assert "it has no test report" in only_note(github, zipped({"inner.zip": inner, "b.xml": inner}))


@pytest.mark.parametrize(
    "name",
    ["/etc/a.xml", "../a.xml", "b/../../a.xml", "C:\\a.xml", "\\\\host\\a.xml", "..\\a.xml", "C:a.xml"],
)
def test_a_path_that_leads_out_is_refused(github: GitHubEmulator, name: str) -> None:
    assert "its path leads out of the artifact" in only_note(github, zipped({name: JUNIT}))


def test_links_and_devices_are_refused(github: GitHubEmulator) -> None:
    github.add_artifact(RUN, "device", zipped({"a.xml": JUNIT}, stat.S_IFCHR))
    github.add_artifact(RUN, "link", zipped({"a.xml": b"/etc/passwd"}, stat.S_IFLNK | 0o777))
    note = "the artifact `device`, `link`: a report in it: it is a link or a device"
    assert read(github) == ([], [note])


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        (b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite>&b;</testsuite>', "document type"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><testsuite/>', "document type"),
        (b"<testsuite>" * 200, "no test report"),
        (b"<testsuite><testcase", "no test report"),
        (b"\x00\xff<testsuite>", "no test report"),
    ],
)
def test_hostile_xml_is_refused(github: GitHubEmulator, xml: bytes, why: str) -> None:
    assert why in only_note(github, zipped({"a.xml": xml}))


def test_many_files_and_a_long_list_of_them_are_refused(github: GitHubEmulator) -> None:
    assert "too many files" in only_note(github, zipped({f"{n:0200}.txt": b"" for n in range(5_000)}))


def test_a_list_of_files_that_is_longer_than_the_end_states_is_refused(github: GitHubEmulator) -> None:
    data = bytearray(zipped({"a.xml": JUNIT}))
    huge = b"PK\x06\x07" + b"\0" * 16
    github.add_artifact(RUN, "huge", bytes(data[:-22] + huge + data[-22:]))
    github.add_artifact(RUN, "comment", bytes(data[:-2]) + struct.pack("<H", 3) + b"abc")
    github.add_artifact(RUN, "none", b"no ZIP file at all")
    name = zipped({"é.xml": JUNIT}).replace("é".encode(), b"\xff\xff")
    github.add_artifact(RUN, "name", name)
    lines, notes = read(github)
    assert lines == []
    assert sorted(notes) == [
        "the artifact `comment`, `name`, `none`: it is no valid ZIP file",
        "the artifact `huge`: it has too many files",
    ]


def test_encrypted_and_unusually_compressed_files_are_refused(github: GitHubEmulator) -> None:
    assert "unusual way" in only_note(github, zipped({"a.xml": JUNIT}, compress_type=zipfile.ZIP_LZMA))
    data = bytearray(zipped({"a.xml": JUNIT}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    github.artifacts.clear()
    assert "encrypted" in only_note(github, bytes(data))


def test_a_damaged_archive_is_a_note_wherever_it_is_damaged(github: GitHubEmulator) -> None:
    whole, chance = zipped({"a.xml": JUNIT, "b/c.trx": JUNIT}), random.Random(7)
    for _ in range(100):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        github.artifacts.clear()
        github.add_artifact(
            RUN, "tests", bytes(data[: chance.choice((len(data), chance.randrange(len(data))))])
        )
        read(github)


def test_what_is_larger_than_stated_is_not_downloaded_whole(
    github: GitHubEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", MB)
    data = zipped({"a.xml": JUNIT, "b.bin": random.Random(1).randbytes(2 * MB)})
    github.add_artifact(RUN, "lies", data, {"size_in_bytes": 10})
    github.add_artifact(RUN, "honest", data)
    lines, notes = read(github)
    assert lines == []
    assert notes == ["the artifact `honest`, `lies`: it is larger than 32 MiB"]
    assert len(github.asked("/storage/artifacts")) == 1


def test_only_so_many_artifacts_are_read(github: GitHubEmulator) -> None:
    for number in range(12):
        github.add_artifact(RUN, f"tests-{number:02}", zipped({"a.xml": JUNIT}))
    _, notes = read(github)
    assert notes == ["some artifacts: 12 have such names, and 10 are read"]
    assert len(github.asked("/storage/artifacts")) == 10


@pytest.mark.parametrize(
    ("fault", "where", "what"),
    [
        (Fault.forbidden(), "/actions/runs/500/artifacts", "the list of the run's artifacts"),
        (Fault.forbidden(), "/zip", "the artifact `tests`"),
        (Fault(cut_after=20), "/storage/artifacts", "the artifact `tests`"),
    ],
)
def test_what_is_not_to_be_had_is_a_note(github: GitHubEmulator, fault: Fault, where: str, what: str) -> None:
    github.add_artifact(RUN, "tests", zipped({"a.xml": JUNIT}))
    github.fail(where, fault)
    lines, (note,) = read(github)
    assert lines == []
    assert note.startswith(f"{what}: ")


def test_an_expired_artifact_is_a_note(github: GitHubEmulator) -> None:
    github.add_artifact(RUN, "tests", b"", {"expired": True})
    assert read(github) == ([], ["the artifact `tests`: GitHub no longer keeps it"])


def test_a_slow_download_ends_in_time(github: GitHubEmulator) -> None:
    github.add_artifact(RUN, "tests", zipped({"a.xml": JUNIT}))
    github.fail("/storage/artifacts", Fault(dribble=0.2))
    assert read(github, seconds=2.0) == ([], ["the artifact `tests`: there was no time left to read it"])


def test_a_failed_test_of_several_reports_or_of_a_log_is_there_once(github: GitHubEmulator) -> None:
    github.add_artifact(RUN, "a", zipped({"a.xml": JUNIT, "b.xml": JUNIT}))
    github.add_artifact(RUN, "b", zipped({"a.xml": JUNIT.replace(b"adds up", b"is cheap")}))
    log = Digest((Block(1, ("● cart › is cheap", "  expected 4, got 3"), 8.0, "jest", 2),), 2)
    with github_of(github) as client:
        (found,), _ = failed_tests(client, client.run(RUN, None)[0], ("*",), [log], later())
    failed = [line for block in found.digest.blocks for line in block.lines if line.startswith("FAILED")]
    assert failed == ["FAILED cart::adds up - expected 4, got 3 (cart.test.js:4)"]
