"""Item 4: the jobs that use the action."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import partial
from urllib.parse import quote

from .repository import KNOWN_FAILURES, WORKFLOWS, Repository, Row
from .workflow import Fire, fires, listed, mapping, named, steps

_STATUS = re.compile(r"\b(?:always|failure|cancelled|success)\s*\(\s*\)")
_SEES_LATE = re.compile(r"always\(\)|!success\(\)|'cancelled'|!cancelled\(\)(?!.*failure\(\))", re.DOTALL)
_PINNED = re.compile(r"[0-9a-f]{40}|v\d+\.\d+\.\d+")
Problems = Iterator[tuple[str, dict[str, str]]]  # a row's name in rows.toml, and its values


def rows(repository: Repository, file: str) -> Iterator[Row]:
    file = file.removeprefix(WORKFLOWS)
    if file and WORKFLOWS + file not in repository.files:
        yield repository.row("job.absent", False, file=file)
        return
    used = [fire for fire in fires(repository.workflows) if file in ("", fire.workflow.file)]
    if not used:
        yield repository.row("job.none", False)
    for fire in used:
        say = partial(repository.row, file=fire.workflow.file, job=fire.job_id)
        problems = [*_problems(repository, fire)]
        yield from (say(f"job.{name}", False, **values) for name, values in problems)
        if not problems:
            yield say("job.fine", True)
        image = named(fire.job.get("container"), "image")
        if "alpine" in image and "apk add" not in str(steps(fire.job)):
            yield say("job.runner", False, image=image)
        elif (image and "python" not in image) or "self-hosted" in listed(fire.job.get("runs-on")):
            yield say("job.runner", None)
        missing, known = _missing_secrets(repository, fire)
        if missing:
            yield say("job.secret", False if known else None, names=", ".join(missing))


def _problems(repository: Repository, fire: Fire) -> Problems:
    called = "workflow_call" in fire.workflow.on
    if not {"key", "run-id"} & set(fire.inputs):
        if "workflow_run" in fire.workflow.on:
            yield from _watcher(repository, fire)
        elif not called:
            yield from _needs(fire)
    stated = fire.job.get("permissions", fire.workflow.body.get("permissions"))
    of_the_job = "github.token" in str(fire.inputs.get("github-token", "github.token"))
    if of_the_job and not (called and stated is None):
        yield from _permissions(stated, _needed(repository, fire), alone=len(steps(fire.job)) < 2)
    own, shared = fire.job.get("concurrency"), mapping(fire.workflow.body.get("concurrency"))
    if own is not None and (mapping(own).get("cancel-in-progress") or mapping(own).get("queue") != "max"):
        yield "cancels", {}
    if shared.get("cancel-in-progress") is True and not re.search("ref|number|run_id|sha|head_", str(shared)):
        yield "others-cancel", {}
    action, _, ref = str(fire.step.get("uses", "")).partition("@")
    if ref and not _PINNED.fullmatch(ref):
        yield "unpinned", {"action": action, "ref": ref}


def _watcher(repository: Repository, fire: Fire) -> Problems:
    listing = repository.get("/actions/workflows")
    # Files that are gone are listed, too. GitHub's own workflows have none.
    there = [one for one in listing or () if one["path"] in repository.files or "dynamic/" in one["path"]]
    known = [one["name"] for one in there]
    watched = listed(fire.workflow.on["workflow_run"].get("workflows"))
    gone = [name for name in watched if not any(fnmatchcase(one, name) for one in known)]
    if gone and listing is not None:
        yield "gone", {"gone": ", ".join(gone), "known": ", ".join(sorted(known))}
    condition = str(fire.job.get("if"))
    if "conclusion" in condition and "success" not in condition and "cancelled" not in condition:
        yield "watches-late", {}


def _needs(fire: Fire) -> Problems:
    """A last job needs all the others. A step that runs after a failure sees the steps before it."""
    condition, needed = str(fire.job.get("if")), listed(fire.job.get("needs"))
    if not needed and _STATUS.search(str(fire.step.get("if"))):
        return
    missing = [
        name
        for name, job in fire.workflow.jobs.items()
        if name not in (fire.job_id, *needed)
        # What comes after it, or after failures as it does, is nobody's failure to look at.
        and fire.job_id not in listed(job.get("needs"))
        and not _STATUS.search(str(job.get("if")))
    ]
    if missing:
        yield "needs", {"missing": ", ".join(missing), "needs": ", ".join([*needed, *missing])}
    if not _STATUS.search(condition):
        yield "never", {}
    elif not _SEES_LATE.search(condition.replace(" ", "")):
        yield "late", {}


def _permissions(stated: object, needed: dict[str, str], *, alone: bool) -> Problems:
    """https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#permissions"""
    block = "\n".join(["permissions:", *(f"  {name}: {level}" for name, level in needed.items())])
    if stated is None:
        yield "unstated", {"block": block}
        return
    every = str(stated).removesuffix("-all")  # of `read-all` and `write-all`
    given = stated if isinstance(stated, dict) else dict.fromkeys(needed, every)
    missing = [
        f"{name}: {level}" for name, level in needed.items() if given.get(name) not in (level, "write")
    ]
    wide = [name for name, level in given.items() if level == "write" and needed.get(name) != "write"]
    if missing:
        yield "lacks", {"missing": ", ".join(missing), "block": block}
    if wide and alone:
        yield "wide", {"wide": ", ".join(wide), "block": block}


def _needed(repository: Repository, fire: Fire) -> dict[str, str]:
    on = {name for name, value in fire.inputs.items() if str(value).lower() == "true"}
    key = "key" in fire.inputs
    writes = {
        "actions": "rerun-first" in on or re.search("[\"']rerun", repository.files.get(KNOWN_FAILURES, "")),
        "issues": "issue" in on or ("comment" in on and key),
        "pull-requests": "comment" in on and not key,
        "statuses": "dry-run" not in on,
    }
    reads = ["contents"] if key else ["actions", "checks", "contents", "pull-requests"]
    return dict.fromkeys(reads, "read") | {name: "write" for name, needs in writes.items() if needs}


def _missing_secrets(repository: Repository, fire: Fire) -> tuple[list[str], bool]:
    """Those that it names and that are nowhere; whether all places are known."""
    environment = named(fire.job.get("environment"), "name")
    places = ["/actions/secrets", "/actions/organization-secrets"]
    places += [f"/environments/{quote(environment, safe='')}/secrets"] * bool(environment)
    found = [repository.get(place) for place in places]
    there = {secret["name"].upper() for secrets in found for secret in secrets or ()}
    wanted = set() if "workflow_call" in fire.workflow.on else fire.secrets
    return sorted(name for name in wanted if name.upper() not in there), None not in found
