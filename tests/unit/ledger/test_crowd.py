"""A matrix whose legs all fail at once, played with the whole action under GitHub's limits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("legs", [3, 40])
def test_the_legs_have_one_session_and_none_is_refused(legs: int) -> None:
    """In a process of its own: the bench replaces the clock."""
    command = [sys.executable, "bench/schedules.py", "--schedules", "0", "--processes", "0", "--matrix", "0"]
    played = subprocess.run(
        [*command, "--no-loop", "--crowd", str(legs)], cwd=ROOT, capture_output=True, text=True, timeout=900
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert f"1 fired, {legs - 1} skipped duplicate" in played.stdout
