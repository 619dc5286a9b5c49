"""The recordings hold what a run has: each part fits the others, and none shows the recording machine."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

RECORDINGS = Path(__file__).resolve().parents[2] / "src/fire_routine/recordings"
NAMES = sorted(path.parent.name for path in RECORDINGS.glob("*/recording.json"))
LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{7})Z (.*)")
SECOND = timedelta(seconds=1)

Job = dict[str, Any]
Line = tuple[datetime, str]


def _recording(name: str) -> dict[str, Any]:
    recording: dict[str, Any] = json.loads((RECORDINGS / name / "recording.json").read_text("utf-8"))
    return recording


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _lines(name: str, job: Job) -> list[Line]:
    content = (RECORDINGS / name / f"logs/{job['id']}.log").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    lines = []
    for line in content.decode("utf-8-sig").removesuffix("\n").split("\n"):
        match = LINE.fullmatch(line)
        assert match is not None, line
        fraction = timedelta(microseconds=int(match[2]) / 10)
        lines.append((datetime.fromisoformat(match[1]).replace(tzinfo=UTC) + fraction, match[3]))
    return lines


def _of_step(lines: list[Line], step: Job) -> list[str]:
    """The lines within a step's times, which the API gives in whole seconds."""
    start, end = _time(step["started_at"]), _time(step["completed_at"]) + SECOND
    return [text for when, text in lines if start <= when < end]


def test_three_tools_failures_are_recorded() -> None:
    assert NAMES == ["node-lint-and-test", "pytest-matrix", "rust-compile"]


@pytest.mark.parametrize("name", NAMES)
def test_every_job_has_its_log_and_no_log_is_left_over(name: str) -> None:
    jobs = {str(job["id"]) for job in _recording(name)["jobs"]}

    assert jobs == {path.stem for path in (RECORDINGS / name / "logs").iterdir()}


@pytest.mark.parametrize("name", NAMES)
def test_a_log_s_times_ascend_and_fall_into_the_job_s(name: str) -> None:
    for job in _recording(name)["jobs"]:
        times = [when for when, _ in _lines(name, job)]
        assert times == sorted(times)
        assert _time(job["started_at"]) <= times[0]
        assert times[-1] < _time(job["completed_at"]) + SECOND


@pytest.mark.parametrize("name", NAMES)
def test_a_failed_step_s_times_hold_the_mark_of_its_failure(name: str) -> None:
    for job in _recording(name)["jobs"]:
        lines = _lines(name, job)
        failed = [step for step in job["steps"] if step["conclusion"] == "failure"]
        assert len(failed) == (job["conclusion"] == "failure")
        assert any("##[error]" in text for _, text in lines) is bool(failed)
        for step in failed:
            assert any(text.startswith("##[error]Process completed") for text in _of_step(lines, step))


@pytest.mark.parametrize("name", NAMES)
def test_the_run_before_was_green_with_the_same_jobs(name: str) -> None:
    recording = _recording(name)
    failed, green = recording["runs"]

    assert recording["run"] == failed
    assert (failed["conclusion"], green["conclusion"]) == ("failure", "success")
    assert green["created_at"] < green["updated_at"] <= failed["created_at"]
    names = [
        [job["name"] for job in recording["jobs"] if job["run_id"] == run["id"]] for run in (failed, green)
    ]
    assert names[0] == names[1]


@pytest.mark.parametrize("name", NAMES)
def test_annotations_are_the_failed_jobs_own(name: str) -> None:
    recording = _recording(name)

    for job in recording["jobs"]:
        found = recording["annotations"][str(job["id"])]
        assert bool(found) is (job["conclusion"] == "failure")
        for annotation in found:
            shown = annotation["message"].partition("\n")[0]
            assert any(text == f"##[error]{shown}" for _, text in _lines(name, job))


@pytest.mark.parametrize("name", NAMES)
def test_the_comparison_leads_from_the_green_commit_to_the_failed_one(name: str) -> None:
    recording = _recording(name)
    failed, green = recording["runs"]

    assert recording["compare"]["base_commit"]["sha"] == green["head_sha"]
    assert recording["compare"]["commits"][-1]["sha"] == failed["head_sha"]
    assert all(file["patch"].startswith("@@") for file in recording["compare"]["files"])


def test_two_legs_of_the_matrix_fail_in_the_same_way() -> None:
    recording = _recording("pytest-matrix")
    failed = [job for job in recording["jobs"] if job["conclusion"] == "failure"]
    tests = [
        [text.partition(" - ")[0] for _, text in _lines("pytest-matrix", job) if "FAILED" in text]
        for job in failed
    ]

    assert [job["name"] for job in failed] == ["test (3.12)", "test (3.13)"]
    assert tests[0] == tests[1]
    assert len(tests[0]) == 4


@pytest.mark.parametrize("name", NAMES)
def test_no_path_of_the_recording_machine_is_left(name: str) -> None:
    for path in (RECORDINGS / name).rglob("*.*"):
        paths = re.findall(r"(?<![\w./:-])/(?:root|work|home|tmp|Users|opt)/[\w.-]+", path.read_text("utf-8"))
        assert set(paths) <= {"/home/runner"}
