"""Workflow files as far as the check looks: what starts them, their jobs, which use the action. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ACTION = re.compile(r"[\w.-]+/fire-routine@\S+", re.IGNORECASE)
# A file without any of these can't matter here, and reading YAML takes time.
_TELLING = re.compile(r"secrets|environment|fire-routine|pull_request_target|workflow_(?:run|call)")
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
_SECRET = re.compile(r"\bsecrets\s*(?:\.\s*([\w-]+)|\[\s*'([\w-]+)'\s*\])?")
ALL = "all of them"
OWN = {"ROUTINE_FIRE_URL", "ROUTINE_FIRE_TOKEN"}  # by the names that the documents give them


@dataclass
class Workflow:
    path: str
    on: dict[str, dict[str, Any]]  # by event: its filters
    body: dict[str, Any]
    jobs: dict[str, dict[str, Any]]

    @property
    def file(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass
class Fire:
    """A step that uses the action, or a job that calls a workflow with such a step."""

    workflow: Workflow
    job_id: str
    job: dict[str, Any]
    step: dict[str, Any]  # of a call: the one that is called, without `uses`

    @property
    def inputs(self) -> dict[str, Any]:
        return mapping(self.step.get("with"))

    @property
    def secrets(self) -> set[str]:
        """Those that its step gets, or that its call passes on."""
        return secret_names(self.inputs if "uses" in self.step else self.job.get("secrets"))


def parsed(files: Mapping[str, str]) -> tuple[list[Workflow], list[str]]:
    """The workflows that can matter, and the paths of files that are no YAML."""
    from ruamel.yaml import YAML  # the action never needs it
    from ruamel.yaml.error import YAMLError

    found, unread = [], []
    for path, text in files.items():
        if not _TELLING.search(text):
            continue
        try:
            # Each alias becomes a copy, each key a text.
            loaded = json.dumps(YAML(typ="safe", pure=True).load(text), default=str, skipkeys=True)
        except (YAMLError, LookupError, TypeError, ValueError, RecursionError):
            unread.append(path)
            continue
        body = mapping(json.loads(loaded))
        events = body.get("on")
        on = {one: mapping(mapping(events).get(one)) for one in listed(events)}
        jobs = {name: mapping(job) for name, job in mapping(body.get("jobs")).items()}
        found.append(Workflow(path, on, body, jobs))
    return found, unread


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[str]:
    """Texts that YAML may give as one, as a list or as keys."""
    many = value if isinstance(value, list | dict) else [] if value is None else [value]
    return [str(one) for one in many]


def named(value: Any, key: str) -> str:
    """What YAML may give alone or as an entry: `environment`, `container`."""
    return str((value.get(key) if isinstance(value, dict) else value) or "")


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    return [mapping(step) for step in job.get("steps") or ()] if isinstance(job.get("steps"), list) else []


def fires(workflows: list[Workflow]) -> list[Fire]:
    jobs = [(workflow, name, job) for workflow in workflows for name, job in workflow.jobs.items()]
    found = [
        Fire(workflow, name, job, step)
        for workflow, name, job in jobs
        for step in steps(job)
        if _ACTION.fullmatch(str(step.get("uses")))
    ]
    called = {f"./{fire.workflow.path}": {"with": fire.inputs} for fire in found}
    return found + [
        Fire(workflow, name, job, called.get(str(job.get("uses")), {}))
        for workflow, name, job in jobs
        if str(job.get("uses")) in called or ("uses" in job and OWN & secret_names(job.get("secrets")))
    ]


def secret_names(node: Any) -> set[str]:
    """The secrets that expressions below a node name, without the workflow's own token."""
    found = {ALL} if mapping(node).get("secrets") == "inherit" else set()
    for expression in _EXPRESSION.findall(json.dumps(node).replace(r"\n", " ")):
        found |= {name or other or ALL for name, other in _SECRET.findall(expression)}
    return found - {"GITHUB_TOKEN", "github_token"}
