"""The log of a long step."""

from __future__ import annotations

LINES = 30_000


def job(*found: str, at: int = LINES // 2) -> bytes:
    """A step of many lines, as GitHub logs it, with other lines in its middle."""
    lines = [f"compiled module {n} of {LINES} into build/{n % 97}/out" for n in range(LINES)]
    lines[at:at] = found
    lines = [
        "##[group]Run make check",
        "shell: /usr/bin/bash -e {0}",
        "##[endgroup]",
        *lines,
        "##[error]Process completed with exit code 1.",
    ]
    return "".join(f"2026-01-02T03:04:05.1234567Z {line}\n" for line in lines).encode()
