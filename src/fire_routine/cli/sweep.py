"""`sweep`: a session for each workflow that is red on a default branch now and has none."""

from __future__ import annotations

import json
import os
import re
from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from ..clock import REAL
from ..fire import uninterruptible
from ..github.client import GitHub
from ..model.outcome import GitHubError
from ..model.session_link import LOOPBACK
from ..redact import keep_out, redact_text
from ..routine_url import endpoint, routine_token
from ..sanitize import flat, workflow_safe
from ..settings import PREFIX, Settings, SettingsError, read_context, read_settings
from ..sweep.plan import State
from ..sweep.run import Order, Sweep, Swept
from . import CommandError, UsageError
from .endpoint import secret
from .github import given_token
from .streams import Progress, write

_GLOB = re.compile(r"(?!\.{1,2}/)[\w.-]{1,100}/[\w.*?\[\]!-]{1,100}", re.ASCII)
# Inputs of one run's report, or of a job in the repository
_NOT_HERE = ("RERUN_FIRST", "RUN_ID", "AGAIN", "ATTACH", "COMMENT", "KEY", "LEDGER_COMMIT")
VERSION = 1  # of what `--json` prints


def sweep(arguments: Namespace) -> int:
    names = " ".join(arguments.repositories)
    if not all(map(_GLOB.fullmatch, arguments.repositories)):
        raise UsageError(f"OWNER/GLOB {names[:100]!r} is not like octo-org/* or octo-org/pay-*")
    given, bearer = given_token(os.environ)
    if not bearer:
        raise CommandError("no token: set GITHUB_TOKEN to an App's, which may read the repositories")
    settings = _settings(os.environ, bearer, dry_run=arguments.dry_run)
    keep_out(settings.routine_token, settings.routine_url, bearer)
    server = {name: os.environ.get(name, "") for name in ("GITHUB_API_URL", "GITHUB_SERVER_URL")}
    context = replace(read_context(server), default_token=False)
    if urlsplit(context.api_url).hostname not in ("api.github.com", *LOOPBACK):
        raise CommandError(
            "GITHUB_API_URL: sweep supports github.com alone: elsewhere, use the action in jobs"
        )
    order = Order(
        arguments.repositories, arguments.since, arguments.after, arguments.limit, settings, context
    )
    try:
        with (
            Progress() as shown,
            GitHub(context.api_url, bearer, "", say=shown.say) as github,
            uninterruptible(),
        ):
            swept = Sweep(order, github, REAL, lambda line: shown.say(_clean(line))).run()
    except GitHubError as error:
        raise CommandError(
            f"GitHub could not be read ({str(error).rstrip('.')}): check {given}, or try later"
        ) from None
    if not swept.repositories:
        raise UsageError(
            f"OWNER/GLOB {names}: {given} names no such repository (forks and archived ones don't count)"
        )
    found = _report(swept, dry_run=settings.dry_run)
    write(json.dumps(found, indent=2) if arguments.json else "\n".join(map(_clean, _lines(found))))
    return int(swept.failed)


def _settings(environ: Mapping[str, str], bearer: str, *, dry_run: bool) -> Settings:
    """The action's inputs. A dry run needs no routine."""
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    for name in _NOT_HERE:
        if given.get(PREFIX + name, "").strip().lower() not in ("", "false"):
            raise UsageError(f"{PREFIX}{name} is for a job in one repository: a sweep does not take it")
    given[f"{PREFIX}GITHUB_TOKEN"] = bearer
    if dry_run:
        given[f"{PREFIX}DRY_RUN"] = "true"
    host = given.get(f"{PREFIX}TRUSTED_HOST", "").strip().lower()
    for name, variable, check in (
        ("ROUTINE_URL", "ROUTINE_FIRE_URL", lambda value: endpoint(value, host)),
        ("ROUTINE_TOKEN", "ROUTINE_FIRE_TOKEN", routine_token),
    ):
        if environ.get(variable) or given.get(f"{PREFIX}DRY_RUN", "").lower() != "true":
            given[PREFIX + name] = secret(environ, variable, check)
    try:
        return read_settings(given)
    except SettingsError as error:
        raise UsageError(f"inputs (FIRE_ROUTINE_…): {'; '.join(error.problems)}") from None


def _clean(text: str) -> str:
    """On one line, without secrets, and without a command that a runner would carry out."""
    return workflow_safe(redact_text(flat(text))[0])


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    """A line for each run, then what was left out, and the counts."""
    for row in found["rows"]:
        link = row["session_url"] or row["run_url"]
        told = (row["state"], row["repository"], row["workflow"], row["reason"], link)
        yield " ".join(filter(None, told))
    for one in found["left_out"]:
        yield f"left out {one['repository']} {one['why']}"
    counts = ((what.replace("_", " "), number) for what, number in found["counts"].items())
    yield ", ".join(f"{what} {number}" for what, number in counts if number or what == "repositories")
    if found["stopped"]:
        yield f"It ended early: {found['stopped']}"


def _report(swept: Swept, *, dry_run: bool) -> dict[str, Any]:
    """What `--json` prints."""
    states = [state for state in State if state is not State.DUE]
    return {
        "version": VERSION,
        "dry_run": dry_run,
        "rows": [
            {
                "state": row.state,
                "repository": row.repository,
                "workflow": row.run.workflow,
                "run_id": row.run.id,
                "run_url": row.run.url,
                "event": row.run.event,
                "red_since": f"{row.since:%Y-%m-%dT%H:%M:%SZ}",
                "reason": row.reason,
                "message": _clean(row.message),
                "session_url": row.session_url,
            }
            for row in swept.rows
        ],
        "left_out": [{"repository": name, "why": why} for name, why in swept.left_out.items()],
        "counts": {"repositories": swept.repositories}
        | {state.replace(" ", "_"): swept.counts[state] for state in states},
        "stopped": swept.stopped,
    }
