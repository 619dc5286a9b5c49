"""Logs as GitHub writes them, and reading one, for the tests of the distiller."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from fire_routine import distill
from fire_routine.distill.match import classify
from fire_routine.distill.rules import Rule
from fire_routine.model.evidence import Digest, Fingerprint

GITHUB_LOG = """\
\ufeff2026-01-02T03:04:05.1234567Z ##[group]Run actions/checkout@v4
2026-01-02T03:04:05.2234567Z with:
2026-01-02T03:04:05.3234567Z ##[endgroup]
2026-01-02T03:04:06.1234567Z Syncing repository: octo/demo
2026-01-02T03:04:07.1234567Z ##[group]Run pytest -q
2026-01-02T03:04:07.1234567Z \x1b[36;1mpytest -q\x1b[0m
2026-01-02T03:04:07.1234567Z shell: /usr/bin/bash -e {0}
2026-01-02T03:04:07.1234567Z ##[endgroup]
2026-01-02T03:04:08.1234567Z =================================== FAILURES ===================================
2026-01-02T03:04:08.1234567Z \x1b[31m\x1b[1m__________________________________ test_total __________________________________\x1b[0m
2026-01-02T03:04:08.1234567Z
2026-01-02T03:04:08.1234567Z     def test_total():
2026-01-02T03:04:08.1234567Z >       assert total([1, 2]) == 4
2026-01-02T03:04:08.1234567Z E       assert 3 == 4
2026-01-02T03:04:08.1234567Z
2026-01-02T03:04:08.1234567Z test_demo.py:5: AssertionError
2026-01-02T03:04:08.1234567Z =========================== short test summary info ============================
2026-01-02T03:04:08.1234567Z FAILED test_demo.py::test_total - assert 3 == 4
2026-01-02T03:04:08.1234567Z 1 failed in 0.01s
2026-01-02T03:04:09.1234567Z ##[error]Process completed with exit code 1.
2026-01-02T03:04:10.1234567Z Post job cleanup.
"""  # noqa: E501 - as the tools print it


END = "##[error]Process completed with exit code 1."


def read(text: str, **options: object) -> Digest:
    return distill.read([text.encode()], **options)  # type: ignore[arg-type]


STEP = "##[group]Run make\n%s\n##[error]Process completed with exit code 2.\n"


def of(log: str) -> Fingerprint | None:
    """The fingerprint of a log."""
    return read(log).fingerprint


def rule_of(raw: bytes) -> Rule | None:
    """The rule for one raw line without a timestamp, near the place where a step failed."""
    return classify([raw], every=True)[0]


def at(second: int) -> datetime:
    return datetime(2026, 1, 2, 3, 4, second, tzinfo=UTC)


def stamped(lines: Iterable[tuple[int, str]]) -> str:
    """Lines, each after its second."""
    return "".join(
        f"2026-01-02T03:04:{second:02}.{n % 10}Z {line}\n" for n, (second, line) in enumerate(lines)
    )
