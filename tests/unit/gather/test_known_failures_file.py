"""The file of known failures is the default branch's, not the one of the checkout or of the run's branch."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.unit.digests import digest_of
from tests.unit.gather.gathering import IMPATIENT, github_of, later

from fire_routine.gather.known_failures import MOST_BYTES, KnownFailures, read_known_failures
from fire_routine.model.evidence import Failure, Fingerprint
from fire_routine.model.run import Job, Note

PATH = ".github/known-failures.toml"
FAILURE = Failure(
    Fingerprint("1"),
    (Job(1, "test", "failure", ""),),
    digest_of("pool exhausted"),
)


def read(emulator: GitHubEmulator) -> tuple[str, tuple[Note, ...]]:
    with github_of(emulator) as github:
        return read_known_failures(github, PATH, later())


def marked(
    emulator: GitHubEmulator, path: str = PATH, deadline: float | None = None, **clock: Any
) -> tuple[bool, tuple[Note, ...]]:
    with github_of(emulator, clock=replace(IMPATIENT, **clock)) as github:
        known_failures = KnownFailures(github, path, deadline or later())
        found, notes = known_failures.mark([FAILURE], [])
    return found[0].is_spared, notes


def test_what_it_holds_is_read_or_reported(emulator: GitHubEmulator) -> None:
    table: dict[bytes, tuple[str, str]] = {
        b"\xef\xbb\xbfx = 1\n": ("x = 1\n", ""),  # a mark of the encoding is no part of it
        b"#" * MOST_BYTES: ("#" * MOST_BYTES, ""),
        b"x = '\xff'\n": ("", "it is not UTF-8"),
    }
    for content, (text, why) in table.items():
        emulator.set_file(PATH, content)
        assert read(emulator) == (text, (Note(PATH, why, "It was ignored."),) if why else ())


def test_what_github_does_not_answer_is_reported(emulator: GitHubEmulator) -> None:
    for fault, permission in ((Fault.forbidden(), "contents: read"), (Fault.broken(502), "")):
        emulator.fail("/contents/", fault)
        text, (note,) = read(emulator)
        assert (text, note.what, note.permission) == ("", PATH, permission)
    spared, (note,) = marked(emulator, deadline=time.monotonic())
    assert (spared, note.what) == (False, PATH)


def test_an_answer_of_another_shape_is_reported_and_ends_nothing(emulator: GitHubEmulator) -> None:
    for body in (
        None,
        {},
        {"type": "file", "encoding": "none", "content": "", "size": 3},
        {"type": "file", "encoding": "base64", "content": "?", "size": 1},
        {"type": None, "encoding": None, "content": None, "size": None},
        [{"type": "file"}],
    ):
        emulator.fail("/contents/", Fault(raw=json.dumps(body).encode()))
        text, (note,) = read(emulator)
        assert (text, note.what) == ("", PATH), body


def test_an_entry_of_the_file_marks_the_failure(emulator: GitHubEmulator) -> None:
    assert marked(emulator, "") == (False, ())
    assert emulator.requests == []  # without a path nothing is asked
    emulator.set_file(PATH, "[[known-failure]]\npattern = 'pool'\naction = 'skip'\nexpires = 2026-11-29\n")
    assert marked(emulator, now=lambda: datetime(2026, 11, 29, 23, 59, tzinfo=UTC)) == (True, ())
    spared, (note,) = marked(emulator, now=lambda: datetime(2026, 11, 30, tzinfo=UTC))
    assert not spared
    assert note.why == "expired and so not applied: line 1 (2026-11-29)"
