"""The emulated GitHub answers as the real one does, and its logs are kept as the real ones are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.emulated.github import TOKEN, GitHubEmulator

RECORDINGS = Path(__file__).parents[2] / "src" / "fire_routine" / "recordings"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def client(emulator: GitHubEmulator) -> Iterator[httpx.Client]:
    emulator.add_run({"id": 1})
    address = f"{emulator.url}/repos/octo-org/widget"
    with httpx.Client(base_url=address, headers=AUTHORIZED, trust_env=False) as session:
        yield session


def test_a_job_grows_while_it_runs_and_has_a_log_once_it_is_done(
    emulator: GitHubEmulator, client: httpx.Client
) -> None:
    emulator.add_job(1, {"id": 7, "name": "build"})
    emulator.add_step(7, {"name": "Compile"})
    emulator.append_log(7, "error: no such file\nstop")
    job = client.get("/actions/jobs/7").json()
    assert [job["status"], job["conclusion"]] == ["in_progress", None]
    assert job["steps"][0]["status"] == "in_progress"
    assert client.get("/actions/jobs/7/logs").status_code == 404

    emulator.add_step(7, {"number": 1, "conclusion": "failure"})
    emulator.finish_job(7, "failure")
    job = client.get("/actions/jobs/7").json()
    assert (job["conclusion"], [step["conclusion"] for step in job["steps"]]) == ("failure", ["failure"])
    place = client.get("/actions/jobs/7/logs").headers["Location"]
    log = httpx.get(place, trust_env=False).content.decode("utf-8-sig")
    assert [line.partition(" ")[2] for line in log.splitlines()] == ["error: no such file", "stop"]


def test_who_may_what_and_what_there_is(client: httpx.Client) -> None:
    table = [
        ("GET", "/actions/runs/1", {"Authorization": "Bearer wrong"}, 401),
        ("GET", "/actions/runs/1", {"Authorization": ""}, 200),
        ("POST", "/statuses/abc", {"Authorization": ""}, 403),
        ("GET", "/actions/runs/2", {}, 404),
        ("GET", "/nowhere", {}, 404),
        ("DELETE", "/actions/runs/1", {}, 501),
    ]
    for method, path, headers, status in table:
        assert client.request(method, path, headers=headers).status_code == status, (method, path, headers)
    for odd in ({"state": "odd"}, {"state": "error", "description": "x" * 141}):
        assert client.post("/statuses/abc", json=odd).status_code == 422


def test_runs_of_all_workflows_are_found_by_their_time(
    emulator: GitHubEmulator, client: httpx.Client
) -> None:
    for number in (1, 2, 3):
        emulator.add_run({"id": number, "workflow_id": number, "created_at": f"2026-03-0{number}T00:00:00Z"})
    table = {
        "": [3, 2, 1],
        ">=2026-03-02T00:00:00Z": [3, 2],
        "<=2026-03-02T00:00:00Z": [2, 1],
        "2026-03-01T00:00:00Z..2026-03-02T00:00:00Z": [2, 1],
        "2026-03-02T00:00:01Z..2026-03-02T23:59:59Z": [],
    }
    for created, found in table.items():
        listed = client.get("/actions/runs", params={"created": created} if created else {}).json()
        assert [run["id"] for run in listed["workflow_runs"]] == found, created
        assert listed["total_count"] == len(found)


def test_pull_requests_are_filtered_and_sorted(emulator: GitHubEmulator, client: httpx.Client) -> None:
    for number, updated, fields in (
        (1, 8, {"head": {"ref": "topic", "repo": "stranger/widget"}, "base": {"ref": "next"}}),
        (2, 9, {"head": {"ref": "topic"}, "state": "closed"}),
        (3, 7, {"head": {"ref": "other"}}),
    ):
        times = {"created_at": f"2026-03-0{number}T00:00:00Z", "updated_at": f"2026-03-0{updated}T00:00:00Z"}
        emulator.add_pull_request({"number": number, **times, **fields})
    table = {
        "": [3, 1],  # open ones, the newest first
        "?state=all&sort=created&direction=asc": [1, 2, 3],
        "?state=closed&sort=updated&direction=desc": [2],
        "?state=all&sort=updated": [3, 1, 2],  # ascending unless it is sorted by creation
        "?state=all&head=octo-org:topic": [2],
        "?state=all&base=next": [1],
        "?state=all&per_page=1&page=2": [2],
    }
    found = {query: [pull["number"] for pull in client.get(f"/pulls{query}").json()] for query in table}
    assert found == table


def test_a_recording_is_replayed_under_the_emulators_own_address() -> None:
    with GitHubEmulator.of(RECORDINGS / "pytest-matrix") as emulator:
        (run_id, *_) = [number for number, run in emulator.runs.items() if run["conclusion"] == "failure"]
        address = f"{emulator.url}/repos/{emulator.full_name}/actions/runs/{run_id}"
        run = httpx.get(address, headers=AUTHORIZED, trust_env=False).json()
    assert run["url"] == address
    assert "github.com" not in json.dumps(run)
