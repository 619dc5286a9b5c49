"""Items 4 and 5: the jobs that use the action, and the routine's address, whose form alone is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote

from ..model.outcome import GitHubError
from ..routine_url import endpoint
from .facts import WORKFLOWS, Facts
from .rows import Row, do, ok, unseen
from .workflow import ALL, Fire, Workflow, fires, given_secrets, listed, mapping, steps, texts

_CONDITION = "if: ${{ !cancelled() && (failure() || contains(needs.*.result, 'cancelled')) }}"
_WATCHED = '"failure", "cancelled", "timed_out", "startup_failure"'
_WATCHER = f"if: contains(fromJSON('[{_WATCHED}]'), github.event.workflow_run.conclusion)"
_STATUS = re.compile(r"\b(?:always|failure|cancelled|success)\s*\(\s*\)")
_READS = ("actions", "checks", "contents", "pull-requests")
_PINNED = re.compile(r"[0-9a-f]{40}|v\d+\.\d+\.\d+")
_NEEDED = "bash, and Python 3.11 or newer"
_QUICK_START = "https://github.com/OWNER/fire-routine#quick-start"
Problem = tuple[str, str]  # what is wrong, and what to write


def rows(facts: Facts, named: str) -> Iterator[Row]:
    path = named if "/" in named else WORKFLOWS + named
    if named and path not in facts.files:
        found = f"it isn't on {facts.branch}; a watcher (workflow_run) starts from there alone"
        yield do(path, found, f"Merge it into {facts.branch}", f"{facts.page}/tree/{facts.branch}")
        return
    used = [fire for fire in fires(facts.workflows) if not named or fire.workflow.path == path]
    if not used:
        yield do(path if named else "workflows", "no job uses the action", "Add one", _QUICK_START)
    for fire in used:
        problems = list(_problems(facts, fire))
        page = f"{facts.page}/edit/{facts.branch}/{fire.workflow.path}"
        yield from (do(fire.about, found, todo, page) for found, todo in problems)
        if not problems:
            yield ok(fire.about, "its condition, permissions, version and secrets are as they should be")
        yield from _runner(fire)
        yield from _secrets(facts, fire)


def _problems(facts: Facts, fire: Fire) -> Iterator[Problem]:
    yield from _state(facts, fire.workflow)
    if not {"key", "run-id"} & set(fire.inputs):
        if "workflow_run" in fire.workflow.on:
            yield from _watcher(facts, fire)
        elif "workflow_call" not in fire.workflow.on:
            yield from _needs(fire)
    yield from _permissions(fire)
    yield from _concurrency(fire)
    if fire.step and not _PINNED.fullmatch(fire.ref):
        used = str(fire.step["uses"])
        source = f"https://github.com/{used.partition('@')[0]}"
        pin = f"uses: {used.partition('@')[0]}@FULL_SHA # {fire.ref}\nwith the SHA of: git ls-remote {source}"
        yield f"@{fire.ref} is no pinned version: it may become other code", f"{pin} {fire.ref}"


def _state(facts: Facts, workflow: Workflow) -> Iterator[Problem]:
    for one in facts.items("/actions/workflows"):
        if one.get("path") == workflow.path and str(one.get("state")).startswith("disabled"):
            page = f"{facts.page}/actions/workflows/{workflow.file}"
            yield "the workflow is disabled", f"Enable workflow, at {page}"


def _watcher(facts: Facts, fire: Fire) -> Iterator[Problem]:
    there = [one for one in facts.items("/actions/workflows") if one.get("path") in facts.files]
    known = {str(one.get("name")) for one in there} | {workflow.name for workflow in facts.workflows}
    watched = listed(fire.workflow.on["workflow_run"].get("workflows"))
    gone = [name for name in watched if not any(fnmatchcase(one, name) for one in known)]
    if gone and not isinstance(facts.answer("/actions/workflows"), GitHubError):
        others = ", ".join(sorted(known - {fire.workflow.name}))
        yield f"it watches {', '.join(gone)}: no workflow has that name", f"workflows: [{others}]"
    condition = str(fire.job.get("if", ""))
    live = str(fire.inputs.get("dry-run")).lower() != "true"
    if live and "conclusion" in condition and "'success'" not in condition and "cancelled" not in condition:
        yield "its condition misses a run whose job's time ran out: that is `cancelled`", _WATCHER


def _needs(fire: Fire) -> Iterator[Problem]:
    """A last job needs all the others; a step among others sees those before it."""
    condition, needed = str(fire.job.get("if", "")), listed(fire.job.get("needs"))
    other_steps = [step for step in steps(fire.job) if step is not fire.step]
    if not needed and other_steps:
        if not _STATUS.search(str((fire.step or {}).get("if", ""))):
            yield "the step runs where nothing failed, and never after a failure", "if: failure()"
        return
    missing = [
        name
        for name, job in fire.workflow.jobs.items()
        if name not in (fire.job_id, *needed)
        # What comes after it, or after failures as it does, is nobody's failure to look at.
        and fire.job_id not in listed(job.get("needs"))
        and not _STATUS.search(str(job.get("if", "")))
    ]
    if missing:
        yield f"`needs` misses {', '.join(missing)}", f"needs: [{', '.join([*needed, *missing])}]"
    if not _STATUS.search(condition):
        yield "the job never runs after a failure: its condition calls no status function", _CONDITION
    elif not _sees_time_outs(condition):
        yield "its condition misses a job whose time ran out: that is `cancelled`", _CONDITION


def _sees_time_outs(condition: str) -> bool:
    plain = condition.replace(" ", "")
    sees = any(one in plain for one in ("always()", "!success()", "'cancelled'"))
    return sees or ("!cancelled()" in plain and "failure()" not in plain)


def _permissions(fire: Fire) -> Iterator[Problem]:
    if "github-token" in fire.inputs and "github.token" not in str(fire.inputs["github-token"]):
        return
    needed = _needed(fire.inputs)
    stated = fire.job.get("permissions", fire.workflow.body.get("permissions"))
    block = "\n".join(["permissions:", *(f"  {name}: {level}" for name, level in needed.items())])
    if stated is None and "workflow_call" in fire.workflow.on:
        return  # its caller's
    if stated is None:
        yield "it states no permissions, so what it has depends on a setting", block
        return
    given = {str(name): str(level) for name, level in mapping(stated).items()}
    if isinstance(stated, str):
        given = dict.fromkeys(needed, stated.removesuffix("-all"))
    missing = [name for name, level in needed.items() if given.get(name) not in (level, "write")]
    if missing:
        shown = ", ".join(f"{name}: {needed[name]}" for name in missing)
        yield f"it lacks the permission {shown}", block
    alone = not fire.step or all(step is fire.step for step in steps(fire.job))
    wide = [name for name, level in given.items() if level == "write" and needed.get(name) != "write"]
    if alone and (wide or stated == "write-all"):
        yield f"it may write more than it needs: {', '.join(wide) or 'write-all'}", block


def _needed(inputs: dict[str, Any]) -> dict[str, str]:
    """https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#permissions"""
    switched = {name for name, value in inputs.items() if str(value).lower() == "true"}
    needed = {} if "key" in inputs else dict.fromkeys(_READS, "read")
    needed["contents"] = "read"
    if "dry-run" not in switched:
        needed["statuses"] = "write"
    if "rerun-first" in switched:
        needed["actions"] = "write"
    if "comment" in switched:
        needed["issues" if "key" in inputs else "pull-requests"] = "write"
    if "issue" in switched:
        needed["issues"] = "write"
    return needed


def _concurrency(fire: Fire) -> Iterator[Problem]:
    own, shared = fire.job.get("concurrency"), fire.workflow.body.get("concurrency")
    if own is not None:
        queue = "concurrency:\n  group: fire-routine-${{ github.workflow }}-${{ github.ref }}\n  queue: max"
        if mapping(own).get("cancel-in-progress") not in (None, False):
            yield "`concurrency` cancels it in the middle of a fire", queue
        elif mapping(own).get("queue") != "max":
            yield "`concurrency` cancels the job that waits when a third one comes", queue
    group = str(mapping(shared).get("group"))
    apart = any(part in group for part in ("ref", "number", "run_id", "sha", "head_"))
    if mapping(shared).get("cancel-in-progress") is True and not apart:
        yield (
            "the workflow's `concurrency` lets runs of other branches cancel it",
            "concurrency:\n  group: ${{ github.workflow }}-${{ github.ref }}\n  cancel-in-progress: true",
        )


def _runner(fire: Fire) -> Iterator[Row]:
    container = fire.job.get("container")
    image = str(mapping(container).get("image", "") if isinstance(container, dict) else container or "")
    prepared = " ".join(text for step in steps(fire.job) for text in texts(step))
    if "alpine" in image and "apk add" not in prepared:
        found = f"the image {image} has neither bash nor Python"
        yield do(fire.about, found, "- run: apk add bash python3 py3-pip")
    elif image and "python" not in image + prepared:
        yield unseen(fire.about, f"whether {image} has {_NEEDED}", "run it once")
    elif "self-hosted" in listed(fire.job.get("runs-on")):
        yield unseen(fire.about, f"whether the runner has {_NEEDED}", "run it once")


def _secrets(facts: Facts, fire: Fire) -> Iterator[Row]:
    """Whether the secrets that it names are there, in the repository, the organisation or the environment."""
    wanted = given_secrets(fire) - {ALL}
    if not wanted or "workflow_call" in fire.workflow.on:
        return
    stated = fire.job.get("environment")
    name = str(mapping(stated).get("name") if isinstance(stated, dict) else stated or "")
    places = ["/actions/secrets", "/actions/organization-secrets"]
    places += [f"/environments/{quote(name, safe='')}/secrets"] if name else []
    there = {str(one.get("name")).upper() for place in places for one in facts.items(place)}
    missing = sorted(one for one in wanted if one.upper() not in there)
    refused = [answer for place in places if isinstance(answer := facts.answer(place), GitHubError)]
    page = f"{facts.page}/settings/secrets/actions"
    if missing and refused:
        yield unseen(fire.about, f"whether {', '.join(missing)} is set", "Secrets: read", page)
    elif missing:
        found = f"no secret has the name {', '.join(missing)}"
        yield do(fire.about, found, "New repository secret", page)


def endpoint_rows(facts: Facts, fire_url: str) -> Iterator[Row]:
    """Of an address in plain text, and of `fire_url`. Nothing is sent to it."""
    about, page = "the routine's URL", "https://claude.ai/code/routines"
    written = {
        str(fire.inputs["routine-url"]): fire
        for fire in fires(facts.workflows)
        if "${{" not in str(fire.inputs.get("routine-url", "${{"))
    }
    for fire in fires(facts.workflows):
        token = str(fire.inputs.get("routine-token", ""))
        if token.strip() and "${{" not in token:
            todo = "Make a new token, save it as a secret: routine-token: ${{ secrets.ROUTINE_FIRE_TOKEN }}"
            yield do(fire.about, "its token is in plain text: it is everyone's now", todo, page)
    if not written and not fire_url:
        yield unseen(about, "GitHub shows no secret's value", "set ROUTINE_FIRE_URL to have it looked at")
    for url in [*written, *([fire_url] if fire_url else [])]:
        trusted = str(written[url].inputs.get("trusted-host", "")).lower() if url in written else ""
        try:
            endpoint(url, trusted)
        except ValueError as problem:
            yield do(about, f"it {problem}", "Copy it from the routine's API trigger", page)
        else:
            yield ok(about, "its form and host are right")
