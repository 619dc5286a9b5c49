"""Each benchmark runs, in its smallest form: a claim can be measured by anyone, on any day."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALLEST = (
    "distill.py --memory 4",
    "economy.py --every 20",
    "faults.py --every 20",
    "faults.py --every 20 --send",
    "fingerprint.py --every 20",
    "first_sight.py",
    "long_logs.py --size 2",
    "many_jobs.py --jobs 3 --size 20000",
    "organisation.py --days 1 --repositories 20 --runs 800 --ticks 15m",
    "organisation.py --days 2 --red",
    "organisation.py --days 20 --returns",
    "recall.py --every 20",
    "redaction.py",
    "schedules.py --schedules 4 --profile all --processes 1 --matrix 3 --crowd 4 --no-loop",
    "start.py . --jobs 2 --size 1",
    "verdicts.py --logs 1",
)
# They read what the project doesn't have.
OTHERS = {"cards.py", "public_sets.py"}


@pytest.mark.nightly
@pytest.mark.parametrize("command", SMALLEST, ids=lambda command: command.replace(" ", "-"))
def test_a_benchmark_runs(command: str) -> None:
    name, *options = command.split()
    played = subprocess.run(
        [sys.executable, f"bench/{name}", *options], cwd=ROOT, capture_output=True, text=True, timeout=1800
    )
    assert played.returncode == 0, played.stdout[-3000:] + played.stderr[-3000:]


def test_every_benchmark_is_among_them() -> None:
    whole = {path.name for path in (ROOT / "bench").glob("*.py") if "__main__" in path.read_text("utf-8")}
    assert whole == {command.split()[0] for command in SMALLEST} | OTHERS
