"""Debug logging, which a re-run can be asked for, changes nothing that is read of a log."""

from __future__ import annotations

import random
from pathlib import Path

from fire_routine import distill
from fire_routine.distill.windows import SIZE

END = b"##[error]Process completed with exit code 2.\n"
QUIET = b"##[group]Run make\nmake\nshell: bash\n##[endgroup]\nthe moon is full\n" + END
LOGS = sorted(Path(__file__).parents[1].glob("failures/*/same-1.log"))
PRINTED = (
    "##[debug]Evaluating condition for step: 'Run tests'",
    "##[debug]=> error: true, failed: 3",
    "##[debug]/usr/bin/bash -e /home/runner/work/_temp/0f0e4a5c.sh",
    "##[debug]",
    "##[debug]Error: Process completed with exit code 1.",
)


def with_debug_lines(log: bytes, seed: int, before: str = "") -> bytes:
    """The log with debug lines at random places, each stamped."""
    choice = random.Random(seed)
    out: list[bytes] = []
    for line in log.split(b"\n"):
        for _ in range(choice.choice((0, 0, 1, 5))):
            out.append(f"{before}2026-01-02T03:04:05.1234567Z {choice.choice(PRINTED)}".encode())
        out.append(line)
    return b"\n".join(out)


def test_a_log_with_debug_lines_has_the_same_digest() -> None:
    logs = {path.parent.name: path.read_bytes() for path in LOGS} | {"quiet": QUIET}
    differ = [
        (name, seed)
        for name, log in logs.items()
        for seed in range(3)
        if distill.read([with_debug_lines(log, seed)]) != distill.read([log])
    ]
    assert (differ, len(logs) > 9) == ([], True)


def test_debug_lines_are_recognised_after_gh_s_prefix() -> None:
    log = b"".join(b"test\tRun make\t2026-01-02T03:04:05.1234567Z line %d\n" % n for n in range(9))
    assert distill.read([with_debug_lines(log, 3, "test\tRun make\t")]) == distill.read([log])


def test_a_line_that_only_mentions_the_mark_is_read_to_its_end() -> None:
    short = b"error: the log has a line that begins with ##[debug]\n"
    assert distill.read([short]).total_lines == 1
    long = b"first\n" + b"x" * (3 * SIZE) + b" ##[debug] error: the end\nlast"
    assert "##[debug] error: the end" in distill.excerpt(distill.read([long]), 60_000).text


def test_debug_lines_of_any_length_are_left_out_however_the_log_comes() -> None:
    lines = b"".join(b"line %d of many\n" % n for n in range(400)) + END
    log = with_debug_lines(lines, 1) + b"##[debug]" + b"error " * SIZE
    for size in (1, 7, 1_000, SIZE + 1):
        assert distill.read(log[at : at + size] for at in range(0, len(log), size)) == distill.read([lines])
