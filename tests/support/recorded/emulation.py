"""The emulated GitHub, holding what recorded answers show, to see whether it answers as GitHub did."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from tests.support.emulated.github import GitHubEmulator
from tests.support.recorded.player import path_of
from tests.support.recorded.pygithub import Exchange

Json = dict[str, Any]
OLDER = "2000-01-01T00:00:00Z"


def hold(emulator: GitHubEmulator, exchanges: Sequence[Exchange]) -> None:
    """Put into the emulator what the answers show, in an order that says nothing.

    Raises:
        LookupError: an answer is of a kind that it can't hold.
    """
    for exchange in exchanges:
        path = path_of(exchange)
        put = next(put for pattern, put in _KINDS.items() if re.fullmatch(pattern, path))
        if exchange.status < 300:
            put(emulator, path, json.loads(exchange.body))


def _number(path: str) -> int:
    return int(re.findall(r"/([0-9]+)", path)[0])


def _runs(emulator: GitHubEmulator, path: str, body: Json) -> None:
    listed = body["workflow_runs"]
    if "/workflows/" in path:  # the recorded workflow was made anew since, under another number
        listed = [{**item, "workflow_id": _number(path)} for item in listed]
    for item in sorted(listed, key=lambda item: int(item["id"])):
        emulator.add_run(item)
    for number in range(int(body["total_count"]) - len(listed)):  # those of further pages
        emulator.add_run({**listed[-1], "id": number + 1, "created_at": OLDER})


def _jobs(emulator: GitHubEmulator, path: str, body: Json) -> None:
    run = _number(path) if "jobs" in body else body["run_id"]
    emulator.add_run({"id": run})
    for job in reversed(body.get("jobs", [body])):
        emulator.add_job(run, job)


def _artifacts(emulator: GitHubEmulator, path: str, body: Json) -> None:
    emulator.add_run({"id": _number(path)})
    for item in sorted(body["artifacts"], key=lambda item: int(item["id"])):
        emulator.add_artifact(_number(path), item["name"], b"", item)


def _annotations(emulator: GitHubEmulator, path: str, body: list[Json]) -> None:
    emulator.add_run({"id": 1})
    emulator.add_job(1, {"id": _number(path), "name": "test"})
    for annotation in body:
        emulator.add_annotation(_number(path), annotation)


def _comparison(emulator: GitHubEmulator, path: str, body: Json) -> None:
    base, _, head = path.removeprefix("/compare/").partition("...")
    emulator.add_comparison(base, head, body)


def _contents(emulator: GitHubEmulator, _path: str, body: Json | list[Json]) -> None:
    for item in body if isinstance(body, list) else [body]:
        emulator.set_file(item["path"], base64.b64decode(item.get("content", "")))


def _pulls(emulator: GitHubEmulator, _path: str, body: Json | list[Json]) -> None:
    for item in sorted(body if isinstance(body, list) else [body], key=lambda item: int(item["number"])):
        emulator.add_pull_request(item)


def _check_runs(emulator: GitHubEmulator, path: str, body: Json) -> None:
    for item in body["check_runs"]:
        emulator.add_check_run(path.split("/")[2], item)


def _statuses(emulator: GitHubEmulator, path: str, body: list[Json]) -> None:
    for item in reversed(body):
        emulator.add_status(path.rpartition("/")[2], {"context": None, **item})


def _comments(emulator: GitHubEmulator, path: str, body: list[Json]) -> None:
    emulator.comments[_number(path)] = [*emulator.comments.get(_number(path), []), *body]


_KINDS: dict[str, Callable[[GitHubEmulator, str, Any], object]] = {
    "/": lambda emulator, _path, body: emulator.describe(body),
    r"/actions/runs/\d+(/attempts/\d+)?": lambda emulator, _path, body: emulator.add_run(body),
    r"/actions/runs|/actions/workflows/\d+/runs": _runs,
    r"/actions/runs/\d+/jobs|/actions/jobs/\d+": _jobs,
    r"/actions/runs/\d+/artifacts": _artifacts,
    r"/check-runs/\d+/annotations": _annotations,
    r"/compare/.*": _comparison,
    r"/contents/.*": _contents,
    r"/pulls(/\d+)?": _pulls,
    r"/git/ref/heads/.*": lambda emulator, path, body: emulator.set_branch(
        path.removeprefix("/git/ref/heads/"), body["object"]["sha"]
    ),
    r"/commits/\w+/check-runs": _check_runs,
    r"/statuses/\w+": _statuses,
    r"/issues/\d+/comments": _comments,
}
