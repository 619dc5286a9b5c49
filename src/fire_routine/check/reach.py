"""Item 2: what a session reaches by a push or a pull request: workflows, their secrets and environments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from ..github import fields
from .repository import Repository, Row
from .rules import has_rule
from .workflow import ALL, Workflow, listed, mapping, named, secret_names, steps

_HEAD = re.compile(r"pull_request\.(?:head|number)|head_ref|workflow_run\.head_|refs/pull/")
_ANY = ("branch", "*")
_RULES = {"branch": "approval", "tag": "creation"}  # that close a ref to a session's pushes
Start = tuple[str, str]  # `branch`, `tag` or `event`, and the pattern or name


def rows(repository: Repository) -> Iterator[Row]:
    starts = _starts(repository)
    pushed: set[Start] = set()
    reached: list[Row] = []
    for workflow in repository.workflows:
        names = _reaches(repository, workflow)
        for verdict in (False, None):
            if names[verdict] and _ANY in starts[workflow.path]:
                shown = ", ".join(sorted(names[verdict]))
                reached.append(repository.row("reach.secrets", verdict, workflow=workflow.file, names=shown))
        if any(names.values()):
            pushed |= starts[workflow.path]
    yield from reached or [repository.row("reach.none", True)]
    for target, name in sorted(pushed - {_ANY, ("branch", repository.branch)}):
        if target in _RULES:
            closed = has_rule(repository, name, _RULES[target], target)
            yield repository.row(f"reach.{target}", closed, name=name)
    yield from _head_checkouts(repository, starts)
    for path in repository.unread:
        yield repository.row("reach.unread", None, workflow=path)
    yield repository.row("reach.actors", None)


def _starts(repository: Repository) -> dict[str, set[Start]]:
    """By a workflow's path: what starts it, or starts a workflow of this repository that calls it."""
    found = {one.path: {("event", event) for event in one.on} for one in repository.workflows}
    for workflow in repository.workflows:
        starts, filters = found[workflow.path], workflow.on.get("push", {"branches": []})
        every = "branches-ignore" in filters or not {"branches", "tags", "tags-ignore"} & set(filters)
        if every or "pull_request" in workflow.on:
            starts.add(_ANY)
        for target, key in (("branch", "branches"), ("tag", "tags")):
            patterns = [one for one in listed(filters.get(key)) if one[:1] != "!"]
            # Sessions choose names with `claude`.
            any_name = target == "branch" and any(one.startswith(("*", "claude")) for one in patterns)
            starts |= {_ANY} if any_name else {(target, one) for one in patterns}
    for workflow in repository.workflows:
        for job in _elsewhere(repository, workflow):
            found.get(_called(repository, job), set()).update(found[workflow.path])
    return found


def _head_checkouts(repository: Repository, starts: dict[str, set[Start]]) -> Iterator[Row]:
    for workflow in repository.workflows:
        events = {"pull_request_target", "workflow_run"} & {name for _, name in starts[workflow.path]}
        for name, job in workflow.jobs.items() if events else ():
            taken = [step.get("with") for step in steps(job) if "checkout" in str(step.get("uses"))]
            if any(_HEAD.search(str(mapping(one).get("ref"))) for one in taken):
                where = {"workflow": workflow.file, "path": workflow.path, "job": name}
                yield repository.row("reach.head", False, events=" and ".join(sorted(events)), **where)


def _called(repository: Repository, job: dict[str, Any]) -> str:
    """The path of the workflow that it calls, if that is in this repository."""
    plain = str(job.get("uses")).removeprefix("./").removeprefix(f"{repository.github.repository}/")
    return plain.partition("@")[0]


def _elsewhere(repository: Repository, workflow: Workflow) -> list[dict[str, Any]]:
    """Its jobs that run on other branches than the default one, as far as their conditions are plain."""
    default = re.escape(repository.branch)
    bound = re.compile(rf"github\.ref(_name)? *== *'(refs/heads/)?{default}'(?!.*\|\|)", re.DOTALL)
    return [job for job in workflow.jobs.values() if not bound.search(str(job.get("if")))]


def _reaches(repository: Repository, workflow: Workflow) -> dict[bool | None, set[str]]:
    """Names of secrets and environments, by whether an environment limits them; None: that can't be told."""
    body = {key: value for key, value in workflow.body.items() if key != "jobs"}
    found: dict[bool | None, set[str]] = {False: secret_names(body), None: set(), True: set()}
    given = set(mapping(workflow.on.get("workflow_call", {}).get("secrets")))
    for job in _elsewhere(repository, workflow):
        # What a workflow of this repository inherits is named where it is used.
        inherited = {ALL} if _called(repository, job) in repository.files else set()
        environment = named(job.get("environment"), "name")
        names = secret_names(job) | ({f"environment {environment}"} if environment else set())
        found[_is_limited(repository, environment)] |= names - inherited
    return {limited: names - repository.own_secrets - given for limited, names in found.items()}


def _is_limited(repository: Repository, name: str) -> bool | None:
    """Whether an environment is closed to a branch of any name; None: that can't be told."""
    if not name:
        return False
    environments = repository.get("/environments")
    if environments is None or "${{" in name:
        return None
    for one in environments:
        if one["name"].casefold() != name.casefold():
            continue
        policy = fields.part(one, "deployment_branch_policy")
        kinds = {rule["type"] for rule in one["protection_rules"]}
        if policy.get("protected_branches") or "required_reviewers" in kinds:
            return True
        if policy.get("custom_branch_policies"):
            found = repository.get(f"/environments/{quote(name, safe='')}/deployment-branch-policies")
            names = {rule["name"] for rule in found or () if rule["type"] == "branch"} - {repository.branch}
            closed = all(has_rule(repository, name, "approval") is not False for name in names)
            return None if found is None else closed
    return False
