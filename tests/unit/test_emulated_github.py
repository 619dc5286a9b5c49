"""The emulated GitHub answers as the real one does."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from tests.emulated.github import TOKEN, GitHubEmulator

AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def client(emulator: GitHubEmulator) -> Iterator[httpx.Client]:
    emulator.add_run({"id": 1})
    address = f"{emulator.url}/repos/octo-org/widget"
    with httpx.Client(base_url=address, headers=AUTHORIZED, trust_env=False) as session:
        yield session


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
