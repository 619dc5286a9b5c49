"""A workflow file as far as the check looks: what starts it, its jobs, which of them use the action. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ACTION = re.compile(r"[\w.-]+/fire-routine(?P<sweep>/sweep)?@(?P<ref>\S+)", re.IGNORECASE)
# A file without any of these can't matter here, and reading YAML takes time.
_TELLING = re.compile(r"secrets|environment|fire-routine|pull_request_target|workflow_(?:run|call)")
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_SECRET = re.compile(r"\bsecrets\s*(?:\.\s*([\w-]+)|\[\s*'([\w-]+)'\s*\])?")
ALL = "all of them"
DOCUMENTED = "ROUTINE_FIRE_TOKEN"  # the routine's token, by the name that the documents give it


@dataclass(frozen=True, slots=True)
class Workflow:
    path: str
    name: str
    on: dict[str, dict[str, Any]]  # by event: its filters
    body: dict[str, Any]
    jobs: dict[str, dict[str, Any]]

    @property
    def file(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Fire:
    """A step that uses the action, or a job that calls a workflow with such a step."""

    workflow: Workflow
    job_id: str
    job: dict[str, Any]
    step: dict[str, Any] | None
    inputs: dict[str, Any]
    ref: str = ""

    @property
    def about(self) -> str:
        return f"{self.workflow.file}, job {self.job_id}"


def parsed(path: str, text: str) -> Workflow | str | None:
    """The workflow; why it can't be read; or None: it can't matter, and is not looked into."""
    if not _TELLING.search(text):
        return None
    from ruamel.yaml import YAML  # the action never needs it
    from ruamel.yaml.error import YAMLError

    try:
        body = mapping(YAML(typ="safe", pure=True).load(text))
    except (YAMLError, LookupError, TypeError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        return f"line {mark.line + 1} is not valid YAML" if mark else "it is not valid YAML"
    events = body.get("on")
    listed = events if isinstance(events, dict | list) else [events]
    on = {str(event): mapping(events[event]) if isinstance(events, dict) else {} for event in listed}
    jobs = {str(name): mapping(job) for name, job in mapping(body.get("jobs")).items()}
    return Workflow(path, str(body.get("name") or path), on, body, jobs)


def mapping(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[str]:
    """Texts that YAML may give as one or as a list."""
    return [str(one) for one in value] if isinstance(value, list) else [] if value is None else [str(value)]


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    found = job.get("steps")
    return [mapping(step) for step in found] if isinstance(found, list) else []


def fires(workflows: list[Workflow]) -> list[Fire]:
    """Every use of the action; `sweep` is none, as it has no run of its own."""
    found = []
    for workflow in workflows:
        for job_id, job in workflow.jobs.items():
            for step in steps(job):
                used = ACTION.fullmatch(str(step.get("uses")))
                if used and not used["sweep"]:
                    inputs = mapping(step.get("with"))
                    found.append(Fire(workflow, job_id, job, step, inputs, used["ref"]))
    called = {f"./{fire.workflow.path}": fire for fire in found if "workflow_call" in fire.workflow.on}
    for workflow in workflows:
        for job_id, job in workflow.jobs.items():
            inner = called.get(str(job.get("uses")))
            if inner or ("uses" in job and DOCUMENTED in secret_names(mapping(job.get("secrets")))):
                found.append(Fire(workflow, job_id, job, None, inner.inputs if inner else {}))
    return found


def given_secrets(fire: Fire) -> set[str]:
    """The secrets that its step gets, or that its call passes on."""
    return secret_names(fire.inputs) if fire.step else secret_names(mapping(fire.job.get("secrets")))


def own_secrets(workflows: list[Workflow]) -> set[str]:
    """The routine's own don't count: a session that takes them can start itself alone."""
    given = {name for fire in fires(workflows) for name in given_secrets(fire)}
    return given | {"ROUTINE_FIRE_URL", DOCUMENTED}


def secret_names(node: Any) -> set[str]:
    """The secrets that expressions below a node name, without the workflow's own token."""
    found = set()
    for text in texts(node):
        for expression in _EXPRESSION.findall(text):
            found |= {name or other or ALL for name, other in _SECRET.findall(expression)}
    if mapping(node).get("secrets") == "inherit":
        found.add(ALL)
    return found - {"GITHUB_TOKEN", "github_token"}


def texts(node: Any, seen: set[int] | None = None) -> Iterator[str]:
    """All texts below a node, each node once: an alias may stand in many places."""
    seen = set() if seen is None else seen
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list) and id(node) not in seen:
        seen.add(id(node))
        for part in node.values() if isinstance(node, dict) else node:
            yield from texts(part, seen)
