"""Whether the lines that name a failure give its reason."""

from __future__ import annotations

import pytest
from tests.unit.distill.fingerprint.made_logs import of

from fire_routine import distill


def step(command: str, *printed: str) -> str:
    lines = (f"##[group]Run {command}", command, "shell: /usr/bin/bash -e {0}", "##[endgroup]", *printed)
    return "".join(f"2026-01-02T03:04:07.0000000Z {line}\n" for line in lines)


@pytest.mark.parametrize(
    "printed",
    [
        ("##[error]Process completed with exit code 1.",),
        ("##[error]The operation was canceled.",),
        ("make: *** [Makefile:3: website] Error 2", "##[error]Process completed with exit code 2."),
        ("##[error]The action 'Run it' has timed out after 5 minutes.",),
        ("/tmp/_temp/a1b2.sh: line 1:  2345 Killed  ./run", "##[error]Process completed with exit code 137."),
        ("Segmentation fault (core dumped)", "##[error]Process completed with exit code 139."),
    ],
)
def test_bare_end_of_a_process_is_no_reason(printed: tuple[str, ...]) -> None:
    assert not distill.read([step("./deploy.sh --all", *printed).encode()]).explained


@pytest.mark.parametrize(
    "printed",
    [
        ("error: cannot find crate `serde`", "##[error]Process completed with exit code 101."),
        (
            "/tmp/a1b2.sh: line 1:  2345 Killed  ./run",
            "FAILED tests/test_cart.py::test_total - assert 2 == 1",
        ),
        ("the shop is closed", "##[error]Process completed with exit code 1."),
    ],
)
def test_named_cause_is_a_reason(printed: tuple[str, ...]) -> None:
    assert distill.read([step("./run", *printed).encode()]).explained


def test_a_log_of_which_nothing_is_known_has_none() -> None:
    assert of("") is None
