"""Logs that are cut, spliced, repeated and damaged at random are read and told without a fault of ours.

What was found so far needed two places of one log that no author of a test puts together. A seed gives the
same logs again. `SPLICED_LOGS` names a folder of further logs, such as the set of a public benchmark.
"""

from __future__ import annotations

import os
import random
import time
from itertools import count
from pathlib import Path

import pytest

from fire_routine import compose, distill

FOLDER = Path(os.environ.get("SPLICED_LOGS") or Path(__file__).resolve().parents[2] / "labelled" / "logs")
LOGS = sorted(FOLDER.rglob("*.log"))
STEP = [b"##[group]Run spliced", b"##[endgroup]"]


def spliced(chance: random.Random, longest: int) -> bytes:
    """A log of one to four pieces of `longest` lines at most."""
    lines: list[bytes] = []
    for _ in range(chance.randrange(1, 5)):
        whole = chance.choice(LOGS).read_bytes().split(b"\n")
        begin = chance.randrange(len(whole))
        piece = whole[begin : begin + chance.randrange(1, longest)]
        match chance.randrange(12):
            case 0:
                chance.shuffle(piece)
            case 1:
                piece = [line[: chance.randrange(1, 200)] for line in piece]
            case 2:
                byte = bytes([chance.randrange(256)])
                piece = [line.replace(b" ", byte) if chance.random() < 0.05 else line for line in piece]
            case 3:
                piece *= chance.randrange(1, 6)
            case 4:
                piece = [b"##[debug]" + line for line in piece]
            case 5:
                piece = [b"\r".join(piece[at : at + 9]) for at in range(0, len(piece), 9)]
            case 6 | 7:  # in one step, and again in a passed test of another, which takes findings back
                passed = [b"=== RUN   TestSpliced", *piece, b"--- PASS: TestSpliced (0.00s)"]
                piece = [*STEP, *piece, *STEP, *passed]
        lines += piece
    return b"\n".join(lines)


def tell(seed: str, longest: int) -> None:
    data = spliced(random.Random(seed), longest)
    digest = distill.read(data[at : at + 65_536] for at in range(0, len(data), 65_536))
    assert not digest.fault, f"reading the log of seed {seed!r}"
    run, failures = compose.run_of_logs([("spliced", digest)])
    for limit in (2_048, 60_000):
        brief = compose.compose(run, failures, max_characters=limit, excerpt=distill.excerpt)
        assert not brief.notes, f"telling of the log of seed {seed!r}"


def test_a_few_spliced_logs_are_read_and_told() -> None:
    for number in range(30):
        tell(f"daily {number}", 400)


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(10))
def test_half_a_minute_of_spliced_logs_is_read_and_told(part: int) -> None:
    """Ten of these are five minutes; each night has other logs."""
    seed, end = f"{time.strftime('%Y-%m-%d')} {part}", time.monotonic() + 30
    for number in count():
        if time.monotonic() > end:
            break
        tell(f"{seed} {number}", 4_000)
