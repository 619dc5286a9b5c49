"""Whether the lines that name a failure give its reason."""

from __future__ import annotations

from tests.unit.distill.logs import of, read


def step(command: str, *printed: str) -> str:
    lines = (f"##[group]Run {command}", command, "shell: /usr/bin/bash -e {0}", "##[endgroup]", *printed)
    return "".join(f"2026-01-02T03:04:07.0000000Z {line}\n" for line in lines)


def test_the_bare_end_of_a_process_is_no_reason_and_a_named_cause_is() -> None:
    explained = {
        ("##[error]Process completed with exit code 1.",): False,
        ("##[error]The operation was canceled.",): False,
        ("make: *** [Makefile:3: website] Error 2", "##[error]Process completed with exit code 2."): False,
        ("##[error]The action 'Run it' has timed out after 5 minutes.",): False,
        (
            "/tmp/a1b2.sh: line 1:  2345 Killed  ./run",
            "##[error]Process completed with exit code 137.",
        ): False,
        ("Segmentation fault (core dumped)", "##[error]Process completed with exit code 139."): False,
        ("error: cannot find crate `serde`", "##[error]Process completed with exit code 101."): True,
        ("/tmp/a1b2.sh: line 1:  2345 Killed  ./run", "FAILED tests/test_a.py::test_b - assert 2 == 1"): True,
        ("the shop is closed", "##[error]Process completed with exit code 1."): True,
    }
    assert {each: read(step("./deploy.sh --all", *each)).explained for each in explained} == explained


def test_a_log_of_which_nothing_is_known_has_none() -> None:
    assert of("") is None
