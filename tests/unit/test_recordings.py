"""The recordings hold what a run has: each part fits the others, and none shows the recording machine."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

RECORDINGS = Path(__file__).resolve().parents[2] / "src/fire_routine/recordings"
NAMES = ("node-lint-and-test", "pytest-matrix", "rust-compile")
LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{7}Z (.*)")


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_holds_a_failed_run_and_the_green_one_before_it(name: str) -> None:
    recording = json.loads((RECORDINGS / name / "recording.json").read_text("utf-8"))
    failed, green = recording["runs"]
    assert recording["run"] == failed
    assert (failed["conclusion"], green["conclusion"]) == ("failure", "success")
    assert recording["compare"]["base_commit"]["sha"] == green["head_sha"]
    assert recording["compare"]["commits"][-1]["sha"] == failed["head_sha"]
    ids = {f"{job['id']}" for job in recording["jobs"]}
    assert ids == {path.stem for path in (RECORDINGS / name / "logs").iterdir()}
    for job in recording["jobs"]:
        log = (RECORDINGS / name / f"logs/{job['id']}.log").read_bytes().decode("utf-8-sig")
        assert "\0" not in log
        lines = [LINE.fullmatch(line) for line in log.removesuffix("\n").split("\n")]
        times = [datetime.fromisoformat(f"{line[1]}Z") for line in lines if line]
        assert len(times) == len(lines)
        assert times == sorted(times)
        began, ended = (datetime.fromisoformat(job[f"{end}_at"]) for end in ("started", "completed"))
        assert began <= times[0] <= times[-1] <= ended
        broken = job["conclusion"] == "failure"
        assert ("##[error]Process completed" in log) is broken
        assert bool(recording["annotations"][f"{job['id']}"]) is broken


def test_no_path_of_the_recording_machine_is_left() -> None:
    for path in RECORDINGS.rglob("*/*.*"):
        paths = re.findall(r"(?<![\w./:-])/(?:root|work|home|tmp|Users|opt)/[\w.-]+", path.read_text("utf-8"))
        assert set(paths) <= {"/home/runner"}, path
