"""Blank lines between two lines that are shown are shown too: the mark of a gap would take more room."""

from __future__ import annotations

import re
from pathlib import Path

from fire_routine.distill import excerpt, read
from fire_routine.model import Digest

RECORDINGS = Path(__file__).resolve().parents[4] / "src/fire_routine/recordings"
STAMPED = re.compile(r"^\ufeff?\d{4}-\d\d-\d\dT\S+Z ?|\x1b\[[0-9;?]*[A-Za-z]")


def _left_out(digest: Digest, room: int) -> list[range]:
    """The numbers of the lines that each mark of a gap replaces."""
    gaps, last = [], 0
    for block in excerpt(digest, room).blocks:
        if block.first > last + 1:
            gaps.append(range(last + 1, block.first))
        last = max(last, block.last)
    return [*gaps, range(last + 1, digest.total_lines + 1)] if last < digest.total_lines else gaps


def test_no_mark_of_a_gap_is_longer_than_what_it_replaces() -> None:
    wasted = []
    for log in sorted(RECORDINGS.glob("*/logs/*.log")):
        raw = log.read_bytes()
        lines = [STAMPED.sub("", line).rstrip() for line in raw.decode("utf-8-sig").split("\n")]
        digest = read([raw])
        for gap in (gap for room in (2_000, 8_192, 60_000) for gap in _left_out(digest, room)):
            replaced = [lines[number - 1] for number in gap]
            if not any(replaced) or len("\n".join(replaced)) < len(f"[… {len(gap)}]"):
                wasted.append((log.name, gap))
    assert wasted == []
