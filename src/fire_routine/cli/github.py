"""What is read from a GitHub with the user's token: `preview`, the text for any failed run, and `sessions`.

Nothing is sent to a routine, and nothing is written.
"""

from __future__ import annotations

import json
import os
import re
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ..model.run import Target, TargetKind
from ..routine_url import token
from ..settings import Context, Settings, one_line, run_address
from . import CommandError, UsageError
from .endpoint import secret
from .streams import Progress, write

if TYPE_CHECKING:
    from ..github.client import GitHub
    from ..model.outcome import GitHubError

_REPOSITORY = re.compile(
    r"(?:(?P<server>https?://[^/\s@]+)/)?(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?", re.ASCII
)
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:\[bot\])?")


def preview(arguments: Namespace) -> int:
    from ..evidence import gather_evidence
    from ..gather.event import GatherError
    from ..github.client import GitHub
    from ..policy.causes import may_cause

    of_event = arguments.event or arguments.event_name or arguments.key
    named = "--event" if of_event else f"RUN_URL {arguments.run_url}"
    target, context = saved_event(arguments) if of_event else named_run(arguments.run_url or "", os.environ)
    given, bearer = given_token(os.environ)
    settings = Settings(key=arguments.key or "", max_characters=arguments.max_characters)
    try:
        with (
            Progress() as shown,
            GitHub(context.api_url, bearer, target.repository, say=shown.say) as github,
        ):
            if not given and not of_event:
                shown.say("Neither GITHUB_TOKEN nor GH_TOKEN is set: without a token, GitHub shows no log.")
            shown.show(f"Asking {context.api_url} …")
            evidence = gather_evidence(github, target, settings, context, shown.say, shown.show)
            evidence = evidence.with_context(github)
            event = evidence.run.fired_for
            if event and (verdict := may_cause(event, evidence.run, settings)):
                shown.say(f"In a workflow, nothing is fired ({verdict.reason}): {verdict.message}")
    except (GatherError, ValueError) as error:
        # The action's inputs are named, which are this command's argument and variable.
        problem = str(error).rstrip(".").removeprefix("run-id: ")
        if "`github-token`" in problem and not given:
            problem = f"run {target.run_id} could not be read without a token: set GITHUB_TOKEN or GH_TOKEN"
        elif given:
            problem = problem.replace("`github-token`", given)
        raise CommandError(f"{named}: {problem}") from None
    write(evidence.brief.text)
    return 0


def named_run(address: str, environ: Mapping[str, str]) -> tuple[Target, Context]:
    """The run that a web address names, and its GitHub."""
    named = run_address(address)
    if not named:
        raise UsageError(
            f"RUN_URL {address[:100]!r} is not like https://github.com/YOUR-ORG/YOUR-REPO/actions/runs/ID"
        )
    server, api_url = github_at(named.server, environ, "RUN_URL")
    target = Target(TargetKind.RUN_ID, named.repository, named.id, named.attempt)
    return target, Context(repository=named.repository, api_url=api_url, server_url=server)


def saved_event(arguments: Namespace) -> tuple[Target, Context]:
    """A run for a payload that was saved: its number is not known, so it is 1."""
    if arguments.run_url or not (arguments.event and arguments.event_name and arguments.key):
        raise UsageError("--event, --event-name and --key go together, and without RUN_URL")
    try:
        one_line(arguments.key)
    except ValueError as problem:
        raise UsageError(f"--key {problem}") from None
    try:
        payload = json.loads(Path(arguments.event).read_text("utf-8"))
        repository = payload["repository"]
        name, page = str(repository["full_name"]), str(repository["html_url"])
    except (OSError, LookupError, TypeError, ValueError, RecursionError):
        raise CommandError(
            f"--event {arguments.event[:100]}: it is not the payload of an event in a repository"
        ) from None
    server, api_url = github_at(page.removesuffix(f"/{name}"), os.environ, "--event")
    context = Context(
        repository=name,
        run_id=1,
        workflow="Workflow",
        event_name=arguments.event_name,
        event=payload,
        ref_name=str(repository.get("default_branch") or ""),
        api_url=api_url,
        server_url=server,
    )
    return Target(TargetKind.EVENT, name, 1, 1), context


def github_at(server: str, environ: Mapping[str, str], argument: str) -> tuple[str, str]:
    """The roots of a GitHub's web site and of its API, which may get the user's token.

    Raises:
        UsageError: the token may not be sent there. `argument` named the server.
    """
    server = server.lower()
    server = "https://github.com" if server == "https://www.github.com" else server
    if not _trusted(server, environ):
        host = server.partition("://")[2]
        advice = f"to send your token to https://{host}, set GH_HOST={host}"
        raise UsageError(f"{argument} is not https://github.com/…: {advice}")
    return server, environ.get("GITHUB_API_URL", "").rstrip("/") or _api_of(server)


def given_token(environ: Mapping[str, str]) -> tuple[str, str]:
    """The variable that holds a token for GitHub, and the token; empty where there is none."""
    given = [name for name in ("GITHUB_TOKEN", "GH_TOKEN") if environ.get(name, "").strip()]
    return (given[0], secret(environ, given[0], token)) if given else ("", "")


def _trusted(server: str, environ: Mapping[str, str]) -> bool:
    """Whether the user's token may be sent to that GitHub: to github.com, or to one that the environment
    names (https://cli.github.com/manual/gh_help_environment, and the variables of Actions)."""
    named = (environ.get("GITHUB_SERVER_URL", "").rstrip("/"), f"https://{environ.get('GH_HOST', '')}")
    return bool(environ.get("GITHUB_API_URL")) or server in ("https://github.com", *map(str.lower, named))


def _api_of(server: str) -> str:
    """https://docs.github.com/enterprise-cloud@latest/admin/data-residency, and for Enterprise Server
    https://docs.github.com/enterprise-server@latest/rest/using-the-rest-api."""
    if server == "https://github.com" or server.endswith(".ghe.com"):
        return server.replace("://", "://api.")
    return f"{server}/api/v3"


def sessions(arguments: Namespace) -> int:
    from ..sessions import report, table

    login("--creator", arguments.creator)
    if arguments.author:
        login("--author", arguments.author)
    until = datetime.now(UTC)
    since = until - timedelta(days=arguments.days)
    with opened(arguments.repository, os.environ) as (github, shown):
        made = report(github, arguments.creator, since, until, shown.show, arguments.author)
    write(json.dumps(made, indent=2) if arguments.json else table(made))
    return 0


def login(argument: str, value: str) -> None:
    """
    Raises:
        UsageError: it is no login.
    """
    if not _LOGIN.fullmatch(value):
        raise UsageError(f"{argument} {value[:60]!r} is not a login such as octocat or github-actions[bot]")


@contextmanager
def opened(named: str, environ: Mapping[str, str]) -> Iterator[tuple[GitHub, Progress]]:
    """A repository, read with the user's token; given as `octo-org/widget` or its address.

    Raises:
        UsageError: it can't be understood.
        CommandError: it can't be read.
    """
    from ..github.client import GitHub
    from ..model.outcome import GitHubError

    repository, api_url = named_repository(named, environ)
    given, bearer = given_token(environ)
    if not bearer:
        raise CommandError(f"no token: set GITHUB_TOKEN or GH_TOKEN to one that may read {repository}")
    try:
        with Progress() as shown, GitHub(api_url, bearer, repository, say=shown.say) as github:
            shown.show(f"Asking {api_url} …")
            yield github, shown
    except GitHubError as error:
        raise CommandError(f"{repository}: {str(error).rstrip('.')}{remedy(error, given)}") from None


def named_repository(named: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """A repository given as `octo-org/widget` or its address: that name, and the root of its GitHub's API."""
    found = _REPOSITORY.fullmatch(named)
    if not found:
        raise UsageError(f"REPOSITORY {named[:100]!r} is not like octo-org/widget")
    own = (
        environ.get("GITHUB_SERVER_URL", "").rstrip("/")
        or f"https://{environ.get('GH_HOST') or 'github.com'}"
    )
    return found["name"], github_at(found["server"] or own, environ, "REPOSITORY")[1]


def remedy(error: GitHubError, given: str) -> str:
    if error.status == 401:
        return f": give {given} a valid token"
    if error.status == 404:
        return f": check the name, and that {given} may read the repository"
    if error.status == 403 and not error.rate_limited:
        permissions = "actions, contents, pull-requests and statuses"
        return f": {given} needs to read {permissions} (in a workflow: `permissions:`)"
    return ": try again later" if error.rate_limited else ""
