"""What is recorded shows nothing of the recording machine."""

from __future__ import annotations

import re
from pathlib import Path

RECORDINGS = Path(__file__).resolve().parents[2] / "src/fire_routine/recordings"


def test_no_path_of_the_recording_machine_is_left() -> None:
    recorded = list(RECORDINGS.rglob("*/*.*"))
    assert len(recorded) > 5
    for path in recorded:
        paths = re.findall(r"(?<![\w./:-])/(?:root|work|home|tmp|Users|opt)/[\w.-]+", path.read_text("utf-8"))
        assert set(paths) <= {"/home/runner"}, path
