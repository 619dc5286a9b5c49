"""Item 2: what a session reaches by a push or a pull request: workflows, their secrets and environments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from ..github import fields
from .repository import Repository, Row
from .rules import has_rule, is_open
from .workflow import ALL, Workflow, listed, mapping, named, secret_names, steps

_HEAD = re.compile(r"pull_request\.(?:head|number)|head_ref|workflow_run\.head_|refs/pull/")


def rows(repository: Repository) -> Iterator[Row]:
    pushed = [one for one in repository.workflows if _runs_on_a_push(one, repository.branch)]
    reached = [(one, _reaches(repository, one)) for one in _with_called(repository, pushed)]
    for workflow, names in reached:
        if names:
            shown = ", ".join(sorted(names))
            yield repository.row("reach.secrets", False, workflow=workflow.file, names=shown)
    if not any(names for _, names in reached):
        yield repository.row("reach.none", True)
    environments = {_environment(job) for workflow, _ in reached for job in _elsewhere(repository, workflow)}
    for name in sorted(environments - {""}):
        if _is_limited(repository, name) is None:
            yield repository.row("reach.environment", None, name=name)
    yield from _head_checkouts(repository)
    for path in repository.unread:
        yield repository.row("reach.unread", None, workflow=path)
    yield repository.row("reach.actors", None)


def _head_checkouts(repository: Repository) -> Iterator[Row]:
    for event in ("pull_request_target", "workflow_run"):
        started = [one for one in repository.workflows if event in one.on]
        for workflow in _with_called(repository, started):
            for name, job in workflow.jobs.items():
                checkouts = [step.get("with") for step in steps(job) if "checkout" in str(step.get("uses"))]
                if any(_HEAD.search(str(mapping(one).get("ref"))) for one in checkouts):
                    where = {"workflow": workflow.file, "path": workflow.path, "job": name}
                    yield repository.row("reach.head", False, event=event, **where)


def _with_called(repository: Repository, workflows: list[Workflow]) -> list[Workflow]:
    """With those of this repository that they call."""
    called = {_called(repository, job) for one in workflows for job in _elsewhere(repository, one)}
    return workflows + [one for one in repository.workflows if one.path in called and one not in workflows]


def _called(repository: Repository, job: dict[str, Any]) -> str:
    """The path of the workflow that it calls, if that is in this repository."""
    plain = str(job.get("uses")).removeprefix("./").removeprefix(f"{repository.github.repository}/")
    return plain.partition("@")[0]


def _runs_on_a_push(workflow: Workflow, default: str) -> bool:
    """Whether it runs on a branch of any name, or on a pull request from one."""
    filters = workflow.on.get("push", {"branches": []})
    if "branches" in filters:
        any_name = any(is_open(one) for one in listed(filters["branches"]) if one != default)
    else:
        any_name = "branches-ignore" in filters or not {"tags", "tags-ignore"} & set(filters)
    return any_name or "pull_request" in workflow.on


def _elsewhere(repository: Repository, workflow: Workflow) -> list[dict[str, Any]]:
    """Its jobs that run on other branches than the default one, as far as their conditions are plain."""
    default = re.escape(repository.branch)
    bound = re.compile(rf"github\.ref(_name)? *== *'(refs/heads/)?{default}'(?!.*\|\|)", re.DOTALL)
    return [job for job in workflow.jobs.values() if not bound.search(str(job.get("if")))]


def _reaches(repository: Repository, workflow: Workflow) -> set[str]:
    """Names of secrets, and of environments that any branch may use."""
    names = secret_names({key: value for key, value in workflow.body.items() if key != "jobs"})
    for job in _elsewhere(repository, workflow):
        # What a workflow of this repository inherits is named where it is used.
        inherited = {ALL} if _called(repository, job) in repository.files else set()
        environment = _environment(job)
        if not environment or _is_limited(repository, environment) is False:
            names |= {f"environment {environment}"} if environment else set()
            names |= secret_names(job) - inherited
    given = mapping(workflow.on.get("workflow_call", {}).get("secrets"))
    return names - repository.own_secrets - set(given)


def _environment(job: dict[str, Any]) -> str:
    return named(job.get("environment"), "name")


def _is_limited(repository: Repository, name: str) -> bool | None:
    """Whether an environment is closed to a branch of any name; None: that can't be told."""
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
