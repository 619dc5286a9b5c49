"""GitHub's JSON → the project's nouns. Pure.

What a noun can't do without raises `ValueError`, `KeyError` or `TypeError` where it is missing or
of another type; everything else falls back to the noun's default. The shapes are those of
https://docs.github.com/rest (API version 2022-11-28); webhook payloads share them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from ..model import Annotation, ChangedFile, Commit, FailedJob, PullRequest, Run, Status, Step

Json: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """A job of an attempt, whatever became of it."""

    id: int
    name: str
    status: str
    conclusion: str | None
    url: str
    runner_name: str
    started_at: datetime | None
    completed_at: datetime | None
    labels: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def seconds(self) -> float:
        if self.started_at is None or self.completed_at is None:
            return 0.0
        return (self.completed_at - self.started_at).total_seconds()

    def as_failed(self, conclusion: str, annotations: tuple[Annotation, ...] = ()) -> FailedJob:
        return FailedJob(
            id=self.id,
            name=self.name,
            conclusion=conclusion,
            url=self.url,
            started_at=self.started_at,
            completed_at=self.completed_at,
            labels=self.labels,
            steps=self.steps,
            annotations=annotations,
        )


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run as a listing of a workflow's runs shows it."""

    id: int
    head_sha: str
    head_branch: str | None
    head_repository: str | None
    event: str
    status: str
    conclusion: str | None
    created_at: datetime

    @property
    def failed(self) -> bool:
        return self.conclusion in ("failure", "timed_out", "startup_failure")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What lies between two commits: at most 250 commits (oldest first) and 300 files."""

    commits: tuple[Commit, ...]
    files: tuple[ChangedFile, ...]
    total_commits: int


def _object(value: object) -> Json:
    if not isinstance(value, Mapping):
        raise TypeError("an object was expected")
    return value


def _items(value: object) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError("a list was expected")
    return [_object(item) for item in value]


def _text(data: Json, key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _whole(data: Json, key: str) -> int:
    value = data.get(key)
    return value if isinstance(value, int) else 0


def _needed(data: Json, key: str) -> str:
    value = data[key]
    if not isinstance(value, str) or not value:
        raise TypeError(f"{key} is not a text")
    return value


def identity(data: Json, key: str = "id") -> int:
    value = data[key]
    if not isinstance(value, int):
        raise TypeError(f"{key} is not a number")
    return value


def _part(data: Json, key: str) -> Json:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def time(value: object) -> datetime | None:
    """An ISO 8601 time in UTC; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _repository_name(data: Json, key: str) -> str | None:
    return _text(_part(data, key), "full_name") or None


def step(data: Json) -> Step:
    conclusion = data.get("conclusion")
    return Step(
        number=_whole(data, "number"),
        name=_text(data, "name"),
        conclusion=conclusion if isinstance(conclusion, str) else None,
        started_at=time(data.get("started_at")),
        completed_at=time(data.get("completed_at")),
    )


def job(data: Json) -> Job:
    """https://docs.github.com/rest/actions/workflow-jobs"""
    conclusion = data.get("conclusion")
    labels = data.get("labels")
    return Job(
        id=identity(data),
        name=_needed(data, "name"),
        status=_text(data, "status"),
        conclusion=conclusion if isinstance(conclusion, str) else None,
        url=_text(data, "html_url"),
        runner_name=_text(data, "runner_name"),
        started_at=time(data.get("started_at")),
        completed_at=time(data.get("completed_at")),
        labels=tuple(label for label in labels if isinstance(label, str)) if isinstance(labels, list) else (),
        steps=tuple(step(item) for item in _items(data.get("steps") or [])),
    )


def annotation(data: Json) -> Annotation:
    """https://docs.github.com/rest/checks/runs#list-check-run-annotations"""
    line = data.get("start_line")
    return Annotation(
        level=_text(data, "annotation_level"),
        message=_text(data, "message"),
        title=_text(data, "title"),
        path=_text(data, "path"),
        line=line if isinstance(line, int) and line > 0 else None,
    )


def annotation_list(data: object) -> tuple[Annotation, ...]:
    return tuple(annotation(item) for item in _items(data))


def run_commit(data: Json) -> Commit:
    """The `head_commit` of a run, or of a push event."""
    return Commit(
        sha=_needed(data, "id"),
        message=_text(data, "message"),
        author=_text(_part(data, "author"), "name"),
        url=_text(data, "url"),
    )


def listed_commit(data: Json) -> Commit:
    """A commit as listings show it (https://docs.github.com/rest/commits/commits)."""
    inner = _part(data, "commit")
    return Commit(
        sha=_needed(data, "sha"),
        message=_text(inner, "message"),
        author=_text(_part(data, "author"), "login") or _text(_part(inner, "author"), "name"),
        url=_text(data, "html_url"),
    )


def run(data: object, repository: str) -> Run:
    """https://docs.github.com/rest/actions/workflow-runs, or a `workflow_run` event's payload."""
    data = _object(data)
    head = _part(data, "head_commit")
    sha = _needed(data, "head_sha")
    commit = run_commit(head) if head.get("id") else Commit(sha)
    conclusion = data.get("conclusion")
    created = time(data.get("created_at"))
    if created is None:
        raise ValueError("created_at is not a time")
    page = _text(_part(data, "repository"), "html_url")
    return Run(
        repository=_repository_name(data, "repository") or repository,  # as GitHub spells it
        id=identity(data),
        attempt=_whole(data, "run_attempt") or 1,
        workflow=_text(data, "name") or _text(data, "path"),
        workflow_id=_whole(data, "workflow_id"),
        workflow_path=_text(data, "path").partition("@")[0],
        event=_text(data, "event"),
        status=_text(data, "status"),
        conclusion=conclusion if isinstance(conclusion, str) else None,
        head_branch=_text(data, "head_branch") or None,
        head_sha=sha,
        head_repository=_repository_name(data, "head_repository"),
        actor=_text(_part(data, "triggering_actor"), "login") or _text(_part(data, "actor"), "login"),
        url=_text(data, "html_url"),
        created_at=created,
        default_branch=_text(_part(data, "repository"), "default_branch"),
        commit=Commit(commit.sha, commit.message, commit.author, f"{page}/commit/{sha}" if page else ""),
    )


def pull_request_numbers(data: Json) -> tuple[int, ...]:
    """The pull requests a run names itself: of this repository only, none for forks."""
    listed = data.get("pull_requests")
    found = [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []
    return tuple(number for item in found if isinstance(number := item.get("number"), int))


def pull_request(data: object) -> PullRequest:
    """https://docs.github.com/rest/pulls/pulls, or a `pull_request` event's payload."""
    data = _object(data)
    base, head = _part(data, "base"), _part(data, "head")
    return PullRequest(
        number=identity(data, "number"),
        title=_text(data, "title"),
        url=_text(data, "html_url"),
        state=_text(data, "state"),
        base_branch=_text(base, "ref"),
        head_branch=_text(head, "ref"),
        head_sha=_needed(head, "sha"),
        head_repository=_repository_name(head, "repo"),
    )


def pull_requests(data: object) -> tuple[PullRequest, ...]:
    return tuple(pull_request(item) for item in _items(data))


def past_run(data: Json) -> PastRun:
    conclusion = data.get("conclusion")
    moment = time(data.get("created_at"))
    if moment is None:
        raise ValueError("created_at is not a time")
    return PastRun(
        id=identity(data),
        head_sha=_needed(data, "head_sha"),
        head_branch=_text(data, "head_branch") or None,
        head_repository=_repository_name(data, "head_repository"),
        event=_text(data, "event"),
        status=_text(data, "status"),
        conclusion=conclusion if isinstance(conclusion, str) else None,
        created_at=moment,
    )


def changed_file(data: Json) -> ChangedFile:
    return ChangedFile(
        path=_needed(data, "filename"),
        additions=_whole(data, "additions"),
        deletions=_whole(data, "deletions"),
        status=_text(data, "status") or "modified",
    )


def comparison(data: object) -> Comparison:
    """https://docs.github.com/rest/commits/commits#compare-two-commits"""
    data = _object(data)
    commits = tuple(listed_commit(item) for item in _items(data["commits"]))
    return Comparison(
        commits=commits,
        files=tuple(changed_file(item) for item in _items(data.get("files") or [])),
        total_commits=max(_whole(data, "total_commits"), len(commits)),
    )


def status(data: object) -> Status:
    """https://docs.github.com/rest/commits/statuses"""
    data = _object(data)
    return Status(
        id=identity(data),
        state=_needed(data, "state"),
        description=_text(data, "description"),
        target_url=_text(data, "target_url"),
        created_at=time(data.get("created_at")),
        creator=_text(_part(data, "creator"), "login"),
    )


def page(data: object, key: str | None) -> tuple[list[Json], int]:
    """The items of a page, and how many there are in all where the answer says so."""
    if key is None:
        items = _items(data)
        return items, len(items)
    data = _object(data)
    items = _items(data[key])
    return items, max(_whole(data, "total_count"), len(items))
