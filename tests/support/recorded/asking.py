"""What the client is asked to make it send a recorded request, and what it makes of the answer, in one line.

A line has what is stated of the answer: of a listing how many items, the first and the last.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields as fields_of
from dataclasses import is_dataclass, make_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from fire_routine.gather.known_failures import read_known_failures
from fire_routine.github import fields, parse
from fire_routine.github.api import Listing
from fire_routine.github.client import GitHub
from fire_routine.github.traces import branches, check_runs
from fire_routine.model.run import Run

LONGEST = 40  # characters of a text
Listed = make_dataclass(  # what is shown of a run in a listing
    "Listed",
    ["id", "head_sha", "head_branch", "head_repository", "event", "conclusion", "created_at", "attempt"],
)
READ = ("id", "user", "login", "body", "html_url")  # of a comment, which is no value of the model
# What is no method of the client, or has arguments that a table can't hold.
OTHERS: Mapping[str, Callable[..., Any]] = {
    "run": lambda github, number, attempt=None: github.run(number, attempt),
    "jobs": lambda github, number: github.jobs(number, None),
    "past_runs": lambda github, workflow, **filters: _listed(
        github.runs(filters, 30, workflow=str(workflow))
    ),
    "runs": lambda github, **filters: _listed(
        github.list_page("/actions/runs", "workflow_runs", lambda run: parse.run(run, ""), **filters)
    ),
    # No request of the action's; but the client goes through the ten pages of a real listing.
    "all_artifacts": lambda github: github.list_all("/actions/artifacts", "artifacts", parse.artifact),
    "contents": lambda github, path: read_known_failures(github, path, math.inf),
    "pull_requests": lambda github, **filters: github.pull_requests(filters),
    "branches": lambda github: branches(github, ""),
    "check_runs": check_runs,
    "comments": lambda github, issue: github.list_all(f"/issues/{issue}/comments", None, fields.mapping),
    # As for what nothing can replace, so that it is asked again after a fault.
    "patiently": lambda github: github.insisting(math.inf).default_branch(),
}


def asked(github: GitHub, name: str, *given: Any, **filters: str) -> str:
    """What the client answers to a question, by the name of its method or of one of the others."""
    ask = OTHERS.get(name)
    return shown(ask(github, *given, **filters) if ask else getattr(github, name)(*given, **filters))


def _listed(runs: Listing[Run]) -> Listing[Any]:
    names = [field.name for field in fields_of(Listed)]
    return Listing([Listed(*(getattr(run, name) for name in names)) for run in runs.items], runs.total)


def shown(value: Any) -> str:
    match value:
        case Enum():
            return value.name
        case datetime():
            return f"{value:%F %T}"
        case str():
            return repr(value[:LONGEST])
        case Listing(items=items, total=total):
            return f"of {total}: {shown(items)}"
        case Mapping() if "id" in value:
            return _stated({name: value[name] for name in READ if name in value})
        case Mapping() if "login" in value:
            return str(value["login"])
        case Mapping():
            return shown(list(value.items()))
        case Sequence():
            ends = [*value[:1], *value[1:][-1:]]
            return f"{len(value)} ({' | '.join(map(shown, ends))})"
    if is_dataclass(value):
        return _stated({field.name: getattr(value, field.name) for field in fields_of(value)})
    return str(value)


def _stated(named: Mapping[str, Any]) -> str:
    """The values that are stated, without the date of the answer."""
    stated = {name: value for name, value in named.items() if value not in (None, "", ()) and name != "date"}
    return " ".join(f"{name} {shown(value)}" for name, value in stated.items())
