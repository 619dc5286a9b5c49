"""The file of known failures is the default branch's, not the one of the checkout or of the run's branch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator
from tests.emulated.routes import Answer
from tests.unit.gather.gathering import github_of, later

from fire_routine.gather import KnownFailures
from fire_routine.gather.known_failures import MOST_BYTES, read_known_failures
from fire_routine.model import Block, Digest, FailedJob, Failure, Fingerprint, Note

PATH = ".github/known-failures.toml"
FAILURE = Failure(
    Fingerprint("1"),
    (FailedJob(1, "test", "failure", ""),),
    Digest((Block(1, ("pool exhausted",), 9.0, "rule"),), 1),
)


@pytest.fixture
def emulator() -> Iterator[GitHubEmulator]:
    with GitHubEmulator() as github:
        yield github


def read(emulator: GitHubEmulator, path: str = PATH) -> tuple[str, tuple[Note, ...]]:
    with github_of(emulator) as github:
        return read_known_failures(github, path, later())


def marked(emulator: GitHubEmulator, path: str = PATH, **changes: Any) -> tuple[bool, tuple[Note, ...]]:
    with github_of(emulator) as github:
        known_failures = KnownFailures(github, path, later())
        found, notes = known_failures.mark([FAILURE], [], lambda _rule, _line: False, **changes)
    return found[0].is_spared, notes


def test_it_is_read_with_one_request_that_names_no_branch(emulator: GitHubEmulator) -> None:
    emulator.set_file(PATH, "x = 'ä'\n")
    assert read(emulator) == ("x = 'ä'\n", ())
    assert [request.target for request in emulator.requests] == [
        f"/repos/{emulator.full_name}/contents/{PATH}"
    ]


def test_a_missing_file_is_no_problem(emulator: GitHubEmulator) -> None:
    assert read(emulator) == ("", ())


def test_without_a_path_nothing_is_asked(emulator: GitHubEmulator) -> None:
    assert read(emulator, "") == ("", ())
    assert emulator.requests == []


def test_a_mark_of_the_encoding_is_no_part_of_it(emulator: GitHubEmulator) -> None:
    emulator.set_file(PATH, b"\xef\xbb\xbfx = 1\n")
    assert read(emulator) == ("x = 1\n", ())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"#" * (MOST_BYTES + 1), "it has 100,001 bytes, and at most 100,000 are read"),
        (b"x = '\xff'\n", "it is not UTF-8"),
    ],
)
def test_a_file_that_can_not_be_used_is_reported(emulator: GitHubEmulator, content: bytes, why: str) -> None:
    emulator.set_file(PATH, content)
    assert read(emulator) == ("", (Note(PATH, why, "It was ignored."),))


def test_the_largest_file_is_read(emulator: GitHubEmulator) -> None:
    emulator.set_file(PATH, b"#" * MOST_BYTES)
    text, notes = read(emulator)
    assert (len(text), notes) == (MOST_BYTES, ())


def test_a_folder_is_reported(emulator: GitHubEmulator) -> None:
    emulator.set_file(f"{PATH}/x", "")
    assert read(emulator) == ("", (Note(PATH, "it is a folder", "It was ignored."),))


def test_without_the_permission_a_note_names_it(emulator: GitHubEmulator) -> None:
    emulator.fail("/contents/", Fault.forbidden())
    text, (note,) = read(emulator)
    assert (text, note.what, note.permission) == ("", PATH, "contents: read")


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"type": "file"},
        {"type": "file", "encoding": "none", "content": "", "size": 3},
        {"type": "file", "encoding": "base64", "content": "?", "size": 1},
        {"type": "file", "encoding": "base64", "content": "é", "size": 1},
        {"type": None, "encoding": None, "content": None, "size": None},
        {"type": "submodule", "size": 0},
        [{"type": "file"}],
        "text",
    ],
)
def test_an_answer_of_another_shape_is_reported_and_ends_nothing(emulator: GitHubEmulator, body: Any) -> None:
    class Odd(Fault):
        def answer(self, _right: Any) -> Answer:
            return Answer(200, body)

    emulator.fail("/contents/", Odd())
    text, (note,) = read(emulator)
    assert (text, note.what) == ("", PATH)


def test_a_fault_of_github_is_reported(emulator: GitHubEmulator) -> None:
    emulator.fail("/contents/", Fault.broken(502))
    text, (note,) = read(emulator)
    assert (text, note.what, note.permission) == ("", PATH, "")


def test_an_entry_of_the_file_marks_the_failure(emulator: GitHubEmulator) -> None:
    emulator.set_file(PATH, "[[known-failure]]\npattern = 'pool'\naction = 'skip'\nexpires = 2026-11-29\n")
    assert marked(emulator, today=date(2026, 11, 29)) == (True, ())
    spared, (note,) = marked(emulator, today=date(2026, 11, 30))
    assert not spared
    assert note.why == "expired and so not applied: line 1 (2026-11-29)"


def test_without_a_path_nothing_is_marked(emulator: GitHubEmulator) -> None:
    assert marked(emulator, "") == (False, ())
    assert emulator.requests == []


def test_a_github_that_does_not_answer_in_time_is_reported(emulator: GitHubEmulator) -> None:
    with github_of(emulator) as github:
        known_failures = KnownFailures(github, PATH, time.monotonic())
        found, (note,) = known_failures.mark([FAILURE], [], lambda _rule, _line: False)
    assert found == (FAILURE,)
    assert note.what == PATH
