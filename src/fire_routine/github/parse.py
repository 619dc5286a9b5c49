"""GitHub's JSON → the project's own types (`model`). Pure.

A required field that is missing or of another type raises `ValueError`, `KeyError` or `TypeError`. Any other
field falls back to the type's default. Shapes: https://docs.github.com/rest (API version 2022-11-28); webhook
payloads share them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ..model.diagnosis import Diagnosis, diagnosis_in
from ..model.outcome import SHOWN, Status
from ..model.run import Annotation, ChangedFile, Commit, Job, PullRequest, Run, Step
from . import fields
from .fields import Json


@dataclass(frozen=True, slots=True)
class Artifact:
    """A ZIP file that a job of the run has uploaded."""

    id: int
    name: str
    size: int  # bytes of the ZIP file
    expired: bool = False
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is between two commits: at most 250 commits (oldest first) and 300 files."""

    commits: tuple[Commit, ...]
    files: tuple[ChangedFile, ...]
    total_commits: int
    base: Commit | None = None  # that both have in common, on which `commits` build; None: not stated


def _repository_name(data: Json, key: str) -> str | None:
    return fields.text(fields.part(data, key), "full_name") or None


def step(data: Json) -> Step:
    conclusion = data.get("conclusion")
    return Step(
        number=fields.whole(data, "number"),
        name=fields.text(data, "name"),
        conclusion=conclusion if isinstance(conclusion, str) else None,
        started_at=fields.time(data.get("started_at")),
        completed_at=fields.time(data.get("completed_at")),
    )


def job(data: Json) -> Job:
    """https://docs.github.com/rest/actions/workflow-jobs"""
    data = fields.mapping(data)
    return Job(
        id=fields.identity(data),
        name=fields.needed(data, "name"),
        status=fields.text(data, "status"),
        conclusion=fields.text(data, "conclusion"),
        url=fields.text(data, "html_url"),
        runner_name=fields.text(data, "runner_name"),
        started_at=fields.time(data.get("started_at")),
        completed_at=fields.time(data.get("completed_at")),
        steps=tuple(fields.each(step, data.get("steps"))),
        labels=fields.texts(data, "labels"),
    )


def artifact(data: Json) -> Artifact:
    """https://docs.github.com/rest/actions/artifacts#list-workflow-run-artifacts"""
    data = fields.mapping(data)
    return Artifact(
        id=fields.identity(data),
        name=fields.needed(data, "name"),
        size=fields.identity(data, "size_in_bytes"),
        expired=data.get("expired") is True,
        created_at=fields.time(data.get("created_at")),
    )


def annotation(data: Json) -> Annotation:
    """https://docs.github.com/rest/checks/runs#list-check-run-annotations"""
    data = fields.mapping(data)
    line = data.get("start_line")
    return Annotation(
        level=fields.text(data, "annotation_level"),
        message=fields.text(data, "message"),
        title=fields.text(data, "title"),
        path=fields.text(data, "path"),
        line=line if isinstance(line, int) and line > 0 else None,
    )


def run_commit(data: Json) -> Commit:
    """The `head_commit` of a run, or of a push event."""
    return Commit(
        sha=fields.needed(data, "id"),
        message=fields.text(data, "message"),
        author=fields.text(fields.part(data, "author"), "name"),
        url=fields.text(data, "url"),
        by_github=fields.text(fields.part(data, "committer"), "email") == "noreply@github.com",
    )


def listed_commit(data: Json) -> Commit:
    """A commit as listings show it (https://docs.github.com/rest/commits/commits)."""
    inner = fields.part(data, "commit")
    return Commit(
        sha=fields.needed(data, "sha"),
        message=fields.text(inner, "message"),
        author=fields.text(fields.part(data, "author"), "login")
        or fields.text(fields.part(inner, "author"), "name"),
        url=fields.text(data, "html_url"),
    )


def run(data: object, repository: str) -> Run:
    """https://docs.github.com/rest/actions/workflow-runs, or a `workflow_run` event's payload."""
    data = fields.mapping(data)
    head = fields.part(data, "head_commit")
    sha = fields.needed(data, "head_sha")
    commit = run_commit(head) if head.get("id") else Commit(sha)
    conclusion = data.get("conclusion")
    created = fields.time(data.get("created_at"))
    if created is None:
        raise ValueError("created_at is not a time")
    page = fields.text(fields.part(data, "repository"), "html_url")
    return Run(
        repository=_repository_name(data, "repository") or repository,  # as GitHub spells it
        id=fields.identity(data),
        attempt=fields.whole(data, "run_attempt") or 1,
        workflow=fields.text(data, "name") or fields.text(data, "path"),
        workflow_id=fields.whole(data, "workflow_id"),
        workflow_path=fields.text(data, "path").partition("@")[0],
        event=fields.text(data, "event"),
        status=fields.text(data, "status"),
        conclusion=conclusion if isinstance(conclusion, str) else None,
        head_branch=fields.text(data, "head_branch") or None,
        head_sha=sha,
        head_repository=_repository_name(data, "head_repository"),
        by_app=_is_app(data, "actor") or _is_app(data, "triggering_actor"),
        actor=fields.text(fields.part(data, "triggering_actor"), "login")
        or fields.text(fields.part(data, "actor"), "login"),
        url=fields.text(data, "html_url"),
        created_at=created,
        started_at=fields.time(data.get("run_started_at")),
        default_branch=fields.text(fields.part(data, "repository"), "default_branch"),
        number=fields.whole(data, "run_number"),
        title=fields.text(data, "display_title"),
        commit=replace(commit, url=f"{page}/commit/{sha}" if page else ""),
    )


def pull_request_numbers(data: Json) -> tuple[int, ...]:
    """The pull requests of this repository that a run's record names: none for a fork's run.

    GitHub names every open pull request with the run's head, also one that merges it into a fork. The number
    of that one means another pull request here, so it is left out.
    """
    listed = data.get("pull_requests")
    found = [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []
    own = fields.part(data, "repository").get("id")
    return tuple(
        number
        for item in found
        if isinstance(number := item.get("number"), int) and _base_repository(item) in (None, own)
    )


def _base_repository(pull: Json) -> object:
    """The id of the repository that it is to be merged into; None: not stated."""
    return fields.part(fields.part(pull, "base"), "repo").get("id")


def _is_app(data: Json, name: str) -> bool:
    """Whether an account is a bot: Copilot's login does not say so (https://docs.github.com/rest/users/users)."""
    return fields.text(fields.part(data, name), "type") == "Bot"


def pull_request(data: object) -> PullRequest:
    """https://docs.github.com/rest/pulls/pulls, or a `pull_request` event's payload."""
    data = fields.mapping(data)
    base, head = fields.part(data, "base"), fields.part(data, "head")
    return PullRequest(
        number=fields.identity(data, "number"),
        title=fields.text(data, "title"),
        url=fields.text(data, "html_url"),
        state=fields.text(data, "state"),
        base_branch=fields.text(base, "ref"),
        head_branch=fields.text(head, "ref"),
        head_sha=fields.needed(head, "sha"),
        head_repository=_repository_name(head, "repo"),
        author=fields.text(fields.part(data, "user"), "login"),
        by_app=_is_app(data, "user"),
        created_at=fields.time(data.get("created_at")),
        merged_at=fields.time(data.get("merged_at")),
        merge_sha=fields.text(data, "merge_commit_sha"),
        labels=tuple(fields.each(lambda label: fields.needed(label, "name"), data.get("labels"))),
        diagnosis=diagnosis(data),
    )


def diagnosis(data: Json) -> Diagnosis | None:
    """A session's, in the text of a pull request or of a comment (https://docs.github.com/rest/issues/comments)."""
    return diagnosis_in(fields.text(data, "body"), fields.text(data, "html_url"), _login(data))


def check_run(data: Json) -> tuple[str, str | None]:
    """Status and conclusion (https://docs.github.com/rest/checks/runs)."""
    return fields.needed(data, "status"), fields.text(data, "conclusion") or None


def changed_file(data: Json) -> ChangedFile:
    return ChangedFile(
        path=fields.needed(data, "filename"),
        additions=fields.whole(data, "additions"),
        deletions=fields.whole(data, "deletions"),
        status=fields.text(data, "status") or "modified",
        patch=fields.text(data, "patch"),
    )


def paths(data: Json) -> tuple[str, ...]:
    """What a commit changed, with the earlier names of what it renamed."""
    files = fields.each(fields.mapping, data.get("files"))
    named = (fields.text(one, name) for one in files for name in ("filename", "previous_filename"))
    return tuple(filter(None, named))


def comparison(data: object) -> Comparison:
    """https://docs.github.com/rest/commits/commits#compare-two-commits"""
    data = fields.mapping(data)
    commits = tuple(fields.each(listed_commit, fields.sequence(data["commits"])))
    base = data.get("merge_base_commit")
    return Comparison(
        commits=commits,
        files=tuple(fields.each(changed_file, data.get("files"))),
        total_commits=max(fields.whole(data, "total_commits"), len(commits)),
        base=listed_commit(base) if isinstance(base, Mapping) and base.get("sha") else None,
    )


def status(data: object) -> Status:
    """https://docs.github.com/rest/commits/statuses"""
    data = fields.mapping(data)
    return Status(
        id=fields.identity(data),
        state=fields.needed(data, "state"),
        description=fields.text(data, "description"),
        target_url=fields.text(data, "target_url"),
        created_at=fields.time(data.get("created_at")),
        creator=fields.text(fields.part(data, "creator"), "login") or None,
        context=fields.text(data, "context") or SHOWN,  # to take it for ours is the safe side
    )


@dataclass(frozen=True, slots=True)
class Post:
    """A comment, or an issue."""

    id: int  # of an issue: its number
    author: str  # its login
    body: str
    is_open: bool = True


def comment(data: object) -> Post:
    """https://docs.github.com/rest/issues/comments"""
    data = fields.mapping(data)
    return Post(fields.identity(data), _login(data), fields.text(data, "body"))


def issue(data: object) -> Post | None:
    """An issue; None: it is a pull request, which GitHub lists as one. https://docs.github.com/rest/issues"""
    data = fields.mapping(data)
    if data.get("pull_request"):
        return None
    number = fields.whole(data, "number")
    return Post(number, _login(data), fields.text(data, "body"), fields.text(data, "state") == "open")


def _login(data: Json) -> str:
    return fields.text(fields.part(data, "user"), "login")
