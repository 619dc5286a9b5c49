"""Item 2: what a session reaches by a push or a pull request: workflows, their secrets and environments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from ..github import fields
from ..model.outcome import GitHubError
from .facts import Facts
from .rows import Row, do, ok, unseen
from .rules import is_open, is_protected
from .workflow import Workflow, listed, mapping, own_secrets, secret_names, steps, texts

_HEADS = ("pull_request.head", "head_ref", "workflow_run.head_", "refs/pull/", "pull_request.number")
_NO_FILTER = (
    "Move them to an environment that only {branch} may use, and name it in the job:\n"
    "    environment: production\n"
    "or let an actor rule keep the routine's owner off this file (private: Team or Enterprise)"
)


def rows(facts: Facts) -> Iterator[Row]:
    reached = [workflow for workflow in facts.workflows if runs_on_a_push(workflow, facts.branch)]
    about = "secrets on what a session pushes"
    found = [
        *(row for workflow in reached for row in _secrets(facts, workflow)),
        *_environments(facts, reached),
    ]
    yield from found or [ok(about, "no workflow reaches any there, but for the routine's own")]
    for workflow in facts.workflows:
        yield from _head_checkouts(facts, workflow)
    for path, why in facts.unread.items():
        yield unseen(path, why, "actionlint shows what is wrong")
    yield unseen(
        "actor rules for workflow files",
        "GitHub has no API for them",
        "an administrator sees them on the page",
        f"{facts.page}/settings/actions/policies",
    )


def runs_on_a_push(workflow: Workflow, default: str) -> bool:
    """Whether it runs on a branch of any name, or on a pull request from one."""
    if "pull_request" in workflow.on:
        return True
    if "push" not in workflow.on:
        return False
    filters = workflow.on["push"]
    if "branches" in filters:
        return any(is_open(one) for one in listed(filters["branches"]) if one[:1] != "!" and one != default)
    return "branches-ignore" in filters or not {"tags", "tags-ignore"} & set(filters)


def _runs_there(job: dict[str, Any], default: str) -> bool:
    """Whether the job runs on other branches than the default one, as far as its condition is plain."""
    condition = str(job.get("if", ""))
    bound = ("github.ref ==", "github.ref_name ==", "github.ref==", "github.ref_name==")
    return not (default in condition and any(one in condition for one in bound) and "||" not in condition)


def _jobs(facts: Facts, workflow: Workflow) -> list[tuple[str, dict[str, Any]]]:
    """Its jobs, and in place of a call the jobs of the workflow in this repository that is called."""
    there = {one.path: one for one in facts.workflows}
    found = []
    for name, job in workflow.jobs.items():
        used = str(job.get("uses")).removeprefix("./").removeprefix(f"{facts.repository}/")
        called = there.get(used.partition("@")[0])
        inner = called.jobs.items() if called and called is not workflow else ()
        if _runs_there(job, facts.branch):
            found += [(f"{workflow.file}, job {name}", job)]
            found += [(f"{called.file}, job {one}", part) for one, part in inner if called]
    return found


def _secrets(facts: Facts, workflow: Workflow) -> Iterator[Row]:
    names = secret_names({key: value for key, value in workflow.body.items() if key != "jobs"})
    for _, job in _jobs(facts, workflow):
        if not (_environment(job) and _is_limited(facts, _environment(job))):
            names |= secret_names(job)
    if names := names - own_secrets(facts.workflows):
        shown = ", ".join(sorted(names))
        found = f"it runs on any branch or pull request of a session, and reaches: {shown}"
        todo = _NO_FILTER.format(branch=facts.branch)
        yield do(workflow.file, found, todo, f"{facts.page}/settings/environments")


def _environment(job: dict[str, Any]) -> str:
    stated = job.get("environment")
    return str(mapping(stated).get("name", "") if isinstance(stated, dict) else stated or "")


def _is_limited(facts: Facts, name: str) -> bool | None:
    """Whether an environment is closed to a branch of any name; None: its branches can't be read."""
    for one in facts.items("/environments"):
        if str(one.get("name")).casefold() != name.casefold():
            continue
        kinds = {rule.get("type") for rule in one.get("protection_rules") or ()}
        policy = fields.part(one, "deployment_branch_policy")
        if "required_reviewers" in kinds or policy.get("protected_branches"):
            return True
        if policy.get("custom_branch_policies"):
            found = facts.answer(f"/environments/{quote(name, safe='')}/deployment-branch-policies")
            if isinstance(found, GitHubError):
                return None
            names = [str(one.get("name")) for one in found if one.get("type") != "tag"]
            return all(is_protected(facts, name) for name in names)
    return False


def _environments(facts: Facts, reached: list[Workflow]) -> Iterator[Row]:
    """Environments of jobs that run on what a session pushes."""
    jobs = [job for one in reached for _, job in _jobs(facts, one)]
    for name in sorted({_environment(job) for job in jobs} - {""}):
        about, listing = f"environment {name}", facts.answer("/environments")
        limited = None if isinstance(listing, GitHubError) or "${{" in name else _is_limited(facts, name)
        if limited:
            yield ok(about, "limited to branches that are protected, or to reviewers")
        elif limited is None:
            why = listing if isinstance(listing, GitHubError) else "its name or its branches can't be told"
            yield unseen(about, why, "Actions: read", f"{facts.page}/settings/environments")
        else:
            todo = f"Deployment branches and tags: Selected branches, and add {facts.branch}"
            found = "any branch that a session pushes may use it"
            yield do(about, found, todo, f"{facts.page}/settings/environments")


def _head_checkouts(facts: Facts, workflow: Workflow) -> Iterator[Row]:
    for event in {"pull_request_target", "workflow_run"} & set(workflow.on):
        for about, job in _jobs(facts, workflow):
            for step in steps(job):
                ref = " ".join(texts(mapping(step.get("with")).get("ref", "")))
                if "checkout" in str(step.get("uses")) and any(head in ref for head in _HEADS):
                    found = f"on {event} it checks out a stranger's or a session's code, with a token at hand"
                    todo = "Take the `ref:` out, or run that code on: pull_request (zizmor explains it)"
                    yield do(about, found, todo)
